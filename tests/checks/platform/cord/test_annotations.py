"""cord-annotation: names the SDK looks up, where it finds them and where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "cord-annotation"
LATER = "from __future__ import annotations\n"
HEAD = """\
import typing
from typing import TYPE_CHECKING, Annotated, Literal, Optional
from typing_extensions import Annotated as Also, Literal as Exactly
from chutes.chute import Chute
chute = Chute('u', 'n', 'i')
if TYPE_CHECKING:
    from decimal import Decimal
    import fractions
if typing.TYPE_CHECKING:
    Size = int
else:
    Length = int
try:
    from nowhere import Maybe
except ImportError:
    Maybe = None
class Known: ...
def late():
    global Global
    Global = int
    from decimal import Decimal as Inner
late()
"""
BELOW = "class Below: ...\nimport fractions as under\nNumber = int\n"


def cord(annotation: str, returns: str = "dict") -> str:
    return f"@chute.cord()\nasync def x(self, args: {annotation}) -> {returns}: ...\n"


MISSING = {
    HEAD + cord("'Nothing'"): "Nothing is not defined:",
    HEAD + cord("'Decimal'"): "Decimal is imported for type checkers only",
    HEAD + cord("'fractions.Fraction'"): "fractions is imported for type checkers only",
    HEAD + cord("'Size'"): "Size is imported for type checkers only",
    HEAD + cord("'Inner'"): "Inner is not defined:",
    HEAD + cord("'Below'") + BELOW: "Below is defined below the cord",
    HEAD + cord("'under.Fraction'") + BELOW: "under is defined below the cord",
    HEAD + cord("'Number'") + BELOW: "Number is defined below the cord",
    HEAD + cord("Optional['Nothing']"): "Nothing is not defined:",
    HEAD + cord("r'Nothing'"): "Nothing is not defined:",
    HEAD + cord('"Nothing"'): "Nothing is not defined:",
    HEAD + cord("list['Optional[Nothing]']"): "Nothing is not defined:",
    HEAD + cord("'list[Known, Nothing]'"): "Nothing is not defined:",
    HEAD + cord("Annotated['Nothing', 'Known']"): "Nothing is not defined:",
    HEAD + cord("dict", "'Nothing'"): "Nothing is not defined:",
    LATER + HEAD + cord("Nothing"): "Nothing is not defined:",
    LATER + HEAD + cord("Decimal | None"): "Decimal is imported for type checkers only",
    LATER + HEAD + cord("list[fractions.Fraction]"): "fractions is imported for type checkers only",
    LATER + HEAD + cord("dict", "Below") + BELOW: "Below is defined below the cord",
    LATER + HEAD + cord("Nothing[int]"): "Nothing is not defined:",
    LATER + HEAD + "def make():\n    class Local: ...\n    @chute.cord()\n"
    "    async def x(self, args: Local): ...\nmake()\n": "Local is not defined at the top",
    LATER + HEAD + "class S:\n    class Local: ...\n    @chute.cord()\n"
    "    async def x(self, args: Local): ...\n": "Local is not defined at the top",
    HEAD + "async def x(self, args: 'Nothing'): ...\nchute.cord()(x)\n": "Nothing is not defined",
    HEAD
    + "async def x(self, args: 'Below'): ...\nchute.cord()(x)\n"
    + BELOW: "Below is defined below the cord",
    HEAD + cord("'x'"): "x is defined below the cord",
}
FOUND = [
    HEAD + cord("'Known'"),
    HEAD + cord("'Length'"),
    HEAD + cord("'Maybe'"),
    HEAD + cord("'Global'"),
    HEAD + cord("'dict[str, int]'", "'int'"),
    HEAD + cord("Literal['Nothing']"),
    HEAD + cord("typing.Literal['Nothing', 'more']"),
    HEAD + cord("Annotated[Known, 'Nothing']"),
    HEAD + cord("Exactly['Nothing']"),
    HEAD + cord("Also[Known, 'Nothing']"),
    HEAD + cord("'Literal[1]'"),
    HEAD + cord("None"),
    HEAD + "if len(__name__):\n    Late = int\n" + cord("'Late'"),
    HEAD + "FULL = True\nif FULL:\n    Late = int\n" + cord("'Late'"),
    HEAD + "async def x(self, args: 'Below'): ...\n" + BELOW + "chute.cord()(x)\n",
    HEAD + "def make():\n    chute.cord()(x)\nasync def x(self, args: 'Below'): ...\n" + BELOW
    + "make()\n",
    HEAD + "async def x(self, args: 'x'): ...\nchute.cord()(x)\n",
    HEAD + "async def x(self, args: 'Same'): ...\nSame = int; chute.cord()(x)\n",
    LATER + HEAD + cord("Known", "Optional[dict]"),
    LATER + HEAD + "def make():\n    @chute.cord()\n    async def x(self, a: Below): ...\n"
    + BELOW + "make()\n",
    LATER + HEAD + cord("Literal['Nothing']"),
    HEAD + "class Known2: ...\n" + cord("'Known2'") + "class Known2: ...\n",
]  # fmt: skip
SILENT = [
    HEAD + "from elsewhere import *\n" + cord("'Nothing'"),
    HEAD + cord("'Nothing'").replace("async def", "@unknown\nasync def"),
    HEAD + "chute.cord()(unknown)\n",
    HEAD + cord("'no type at all'"),
    HEAD + cord("Optional['no type at all']"),
    HEAD + cord("Optional['1 is 2']"),
    HEAD + cord(f"Optional['{'(' * 9000}']"),
    HEAD + cord("Nothing"),  # Python's own NameError, and every linter's
    "from __future__ import division\n" + HEAD + cord("Nothing"),
]

ELSEWHERE = {
    "app.py": "from chutes.chute import Chute\nfrom made import x\n"
    "chute = Chute('u', 'n', 'i')\nchute.cord()(x)\n",
    "made.py": "\n\n\n\nasync def x(self, args: 'Below'): ...\n" + BELOW,
}


@pytest.mark.parametrize(("source", "words"), MISSING.items())
def test_a_name_that_is_not_there(source: str, words: str, findings: Findings) -> None:
    (found,) = findings(source, ID)
    assert words in found.message.replace(": NameError", ":: NameError")


@pytest.mark.parametrize("source", [*FOUND, *SILENT])
def test_a_name_that_is_there(source: str, findings: Findings) -> None:
    assert findings(source, ID) == []


def test_a_function_of_another_module_is_defined_whole(findings: Findings) -> None:
    assert findings(ELSEWHERE, ID) == []


def test_points_to_the_annotation(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("dict", "'Nothing'"), ID)
    assert found.snippet == "'Nothing'"


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for source in MISSING:
        assert (judge.imports(source) or "").startswith("NameError"), source
    for source in FOUND:
        assert judge.imports(source) is None, source
    assert judge.imports(ELSEWHERE) is None
