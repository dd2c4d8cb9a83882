from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "gateway-drops-response-headers"
HEAD = """\
import os
import requests
from chutes.chute import Chute
from fastapi import HTTPException, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

chute = Chute("u", "my-service", "i")
EXPOSURE = os.environ.get("EXPOSURE", "gateway")
SECURITY = {"X-Frame-Options": "DENY"}
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def middleware(body: str, more: str = "") -> str:
    handler = "@chute.middleware('http')\nasync def handle(request, call_next):\n"
    answer = "    response = await call_next(request)\n"
    return (
        f"{HEAD}{more}\n{handler}{answer}{indented(body)}    return response\n{CORD}    return 1\n"
    )


def cord(body: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}{indented(body)}"


HELPER = "def harden(response):\n    response.headers['X-Frame-Options'] = 'DENY'\n"
GIVEN = "mine = Chute('u', 'mine', 'i', middleware={})\n"
SENDS = """\
class Guard:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def sends(message):
            {}
            headers["X-Frame-Options"] = "DENY"
            await send(message)

        await sends({{}})


chute.add_middleware(Guard)
"""
FIRES = {
    "message": cord("return 1", SENDS.format("headers = MutableHeaders(scope=message)")),
    "set": middleware("response.headers['X-Frame-Options'] = 'DENY'"),
    "set_by_an_unknown_name": middleware("response.headers[os.environ['H']] = '1'"),
    "setdefault": middleware("response.headers.setdefault('X-Frame-Options', 'DENY')"),
    "append": middleware("response.headers.append('Vary', 'Origin')"),
    "update": middleware("response.headers.update({'X-Frame-Options': 'DENY'})"),
    "update_by_a_name": middleware("response.headers.update(SECURITY)"),
    "cookie": middleware("response.set_cookie('a', 'b')"),
    "cookie_deleted": middleware("response.delete_cookie('a')"),
    "helper": middleware("harden(response)", HELPER),
    "answer_of_middlewares_own": middleware(
        "if not response:\n    return JSONResponse({}, headers={'Retry-After': '1'})"
    ),
    "returned_by_a_cord": cord("return JSONResponse({}, headers={'X-Model': 'a'})"),
    "set_in_a_cord": cord("answer = Response('x')\nanswer.headers['X-A'] = '1'\nreturn answer"),
    "exception": cord("raise HTTPException(429, 'full', headers={'Retry-After': '1'})"),
    "exception_of_ones_own": cord(
        "raise Full(429, 'full', headers={'Retry-After': '1'})",
        "class Full(HTTPException):\n    pass\n",
    ),
    "cors_given_to_the_chute": cord(
        "return 1", GIVEN.format("[None, Middleware(CORSMiddleware, allow_origins=['https://a'])]")
    ),
    "cors_in_a_list": cord(
        "return 1", "STACK = [Middleware(CORSMiddleware)]\n" + GIVEN.format("STACK")
    ),
    "cors": cord("return 1", "chute.add_middleware(CORSMiddleware, allow_origins=['https://a'])"),
}
SILENT = {
    "message_of_a_request": cord("return 1", SENDS.format("headers = Headers(scope=message)")),
    "no_message": cord("return 1", SENDS.format("headers = MutableHeaders({})")),
    "not_made_here": cord("return 1", SENDS.format("headers = self.headers")),
    "of_an_import": cord("return 1", SENDS.format("from os import environ as headers")),
    "only_annotated": cord(
        "return 1", SENDS.format("pass").replace("(message)", "(headers: MutableHeaders)", 1)
    ),
    "content_type": middleware("response.headers['Content-Type'] = 'text/plain'"),
    "content_disposition": cord(
        "return Response(b'', headers={'Content-Disposition': 'attachment'})"
    ),
    "read": middleware("response.headers['X-A'], response.headers.get('X-A')"),
    "of_a_module": middleware("requests.headers['X-A'] = '1'"),
    "content_type_by_update": middleware("response.headers.update({'Content-Type': 'a'})"),
    "content_type_by_default": middleware("response.headers.setdefault('content-type', 'a')"),
    "removed": middleware("del response.headers_['server']"),
    "direct": middleware("if EXPOSURE == 'direct':\n    response.headers['X-A'] = '1'"),
    "somebody_elses": cord(
        "session = requests.Session()\nsession.headers['X-A'] = '1'\n"
        "session.headers.update({'X-A': '1'})\nreturn 1"
    ),
    "asked_of_a_library": cord("return requests.get('http://x', headers={'X-A': '1'}).json()"),
    "unknown_headers": cord("return JSONResponse({}, headers=args)"),
    "headers_by_position": cord("return JSONResponse({}, 200, {'X-A': '1'})"),
    "another_keyword": cord("return JSONResponse({}, media_type='x-a')"),
    "another_attribute": middleware("response.state['X-A'] = 1\nresponse.raw.update({'a': 1})"),
    "another_method": middleware("response.render({'X-A': 1})\nresponse.headers.items()"),
    "of_no_response": middleware("request.headers_.set_cookie('a')\nother.set_cookie('a')"),
    "compression": cord("return 1", "chute.add_middleware(GZipMiddleware)"),
    "cors_for_direct_exposure": cord(
        "return 1", "if EXPOSURE == 'direct':\n    chute.add_middleware(CORSMiddleware)"
    ),
    "a_class_of_ones_own": cord("return Full(headers={'X-A': '1'})", "class Full:\n    pass\n"),
    "compression_given": cord("return 1", GIVEN.format("[Middleware(GZipMiddleware)]")),
    "something_given": cord("return 1", GIVEN.format("stack()")),
    "nothing_given": cord("return 1", GIVEN.format("[]")),
    "plain_route": HEAD + "@chute.get('/a')\nasync def a():\n"
    "    return JSONResponse({}, headers={'X-A': '1'})\n" + CORD + "    return 1\n",
    "answer_of_something_else": HEAD + "@chute.middleware('http')\n"
    "async def handle(request, call_next):\n    response = await other(request)\n"
    "    response.headers['X-A'] = '1'\n    return response\n" + CORD + "    return 1\n",
    "not_awaited": HEAD + "@chute.middleware('http')\n"
    "async def handle(request, call_next):\n    response = call_next(request)\n"
    "    response.headers['X-A'] = '1'\n    return response\n" + CORD + "    return 1\n",
    "spread": cord("return JSONResponse({}, headers={**args})"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_says_what_is_set(findings: Findings) -> None:
    def said(name: str) -> str:
        (found,) = findings(FIRES[name], ID)
        return found.message.split(" never")[0]

    assert said("set") == "response headers such as X-Frame-Options"
    assert said("set_by_an_unknown_name") == "response headers"
    assert said("cookie") == "cookies"
    assert said("cors") == "CORS headers"


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": FIRES["cors"]}, ID) == []
    assert findings({"tests/app.py": FIRES["cors_given_to_the_chute"]}, ID) == []
