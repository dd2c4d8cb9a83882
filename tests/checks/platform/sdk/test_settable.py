from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "sdk-read-only-attribute"
HEAD = "from chutes.chute import Chute, NodeSelector, ChutePack\nchute = Chute('u', 'n', 'i')\n"
HOOK = "@chute.on_startup()\nasync def h(self):\n"
PACK = "pack = ChutePack(chute=chute)\n"

RAISES = [
    ("chute.name = 'x'", "property without a setter", "name of your own"),
    ("chute.jobs, chute.x = 1, 2", "'jobs' of a Chute", "name of your own"),
    ("chute.readme += 'x'", "'readme' of a Chute", "name of your own"),
    ("chute.image: str = 'x'", "'image' of a Chute", "name of your own"),
    (f"{PACK}pack.concurrency = 4", "a ChutePack has no field 'concurrency'",
     "`.chute.concurrency = ...`"),
    ("s = NodeSelector()\ns.gpus = 1", "a NodeSelector has no field 'gpus'", "remove it"),
    ("s = NodeSelector()\ns.gpucount = 1", "no field 'gpucount'", "did you mean `gpu_count`?"),
    ("from chutes.chute import Cord\nCord(chute).config = 1", "'config' of a Cord",
     "name of your own"),
    ("class Mine(Chute): ...\nmine = Mine('u', 'n', 'i')\nmine.name = 'x'", "'name' of a Chute",
     "name of your own"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "message", "help"), RAISES)
def test_raises(source: str, message: str, help: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert found.severity is Severity.ERROR
    assert message in found.message
    assert help in found.help


def test_raises_in_a_hook(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{HOOK}    self.cords = []\n", ID)
    assert found.severity is Severity.ERROR
    assert found.location.line == 5
    (found,) = findings(f"{HEAD}{HOOK}    if self.title:\n        self.cords = []\n", ID)
    assert found.severity is Severity.WARNING


GOOD = [
    "chute.concurrency = 4",
    "chute.title = 'x'",
    "chute.anything = 1",
    f"{PACK}pack.chute = chute",
    "s = NodeSelector()\ns.gpu_count = 2",
    "print(chute.name)",
    "try:\n    chute.name = 'x'\nexcept AttributeError:\n    pass",
    "s = NodeSelector()\ntry:\n    s.x = 1\nexcept ValueError:\n    pass",
    "class Mine(Chute):\n    name = 'y'\nmine = Mine('u', 'n', 'i')\nmine.name = 'x'",
    "if __name__ == '':\n    from typing import TYPE_CHECKING",
    # The class is another matter: nothing raises.
    "Chute.name = 'x'",
    "ChutePack.note = 'x'",
]


@pytest.mark.parametrize("source", [*GOOD, "unknown.name = 1", f"{PACK}pack._note = 1",
                                    "def f(chute): chute.name = 'x'"])  # fmt: skip
def test_does_not_raise(source: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{source}\n", ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for source, *_ in RAISES:
        error = judge.imports(HEAD + source) or ""
        assert error.startswith(("AttributeError", "ValueError")), source
    for source in GOOD:
        assert judge.imports(HEAD + source) is None, source
