"""cord-generator-mismatch, and what the SDK answers in each of its cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-generator-mismatch"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
HEAD = """\
import functools

from chutes.chute import Chute
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from parts import other_parts

chute = Chute("you", "my-service", "you/my-service:1.0")


class Part(BaseModel):
    text: str = "x"


def parts():
    yield "a"


async def async_parts():
    yield "a"


async def later():
    return ["a"]


async def gives():
    return parts()


def hands_on():
    return parts()


def either(deep=False):
    if deep:
        return parts()
    return ["a"]


def endless(deep=True):
    return ["a"] if deep else endless()


@functools.lru_cache
def cached():
    return parts()


def nothing():
    pass


def joined(function):
    return lambda *args: "".join(function(*args))


@joined
def text():
    yield "a"


class Service:
    def stream(self):
        yield "a"


service = Service()

"""
PARTS = "def other_parts():\n    yield 'a'\n"
# (async, stream, body, severity)
BAD = [
    (True, False, "yield 'a'", ERROR),
    (False, False, "yield 'a'", ERROR),
    (True, False, "if args.get('deep'):\n    yield 'a'", ERROR),
    (False, False, "yield from parts()", ERROR),
    (True, False, "async for part in async_parts():\n    yield part", ERROR),
    (False, False, "return parts()", ERROR),
    (True, False, "return parts()", ERROR),
    (True, False, "return async_parts()", ERROR),
    (False, False, "return other_parts()", ERROR),
    (False, False, "return service.stream()", ERROR),
    (False, False, "return hands_on()", ERROR),
    (True, False, "return await gives()", ERROR),
    (False, False, "return cached()", ERROR),
    (False, False, "found = parts()\nreturn found", ERROR),
    (False, False, "return parts() if args else []", ERROR),
    (False, False, "return (part for part in 'ab')", ERROR),
    (True, True, "return ['a']", ERROR),
    (True, True, "return parts()", ERROR),
    (True, True, "return async_parts()", ERROR),
    (True, True, "args.get('x')", ERROR),
    (True, True, "...", ERROR),
    (False, True, "args.get('x')", ERROR),
    (False, True, "return async_parts()", ERROR),
    (False, True, "return later()", ERROR),
    (False, True, "return None", ERROR),
    (False, True, "return 5", ERROR),
    (False, True, "return b'ab'", ERROR),
    (False, True, "return Part()", ERROR),
    (False, True, "return JSONResponse({})", ERROR),
    (False, True, "return len(args)", ERROR),
    (False, True, "return 'abc'", WARNING),
    (False, True, "return f'abc{args}'", WARNING),
    (False, True, "return {'a': 1}", WARNING),
]
GOOD = [
    (True, True, "yield 'a'"),
    (False, True, "yield 'a'"),
    (False, True, "return parts()"),
    (False, True, "return service.stream()"),
    (False, True, "return hands_on()"),
    (False, True, "return ['a', 'b']"),
    (False, True, "return iter(['a'])"),
    (False, True, "return (part for part in 'ab')"),
    (False, True, "return map(str, [1])"),
    (False, True, "return dict(a=1)"),
    (False, True, "return list('ab')"),
    (False, True, "return either()"),
    (False, True, "return args['parts']"),
    (False, False, "return ['a']"),
    (False, False, "return list(parts())"),
    (False, False, "return either()"),
    (False, False, "return endless()"),
    (False, False, "return text()"),
    (False, False, "return nothing()"),
    (True, False, "return await later()"),
    (True, False, "return [part async for part in async_parts()]"),
    (True, False, "def inner():\n    yield 1\nreturn list(inner())"),
]


def cord(is_async: bool, stream: bool, body: str, decorator: str = "", around: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    option = ", stream=True" if stream else ""
    prefix = "async " if is_async else ""
    return (
        f"{HEAD}@chute.cord(public_api_path='/x'{option}{decorator})\n{around}"
        f"{prefix}def x(self, args: dict):\n{lines}"
    )


def tree(source: str) -> dict[str, str]:
    return {"app.py": source, "parts.py": PARTS}


@pytest.mark.parametrize(("is_async", "stream", "body", "severity"), BAD)
def test_fires(
    is_async: bool, stream: bool, body: str, severity: Severity, findings: Findings
) -> None:
    (found,) = findings(tree(cord(is_async, stream, body)), ID)
    assert found.severity is severity
    assert ("500" in found.message) == (severity is ERROR)


@pytest.mark.parametrize(("is_async", "stream", "body"), GOOD)
def test_stays_silent(is_async: bool, stream: bool, body: str, findings: Findings) -> None:
    assert findings(tree(cord(is_async, stream, body)), ID) == []


@pytest.mark.parametrize(
    ("decorator", "around"),
    [
        (", stream=LATER", ""),
        (", **LATER", ""),
        (", passthrough=True", ""),
        (", passthrough=LATER", ""),
        ("", "@joined\n"),
        ("", "@functools.singledispatch\n"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_leaves_alone(decorator: str, around: str, stream: bool, findings: Findings) -> None:
    if stream and "LATER" in decorator and "passthrough" not in decorator:
        return
    body = "return ['a']" if stream else "yield 'a'"
    assert findings(tree(cord(True, stream, body, decorator, around)), ID) == []


def test_a_coroutine_is_no_generator_yet(findings: Findings) -> None:
    assert findings(tree(cord(True, False, "return gives()")), ID) == []


def test_in_the_dev_runtime_a_plain_generator_is_a_list(findings: Findings) -> None:
    (found,) = findings(tree(cord(False, False, "yield 'a'")), ID, exposure=Exposure.DIRECT)
    assert found.severity is WARNING
    (found,) = findings(tree(cord(True, False, "yield 'a'")), ID, exposure=Exposure.DIRECT)
    assert found.severity is ERROR
    handed_on = tree(cord(False, False, "return parts()"))
    assert findings(handed_on, ID, exposure=Exposure.DIRECT) == []
    async_on = tree(cord(True, False, "return async_parts()"))
    assert len(findings(async_on, ID, exposure=Exposure.DIRECT)) == 1


def test_points_to_the_returned_part(findings: Findings) -> None:
    (found,) = findings(tree(cord(False, False, "return parts() if args else []")), ID)
    assert found.snippet == "parts()"
    (found,) = findings(tree(cord(False, False, "found = parts()\nreturn found")), ID)
    assert found.snippet == "found"


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    cases = [*BAD, *((*case, None) for case in GOOD)]
    cords = [cord(*case[:3]).removeprefix(HEAD) for case in cases]
    found = answers(HEAD, cords, [{"a": 1, "parts": ["a"]}], {"parts.py": PARTS})
    wrong = [
        (case, answer)
        for case, (answer,) in zip(cases, found, strict=True)
        if answer[0] != (500 if case[3] is ERROR else 200)
    ]
    assert wrong == [], wrong


@pytest.mark.sdk
def test_the_dev_runtime_agrees(judge: Any) -> None:
    (answer,) = judge.calls(
        tree(cord(False, False, "yield 'a'")), ("POST", "/x", {"a": 1}), way="dev"
    )
    assert answer == (200, '["a"]')
    for body in ("yield 'a'", "return async_parts()"):
        ((status, _),) = judge.calls(
            tree(cord(True, False, body)), ("POST", "/x", {"a": 1}), way="dev"
        )
        assert status == 500
