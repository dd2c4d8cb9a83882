"""cord-missing-guard, and what the SDK answers a JSON array in each of its cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "cord-missing-guard"
HEAD = """\
import asyncio
import functools
import logging

from chutes.chute import Chute
from fastapi import HTTPException
from loguru import logger
from pydantic import BaseModel

from checking import checked

chute = Chute("you", "my-service", "you/my-service:1.0")


class Input(BaseModel):
    prompt: str


class Part(BaseModel):
    prompt: str


def guarded(function):
    @functools.wraps(function)
    async def inner(self, args):
        if not isinstance(args, Input):
            raise HTTPException(400)
        return await function(self, args)
    return inner


def timed(function):
    @functools.wraps(function)
    async def inner(self, args):
        logger.info(type(args))
        return await function(self, args)
    return inner


def touched(value):
    return value.prompt


def silent(value):
    return 1


def again(value):
    return again(value) if False else touched(value)


def endless(value, deep=True):
    return 1 if deep else endless(value)


def pick(other, value):
    return value.prompt


def picky(number):
    return isinstance(number, int)


def logged(error):
    return error


class Odd(ValueError):
    pass


class Service:
    @classmethod
    def made(cls, value):
        return value.prompt

    @classmethod
    def asked(cls, value):
        return isinstance(value, cls) or 1

    def __init__(self, value):
        self.value = value if isinstance(value, Input) else refuse()

    def run(self, value):
        return value.prompt

    @staticmethod
    def plain(value):
        return isinstance(value, Input) and value.prompt


def refuse():
    raise HTTPException(400)

"""
CHECKING = """\
from fastapi import HTTPException


def checked(value, model):
    if not isinstance(value, model):
        raise HTTPException(status_code=400, detail="The body must be a JSON object")
    return value
"""
RETURN = "return {'p': args.prompt}"
BAD = [
    RETURN,
    "logger.info(args)\n" + RETURN,
    "logger.info(args.prompt)\nreturn 1",
    "if not isinstance(args.prompt, str):\n    raise HTTPException(400)\nreturn 1",
    "p = args.prompt\nif not isinstance(args, Input):\n    raise HTTPException(400)\nreturn p",
    "return touched(args)",
    "given = args\nreturn given.prompt",
    "match args.prompt:\n    case 'hi':\n        return 1\nreturn 2",
    "return pick(value=args, other=1)",
    "return pick(1, args)",
    "return Service.made(args)",
    "return Service(Input(prompt='x')).made(args)",
    "picky(1)\nreturn args.prompt",
    "return touched(touched and args)",
    "return touched([args][0])",
    "return touched(value=args)",
    "return again(args)",
    "return Service.run(None, args)",
    "return await asyncio.to_thread(touched, args)",
    "return Part(prompt=args.prompt).prompt",
    "return silent(args) and touched(args)",
    "try:\n    return args.prompt\nexcept KeyError:\n    raise HTTPException(400)",
    "try:\n    return args.prompt\nexcept AttributeError:\n    raise HTTPException(500)",
    "try:\n    return args.prompt\nexcept AttributeError:\n    raise ValueError('odd')",
    "try:\n    return args.prompt\nexcept AttributeError:\n    raise",
    "return [args.prompt for _ in range(2)]",
    "def inner():\n    return args.prompt\nreturn inner()",
]
GOOD = [
    "if not isinstance(args, Input):\n    raise HTTPException(400)\n" + RETURN,
    "if isinstance(args, Input):\n    return args.prompt\nreturn 1",
    "if type(args) is not Input:\n    raise HTTPException(400)\n" + RETURN,
    "if not hasattr(args, 'prompt'):\n    raise HTTPException(400)\n" + RETURN,
    "return getattr(args, 'prompt', None)",
    "match args:\n    case Input(prompt=prompt):\n        return prompt\nreturn 1",
    "return args.prompt if isinstance(args, Input) else 1",
    "logger.info(args)\nreturn 1",
    "logging.info(args)\nreturn 1",
    "logging.getLogger('x').info(args)\nreturn 1",
    "return Service.asked(args)",
    "return Service(Input(prompt='x')).asked(args)",
    "return await asyncio.get_running_loop().run_in_executor(None, Service.plain, args)",
    "return await asyncio.to_thread(Service, args) and 1",
    "try:\n    return args.prompt\nexcept Exception:\n    raise logged(HTTPException(400))",
    "print(f'got {args}')\nreturn 1",
    "return 1",
    "return silent(args)",
    "return endless(args)",
    "return checked(args, Input).prompt",
    "return checked(value=args, model=Input).prompt",
    "return checked(model=Input, value=args).prompt",
    "args = checked(args, Input)\n" + RETURN,
    "return Service(args).value.prompt",
    "return Service.plain(args)",
    "return Service(Input(prompt='x')).plain(args)",
    "return await asyncio.to_thread(Service.plain, args)",
    "try:\n    return args.prompt\nexcept AttributeError:\n    raise HTTPException(400)",
    "try:\n    return args.prompt\nexcept Exception:\n    raise HTTPException(status_code=400)",
    "try:\n    return args.prompt\nexcept BaseException:\n    return 1",
    "try:\n    return args.prompt\nexcept:\n    return 1",
    "try:\n    return args.prompt\nexcept (KeyError, AttributeError):\n    return 1",
]


def cord(
    body: str, parameters: str = "args: Input", decorator: str = "", around: str = ""
) -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    head = (
        f"@chute.cord(public_api_path='/x'{decorator})\n{around}async def x(self, {parameters}):\n"
    )
    return {"app.py": HEAD + head + lines, "checking.py": CHECKING}


@pytest.mark.parametrize("body", BAD)
def test_fires(body: str, findings: Findings) -> None:
    (found,) = findings(cord(body), ID)
    assert found.severity is Severity.WARNING
    assert found.snippet == "args"
    assert "skips Input and reaches args" in found.message
    assert found.help.startswith("begin with `if not isinstance(args, Input)")


@pytest.mark.parametrize("body", GOOD)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(cord(body), ID) == []


@pytest.mark.parametrize(
    ("parameters", "decorator", "around", "fires"),
    [
        ("args: 'Input'", "", "", True),
        ("args: dict", ", input_schema=Input", "", True),
        ("args: Input", "", "@timed\n", True),
        ("args: Input", "", "@functools.lru_cache\n", True),
        ("args: Input", "", "@guarded\n", False),
        ("args: Input", ", passthrough=True", "", False),
        ("args: Input", ", passthrough=LATER", "", False),
        ("args: Input", ", **LATER", "", False),
        ("args: Input", ", passthrough=False, **LATER", "", False),
        ("args: Input", ", input_schema=None", "", True),
        ("args: Input", ", input_schema={}", "", True),
        ("args: Input", ", input_schema=LATER", "", False),
        ("args: Input | None", "", "", False),
        ("args: Input, *rest", "", "", False),
        ("args: Input, more: Input", "", "", False),
        ("args: Input, more: Input", ", input_schema=Input", "", False),
        ("args: dict", "", "", False),
        ("args", "", "", False),
    ],
)
def test_only_cords_that_the_sdk_validates(
    parameters: str, decorator: str, around: str, fires: bool, findings: Findings
) -> None:
    assert len(findings(cord(RETURN, parameters, decorator, around), ID)) == fires


def test_only_where_the_first_parameter_is_the_chute(findings: Findings) -> None:
    source = cord(RETURN)["app.py"]
    assert findings(source.replace("x(self, args", "x(app: Chute, args"), ID) == []
    assert len(findings(source.replace("x(self, args", "x(app, args"), ID)) == 1
    assert len(findings(source.replace("x(self, args", "x(self: Chute, args"), ID)) == 1
    assert findings(source.replace("x(self, args: Input", "x(args: Input"), ID) == []


@pytest.mark.parametrize(
    ("body", "fires"),
    [
        ("return args()", True),
        ("return unknown(args)", True),
        ("return str(Odd(args))", True),
        ("return checked(*args)", True),
        ("return checked(**args)", True),
        ("return checked(unknown=args)", True),
        ("return picky()", False),
    ],
)
def test_what_neither_list_nor_object_survives(body: str, fires: bool, findings: Findings) -> None:
    assert len(findings(cord(body), ID)) == fires


def test_a_function_that_cannot_be_told(findings: Findings) -> None:
    source = HEAD + "chute.cord(public_api_path='/x')(lambda self, args: args.prompt)\n"
    assert findings(source, ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    """A JSON array breaks every bad case and none of the good ones; an object breaks none."""
    bodies = (*BAD, *GOOD)
    cords = [cord(body)["app.py"].removeprefix(HEAD) for body in bodies]
    found = answers(HEAD, cords, [[1], {"prompt": "hi"}], {"checking.py": CHECKING})
    wrong = []
    for body, ((array, _), (object_, _)) in zip(bodies, found, strict=True):
        if array not in ((500,) if body in BAD else (200, 400)) or object_ != 200:
            wrong.append((body, array, object_))
    assert wrong == [], wrong
