from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "unbounded-input-field"
HEAD = """\
from __future__ import annotations
from enum import Enum
from typing import Annotated, Any, ClassVar, Dict, List, Literal, Optional, Union
from annotated_types import Len, MaxLen
from chutes.chute import Chute
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, conint, conlist, constr
from pydantic import AfterValidator, HttpUrl, field_validator, model_validator

chute = Chute("u", "my-service", "i")
LIMIT = 100
Prompt = Annotated[str, Field(max_length=10)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Kind(str, Enum):
    a = "a"


class Inner(BaseModel):
    text: str


def short(value: str) -> str:
    if len(value) > 3:
        raise ValueError("too long")
    return value


def stripped(value: str) -> str:
    return value.strip()


Short = Annotated[str, AfterValidator(short)]
Shorter = Annotated[Short, AfterValidator(stripped)]
Stripped = Annotated[str, AfterValidator(stripped)]


"""


def model(*fields: str, base: str = "BaseModel") -> str:
    body = "".join(f"    {line}\n" for field in fields for line in field.splitlines())
    return (
        f"{HEAD}class Input({base}):\n{body}\n\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: Input): return 1\n"
    )


@pytest.mark.parametrize(
    "field",
    [
        "f: str", "f: str = 'x'", "f: Optional[str] = None", "f: str | None = None",
        "f: bytes", "f: list[bool]", "f: List[Kind] = Field(min_length=1)", "f: dict",
        "f: Dict[str, bool]", "f: dict[str, Any]", "f: set[bool]", "f: tuple[bool, ...]",
        "f: int", "f: float = 0.5", "f: int = Field(ge=0)", "f: Optional[int] = Field(0, gte=0)",
        "f: Union[bool, str]", "f: Annotated[str, Field(min_length=1)]", "f: constr(min_length=2)",
        "f: conint(ge=1)", "f: list[str] = Field(max_length=5)", "f: conlist(str, max_length=5)",
        "f: 'str'", "f: str = Field(pattern=r'^[a-z]+$')",
        "f: list[str] = Field(pattern=r'^[a-z]+$', max_length=5)",
        "f: str\n@field_validator('f')\ndef check(cls, v): return v.strip()",
        "f: str\n@field_validator('f')\ndef check(cls, v): return v if len(v) > 3 else 1 / 0",
        "f: str\n@field_validator('f')\ndef check(cls, v): assert len(v) > 3; return v",
        "f: Stripped", "f: str\n_check = field_validator('f')(stripped)",
        "f: str\n_check = field_validator('g')(short)",
    ],
)  # fmt: skip
def test_fires(field: str, findings: Findings) -> None:
    found = findings(model(field), ID)
    assert [each.check for each in found] == [ID]
    assert "'f'" in found[0].message
    assert found[0].symbol == "Input"


@pytest.mark.parametrize(
    "field",
    [
        "f: str = Field(max_length=5)", "f: Annotated[str, Field(max_length=5)]", "f: bool",
        "f: Annotated[str, StringConstraints(max_length=5)]", "f: Annotated[str, MaxLen(5)]",
        "f: Annotated[list[bool], Len(0, 5)]", "f: constr(max_length=5)", "f: conint(le=5)",
        "f: conlist(bool, max_length=5)", "f: Literal['a', 'b']", "f: Kind", "f: HttpUrl",
        "f: int = Field(le=5)", "f: float = Field(0.7, ge=0.0, lt=2)", "f: Prompt",
        "f: str = Field(max_length=LIMIT)", "f: Optional[str] = Field(None, max_length=5)",
        "f: list[Prompt] = Field(max_length=5)", "f: Annotated[str, AfterValidator(short)]",
        "_hidden: str = 'x'", "model_config = ConfigDict(str_max_length=9)\nf: str",
        "f: str\n@field_validator('f')\ndef check(cls, v): return short(v) if len(v) < 3 else 1/0",
        "f: str\n@model_validator(mode='after')\ndef c(self): assert len(self.f) < 3; return self",
        "f: Short", "f: Shorter", "f: Short | None = None",
        "f: str\n_check = field_validator('f')(short)",
        "f: str\n_check = field_validator('*')(short)",
        "f: str\n@field_validator('f')\n@staticmethod\ndef c(v): assert len(v) < 3; return v",
        "f: tuple[bool, bool]", "f: ClassVar[str] = 'x'", "f: conlist(bool, max_length=2)",
        "f: list[int] = Field(max_length=3)", "f: str = Field(pattern=r'^[a-z]{2}$')",
        "f: str = Field(pattern=LIMIT)", "f: list[Code] = Field(max_length=3)",
        "f: int\n@field_validator('f')\ndef check(cls, v): return max(1, min(v, 8))",
    ],
)  # fmt: skip
def test_stays_silent(field: str, findings: Findings) -> None:
    assert findings(model(field), ID) == []


def test_names_the_argument_pydantic_ignores(findings: Findings) -> None:
    (found,) = findings(model("f: int = Field(1, lte=9)"), ID)
    assert "lte= is not le=" in found.message


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("gte", "ge"), ("lte", "le"), ("max", "le"), ("min", "ge"), ("maximum", "le"),
     ("minimum", "ge"), ("max_len", "max_length")],
)  # fmt: skip
def test_names_what_was_meant(wrong: str, right: str, findings: Findings) -> None:
    (found,) = findings(model(f"f: int = Field(1, {wrong}=9)"), ID)
    assert f"{wrong}= is not {right}=" in found.message


@pytest.mark.parametrize(
    ("field", "what", "help"),
    [
        ("f: str", "(text) has no upper bound", "max_length"),
        ("f: Union[bool, str]", "(text) has", "max_length"),
        ("f: Union[bool, int]", "(number) has", "max_length"),
        ("f: list[str] = Field(max_length=5)", "(text inside a list) has", "max_length"),
        ("f: int", "(number) has no upper bound", "le=..."),
        ("f: float", "(number) has no upper bound", "le=..."),
    ],
)
def test_says_what_and_how(field: str, what: str, help: str, findings: Findings) -> None:
    (found,) = findings(model(field), ID)
    assert what in found.message
    assert help in found.help
    assert "pydantic ignores" not in found.message


CORDS = HEAD + (
    "class Input(BaseModel):\n    f: str\n\n\nclass Other(BaseModel):\n    g: str\n\n\n"
    "class Node(BaseModel):\n    h: str = Field(max_length=3)\n"
    "    inner: Optional[Node] = None\n\n\n"
)


@pytest.mark.parametrize(
    ("cord", "fields"),
    [
        ("@chute.cord(passthrough=True)\nasync def x(self, args: Input): ...\n", []),
        ("@chute.cord(passthrough=FLAG)\nasync def x(self, args: Input): ...\n", []),
        ("@chute.cord(input_schema=Input)\nasync def x(self, args: Other): ...\n", ["f"]),
        ("@chute.cord(input_schema={})\nasync def x(self, args: Other): ...\n", ["g"]),
        ("@chute.cord(input_schema={})\nasync def x(self, args: dict): ...\n", []),
        ("chute.cord(input_schema=Other)(lambda self, args: 1)\n", ["g"]),
        ("chute.cord(path='/x')(lambda self, args: 1)\n", []),
        ("@chute.cord()\nasync def x(self, args: Node): ...\n", []),
        ("@chute.cord()\nasync def x(self, args: dict, more: Input): ...\n", []),
        ("@chute.cord()\nasync def x(args: Input): ...\n", []),
    ],
)
def test_the_model_that_validates(cord: str, fields: list[str], findings: Findings) -> None:
    found = findings(CORDS + cord, ID)
    assert [each.message.split("'")[1] for each in found] == fields


def test_looks_into_nested_and_inherited_models(findings: Findings) -> None:
    found = findings(model("inner: Inner", "many: list[Inner] = Field(max_length=3)"), ID)
    assert [(each.symbol, each.location.line) for each in found] == [("Inner", 20)]
    assert [each.symbol for each in findings(model("ok: bool", base="Inner"), ID)] == ["Inner"]


def test_a_base_may_bound_every_text(findings: Findings) -> None:
    source = HEAD + (
        "class Strict(BaseModel):\n    model_config = ConfigDict(str_max_length=9)\n\n\n"
        "class Input(Strict):\n    f: str\n\n\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: Input): return 1\n"
    )
    assert findings(source, ID) == []
    assert len(findings(source.replace("str_max_length=9", "frozen=True"), ID)) == 1


def test_a_model_in_another_module(findings: Findings) -> None:
    app = (
        "from chutes.chute import Chute\nfrom schemas import Input\nchute = Chute('u', 'n', 'i')\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: Input): return 1\n"
    )
    schemas = "from pydantic import BaseModel\nclass Input(BaseModel):\n    prompt: str\n"
    (found,) = findings({"app.py": app, "schemas.py": schemas}, ID)
    assert found.location.path == "schemas.py"


def test_input_schema_counts_and_other_models_do_not(findings: Findings) -> None:
    source = HEAD + (
        "class Input(BaseModel):\n    f: str\nclass Unused(BaseModel):\n    g: str\n"
        "@chute.cord(public_api_path='/x', input_schema=Input)\nasync def x(self, args): return 1\n"
        "@chute.cord(public_api_path='/y')\nasync def y(self, args: Input): return 1\n"
    )
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize(
    ("made", "field", "count"),
    [
        ("Field, max_length=9", "f: str = Short(description='x')", 0),
        ("Field, max_length=9", "f: str = Short()", 0),
        ("Field, min_length=1", "f: str = Short()", 1),
        ("Field, min_length=1", "f: str = Short(max_length=9)", 0),
        ("dict, max_length=9", "f: str = Short()", 1),
    ],
)
def test_a_field_that_is_filled_in_before(
    made: str, field: str, count: int, findings: Findings
) -> None:
    kept = f"from functools import partial\nShort = partial({made})\nclass Input"
    text = model(field).replace("class Input", kept)
    assert len(findings(text, ID)) == count


def test_what_is_filled_in_before_may_be_misspelt(findings: Findings) -> None:
    kept = "from functools import partial\nLow = partial(Field, lte=9)\nclass Input"
    (found,) = findings(model("f: int = Low()").replace("class Input", kept), ID)
    assert "lte= is not le=" in found.message
