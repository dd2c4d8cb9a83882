"""validation-error-escapes, and what the SDK answers where the validation fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "validation-error-escapes"
HEAD = """\
import asyncio
import json

import jsonschema
import pydantic
import pydantic_core
from chutes.chute import Chute
from fastapi import HTTPException
from pydantic import BaseModel, TypeAdapter, ValidationError

from parsing import parse

chute = Chute("you", "my-service", "you/my-service:1.0")


class Input(BaseModel):
    n: int


class Loose(BaseModel):
    n: object = None
    options: dict = {}


def made(raw):
    return Input(**raw)


def lets(raw):
    try:
        return made(raw)
    except KeyError:
        raise HTTPException(400)


def safe(raw):
    try:
        return made(raw)
    except ValidationError:
        raise HTTPException(400)


"""
PARSING = """\
from pydantic import BaseModel


class Input(BaseModel):
    n: int


def parse(raw):
    return Input.model_validate(raw)
"""
JSONSCHEMA = """\
class ValidationError(Exception):
    pass


class exceptions:
    ValidationError = ValidationError


def validate(instance, schema):
    if instance["n"] == "many":
        raise ValidationError
"""
N = "{'n': args['n']}"
BAD = [
    "return Input(**args).n",
    "return Input(n=args['n']).n",
    "return Input.model_validate(args).n",
    "return Input.model_validate_json(json.dumps(args)).n",
    "return TypeAdapter(Input).validate_python(args).n",
    "jsonschema.validate(args, {})\nreturn 1",
    "return made(args).n",
    "return lets(args).n",
    "return parse(args).n",
    "return (await asyncio.to_thread(made, args)).n",
    "try:\n    return Input(**args).n\nexcept KeyError:\n    return 1",
    "try:\n    return Input(**args).n\nexcept ValidationError:\n    raise",
    "try:\n    pass\nexcept ValidationError:\n    return Input(**args).n\nreturn Input(**args).n",
]
GOOD = [
    f"try:\n    return Input(**args).n\nexcept {caught}:\n    raise HTTPException(400)"
    for caught in ("ValidationError", "pydantic.ValidationError", "pydantic_core.ValidationError",
                   "ValueError", "Exception", "BaseException", "(KeyError, ValueError)")
] + [
    f"try:\n    jsonschema.validate(args, {{}})\nexcept {caught}:\n    raise HTTPException(400)\n"
    "return 1"
    for caught in ("jsonschema.ValidationError", "jsonschema.exceptions.ValidationError")
] + [
    "try:\n    return Input(**args).n\nexcept:\n    return 1",
    "try:\n    return made(args).n\nexcept ValidationError:\n    raise HTTPException(400)",
    "return safe(args).n",
    "return Input(n=1).n if isinstance(args, dict) else 1",
    "return len(args)",
]  # fmt: skip
LOOSE_BAD = ["return Input(**args.options).n", "return Input(**{'n': args.n}).n"]
LOOSE_GOOD = [
    "return Input(n=args.n).n",
    "return Loose(**args.model_dump()).n",
    "return Loose(**args.dict()).n",
    "return Loose.model_validate(args).n",
    "return isinstance(args, Loose)",
    "return Loose(n=args.n, **{}).n",
]


def cord(body: str, parameters: str = "args: dict", decorator: str = "") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    head = f"@chute.cord(public_api_path='/x'{decorator})\nasync def x(self, {parameters}):\n"
    return {"app.py": HEAD + head + lines, "parsing.py": PARSING}


@pytest.mark.parametrize("body", BAD)
def test_fires(body: str, findings: Findings) -> None:
    found = findings(cord(body), ID)
    assert {each.severity for each in found} == {Severity.WARNING}
    assert len({each.location for each in found}) == body.count("Input(**") or len(found) == 1


@pytest.mark.parametrize("body", GOOD)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(cord(body), ID) == []


@pytest.mark.parametrize("body", [*LOOSE_BAD, *LOOSE_GOOD])
def test_a_part_that_the_model_left_unchecked(body: str, findings: Findings) -> None:
    assert len(findings(cord(body, "args: Loose"), ID)) == (body in LOOSE_BAD)


def test_one_finding_however_many_cords_lead_there(findings: Findings) -> None:
    files = cord("return made(args).n")
    files["app.py"] += "\n@chute.cord()\nasync def y(self, args: dict):\n    return made(args).n\n"
    (found,) = findings(files, ID)
    assert (found.symbol, found.snippet) == ("made", "Input(**raw)")


def test_points_into_the_module_that_validates(findings: Findings) -> None:
    (found,) = findings(cord("return parse(args).n"), ID)
    assert (found.location.path, found.location.line) == ("parsing.py", 9)


@pytest.mark.parametrize(
    ("parameters", "decorator"),
    [
        ("args: dict", ", passthrough=True"),
        ("args: dict", ", passthrough=LATER"),
        ("args: dict, more: dict", ""),
        ("*args", ""),
    ],
)
def test_leaves_alone(parameters: str, decorator: str, findings: Findings) -> None:
    assert findings(cord(BAD[0], parameters, decorator), ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    bad = {"n": "many", "options": {"n": "many"}}
    good = {"n": 1, "options": {"n": 1}}
    cases = [("args: dict", body, body in BAD) for body in (*BAD, *GOOD)]
    cases += [("args: Loose", body, body in LOOSE_BAD) for body in (*LOOSE_BAD, *LOOSE_GOOD[1:])]
    cords = [cord(body, parameters)["app.py"].removeprefix(HEAD) for parameters, body, _ in cases]
    found = answers(HEAD, cords, [bad, good], {"parsing.py": PARSING, "jsonschema.py": JSONSCHEMA})
    wrong = [
        (case, refused, passed)
        for case, (refused, passed) in zip(cases, found, strict=True)
        if (refused[0] == 500) != case[2] or passed[0] != 200
    ]
    assert wrong == [], wrong
