"""cord-field-stream: which models, which fields, which cords."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-field-stream"
HEAD = """\
from typing import Optional
from chutes.chute import Chute
from pydantic import AliasChoices, BaseModel, Field
chute = Chute('u', 'n', 'i')
class Base(BaseModel):
    text: str
"""
FIELD = "class Input(Base):\n    stream: bool = False\n"
CORD = "@chute.cord(public_api_path='/x'{more})\nasync def x(self, args: {model}): return {{}}\n"


def source(fields: str = FIELD, more: str = "", model: str = "Input", rest: str = "") -> str:
    return HEAD + fields + CORD.format(more=more, model=model) + rest


@pytest.mark.parametrize(
    "code",
    [
        source(),
        source(more=", stream=False"),
        source(more=", input_schema=Input", model="dict"),
        source(more=", passthrough=True, input_schema=Input", model="dict"),
        source(more=", input_schema={'type': 'object'}"),
        source("class Input(BaseModel):\n    s: bool = Field(False, alias='stream')\n"),
        source("class Input(BaseModel):\n    s: bool = Field(False, validation_alias='stream')\n"),
        source("class P(BaseModel):\n    stream: bool\nclass Input(P):\n    more: int\n"),
        source(rest=CORD.replace("/x", "/y").replace("def x", "def y").format(
            more=", stream=True", model="dict")),
    ],
)  # fmt: skip
def test_a_field_named_stream(code: str, findings: Findings) -> None:
    (found,) = findings(code, ID)
    assert "cord x is no stream, but its input has a field 'stream'" in found.message
    assert "as of 2026-05-12" in found.message
    assert found.confidence is Confidence.MEDIUM
    assert findings(code, ID, exposure=Exposure.DIRECT) == []
    assert len(findings(code, ID, exposure=Exposure.BOTH)) == 1


TWIN = CORD.replace("def x", "def y")


@pytest.mark.parametrize(
    "code",
    [
        source("class Input(Base):\n    streams: bool\n    Stream: int\n"),
        source("class Input(BaseModel):\n    stream: bool = Field(False, alias='flow')\n"),
        source("class Input(BaseModel):\n    a: int = Field(1, description='stream')\n"),
        source(more=", stream=True"),
        source(more=", stream=unknown()"),
        source(more=", **unknown()"),
        source(model="dict"),
        source(model="Optional[Input]"),
        source(more=", input_schema=Base"),
        source(more=", input_schema=unknown()"),
        source(model="unknown"),
        source().replace("async def", "@unknown\nasync def"),
        HEAD + "chute.cord(public_api_path='/x')(unknown)\n",
        source(rest=TWIN.format(more=", stream=True", model="dict")),
        source(rest=TWIN.replace("/x", "x/").format(more=", stream=True", model="dict")),
        source(rest=TWIN.format(more=", stream=unknown()", model="dict")),
        source(rest=TWIN.replace("'/x'", "unknown()").format(more=", stream=True", model="dict")),
        source(rest=TWIN.format(more=", stream=True", model="dict")).replace(
            "'/x'", "unknown()", 1
        ),
    ],
)
def test_no_such_field(code: str, findings: Findings) -> None:
    assert findings(code, ID) == []


def test_each_cord_is_named(findings: Findings) -> None:
    second = CORD.replace("def x", "def y").replace("/x", "/y").format(more="", model="Input")
    found = findings(source(rest=second), ID)
    assert [each.message.split(" is ")[0] for each in found] == ["cord x", "cord y"]
    assert {each.location.line for each in found} == {8}


def test_an_alias_of_no_text_is_not_read(findings: Findings) -> None:
    fields = "class Input(BaseModel):\n    stream: bool = Field(False, alias=None)\n"
    assert len(findings(source(fields), ID)) == 1
    fields = "class Input(BaseModel):\n    stream: bool = Field(False, validation_alias=A())\n"
    assert len(findings(source(fields), ID)) == 1
