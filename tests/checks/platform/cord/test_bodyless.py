"""get-cord-with-argument, and what the SDK answers to GET in both ways of calling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "get-cord-with-argument"
HEAD = """\
import functools
from typing import Optional
from chutes.chute import Chute
from pydantic import BaseModel
chute = Chute('u', 'n', 'i')
class Free(BaseModel):
    prompt: str = ""
class Bound(BaseModel):
    prompt: str
def careful(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)
    return wrapper
"""
FAILS = {
    ("self, args", ""): "its function needs 'args'",
    ("self, args: dict", ""): "its function needs 'args'",
    ("self, args: Free", ""): "needs 'args'",
    ("self, args: Free = None", ""): "'args' is validated as a Free",
    ("self, args: Free = Free()", ""): "'args' is validated as a Free",
    ("self, *args: Free", ""): "'args' is validated as a Free",
    ("self, args: dict = None", "input_schema=Free"): "its input_schema Free is validated",
    ("self, args: Free = None", "input_schema={'type': 'object'}"): "validated as a Free",
    ("self, args=None", "input_schema=Bound"): "its input_schema Bound is validated",
}
WORKS = [
    ("self", ""),
    ("self, args=None", ""),
    ("self, args: dict = None", ""),
    ("self, args: Optional[Free] = None", ""),
    ("self, *args", ""),
    ("self, args: dict = None", "minimal_input_schema=Free"),
]
SILENT = [
    ("self, args=None", "input_schema=unknown()"),
    ("self, args: Free = None", "input_schema=unknown()"),
    ("self, args", "passthrough=True"),
    ("self, args", "passthrough=unknown()"),
    ("self, first, second", ""),  # cord-signature
    ("self, args: Free = None, n: int = 3", ""),  # cord-signature
]


def cord(parameters: str, arguments: str, method: str = "'GET'", path: str = "'/x'") -> str:
    more = f", {arguments}" if arguments else ""
    return (
        f"{HEAD}@chute.cord(public_api_path={path}, public_api_method={method}{more})\n"
        f"async def x({parameters}): return {{'a': 1}}\n"
    )


@pytest.mark.parametrize(("shape", "words"), FAILS.items())
def test_fails_without_a_body(shape: tuple[str, str], words: str, findings: Findings) -> None:
    for method in ("GET", "DELETE", "HEAD"):
        (found,) = findings(cord(*shape, f"{method!r}"), ID)
        assert words in found.message
        assert f"called by {method}" in found.message
    for method in ("'POST'", "'PUT'", "'PATCH'", "unknown()", "'get'"):
        assert findings(cord(*shape, method), ID) == []


@pytest.mark.parametrize("shape", [*WORKS, *SILENT])
def test_works_without_a_body(shape: tuple[str, str], findings: Findings) -> None:
    assert findings(cord(*shape), ID) == []


@pytest.mark.parametrize(
    "code",
    [
        cord("self, args", "", path="None"),  # cord-without-public-path
        cord("self, args", "").replace("async def", "@unknown\nasync def"),
        f"{HEAD}chute.cord(public_api_path='/x', public_api_method='GET')(unknown)\n",
    ],
)
def test_leaves_alone(code: str, findings: Findings) -> None:
    assert findings(code, ID) == []


def test_looks_through_a_careful_decorator(findings: Findings) -> None:
    assert len(findings(cord("self, args", "").replace("async def x", "@careful\nasync def x"), ID))


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for shape in [*FAILS, *WORKS]:
        expected = 500 if shape in FAILS else 200
        (dev,) = judge.calls(cord(*shape), ("GET", "/x", None), way="dev")
        (production,) = judge.calls(cord(*shape), ("POST", "/x", {}))
        assert (dev[0], production[0]) == (expected, expected), shape
