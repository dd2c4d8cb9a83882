"""passthrough-body-never-runs: what a body may hold, and that none of it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "passthrough-body-never-runs"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


def cord(body: str, flag: str = "True") -> str:
    return (
        f"{HEAD}@chute.cord(public_api_path='/x', passthrough={flag}, passthrough_port=9)\n"
        f"async def x(data):\n    {body}\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "return {'vectors': data['data']}",
        "return data.result",
        "check(data)",
        "await check(data)",
        "raise ValueError('no')",
        "if data:\n        return data",
        "result = data\n    return result",
        "for each in data: yield each",
        "return f'{data}'",
        "del data",
    ],
)
def test_a_body_that_would_do_something(body: str, findings: Findings) -> None:
    (found,) = findings(cord(body), ID)
    assert "cord x is a passthrough cord" in found.message
    assert found.location.line == 5


@pytest.mark.parametrize(
    "body",
    [
        "...",
        "pass",
        '"""Docs."""',
        '"""Docs."""\n    return data',
        "return",
        "return None",
        "return {'data': data}",
        "return [data, (1, 2)]",
        "yield data",
        "raise NotImplementedError",
        "raise NotImplementedError('upstream')",
    ],
)
def test_a_placeholder(body: str, findings: Findings) -> None:
    assert findings(cord(body), ID) == []


@pytest.mark.parametrize("flag", ["False", "unknown()"])
def test_other_cords_run(flag: str, findings: Findings) -> None:
    assert findings(cord("check(data)", flag), ID) == []


def test_an_unknown_function_has_no_body(findings: Findings) -> None:
    assert findings(f"{HEAD}chute.cord(passthrough=True)(unknown)\n", ID) == []


@pytest.mark.sdk
def test_the_sdk_never_calls_it(judge: Any) -> None:
    body = "open('called', 'w').close()"
    told = "import os\n@chute.cord()\nasync def told(self): return os.path.exists('called')\n"
    answers = judge.calls(cord(body) + told, ("POST", "/x", {"a": 1}), ("POST", "/told", {}))
    assert answers[1] == (200, "false")
    answers = judge.calls(cord(body, "False") + told, ("POST", "/x", {}), ("POST", "/told", {}))
    assert answers[1] == (200, "true")
