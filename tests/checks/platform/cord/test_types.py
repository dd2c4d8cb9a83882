"""cord-argument-type, and what the SDK does with every type in every place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "cord-argument-type"
HEAD = """\
import enum
from typing import Any, NamedTuple, Optional, TypedDict, Generic, TypeVar
from chutes.chute import Chute
from pydantic import BaseModel
chute = Chute('u', 'n', 'i')
class Input(BaseModel):
    text: str = "a"
T = TypeVar("T")
class Page(BaseModel, Generic[T]):
    items: list[T] = []
class Plain: ...
class Dynamic(getattr(enum, "Missing", Input)): ...
class Inherited(Plain, object): ...
class Document(dict): ...
class Entry(TypedDict): ...
class Pair(NamedTuple):
    left: int
class Colour(enum.Enum):
    RED = 1
def function(): ...
sample = Input()
SCHEMA = {"type": "object"}
"""

WRONG = {
    "path": ["5", "True", "3.5", "['x']", "{'a': 1}", "b'x'"],
    "passthrough_path": ["5"],
    "public_api_path": ["5"],
    "input_schema": [
        "5", "False", "''", "'x'", "['x']", "()", "list[int]", "Optional[Input]", "Input | None",
        "Input()", "sample", "str", "int", "float", "bool", "list", "dict", "bytes", "Plain",
        "Inherited", "Entry", "Pair", "Colour", "function", "dict[str, int]", "int | str",
    ],
    "minimal_input_schema": ["Input()"],
    "output_schema": ["list[Input]"],
}  # fmt: skip
RIGHT = {
    "path": ["None", "''", "0", "False", "'x'", "PATH"],
    "input_schema": ["None", "{}", "SCHEMA", "{'type': 'object'}", "Input", "Page", "Page[int]",
                     "Dynamic", "int and Input",
                     "Document()", "Input.model_json_schema()"],
    "minimal_input_schema": ["Input"],
    "output_schema": ["Input", "{'type': 'object'}"],
    "stream": ["True", "False", "1", "None", "''"],
    "output_content_type": ["5"],
    "passthrough_port": ["'9000'"],
}  # fmt: skip
FLAGS = ["stream", "passthrough", "sglang_passthrough"]
UNKNOWN = [
    "input_schema=unknown()",
    "input_schema=SCHEMAS['x']",
    "input_schema=given | other",
    "input_schema=MISSING",
    "input_schema=given",
    "output_schema=Derived",
    "input_schema=Either",
    "input_schema=Circle",
]
UNCERTAIN = """\
from elsewhere import Base, SCHEMAS, given, other
class Derived(Base): ...
class Circle(Circle): ...
if other:
    Either = Plain
else:
    Either = Input
"""


def cord(argument: str) -> str:
    return f"{HEAD}PATH = 'x'\n@chute.cord({argument})\nasync def x(self): return {{'a': 1}}\n"


def cases(table: dict[str, list[str]]) -> list[str]:
    return [f"{name}={value}" for name, values in table.items() for value in values]


@pytest.mark.parametrize("argument", cases(WRONG))
def test_wrong_type(argument: str, findings: Findings) -> None:
    (found,) = findings(cord(argument), ID)
    assert argument.split("=")[0] in found.message
    assert "the import fails" in found.message
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("argument", cases(RIGHT))
def test_right_type(argument: str, findings: Findings) -> None:
    assert findings(cord(argument), ID) == []


@pytest.mark.parametrize("flag", FLAGS)
def test_flag_as_text(flag: str, findings: Findings) -> None:
    (found,) = findings(cord(f"{flag}='false'"), ID)
    assert "counts as true" in found.message
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("argument", UNKNOWN)
def test_unknown_type(argument: str, findings: Findings) -> None:
    source = cord(argument).replace("chute = Chute", f"{UNCERTAIN}chute = Chute", 1)
    source = source.replace("class Plain: ...\n", "")
    assert findings("class Plain: ...\n" + source, ID) == []


def test_bases_of_bases(findings: Findings) -> None:
    chain = "class D0: ...\n" + "".join(f"class D{n}(D{n - 1}): ...\n" for n in range(1, 21))
    assert len(findings(HEAD + chain + cord("input_schema=D20").removeprefix(HEAD), ID)) == 1


def test_says_what_it_is(findings: Findings) -> None:
    def message(argument: str) -> str:
        (found,) = findings(cord(argument), ID)
        return found.message

    assert "is an object of Input," in message("input_schema=sample")
    assert "is the class Plain," in message("input_schema=Plain")
    assert "is the function function," in message("input_schema=function")
    assert "is the type list[int]," in message("input_schema=list[int]")
    assert "is the type str," in message("input_schema=str")
    assert "is 'x'," in message("input_schema='x'")


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for argument in cases(WRONG):
        assert judge.imports(cord(argument)), argument
    for argument in [*cases(RIGHT), *(f"{flag}='false'" for flag in FLAGS)]:
        assert judge.imports(cord(argument)) is None, argument
    answers = judge.calls(cord("stream='false', public_api_path='/x'"), ("POST", "/x", {}))
    assert answers == [(500, '{"detail":"Error initializing stream"}')]
