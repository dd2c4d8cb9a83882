"""cord-constant and cord-empty-body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
HEAD = """\
import functools
import logging
import os
import time

from chutes.chute import Chute
from fastapi import HTTPException
from loguru import logger

chute = Chute("you", "my-service", "you/my-service:1.0")
log = logging.getLogger(__name__)
VERSION = "1.0"


def measured():
    return time.time()


def fixed():
    return 'ok'


async def later():
    try:
        return {'status': fixed()}
    except Exception:
        return measured()


def around():
    return around()


def none():
    return None


def given(value):
    return 'ok'


def turns():
    yield 'ok'


def decorated():
    measured()
    return 'ok'


@functools.cache
def cached():
    return 'ok'


class Checker:
    def state(self):
        return 'ok'

    def real(self):
        return self.ready


checker = Checker()

"""
CONSTANT = [
    "return {'status': 'ok'}",
    "return 'ok'",
    "return True",
    "return []",
    "return {'version': VERSION}",
    "return f'v{VERSION}'",
    "'Say that all is well.'\nreturn {'status': 'ok'}",
    "logger.info('asked')\nreturn 'ok'",
    "log.info('asked')\nreturn 'ok'",
    "logging.info('asked')\nreturn 'ok'",
    "print('asked')\nreturn 'ok'",
    "status = {'status': 'ok'}\nreturn status",
    "if VERSION:\n    return 'ok'\nreturn 'no'",
    "try:\n    return {'status': 'ok'}\nexcept Exception as e:\n    return {'error': str(e)}",
    "try:\n    return 'ok'\nexcept Exception as e:\n    measured()\n    raise HTTPException(429)",
    "return fixed()",
    "return checker.state()",
    "return cached()",
    "return {'status': fixed()}",
    "return ['ok', fixed()]",
]
LIVE = [
    "return {'ready': self.ready}",
    "return {'time': time.time()}",
    "return {'time': measured()}",
    "return {'region': os.environ.get('REGION', 'x')}",
    "return None",
    "measured()\nreturn 'ok'",
    "self.n = 1\nreturn 'ok'",
    "if self.ready:\n    return 'ok'\nreturn 'no'",
    "if not self.ready:\n    raise HTTPException(429)\nreturn 'ok'",
    "raise HTTPException(429)",
    "self.n = 1",
    "assert True",
    "if VERSION:\n    return 'ok'\nreturn self.state",
    "try:\n    return self.state\nexcept Exception:\n    return 'no'",
    "try:\n    measured()\nexcept Exception:\n    return 'no'\nreturn 'ok'",
    "self.status = 'ok'\nreturn 'ok'",
    "status = 'ok'\nstatus = measured()\nreturn status",
    "status = measured()\nreturn 'ok'",
    "if measured():\n    return 'ok'\nreturn 'ok'",
    "return {'status': fixed(), 'ready': self.ready}",
    "return ['ok', self.ready]",
    "return decorated()",
    "return around()",
    "return none()",
    "return turns()",
    "return given(1)",
    "return checker.real()",
    "return checker.missing()",
    "return unknown()",
    "return await self.answer()",
    "for each in [1]:\n    return 'ok'",
    "status = 'ok'",
    "return",
]
EMPTY = ["pass", "...", "'Not written yet.'", "return", "'Later.'\nreturn"]
NOT_EMPTY = ["return None", "raise NotImplementedError", "measured()", "del self.n", "assert 1"]


def cord(body: str, decorator: str = "", around: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"@chute.cord(public_api_path='/x'{decorator})\n{around}def x(self):\n{lines}"


@pytest.mark.parametrize("body", [*CONSTANT, *LIVE])
def test_constant(body: str, findings: Findings) -> None:
    found = findings(HEAD + cord(body), "cord-constant")
    assert [each.severity for each in found] == [Severity.INFO] * (body in CONSTANT)


@pytest.mark.parametrize("body", ["return await later()", "return await asked()"])
def test_what_is_awaited_is_followed(body: str, findings: Findings) -> None:
    source = HEAD + cord(body).replace("def x", "async def x")
    assert len(findings(source, "cord-constant")) == ("later" in body)


HEALTH = ["/health", "/healthz", "/HEALTH", "/health/", "/v1/health", "/health_check",
          "/health-check", "/healthcheck", "/ready", "/readyz", "/readiness", "/status",
          "/model_status"]  # fmt: skip
OTHER = ["/live", "/livez", "/ping", "/x", "/healthy", "/already", "/health/live", "/version"]


@pytest.mark.parametrize("path", [*HEALTH, *OTHER])
def test_a_cord_that_tells_health_must_look(path: str, findings: Findings) -> None:
    for option in ("public_api_path=", "path="):
        source = HEAD + cord("return 'ok'").replace("public_api_path='/x'", f"{option}'{path}'")
        (found,) = findings(source, "cord-constant")
        assert found.severity is (Severity.WARNING if path in HEALTH else Severity.INFO)


@pytest.mark.parametrize("body", [*EMPTY, *NOT_EMPTY])
def test_empty(body: str, findings: Findings) -> None:
    found = findings(HEAD + cord(body), "cord-empty-body")
    assert [each.severity for each in found] == [Severity.WARNING] * (body in EMPTY)


@pytest.mark.parametrize(
    ("decorator", "around"),
    [
        (", passthrough=True", ""),
        (", passthrough=LATER", ""),
        (", stream=True", ""),
        (", stream=LATER", ""),
        ("", "@functools.cache\n"),
    ],
)
def test_leaves_alone(decorator: str, around: str, findings: Findings) -> None:
    assert findings(HEAD + cord("return 'ok'", decorator, around), "cord-constant") == []
    assert findings(HEAD + cord("pass", decorator, around), "cord-empty-body") == []


def test_a_function_that_cannot_be_told(findings: Findings) -> None:
    source = HEAD + "chute.cord(public_api_path='/x')(lambda self: 'ok')\n"
    assert findings(source, "cord-constant") == findings(source, "cord-empty-body") == []
    source = HEAD + "def x(self):\n    return 'ok'\nchute.cord(public_api_path='/x')(x)\n"
    assert len(findings(source, "cord-constant")) == 1


@pytest.mark.sdk
def test_an_empty_body_answers_null(answers: Callable[..., Any]) -> None:
    assert answers(HEAD, [cord(body) for body in EMPTY], [None], {}) == [[(200, "null")]] * len(
        EMPTY
    )
