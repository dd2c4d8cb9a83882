from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "gateway-drops-request-metadata"
CREDENTIALS = "gateway-drops-credentials"
HEAD = """\
import os
from chutes.chute import Chute
from chutes.chute.template.vllm import build_vllm_chute
from fastapi import Request
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.middleware.base import BaseHTTPMiddleware

chute = Chute("u", "my-service", "i")
NAME = "X-Request-ID"
bearer = HTTPBearer()
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n    return args\n"


def indented(text: str, by: int = 4) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def app(body: str, more: str = "", cord: str = CORD) -> str:
    handler = "@chute.middleware('http')\nasync def handle(request, call_next):\n"
    return f"{HEAD}{more}\n{handler}{indented(body)}    return await call_next(request)\n\n{cord}"


def asgi(body: str) -> str:
    return (
        f"{HEAD}\nclass Guard:\n    def __init__(self, app):\n        self.app = app\n\n"
        f"    async def __call__(self, scope, receive, send):\n{indented(body, 8)}"
        f"        await self.app(scope, receive, send)\n\nchute.add_middleware(Guard)\n\n{CORD}"
    )


OPTION = """\
class Guard:
    def __init__(self, app, header):
        self.app = app
        self.header = header
    async def __call__(self, scope, receive, send):
        Headers(scope=scope).get(self.header)
        await self.app(scope, receive, send)
chute.add_middleware(Guard, header={})
"""
HELPER = "def origin(request: Request):\n    return request.headers.get('Origin')\n"
UNTYPED = "def origin(told):\n    return told.headers.get('Origin')\n"
METHOD = """\
class Audit:
    async def note(self, request):
        return request.headers.get("User-Agent")

AUDIT = Audit()
"""
FIRES = {
    "header_of_an_option": f"{HEAD}{OPTION.format(repr('X-Trace'))}{CORD}",
    "one_header_of_two": app(
        "name = 'host' if request.method else 'X-Trace'\nrequest.headers.get(name)"
    ),
    "header_unseen": app("request.headers.get(os.getcwd())"),
    "headers_given_alone": app(
        "trace(request.headers)", "def trace(sent):\n    return sent.get('x-trace')\n"
    ),
    "headers_by_comprehension_over_items": app(
        "sent = {name: value for name, value in request.headers.items()}\nsent.get('x-trace')"
    ),
    "language": app("request.headers.get('Accept-Language')"),
    "called_object": app(
        "await GATE(request)",
        "class Gate:\n    async def __call__(self, request):\n        return request.cookies\n"
        "GATE = Gate()\n",
    ),
    "within_a_log_line": app(
        "logger.info(id_of(request))",
        "from loguru import logger\ndef id_of(request):\n"
        "    return request.headers.get('x-request-id')\n",
    ),
    "headers_by_comprehension": asgi(
        "sent = {name.decode(): value for name, value in scope['headers']}\nsent.get('x-priority')"
    ),
    "client_of_a_scope_unpacked": asgi("host, _port = scope.get('client') or ('?', 0)"),
    "query_string_asked_for": asgi("raw = scope.get('query_string', b'')"),
    "header": app("request.headers.get('X-Request-ID')"),
    "header_list": app("request.headers.getlist('X-Request-ID')"),
    "header_by_index": app("request.headers['x-request-id']"),
    "header_asked_for": app("if 'origin' in request.headers:\n    pass"),
    "header_by_a_constant": app("request.headers.get(NAME)"),
    "header_by_an_alias": app("told = request.headers\ntold.get('Origin')"),
    "cookies": app("request.cookies.get('session')"),
    "client": app("request.client.host if request.client else None"),
    "client_by_index": app("request.scope['client'][0]"),
    "client_unpacked": app("host, port = request.client"),
    "client_or_nothing": app("told = request.client or None\ntold.host"),
    "query_parameters": app("dict(request.query_params)"),
    "query_text": app("request.url.query"),
    "helper": app("origin(request)", HELPER),
    "untyped_helper": app("origin(request)", UNTYPED),
    "method_of_an_object": app("await AUDIT.note(request)", METHOD),
    "asgi_headers": asgi("dict(scope['headers']).get(b'x-request-id')"),
    "asgi_headers_or_none": asgi("dict(scope.get('headers') or []).get(b'x-request-id')"),
    "asgi_headers_by_get": asgi("dict(scope.get('headers')).get(b'x-request-id')"),
    "asgi_header_class": asgi("Headers(scope=scope).get('x-request-id')"),
    "asgi_query": asgi("scope['query_string']"),
    "asgi_client": asgi("scope['client'][0]"),
    "asgi_request": asgi("Request(scope).headers.get('x-request-id')"),
    "dispatch": HEAD + "class Guard(BaseHTTPMiddleware):\n"
    "    async def dispatch(self, request, call_next):\n"
    "        request.headers.get('Origin')\n        return await call_next(request)\n\n"
    "chute.add_middleware(Guard)\n" + CORD,
    "dispatch_by_name": HEAD + "async def guard(request, call_next):\n"
    "    request.headers.get('Origin')\n    return await call_next(request)\n\n"
    "chute.add_middleware(BaseHTTPMiddleware, dispatch=guard)\n" + CORD,
    "object_with_call": HEAD + "class Guard:\n    async def __call__(self, request, call_next):\n"
    "        request.headers.get('Origin')\n        return await call_next(request)\n\n"
    "chute.middleware('http')(Guard())\n" + CORD,
    "exception_handler": HEAD + "@chute.exception_handler(ValueError)\n"
    "async def failed(request, error):\n    return request.headers.get('Origin')\n" + CORD,
}
SILENT = {
    "own_header_of_an_option": f"{HEAD}{OPTION.format(repr('Content-Type'))}{CORD}",
    "own_headers_only": app(
        "name = 'host' if request.method else 'Content-Type'\nrequest.headers.get(name)"
    ),
    "body_by_comprehension": asgi(
        "sent = {name: value for name, value in scope['state'].items()}\nsent.get('x-priority')"
    ),
    "development": app(
        "if os.getenv('CHUTES_DEV_MODE', 'false').lower() == 'true':\n"
        "    request.headers.get('X-Request-ID')"
    ),
    "the_gateways_own": app("request.headers.get('X-Chutes-Miner')"),
    "of_the_body": app("request.headers.get('content-length')"),
    "all_headers": app("sorted(request.headers)"),
    "asked_whether_known": app("if request.client:\n    pass"),
    "client_kept": app("told = request.client"),
    "of_the_gateway_itself": app(
        "request.headers['accept'], "
        "request.headers.get('Accept-Encoding'), request.headers['Content-Length'], "
        "request.headers['X-Chutes-Nonce'], request.headers['host']"
    ),
    "client_gone_over": app("for host, port in request.client:\n    pass"),
    "deleted": app("told = more = 1\ndel (told, more)"),
    "something_unpacked": app("told, more = request.state"),
    "state": app("request.state.decrypted.get('request_id')"),
    "method_and_path": app("request.method, request.url.path"),
    "something_elses_headers": app("os.headers.get('Origin')"),
    "an_answers_headers": app("answer = await call_next(request)\nanswer.headers.get('Origin')"),
    "plain_route": HEAD + "@chute.get('/metrics')\nasync def metrics(request: Request):\n"
    "    return request.headers.get('Origin')\n" + CORD,
    "nobody_calls_it": HEAD + HELPER + CORD,
    "a_dictionary_of_the_body": app("body = request.state.decrypted\nbody['client'][0]"),
    "somebody_elses_scope": app("scope = {'client': ['a']}\nscope['client'][0]"),
    "two_values": app("told = request.headers\ntold = {}\ntold.get('Origin')"),
    "a_circle": app("told = other\nother = told\ntold.get('Origin')"),
    "another_part_of_the_scope": asgi("scope['headers_'], scope['type'], scope['path']"),
    "unknown_part_of_the_scope": asgi("scope[os.environ['PART']]"),
    "dictionary_of_something_else": asgi("dict(os.environ).get('origin')"),
    "headers_of_no_scope": asgi("Headers(scope=os.environ).get('origin')"),
    "headers_of_raw": asgi("Headers(raw=[]).get('origin')"),
    "somebody_elses_url": app("os.url.query"),
    "asked_of_another_dictionary": app("os.environ.get('client')[0]"),
    "made_by_another_call": app("os.join(request.headers).get('Origin')"),
    "annotated_as_something_else": app(
        "told(Headers())", "def told(given: Headers):\n    return given.headers.get('Origin')\n"
    ),
    "annotated_as_a_class_of_ones_own": app(
        "told(Own())",
        "class Own:\n    pass\n\n\ndef told(given: Own):\n    return given.headers.get('Origin')\n",
    ),
    "no_parameters": HEAD + "@chute.middleware('http')\nasync def handle():\n    pass\n" + CORD,
    "a_parameter_that_is_no_request": app("note(1)", "def note(n):\n    return n.headers['a']\n"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []
    assert findings(FIRES[name], CREDENTIALS) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_every_read_is_its_own_finding(findings: Findings) -> None:
    source = app("request.cookies['a'], request.client.host, request.headers.get('Origin')")
    assert [each.message.split(" never")[0] for each in findings(source, ID)] == [
        "cookies",
        "the client's address",
        "header 'origin'",
    ]


def test_what_two_chutes_share_is_told_once(findings: Findings) -> None:
    more = "other = Chute('u', 'other', 'i')\nfor each in (chute, other):\n    each.x = 1\n"
    handler = (
        "async def handle(request, call_next):\n    request.headers.get('Origin')\n"
        "    return await call_next(request)\n"
        "chute.middleware('http')(handle)\nother.middleware('http')(handle)\n"
    )
    assert len(findings(HEAD + more + handler + CORD, ID)) == 1


def test_a_header_with_an_unknown_name_is_less_sure(findings: Findings) -> None:
    (found,) = findings(app("request.headers.get(os.environ['HEADER'])"), ID)
    assert found.confidence is Confidence.MEDIUM
    assert found.message.startswith("a client's headers never arrive by")
    (found,) = findings(app("request.headers.get('Origin')"), ID)
    assert found.confidence is Confidence.HIGH
    assert found.message.startswith("header 'origin' never arrives by")
    (found,) = findings(app("request.client.host"), ID)
    assert found.confidence is Confidence.HIGH
    assert found.message.startswith("the client's address never arrives by")


def test_traces_the_way_through_helpers_only(findings: Findings) -> None:
    (found,) = findings(app("origin(request)", HELPER), ID)
    assert [each.note for each in found.trace] == ["route handle", "handle runs origin"]
    (found,) = findings(app("request.headers.get('Origin')"), ID)
    assert found.trace == ()


@pytest.mark.parametrize("exposure", ["gateway", "direct"])
def test_code_for_one_exposure(exposure: str, findings: Findings) -> None:
    source = app(
        f"if EXPOSURE == '{exposure}':\n    request.headers.get('Origin')", "EXPOSURE = 'x'"
    )
    assert len(findings(source, ID)) == (exposure == "gateway")


def test_query_parameters_can_reach_passthrough_and_template_cords(findings: Findings) -> None:
    passed = "@chute.cord(public_api_path='/x', passthrough=True)\nasync def x(self):\n    ...\n"
    assert findings(app("request.query_params['a']", cord=passed), ID) == []
    assert len(findings(app("request.cookies['a']", cord=passed), ID)) == 1
    built = app("request.query_params['a']").replace(
        'chute = Chute("u", "my-service", "i")', "chute = build_vllm_chute('u', 'm').chute"
    )
    assert findings(built, ID) == []


def test_middleware_in_tests_is_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": FIRES["header"]}, ID) == []


@pytest.mark.parametrize(
    "body",
    [
        "request.headers.get('Authorization')",
        "request.headers['X-API-Key']",
        "'x-signature' in request.headers",
        "await bearer(request)",
    ],
)
def test_credentials_are_a_check_of_their_own(body: str, findings: Findings) -> None:
    assert [each.check for each in findings(app(body), CREDENTIALS)] == [CREDENTIALS]
    assert findings(app(body), ID) == []
    assert findings(app(body), CREDENTIALS, exposure=Exposure.DIRECT) == []


def test_names_the_header_that_bears_credentials(findings: Findings) -> None:
    (found,) = findings(app("request.headers.get('Authorization')"), CREDENTIALS)
    assert found.message.startswith("header 'authorization' never arrives")
    (found,) = findings(app("await bearer(request)"), CREDENTIALS)
    assert found.message.startswith("the header with the credentials never arrives")


@pytest.mark.parametrize(
    "method",
    ["get", "post", "put", "delete", "patch", "head", "options", "on_event", "websocket"],
)
def test_plain_routes_are_not_the_gateways(method: str, findings: Findings) -> None:
    source = f"{HEAD}@chute.{method}('/a')\nasync def a(request):\n    request.cookies\n{CORD}"
    assert findings(source, ID) == []


@pytest.mark.parametrize("decorator", ["os.plain", "made('a')", "made"])
def test_further_decorators(decorator: str, findings: Findings) -> None:
    source = FIRES["header"].replace("async def handle", f"@{decorator}\nasync def handle")
    assert len(findings(source, ID)) == 1


def test_names_of_headers_can_be_bytes(findings: Findings) -> None:
    (found,) = findings(FIRES["asgi_headers"], ID)
    assert found.message.startswith("header 'x-request-id'")


def test_calls_of_other_objects_are_no_authentication(findings: Findings) -> None:
    assert findings(app("told = Headers()\ntold(request)"), CREDENTIALS) == []


def test_a_security_object_is_asked_when_it_is_called(findings: Findings) -> None:
    assert findings(app("bearer.auto_error, bearer()"), CREDENTIALS) == []
    assert findings(app("request.cookies['token']"), CREDENTIALS) == []
