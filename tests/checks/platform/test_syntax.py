from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

ID = "syntax-error"
HEAD = "from chutes.chute import Chute\n"
BAD = [
    "chute = Chute(username='u', name='n', image='i'",
    "chute = Chute(username='u', name='n', image='i', name='m')",
    "chute = Chute('u', 'n', 'i')\nreturn chute",
    "chute = Chute('u', 'n', 'i')\nawait chute.initialize()",
    "chute = Chute('u', 'n', 'i')\n@chute.cord()\nasync def f(self, a, a): ...",
]
GOOD = [
    "chute = Chute(username='u', name='n', image='i')",
    # Refused when it runs, not when it is compiled.
    "chute = Chute(**{'name': 'n'}, username='u', image='i')",
]


@pytest.mark.parametrize("source", BAD)
def test_fires(source: str, findings: Callable[..., list[Finding]]) -> None:
    assert [each.check for each in findings(HEAD + source)] == [ID]


@pytest.mark.parametrize("source", GOOD)
def test_stays_silent(source: str, findings: Callable[..., list[Finding]]) -> None:
    assert findings(HEAD + source, ID) == []


@pytest.mark.sdk
def test_python_agrees(judge: Any) -> None:
    for source in BAD:
        assert (judge.imports(HEAD + source) or "").startswith("SyntaxError: ")
    for source in GOOD:
        assert judge.imports(HEAD + source) is None
