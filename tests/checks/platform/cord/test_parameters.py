"""Every shape of a cord's parameters, and what the SDK answers to a body, to none, to GET."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
HEAD = """\
import functools
from typing import Annotated, Any, Optional
from chutes.chute import Chute
from fastapi import (BackgroundTasks, Body, Cookie, Depends, File, Form, Header, Path, Query,
                     Request, Response, Security, UploadFile, WebSocket)
from pydantic import BaseModel
from starlette.requests import HTTPConnection
chute = Chute('u', 'n', 'i')
class Input(BaseModel):
    prompt: str
class Plain: ...
class Free(BaseModel):
    prompt: str = ""
def guard(): ...
def careful(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)
    return wrapper
def factory(times):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(*args):
            return await function(*args)
        return wrapper
    return decorate
def unpacking(function):
    async def wrapper(self, body):
        return await function(self, **body)
    return wrapper
def unpacking_politely(function):
    @functools.wraps(function)
    async def wrapper(self, body):
        return await function(self, **body)
    return wrapper
def plain(function):
    async def wrapper(*args):
        return await function(*args)
    return wrapper
"""
ERROR, WARNING = Severity.ERROR, Severity.WARNING
USE = "return {'p': args.prompt}"
SCHEMA = "input_schema=Input"

# (parameters, decorator arguments, body) -> severity; the SDK answers 500 to
# {"prompt": "hi"} where it is an error, and 200 everywhere else
SHAPES: dict[tuple[str, str, str], Severity | None] = {
    ("self, args: Input", "", USE): None,
    ("self, args: Input = None", "", USE): None,
    ("self, args: Input, /", "", USE): None,
    ("self, args: Annotated[Input, 1]", "", USE): None,
    ("self, args", "", "return args"): None,
    ("self, args", SCHEMA, USE): None,
    ("self, args: dict", "", "return args"): None,
    ("self, args: dict = dict()", "", "return args"): None,
    ("self, *args", "", "return len(args)"): None,
    ("*args", "", "return len(args)"): None,
    ("*args: Input", "", "return len(args)"): None,
    ("self, args: dict, **more", "", "return args"): None,
    ("self: Chute, args: Input", "", USE): None,
    ("app, args: Input", "", USE): None,
    ("app: Chute, args: dict", "", "return args"): None,
    ("app: Input, args", "", "return 1"): None,
    ("self, args: dict, *, n: int = 3", "", "return n"): None,
    ("app: Chute, args: Input", SCHEMA, USE): None,
    ("self, args: dict, n: int = 3", "", "return n"): WARNING,
    ("self, args, n: int = 3", "", "return n"): WARNING,
    ("self, args: Any, n: int = 3", "", "return n"): WARNING,
    ("self, args: Plain, n: int = 3", "", "return n"): WARNING,
    ("self, args: int | str, n: int = 3", "", "return n"): WARNING,
    ("self, args: Input, n: int = 3", SCHEMA, USE): WARNING,
    ("", "", "return 1"): ERROR,
    ("*, args=1", "", "return 1"): ERROR,
    ("args: Input", "", USE): ERROR,
    ("self", SCHEMA, "return 1"): ERROR,
    ("self, *, args=1", SCHEMA, "return 1"): ERROR,
    ("self, *args", SCHEMA, "return len(args)"): None,
    ("*args", SCHEMA, "return len(args)"): None,
    ("app: Chute, args: Input", "", USE): ERROR,
    ("self, prompt: str, n: int", "", "return n"): ERROR,
    ("self, args: Input, other: Input", "", USE): ERROR,
    ("self, args: dict, n, m=1", "", "return n"): ERROR,
    ("self, prompt: str, n: int = 3", "", "return prompt.upper()"): ERROR,
    ("self, args: Input, n: int = 3", "", USE): ERROR,
    ("self, args: Input, *, n: int = 3", "", USE): ERROR,
    ("self, args: Input, *more", "", USE): ERROR,
    ("self, args: Input, **more", "", USE): ERROR,
    ("self, args: Input, other: Input = None", "", USE): ERROR,
    ("self, args: Input, *, other: Input = None", "", USE): ERROR,
    ("self, args: Input, *more", SCHEMA, USE): None,
    ("self, args: Input, *more", "input_schema={'type': 'object'}", USE): ERROR,
    ("app: Chute, args: Input", "input_schema={}", USE): ERROR,
    ("self, *, prompt", "", "return prompt"): ERROR,
    ("self, **fields", "", "return len(fields)"): ERROR,
    ("self, *rest, **fields", "", "return len(rest)"): None,
    ("self, request: Request", "", "return request.headers['host']"): ERROR,
    ("self, request: HTTPConnection", "", "return request.headers['host']"): ERROR,
    ("self, socket: WebSocket", "", "return socket.headers['host']"): ERROR,
    ("self, file: UploadFile", "", "return file.filename"): ERROR,
    ("self, tasks: BackgroundTasks", "", "return tasks.add_task(guard)"): ERROR,
    ("self, args: dict, who: str = Depends(guard)", "", "return who.upper()"): ERROR,
    ("self, args: Annotated[int, Query(le=3)]", "", "return args + 1"): ERROR,
    ("self, *, who: str = Header()", "", "return who.upper()"): ERROR,
    ("self, response: Response", "", "return 1"): None,
}
DEPENDENCIES = ["Security(guard)", "Query()", "Header()", "Cookie()", "Body()", "Form()", "File()",
                "Path()"]  # fmt: skip

WRAPPED = {
    "@careful\nasync def x(self, prompt, n): return n\n": ERROR,
    "@factory(3)\nasync def x(self, prompt, n): return n\n": ERROR,
    "@staticmethod\nasync def x(self, prompt, n): return n\n": ERROR,
    "@unpacking\nasync def x(self, prompt, n=1): return n\n": None,
    "@unpacking_politely\nasync def x(self, prompt, n=1): return n\n": None,
}
UNKNOWABLE = [
    "@unknown\nasync def x(self, prompt, n): ...\n",
    "@unknown(1)\nasync def x(self, prompt, n): ...\n",
    "@plain\nasync def x(self, prompt, n): ...\n",
]


def cord(parameters: str, arguments: str = "", body: str = "return 1") -> str:
    return f"{HEAD}@chute.cord({arguments})\nasync def x({parameters}): {body}\n"


@pytest.mark.parametrize("shape", SHAPES)
def test_says_what_the_sdk_does(shape: tuple[str, str, str], findings: Findings) -> None:
    found = findings(cord(*shape), "cord-signature")
    assert [each.severity for each in found] == ([SHAPES[shape]] if SHAPES[shape] else [])


@pytest.mark.parametrize("default", DEPENDENCIES)
def test_dependencies_of_fastapi(default: str, findings: Findings) -> None:
    (found,) = findings(cord(f"self, args={default}"), "cord-signature")
    assert f"{default.split('(')[0]}(...) is never resolved" in found.message


@pytest.mark.parametrize("code", [*WRAPPED, *UNKNOWABLE])
def test_decorators_below_the_cord(code: str, findings: Findings) -> None:
    found = findings(f"{HEAD}@chute.cord()\n{code}", "cord-signature")
    expected = WRAPPED.get(code)
    assert [each.severity for each in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("parameters", "arguments", "words"),
    [
        ("", "", "no parameter for the chute"),
        ("args: Input", "", "args receives it"),
        ("self", SCHEMA, "has an input_schema but no parameter"),
        ("app: Chute, args: Input", "", "annotation on app"),
        ("self, a, b", "", "takes a, b, but only one"),
        ("self, a: str, b=1", "", "receives the whole JSON body as a, not its field"),
        ("self, a, b=1", "", "b always has its default"),
        ("self, a: Input, b=1", "", "because of the further parameter b"),
        ("self, a: Input, **b", "", "because of the further parameter b"),
        ("self, a: Input, b: Input = None", "", "has a second model, b"),
        ("self, *, a", "", "needs 'a', which only a keyword"),
        ("self, **a", "", "never gets its body as **a"),
        ("self, *, a: Request = None", "", "cannot have 'a': it is never a Request"),
    ],
)
def test_names_the_fault(parameters: str, arguments: str, words: str, findings: Findings) -> None:
    (found,) = findings(cord(parameters, arguments), "cord-signature")
    assert found.message.startswith(f"cord x {words}") or words in found.message
    assert "def x(self, " in found.help or "`self`" in found.help


def test_names_the_way_out(findings: Findings) -> None:
    def help(parameters: str) -> str:
        (found,) = findings(cord(parameters), "cord-signature")
        return found.help

    assert help("") == "write `def x(self, ...)`: the SDK passes the chute first"
    assert help("app: Chute, args: Input") == "call it `self`, or leave out its annotation"
    assert help("self, a, b") == "take one pydantic model: `async def x(self, args: Input)`"


@pytest.mark.parametrize(
    "code",
    [
        "@chute.cord(passthrough=True)\nasync def x(data, one, more): ...\n",
        "@chute.cord(passthrough=unknown())\nasync def x(data, one, more): ...\n",
        "@chute.cord()\nasync def x(self): ...\n",
        "chute.cord()(unknown)\n",
        # A method taken from an object has its first parameter filled already.
        "class Service:\n    async def x(self, chute, args): ...\nchute.cord()(Service().x)\n",
        "from elsewhere import Request\n@chute.cord()\nasync def x(self, a: Request): ...\n",
        "from urllib.request import Request as Sent\n"
        "@chute.cord()\nasync def x(self, a: Sent): ...\n",
        "class Request: ...\n@chute.cord()\nasync def x(self, a: Request): ...\n",
    ],
)
def test_leaves_alone(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "cord-signature") == []


def test_a_method_as_decorated_is_judged(findings: Findings) -> None:
    code = "class Service:\n    @chute.cord()\n    async def x(self, a, b): ...\n"
    assert len(findings(HEAD + code, "cord-signature")) == 1


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for shape, severity in SHAPES.items():
        (answer,) = judge.calls(cord(*shape), ("POST", "/x", {"prompt": "hi"}))
        assert answer[0] == (500 if severity is ERROR else 200), shape
    for code, severity in WRAPPED.items():
        source = f"{HEAD}@chute.cord(path='/x')\n{code}"
        (answer,) = judge.calls(source, ("POST", "/x", {"prompt": "hi"}))
        assert answer[0] == (500 if severity is ERROR else 200), code


@pytest.mark.sdk
def test_what_validation_being_off_means(judge: Any) -> None:
    shape = "return type(args).__name__"
    for parameters in ("self, args: Input, n: int = 3", "app: Chute, args: Input"):
        (answer,) = judge.calls(cord(parameters, "", shape), ("POST", "/x", {"no": "prompt"}))
        assert answer == (200, '"dict"')
