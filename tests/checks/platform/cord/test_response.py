"""cord-response-status, and the envelope that the SDK makes of each response."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-response-status"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
HEAD = """\
from http import HTTPStatus

import fastapi
import starlette.responses
from chutes.chute import Chute
from fastapi import HTTPException, Response, status
from fastapi.responses import (
    HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse,
)

chute = Chute("you", "my-service", "you/my-service:1.0")
NOT_HERE = 404


def refused():
    return JSONResponse({}, status_code=400)


"""
RESPONSES = {
    "JSONResponse({}, status_code=404)": (404, ERROR),
    "JSONResponse({}, 400)": (400, ERROR),
    "JSONResponse(content={}, status_code=429)": (429, ERROR),
    "Response('x', NOT_HERE)": (404, ERROR),
    "Response(status_code=204)": (204, WARNING),
    "JSONResponse({}, status_code=status.HTTP_201_CREATED)": (201, WARNING),
    "JSONResponse({}, status_code=HTTPStatus.NOT_FOUND)": (404, ERROR),
    "PlainTextResponse('x', status_code=500)": (500, ERROR),
    "HTMLResponse('x', status_code=503)": (503, ERROR),
    "fastapi.Response('x', 422)": (422, ERROR),
    "starlette.responses.Response('x', 422)": (422, ERROR),
    "Response('x', 300)": (300, ERROR),
    "RedirectResponse('/x')": (307, ERROR),
    "RedirectResponse('/x', 302)": (302, ERROR),
    "refused()": (400, ERROR),
}
TUPLES = [
    "({}, 404)",
    "({}, 100)",
    "({'a': 1}, 201)",
    "('x', NOT_HERE)",
    "({}, status.HTTP_404_NOT_FOUND)",
]
GOOD = [
    "JSONResponse({})", "JSONResponse({}, status_code=200)", "Response('x')", "(1, 200)", "(1, 2)",
    "({}, 99)", "({}, 600)", "({}, 'x')", "({}, 1, 404)", "[{}, 404]", "({},)", "({}, True)",
    "JSONResponse({}, status_code=int(args['code']))", "({}, args['code'])", "{'status_code': 404}",
    "(404, {})",
]  # fmt: skip


def cord(returned: str, decorator: str = "", before: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in [*before.splitlines(), f"return {returned}"])
    return f"{HEAD}@chute.cord(public_api_path='/x'{decorator})\ndef x(self, args: dict):\n{lines}"


@pytest.mark.parametrize("returned", RESPONSES)
def test_a_response(returned: str, findings: Findings) -> None:
    number, severity = RESPONSES[returned]
    (found,) = findings(cord(returned), ID)
    assert found.severity is severity
    assert found.message.startswith(f"the caller gets 200, not {number}: ")


@pytest.mark.parametrize("returned", TUPLES)
def test_a_tuple(returned: str, findings: Findings) -> None:
    for exposure in Exposure:
        (found,) = findings(cord(returned), ID, exposure=exposure)
        assert found.severity is WARNING
        assert "is the second item of a JSON list" in found.message


@pytest.mark.parametrize("returned", GOOD)
def test_stays_silent(returned: str, findings: Findings) -> None:
    assert findings(cord(returned), ID) == []


def test_responses_that_need_a_library(findings: Findings) -> None:
    for name in ("ORJSONResponse", "UJSONResponse"):
        returned = f"fastapi.responses.{name}({{}}, 404)"
        assert len(findings(cord(returned), ID)) == 1


def test_on_direct_exposure_the_status_arrives(findings: Findings) -> None:
    source = cord("JSONResponse({}, status_code=404)")
    assert findings(source, ID, exposure=Exposure.DIRECT) == []
    assert len(findings(source, ID, exposure=Exposure.BOTH)) == 1
    before = "if self.exposure == 'direct':\n    return Response('x', 401)"
    assert findings(cord("{}", before=before), ID) == []


@pytest.mark.parametrize(
    ("decorator", "responses", "tuples"),
    [
        (", passthrough=True", 0, 0),
        (", stream=True", 1, 0),
        (", stream=LATER", 1, 0),
        (", passthrough=LATER", 1, 0),
    ],
)
def test_leaves_alone(decorator: str, responses: int, tuples: int, findings: Findings) -> None:
    assert len(findings(cord("Response('x', 404)", decorator), ID)) == responses
    assert len(findings(cord("({}, 404)", decorator), ID)) == tuples


def test_middleware_answers_for_itself(findings: Findings) -> None:
    source = HEAD + (
        "@chute.middleware('http')\nasync def guard(request, call_next):\n"
        "    return JSONResponse({}, status_code=403)\n"
    )
    assert findings(source, ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    cords = [cord(returned).removeprefix(HEAD) for returned in (*RESPONSES, *TUPLES)]
    found = answers(HEAD, cords, [{"code": 200}], {})
    for (number, _), ((status, text),) in zip(RESPONSES.values(), found, strict=False):
        assert (status, json.loads(text)["status_code"]) == (200, number)
    for ((status, text),) in found[len(RESPONSES) :]:
        assert status == 200
        assert isinstance(json.loads(text), list)
