"""cord-empty-object, and what the SDK answers `{}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "cord-empty-object"
HEAD = """\
import abc
from typing import Generic, Optional, TypeVar

from chutes.chute import Chute
from fastapi import Body
from library import Base
from pydantic import BaseModel, Field

chute = Chute("you", "my-service", "you/my-service:1.0")
T = TypeVar("T")


class Needs(BaseModel):
    prompt: str


class Wants(BaseModel):
    n: int = 1
    text: Optional[str] = None
    tags: list[str] = Field(default_factory=list)


class More(Wants):
    m: int = 2


class NeedsMore(Wants):
    m: int = Field(...)


class Nothing(BaseModel):
    pass


class Wide(BaseModel, Generic[T], abc.ABC):
    value: int = 1


class Foreign(Base, BaseModel):
    n: int = 1


"""
LIBRARY = "from pydantic import BaseModel\n\n\nclass Base(BaseModel):\n    prompt: str\n"
BAD = ["args: Wants", "args: More", "args: Nothing", "args: Wide[int]", "args: Needs = None",
       "args: Wants = Wants()"]  # fmt: skip
GOOD = ["args: dict | None = None", "args: Wants | None = None", "*args"]
REQUIRED = ["args: Needs", "args: NeedsMore"]


def cord(parameters: str, decorator: str = "") -> str:
    return (
        f"@chute.cord(public_api_path='/x'{decorator})\ndef x(self, {parameters}):\n    return 1\n"
    )


@pytest.mark.parametrize("parameters", [*BAD, *GOOD, *REQUIRED])
def test_empty(parameters: str, findings: Findings) -> None:
    found = findings(HEAD + cord(parameters), ID)
    assert [each.severity for each in found] == [Severity.WARNING] * (parameters in BAD)


@pytest.mark.parametrize(
    ("parameters", "decorator", "fires"),
    [
        ("args: dict", ", input_schema=Wants", True),
        ("args: dict = None", ", input_schema=Needs", True),
        ("args: dict", ", input_schema=Needs", False),
        ("args: Wants", ", public_api_method='POST'", True),
        ("args: Wants", ", public_api_method=LATER", True),
        ("args: Wants", ", public_api_method='GET'", False),
        ("args: Wants", ", public_api_method='HEAD'", False),
        ("args: Wants", ", public_api_method='DELETE'", False),
        ("args: Wants", ", public_api_method=['GET']", True),
        ("args: Wants", ", passthrough=True", False),
        ("args: Wants, more: Wants", "", False),
        ("args: Wants, more: Wants", ", input_schema=Wants", False),
        ("args: Foreign", "", False),
        ("args: Needs = Body(...)", "", False),
        ("args: Needs = unknown()", "", False),
    ],
)
def test_only_what_is_validated(
    parameters: str, decorator: str, fires: bool, findings: Findings
) -> None:
    assert len(findings(HEAD + cord(parameters, decorator), ID)) == fires


def test_says_why(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("args: Wants"), ID)
    assert "{} is a valid Wants, but the SDK drops an empty object" in found.message
    (found,) = findings(HEAD + cord("args: Wants = None"), ID)
    assert "the default of args is never used" in found.message


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    cords = [cord(parameters) for parameters in (*BAD, *GOOD)]
    found = answers(HEAD, cords, [{}], {"library.py": LIBRARY})
    assert [status for ((status, _),) in found] == [500] * len(BAD) + [200] * len(GOOD)
