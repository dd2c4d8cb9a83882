from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-serves-nothing"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


@pytest.mark.parametrize(
    "use",
    [
        "",
        "print(chute)",
        "assert isinstance(chute, Chute)",
        "print(chute.name)",
        "alias = chute",
        "alias: Chute = chute",
        "x: int",
        "chute.title += '!'",
        "names = [chute.name]",
        "import os\nos.getenv('X')",
        "every = {}\ndel every['x']",
        "every = {}\nevery['x'] = chute.name",
        "chute.include_router(chute.router)",
    ],
)
def test_what_can_be_followed(use: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{use}\n", ID)] == [ID]


@pytest.mark.parametrize(
    "use",
    [
        "import other\nother.register(chute)",
        "import other\nother.register(app=chute)",
        "unknown(chute)",
        "unknown(chute)(1)",
        "getattr(chute, 'cord')()(unknown)",
        "every = {}\nevery['x'] = chute",
        "class Box: pass\nBox.chute = chute",
        "class Box: pass\nBox.chute: Chute = chute",
        "every = [chute]",
        "every = {'x': chute}",
        "make = lambda: chute",
        "every = [chute for _ in range(2)]",
        "add = chute.cord",
        "add = chute.job",
        "chute.cords.append(1)",
        "chute._cords.append(1)",
        "chute._jobs += [1]",
        "def give():\n    yield chute",
    ],
)
def test_what_cannot(use: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{use}\n", ID) == []


def test_a_cord_that_is_called_at_once_is_followed(findings: Findings) -> None:
    """Then the chute is not empty, which is why nothing is said; see `test_contents`."""
    source = "from chutes.chute import Chute\ndef main():\n    chute = Chute('u', 'n', 'i')\n"
    called = f"{source}    chute.cord(path='/x')(print)\nmain()\n"
    assert [each.check for each in findings(called, "chute-variable")] == ["chute-variable"]
    kept = f"{source}    add = chute.cord\nmain()\n"
    assert findings(kept, "chute-variable") == []
