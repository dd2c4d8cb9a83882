"""Start-up hooks that never run or cannot be called, and what the SDK does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
CORD = "@chute.cord(path='/ran')\nasync def ran(self): return {'ran': hasattr(self, 'it')}\n"
LOAD = "async def load(self): self.it = 1\n"

NEVER = {
    f"@chute.on_startup\n{LOAD}": "without parentheses",
    f"{LOAD}chute.on_startup(load)\n": "takes this function for a priority",
    f"{LOAD}chute.on_startup(priority=load)\n": "takes this function for a priority",
    "@chute.on_startup()\nasync def load(self):\n    self.it = 1\n    yield\n":
        "load is a generator",
    "@chute.on_startup()\ndef load(self):\n    self.it = 1\n    yield\n": "load is a generator",
}  # fmt: skip
RUNS = [
    f"@chute.on_startup()\n{LOAD}",
    f"@chute.on_startup(priority=10)\n{LOAD}",
    f"@chute.on_startup(10)\n{LOAD}",
    f"{LOAD}chute.on_startup()(load)\n",
    f"@chute.on_startup()\n{LOAD}\n@chute.on_shutdown\nasync def stop(self): ...\n",
    f"@chute.on_startup()\n{LOAD}\n@chute.on_shutdown()\nasync def stop(self):\n    yield\n",
]


@pytest.mark.parametrize(("code", "words"), NEVER.items())
def test_never_runs(code: str, words: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, "startup-hook-never-runs")
    assert words in found.message


@pytest.mark.parametrize(
    "code",
    [*RUNS, f"from x import other\n@other.on_startup\n{LOAD}", "chute.on_startup()(unknown)\n",
     f"@chute.on_startup(*unknown())\n{LOAD}"],
)  # fmt: skip
def test_runs(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "startup-hook-never-runs") == []


@pytest.mark.sdk
def test_the_sdk_agrees_on_running(judge: Any) -> None:
    for codes, ran in ((NEVER, "false"), (RUNS, "true")):
        for code in codes:
            answers = judge.calls(HEAD + code + CORD, ("POST", "/ran", {}))
            assert answers == [(200, f'{{"ran":{ran}}}')], code


def hook(parameters: str, kind: str = "on_startup()", more: str = "") -> str:
    return f"@chute.{kind}\n{more}def load({parameters}): ...\n"


CANNOT = {
    "": "has no parameter for the chute",
    "*, a=1": "has no parameter for the chute",
    "self, other": "needs other, which is never passed",
    "self, other, more, a=1": "needs other, more, which is never passed",
    "self, *, key": "needs key, which is never passed",
    "*rest, key": "needs key, which is never passed",
}
CAN = ["self", "app", "self, other=1", "*rest", "self, *, key=1", "self, *rest, **more", "self, /"]


@pytest.mark.parametrize(("parameters", "words"), CANNOT.items())
def test_cannot_be_called(parameters: str, words: str, findings: Findings) -> None:
    for start in ("", "async "):
        (found,) = findings(HEAD + hook(parameters, more=start), "startup-hook-signature")
        assert f"hook load {words}" in found.message


@pytest.mark.parametrize(
    "code",
    [
        *map(hook, CAN),
        hook("", kind="on_shutdown()"),
        hook("", kind="on_startup"),  # startup-hook-never-runs
        hook("", more="@unknown\n"),
        "def load(): ...\nchute.on_startup()(load)\n",
        "class Service:\n    def load(self, chute): ...\nchute.on_startup()(Service().load)\n",
        "chute.on_startup()(unknown)\n",
    ],
)
def test_can_be_called(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "startup-hook-signature") == []


@pytest.mark.sdk
def test_the_sdk_agrees_on_signatures(judge: Any) -> None:
    for parameters in CANNOT:
        with pytest.raises(AssertionError, match=r"TypeError: load\(\)"):
            judge.calls(HEAD + hook(parameters) + CORD)
    for parameters in CAN:
        assert judge.calls(HEAD + hook(parameters) + CORD) == []
