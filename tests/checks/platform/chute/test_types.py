from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "chute-argument-type"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.image import Image
from fastapi.responses import ORJSONResponse
from pydantic import BaseModel

SELECTOR = NodeSelector(gpu_count=1)
IMAGE = Image("you", "i", "1")
class In(BaseModel):
    a: int
def named(route):
    return route.name
"""
TAIL = """
@chute.cord(public_api_path='/x', public_api_method='POST')
async def x(self, args: In) -> dict:
    return {'a': args.a}

import asyncio
asyncio.run(chute.router.lifespan_context(chute).__aenter__())
"""
FATAL = {
    "title": ["None", "''", "0"],
    "version": ["''"],
    "openapi_url": ["'abc'", "b'/abc'", "5"],
    "docs_url": ["'abc'", "5"],
    "redoc_url": ["'abc'"],
    "swagger_ui_oauth2_redirect_url": ["'abc'"],
    "max_body_size": ["''", "1.5", "True", "-1", "0"],
    "form_limits": ["''", "5", "{'a': 1}", "{'max_files': -1}", "{'max_files': 'x'}",
                    "{'max_fields': None}"],
    "telemetry": ["''", "5"],
    "exception_handlers": ["'abc'", "5", "{'a': 1}", "0"],
    "on_startup": ["0", "0.0", "'abc'", "['a']"],
    "on_shutdown": ["5", "1.5"],
    "middleware": ["0", "['a']"],
    "routes": ["0", "['a']"],
    "dependencies": ["5", "['a']"],
    "callbacks": ["'abc'", "('a',)"],
    "responses": ["'abc'", "['a']", "{'a': 1}"],
    "generate_unique_id_function": ["None", "'abc'"],
    "default_response_class": ["None", "'abc'"],
    "root_path": ["5", "b'/abc'"],
}  # fmt: skip
DOCUMENTS = {
    "title": ["5"],
    "version": ["1.0"],
    "description": ["5"],
    "summary": ["['a']"],
    "terms_of_service": ["True"],
    "contact": ["'me@example.com'"],
    "swagger_ui_parameters": ["['a']"],
    "license_info": ["'MIT'", "{'a': 1}"],
    "openapi_external_docs": ["'/docs'", "{'a': 1}"],
    "servers": ["'/'", "['/']", "['url']", "[{}]", "({},)", "5"],
    "openapi_tags": ["'a'", "['name']", "[{'a': 'b'}]"],
    "webhooks": ["'/'"],
}
FINE = {
    "title": ["'x'", "b'x'"],
    "version": ["'1.0'"],
    "openapi_url": ["None", "''", "'/x.json'"],
    "docs_url": ["None", "'/x'"],
    "redoc_url": ["None", "'/x'"],
    "swagger_ui_oauth2_redirect_url": ["None", "'/x'"],
    "max_body_size": ["None", "1000000"],
    "form_limits": ["None", "{}", "{'max_fields': 1, 'max_files': 0, 'max_part_size': 2}"],
    "telemetry": ["None", "{}", "{'tracing': False}"],
    "exception_handlers": ["None", "''", "[]", "{}", "{404: None}"],
    "on_startup": ["None", "''", "[]"],
    "on_shutdown": ["None", "''", "[]"],
    "middleware": ["None", "''", "[]"],
    "routes": ["None", "''", "[]"],
    "dependencies": ["None", "0", "[]"],
    "callbacks": ["None", "0", "['a']", "{'a': 1}", "{'a'}"],
    "responses": ["None", "0", "{404: {}}"],
    "generate_unique_id_function": ["named"],
    "default_response_class": ["ORJSONResponse"],
    "root_path": ["None", "''", "'/v1'"],
    "description": ["None", "'x'"],
    "summary": ["None", "'x'"],
    "contact": ["None", "{'name': 'x'}"],
    "swagger_ui_parameters": ["None", "{'a': 1}"],
    "license_info": ["None", "{'name': 'MIT'}"],
    "openapi_external_docs": ["None", "{'url': 'https://you.example/docs'}"],
    "servers": ["None", "[{'url': '/'}]", "({'url': '/'},)"],
    "openapi_tags": ["None", "[{'name': 'a'}]"],
    "webhooks": ["None"],
    "debug": ["True"],
}


def each(table: dict[str, list[str]]) -> list[str]:
    return [f"{name}={value}" for name, values in table.items() for value in values]


SWITCHED_OFF = [
    "openapi_url=None, title=''",
    "openapi_url='', docs_url='x'",
    "docs_url=None, swagger_ui_oauth2_redirect_url='x'",
    "openapi_url=None, swagger_ui_oauth2_redirect_url='x'",
    "openapi_url=None, contact='me@example.com'",
]
SWITCHED_ON = ["openapi_url='/x.json', title=''", "docs_url='/x', openapi_url='x'"]
UNKNOWN = [
    "openapi_url=os.getenv('URL'), title=''",
    "title=os.getenv('TITLE', '')",
    "**settings(), title=''",
    "middleware=[os.environ]",
    "passthrough_headers=os.getenv('HEADERS')",
    "root_path=os.environ",
]


def made(arguments: str) -> str:
    return f"{HEAD}chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, {arguments})\n"


@pytest.mark.parametrize("argument", [*each(FATAL), *SWITCHED_ON])
def test_what_fails_the_chute(argument: str, findings: Findings) -> None:
    (found,) = findings(made(argument), ID)
    assert found.severity is Severity.ERROR
    assert found.message.startswith(f"Chute: {found.snippet.split('=')[0]} must ")
    assert found.message.endswith(("the import fails", "the chute cannot serve"))
    assert found.help in found.message


@pytest.mark.parametrize("argument", each(DOCUMENTS))
def test_what_fails_the_documentation(argument: str, findings: Findings) -> None:
    (found,) = findings(made(argument), ID)
    assert found.severity is Severity.WARNING
    assert found.message.endswith("its API documentation answers 500")


@pytest.mark.parametrize("argument", [*each(FINE), *SWITCHED_OFF, *UNKNOWN])
def test_stays_silent(argument: str, findings: Findings) -> None:
    assert findings(made(argument), ID) == []


def test_every_keyword_is_fastapis() -> None:
    named = FATAL.keys() | DOCUMENTS.keys() | FINE.keys()
    assert named <= contract().fastapi_parameters


IMAGES = {
    "None": "is None, neither an Image nor a text: `chutes deploy` fails",
    "5": "is 5, neither",
    "{'name': os.getenv('N')}": "is a dict, neither",
    "dict(name=os.getenv('N'))": "is a dict, neither",
    "SELECTOR": "is a NodeSelector, neither",
    "Image": "is the class Image, neither",
}
GOOD_IMAGES = ["'you/i:1'", "IMAGE", "IMAGE.run_command('true')", "f'you/i:{1 + 1}'"]
UNKNOWN_IMAGES = ["os.getenv('IMAGE', '')", "find()", "named(1)"]


def pictured(image: str) -> str:
    return f"{HEAD}chute = Chute('you', 'svc', node_selector=SELECTOR, image={image})\n"


@pytest.mark.parametrize(("image", "message"), IMAGES.items())
def test_what_is_no_image(image: str, message: str, findings: Findings) -> None:
    (found,) = findings(pictured(image), ID)
    assert f"Chute: image {message}" in found.message
    assert found.snippet == f"image={image}"


@pytest.mark.parametrize("image", [*GOOD_IMAGES, *UNKNOWN_IMAGES])
def test_what_is_an_image(image: str, findings: Findings) -> None:
    assert findings(pictured(image), ID) == []


def test_what_is_no_image_of_a_template(findings: Findings) -> None:
    call = "build_diffusion_chute('you', 'svc', 'm', SELECTOR, image=None)"
    (found,) = findings(f"{HEAD}chute = {call}\n", ID)
    assert found.message.startswith("build_diffusion_chute: image is None")


# A cord that passes calls on to a server of its own.
PASSING = """
import http.server
import threading


class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"passed": true}')


server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()


@chute.cord(path="/x", public_api_path="/x", public_api_method="POST", passthrough=True,
            passthrough_path="/x", passthrough_port=server.server_port)
async def x(self, args: dict):
    ...
"""
HEADERS = ["'abc'", "5", "['a']"]
GOOD_HEADERS = ["None", "{}", "{'a': 'b'}", "''"]


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_that_are_none(headers: str, findings: Findings) -> None:
    argument = f"passthrough_headers={headers}"
    (found,) = findings(made(argument) + PASSING, ID)
    assert "must be a dict, not" in found.message
    assert found.snippet == argument
    # Nothing looks at them where nothing is passed through.
    assert findings(made(argument) + TAIL, ID) == []


@pytest.mark.parametrize("headers", GOOD_HEADERS)
def test_headers(headers: str, findings: Findings) -> None:
    assert findings(made(f"passthrough_headers={headers}") + PASSING, ID) == []


def answered(judge: Any, argument: str, tail: str = TAIL) -> list[int | str]:
    """The statuses of a call and of the documentation; empty where the chute does not start."""
    requests = [("POST", "/x", {"a": 1}), ("GET", "/openapi.json", None), ("GET", "/docs", None)]
    try:
        answers = judge.calls(made(argument) + tail, *requests, way="dev")
    except AssertionError:
        return []
    return [status for status, _ in answers]


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for argument in [*each(FATAL), *SWITCHED_ON]:
        assert answered(judge, argument)[:1] != [200], argument
    for argument in each(DOCUMENTS):
        found = answered(judge, argument)
        assert (found[0], 500 in found) == (200, True), argument
    for argument in [*each(FINE), *SWITCHED_OFF]:
        found = answered(judge, argument)
        assert (found[0], 500 in found) == (200, False), argument


@pytest.mark.sdk
def test_the_sdk_agrees_on_headers(judge: Any) -> None:
    for headers in HEADERS:
        assert answered(judge, f"passthrough_headers={headers}", PASSING)[0] == 500, headers
    for headers in GOOD_HEADERS:
        assert answered(judge, f"passthrough_headers={headers}", PASSING)[0] == 200, headers


@pytest.mark.sdk
def test_the_sdk_agrees_on_images(deploys: Callable[[str], str | None]) -> None:
    for image in IMAGES:
        assert deploys(pictured(image)), image
    for image in GOOD_IMAGES:
        assert deploys(pictured(image)) is None, image
