"""hook-argument, and what the SDK does with each priority."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "hook-argument"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


def hook(arguments: str, name: str = "load", kind: str = "on_startup") -> str:
    return f"@chute.{kind}({arguments})\nasync def {name}(self): ...\n"


REFUSED = {
    hook("order=1"): "no argument 'order'",
    hook("1, 2"): "one argument only",
    hook("1, priority=2"): "one 'priority' only",
    hook("order=1", kind="on_shutdown"): "on_shutdown() has no argument 'order'",
    hook("priority=1, **{'when': 2}"): "no argument 'when'",
}
CLASHES = [
    hook("'first'") + hook("", "other"),
    hook("None") + hook("5", "other"),
    hook("None") + hook("priority=5", "other"),
    hook("[1]") + hook("", "other") + hook("unknown()", "more"),
]
CLASHES_TWICE = hook("None") + hook("None", "other")
SORTS = [
    hook(""),
    hook("5") + hook("", "other"),
    hook("5.5") + hook("True", "other"),
    hook("'a'") + hook("'b'", "other"),
    hook("None"),
    hook("'first'", kind="on_shutdown") + hook("", "other", kind="on_shutdown"),
    hook("'first'") + hook("", "other", kind="on_shutdown"),
]
UNKNOWN = [
    hook("unknown()") + hook("", "other"),
    hook("'a'") + hook("unknown()", "other"),
    hook("*unknown()") + hook("**unknown()", "other"),
    hook("None") + "@chute.on_startup\nasync def bare(self): ...\n",
    "@chute.on_startup\nasync def load(self): ...\n",
]


@pytest.mark.parametrize(("code", "words"), REFUSED.items())
def test_refused_argument(code: str, words: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, ID)
    assert words in found.message


@pytest.mark.parametrize("code", CLASHES)
def test_priorities_that_cannot_be_sorted(code: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, ID)
    assert "cannot be compared" in found.message
    assert len(findings(HEAD + CLASHES_TWICE, ID)) == 2


@pytest.mark.parametrize("code", [*SORTS, *UNKNOWN])
def test_accepted_argument(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    before = f"{HEAD}def unknown(): return 7\n"
    for code in REFUSED:
        assert (judge.imports(before + code) or "").startswith("TypeError"), code
    for code in [*CLASHES, CLASHES_TWICE]:
        with pytest.raises(AssertionError, match="TypeError: '<' not supported"):
            judge.calls(before + code)
    for code in SORTS:
        assert judge.calls(before + code) == [], code
