"""cord-unserialisable-return, and what production answers in each of its cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-unserialisable-return"
HEAD = """\
import abc
import base64
import collections
import datetime
import decimal
import enum
import functools
import io
import json
import pathlib
import typing
import uuid
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar

import fastapi
import orjson
import starlette.responses
from chutes.chute import Chute
from fastapi import HTTPException, Response
from fastapi.responses import (
    FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse,
    StreamingResponse,
)
from pydantic import BaseModel, SecretStr

from results import Result, found_result, found_later

chute = Chute("you", "my-service", "you/my-service:1.0")
T = TypeVar("T")
NUMBER = 3


class Inner(BaseModel):
    n: int = 1


class Input(BaseModel):
    text: str = "x"
    inner: Inner = Inner()
    inners: list[Inner] = [Inner()]
    maybe: Inner | None = Inner()
    by_name: dict[str, Inner] = {"a": Inner()}
    tags: set[str] = {"a"}
    raw: bytes = b"a"
    pairs: tuple[int, Inner] = (1, Inner())
    either: Inner | str = "x"


class Clean(BaseModel):
    inner: Inner = Inner()
    texts: list[str] = []


class Tags(BaseModel):
    tags: set[str] = {"a"}


class Raw(BaseModel):
    raw: bytes = b"a"


@dataclass
class Record:
    n: int = 1


class Typed(TypedDict):
    n: int


class Pair(NamedTuple):
    n: int = 1


class Plain:
    def __init__(self):
        self.n = 1


class Abstract(abc.ABC):
    pass


class Explicit(object):
    pass


class Boxed(Generic[T]):
    pass


class Shaped(Protocol):
    pass


class Concrete(Shaped):
    pass


class Child(Plain):
    pass


class RecordChild(Record):
    def __iter__(self):
        return iter(())


class Far(collections.UserDict):
    pass


class FarTags(collections.UserDict):
    tags: set[str]


class Unknown(getattr(collections, "UserDict")):
    pass


class Answer:
    def __init__(self):
        self.body = b"x"
        self.status_code, self.headers, self.media_type = 200, {}, None


class Fixed:
    body = b"x"
    status_code, headers, media_type = 200, {}, None


class AnswerChild(Answer):
    pass


class Words(dict):
    pass


class Colour(enum.Enum):
    RED = "red"


class Odd(ValueError):
    pass


def model():
    return Result()


def model_or_none(deep=True):
    if deep:
        return Result()
    return None


def model_or_dict(plain=True):
    if plain:
        return {}
    return Result()


def model_or_text(plain=True):
    if plain:
        return "x"
    return Result()


def model_by_name():
    result = Result()
    return result


async def later():
    return Result()


async def later_dict():
    return {}


def endless(deep=False):
    return endless() if deep else Result()


def circle(deep=False):
    return circle() if deep else {}


def tree(deep=False):
    return {"a": tree()} if deep else {}


def echo(args):
    return args


def looked_up(key="x") -> Result:
    return json.loads('{"n": 1}') if key else STORE.get(key)


STORE = {"x": Result()}


def stored() -> Result:
    return STORE["x"]


def fetched() -> Result:
    return STORE.get("x")


def stored_or_made() -> Result:
    return STORE["x"] if NUMBER else Result()


def dumped() -> Result:
    return STORE.get("x").model_dump()


def old_dumped() -> Result:
    return STORE.get("x").dict()


def as_text() -> Result:
    return STORE.get("x").model_dump_json()


def old_text() -> Result:
    return STORE.get("x").json()


def written() -> Result:
    return {"n": 1}


def odd_way() -> Result:
    return fetched() if not NUMBER else {"n": 1}


def dumping(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args).model_dump()
    return inner


@dumping
def wrapped():
    return Result()


@functools.lru_cache
def cached():
    return Result()


@functools.cache
def kept():
    return Result()


async def agen():
    yield 1


class Manager:
    def __enter__(self):
        return {"a": 1}

    def __exit__(self, *error):
        return None


class Service:
    name = "x"

    def run(self):
        return Result()

    def values(self):
        return [1]

    @staticmethod
    def plain():
        return Result()

    @classmethod
    def made(cls):
        return Result()


service = Service()

"""
RESULTS = """\
from pydantic import BaseModel


class Result(BaseModel):
    n: int = 1


def found_result():
    return Result()


async def found_later():
    return Result()
"""
FILE = "pathlib.Path(__file__).name and __file__"
# What is returned, and what the message says of it.
BAD = {
    "object()": "a bare object",
    "args.text.encode()": "bytes",
    "{'a': args.text.encode()}": "bytes",
    "Result()": "a Result, a pydantic model",
    "Inner(n=2)": "a Inner, a pydantic model",
    "{'a': Result()}": "a Result, a pydantic model",
    "{'a': {'b': [Result()]}}": "a Result, a pydantic model",
    "[Result()]": "a Result, a pydantic model",
    "(1, Result())": "a Result, a pydantic model",
    "[Result(n=n) for n in [1]]": "a Result, a pydantic model",
    "{'a': [Result(n=n) for n in [1]]}": "a Result, a pydantic model",
    "{str(n): Result(n=n) for n in [1]}": "a Result, a pydantic model",
    "dict(a=Result())": "a Result, a pydantic model",
    "Result() if args else {}": "a Result, a pydantic model",
    "{} if not args else Result()": "a Result, a pydantic model",
    "None or Result()": "a Result, a pydantic model",
    "args and Result()": "a Result, a pydantic model",
    "(found := Result())": "a Result, a pydantic model",
    "model()": "a Result, a pydantic model",
    "model_or_none()": "a Result, a pydantic model",
    "model_by_name()": "a Result, a pydantic model",
    "endless()": "a Result, a pydantic model",
    "found_result()": "a Result, a pydantic model",
    "await later()": "a Result, a pydantic model",
    "await found_later()": "a Result, a pydantic model",
    "service.run()": "a Result, a pydantic model",
    "Service.plain()": "a Result, a pydantic model",
    "Service.made()": "a Result, a pydantic model",
    "cached()": "a Result, a pydantic model",
    "kept()": "a Result, a pydantic model",
    "{'a': model()}": "a Result, a pydantic model",
    "stored()": "a Result, a pydantic model",
    "fetched()": "a Result, a pydantic model",
    "stored_or_made()": "a Result, a pydantic model",
    f"{'[' * 8}Result(){']' * 8}": "a Result, a pydantic model",
    "JSONResponse({'a': decimal.Decimal(1)})": "an object (Decimal)",
    "dict(a=18446744073709551616)": "a number beyond 64 bits",
    "later()": "a coroutine that nobody awaits",
    "later_dict()": "a coroutine that nobody awaits",
    "{'a': later()}": "a coroutine that nobody awaits",
    "args": "a Input, a pydantic model",
    "{'input': args}": "a Input, a pydantic model",
    "args.inner": "a Inner, a pydantic model",
    "{'a': args.inner}": "a Inner, a pydantic model",
    "args.inners": "a Inner, a pydantic model",
    "args.maybe": "a Inner, a pydantic model",
    "args.by_name": "a Inner, a pydantic model",
    "args.pairs": "a Inner, a pydantic model",
    "args.tags": "a set",
    "args.raw": "bytes",
    "Tags().model_dump()": "a set in a dict",
    "Raw().dict()": "bytes in a dict",
    "{1, 2}": "a set",
    "{n for n in [1]}": "a set",
    "set()": "a set",
    "frozenset()": "a set",
    "{'a': {1}}": "a set",
    "b'x'": "bytes",
    "'x'.encode()": "bytes",
    "f'x{args}'.encode()": "bytes",
    "bytes(1)": "bytes",
    "bytearray(1)": "bytes",
    "memoryview(b'x')": "bytes",
    "base64.b64encode(b'x')": "bytes",
    "base64.urlsafe_b64encode(b'x')": "bytes",
    "orjson.dumps({})": "bytes",
    "json.dumps({}).encode()": "bytes",
    "io.BytesIO(b'x').getvalue()": "bytes",
    "io.BytesIO(b'x').read()": "bytes",
    "pathlib.Path(__file__).read_bytes()": "bytes",
    "open(__file__, 'rb').read()": "bytes",
    "open(__file__, mode='rb').read()": "bytes",
    "io.BytesIO()": "a file object",
    "io.StringIO()": "a file object",
    "open(__file__)": "a file object",
    "map(str, [1])": "an iterator",
    "filter(None, [1])": "an iterator",
    "zip([1])": "an iterator",
    "enumerate([1])": "an iterator",
    "reversed([1])": "an iterator",
    "range(3)": "an iterator",
    "iter([1])": "an iterator",
    "collections.deque()": "an iterator",
    "{'a': (n for n in [1])}": "a generator",
    "{}.keys()": "a view of a dict",
    "{'a': 1}.values()": "a view of a dict",
    "{'a': {'b': 1}.items()}": "a view of a dict",
    "decimal.Decimal(1)": "an object (Decimal)",
    "datetime.timedelta(1)": "an object (timedelta)",
    "pathlib.Path('x')": "an object (Path)",
    "SecretStr('x')": "an object (SecretStr)",
    "{1: 'a'}": "a dict with the key 1",
    "{NUMBER: 'a'}": "a dict with the key 3",
    "{None: 'a'}": "a dict with the key None",
    "{'a': {2: 'b'}}": "a dict with the key 2",
    "2**63 * 2 if not args else 18446744073709551616": "a number beyond 64 bits",
    "-9223372036854775809": "a number beyond 64 bits",
    "Pair()": "a Pair, a named tuple",
    "Plain()": "a Plain object",
    "Abstract()": "a Abstract object",
    "Explicit()": "a Explicit object",
    "Boxed()": "a Boxed object",
    "Concrete()": "a Concrete object",
    "Child()": "a Child object",
    "{'a': Plain()}": "a Plain object",
    "StreamingResponse(iter(['a']))": "a StreamingResponse",
    "starlette.responses.StreamingResponse(iter(['a']))": "a StreamingResponse",
    "fastapi.responses.StreamingResponse(iter(['a']))": "a StreamingResponse",
    "FileResponse(__file__)": "a FileResponse",
    "starlette.responses.FileResponse(__file__)": "a FileResponse",
    "{'a': Response('x')}": "a Response inside something else",
    "[JSONResponse({})]": "a JSONResponse inside something else",
    "JSONResponse(Result())": "a Result, a pydantic model",
    "JSONResponse(content={'a': Result()})": "a Result, a pydantic model",
    "JSONResponse({'a': {1}})": "a set",
    "JSONResponse({1: Result()})": "a Result, a pydantic model",
    "JSONResponse(status_code=200, content=Plain())": "a Plain object",
    "dict({}, a=Result())": "a Result, a pydantic model",
    "HTTPException(400)": "an HTTPException that is not raised",
    "fastapi.exceptions.HTTPException(400)": "an HTTPException that is not raised",
    "ValueError('x')": "a ValueError that is not raised",
}
GOOD = [
    "Result().model_dump()", "Result().model_dump_json()", "Result().dict()",
    "Clean().model_dump()",
    "Tags().model_dump(mode='json')", "args.model_dump(mode='json')",
    "args.text", "{'a': args.text}",
    "{'a': [1, 2.5, None, True, 'x']}", "[*[1], 2]", "{**{'a': 1}}", "(1, 2)", "'x'", "1", "None",
    "18446744073709551615", "-9223372036854775808", "-1", "Record()", "{'a': Record()}",
    "Typed(n=1)", "Words()", "Colour.RED", "datetime.datetime.now()", "uuid.uuid4()",
    "Response(content=b'x')", "JSONResponse({'a': 1})", "JSONResponse({'a': 1}, status_code=200)",
    "PlainTextResponse('x')", "HTMLResponse('x')", "AnswerChild()", "Answer()",
    "JSONResponse({1: 'a'})", "JSONResponse([18446744073709551616])", "JSONResponse([Pair()])",
    "JSONResponse({}, headers={'a': 'b'})", "JSONResponse(*[{}])", "dict(**{'a': 1})",
    "dict((k, v) for k, v in [('a', 1)])", "dict({'a': 1})", "sum(n for n in [1])",
    "Fixed()", "model_or_dict()", "model_or_text()", "tree()", "echo(1)", "args.either",
    "service.values()", "JSONResponse(*{1})", "{args.text: 1}", "{**{'a': 1}, 'b': 2}",
    "circle()", "old_dumped()", "as_text()", "old_text()", "written()", "dumped()", "odd_way()",
    "looked_up()", "wrapped()",
    "model().model_dump()",
    "await later_dict()", "(await later()).model_dump()",
    "[each.model_dump() for each in [Result()]]",
    "list(map(str, [1]))", "sorted({1, 2})", "base64.b64encode(b'x').decode()",
    "b'x'.decode()", "open(__file__).read()", "open(__file__, 'r').read()",
    "len(args.tags)", "args.inner.n", "list(args.tags)", "{'a': 1}.get('a')", "str(Plain())",
    "io.StringIO('x').getvalue()", "{'text': args.text}['text']", "Service.name", "{}",
    "Response('x'.encode())", "JSONResponse(content=1) if args else None",
]  # fmt: skip


def cord(
    returned: str,
    before: str = "",
    *,
    parameters: str = "args: Input",
    decorator: str = "",
    around: str = "",
    prefix: str = "async ",
) -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in [*before.splitlines(), f"return {returned}"])
    source = (
        f"{HEAD}@chute.cord(public_api_path='/x'{decorator})\n{around}"
        f"{prefix}def x(self, {parameters}):\n{lines}"
    )
    return {"app.py": source, "results.py": RESULTS}


@pytest.mark.parametrize("returned", BAD)
def test_fires(returned: str, findings: Findings) -> None:
    (found,) = findings(cord(returned), ID)
    assert found.severity is Severity.ERROR
    assert f"returns {BAD[returned]}: fine in the dev runtime" in found.message
    assert found.help


@pytest.mark.parametrize("returned", GOOD)
def test_stays_silent(returned: str, findings: Findings) -> None:
    assert findings(cord(returned), ID) == []


@pytest.mark.parametrize(
    "returned", ["Far()", "FarTags().dict()", "Unknown()", "RecordChild()", "LATER()"]
)
def test_an_object_of_whose_class_nobody_can_tell(returned: str, findings: Findings) -> None:
    assert findings(cord(returned), ID) == []


def test_what_a_guard_leaves_is_the_model(findings: Findings) -> None:
    guard = "if not isinstance(args, Input):\n        raise HTTPException(status_code=400)"
    (found,) = findings(cord("args", guard), ID)
    assert "returns a Input, a pydantic model" in found.message
    assert findings(cord("args", "if isinstance(args, Input):\n        args = {}"), ID) == []


def test_what_else_is_encoded_to_bytes_nobody_can_tell(findings: Findings) -> None:
    for returned in ("args.missing.encode()", "other.text.encode()", "args.inner.encode()"):
        assert findings(cord(returned), ID) == []


@pytest.mark.parametrize(
    ("returned", "before"), [("agen()", ""), ("a", "a = b\nb = a"), ("a", "a = {'a': b}\nb = a")]
)
def test_what_another_check_or_nobody_can_tell(
    returned: str, before: str, findings: Findings
) -> None:
    assert findings(cord(returned, before), ID) == []


def test_a_field_of_anything_but_the_validated_argument(findings: Findings) -> None:
    assert findings(cord("args.inner", parameters="args: dict"), ID) == []
    assert findings(cord("self.inner"), ID) == []


def test_a_json_response_may_hold_numpy_numbers(findings: Findings) -> None:
    assert findings(cord("JSONResponse({'a': numpy.mean([1])})", "import numpy"), ID) == []


def test_a_name_in_another_module_is_another_name(findings: Findings) -> None:
    files = {
        "app.py": "from chutes.chute import Chute\nfrom pydantic import BaseModel\n"
        "from results import echo\nchute = Chute('u', 'n', 'i')\nclass Input(BaseModel): ...\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: Input):\n"
        "    return echo(1)\n",
        "results.py": "def one(): ...\ndef echo(args):\n    return args\n",
    }
    assert findings(files, ID) == []
    files["app.py"] = files["app.py"].replace("echo(1)", "args")
    assert len(findings(files, ID)) == 1


def test_bases_of_bases(findings: Findings) -> None:
    chain = "class D0:\n    pass\n" + "".join(
        f"class D{n}(D{n - 1}):\n    pass\n" for n in range(1, 9)
    )
    assert len(findings(cord("D8()", chain), ID)) == 1
    assert findings(cord("Circle()", "class Circle(Circle):\n    pass"), ID) == []


CHAIN = "a0 = Result()\n" + "".join(f"a{n} = a{n - 1}\n" for n in range(1, 8))
HELPERS = "def g0():\n    yield 1\n" + "".join(
    f"def g{n}():\n    return g{n - 1}()\n" for n in range(1, 9)
)
NAMES_BAD = [
    ("a7", CHAIN),
    ("{'a': g8()}", HELPERS),
    ("1", "found = Result()\nwith open(__file__):\n    return found"),
    ("1", "found = Result()\ntry:\n    return found\nexcept:\n    return 1"),
    ("1", "if not isinstance(args, Input):\n    raise HTTPException(400)\nelse:\n    return args"),
    ("found", "found = Result()"),
    ("found", "found: Result = Result()"),
    ("{'a': found}", "found = [Result()]"),
    ("found", "found = await later()"),
    ("await found", "found = later()"),
    ("found", "found = Result()\nif found is None:\n    raise HTTPException(400)"),
    ("found.values()", "found = {'a': 1}"),
    ("buffer.getvalue()", "buffer = io.BytesIO()\nbuffer.write(b'x')"),
    ("args", "if not isinstance(self, Chute):\n    return 1"),
]
NAMES_GOOD = [
    ("found", "found = Result()\nfound = found.model_dump()"),
    ("found", "found = Result()\nif isinstance(found, BaseModel):\n    found = {}"),
    ("1", "found = model()\nif not isinstance(found, BaseModel):\n    return found"),
    ("1", "found = model()\nif isinstance(found, BaseModel):\n    pass\nelse:\n    return found"),
    (
        "1",
        "found = model()\nif found and isinstance(found, BaseModel):\n    pass\nelse:\n"
        "    return found",
    ),
    ("found", "with open(__file__) as found:\n    found = 1"),
    ("found", "with Manager() as found:\n    pass"),
    ("found", "for found in [1]:\n    pass"),
    ("len(found.values())", "found = {'a': 1}"),
    ("args", "args = args.text"),
    ("args['text']", "args = args.model_dump(mode='json')"),
    ("text", "text, other = args.text, 1"),
]


def test_awaits_either_branch(findings: Findings) -> None:
    found = findings(cord("await (later() if args else later())"), ID)
    assert {each.snippet for each in found} == {"later()"}
    assert all("returns a Result" in each.message for each in found)
    assert len(found) == 2


@pytest.mark.parametrize(("returned", "before"), NAMES_BAD)
def test_follows_names(returned: str, before: str, findings: Findings) -> None:
    assert len(findings(cord(returned, before), ID)) == 1


@pytest.mark.parametrize(("returned", "before"), NAMES_GOOD)
def test_a_name_with_two_values_says_nothing(
    returned: str, before: str, findings: Findings
) -> None:
    assert findings(cord(returned, before), ID) == []


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("numpy", "array asarray zeros ones full arange linspace concatenate stack float32 "
                  "float64 int32 int64 mean sum"),
        ("PIL.Image", "open new fromarray"),
        ("sse_starlette", "EventSourceResponse"),
        ("sse_starlette.sse", "EventSourceResponse"),
    ],
)  # fmt: skip
def test_libraries_that_are_not_installed_here(module: str, names: str, findings: Findings) -> None:
    made = [f"{module}.{name}(1)" for name in names.split()]
    nested = ", ".join(f"'{each}': {each}" for each in made)
    found = findings(cord(f"{{{nested}}}", f"import {module}"), ID)
    assert [each.snippet for each in found] == made
    assert len(findings(cord(made[0], f"import {module}"), ID)) == 1
    assert findings(cord(f"{module}.something(1)", f"import {module}"), ID) == []


TORCH = """\
import torch

@torch.no_grad()
def without_gradients():
    return Result()

@torch.inference_mode()
def inferred():
    return Result()
"""
TORCH_BAD = [
    "torch.tensor([1])", "torch.zeros(1)", "torch.ones(1)", "torch.full((1,), 2)",
    "torch.arange(2)", "torch.cat([torch.zeros(1)])", "torch.stack([torch.zeros(1)])",
    "torch.argmax(torch.zeros(1))", "torch.softmax(torch.zeros(1), 0)",
    "without_gradients()", "inferred()",
]  # fmt: skip


@pytest.mark.parametrize("returned", TORCH_BAD)
def test_torch(returned: str, findings: Findings) -> None:
    assert len(findings(cord(returned, TORCH), ID)) == 1
    assert findings(cord("torch.zeros(1).tolist()", TORCH), ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees_on_torch(judge: Any) -> None:
    source = cord("[], cases[args.text]()", TORCH)["app.py"]
    cases = "".join(f"    {case!r}: lambda: {case},\n" for case in TORCH_BAD)
    source = source.replace(
        "    return [], cases", f"    cases = {{\n{cases}    }}\n    return cases"
    )
    files = {"app.py": source, "results.py": RESULTS}
    calls = [("POST", "/x", {"text": case}) for case in TORCH_BAD]
    assert [status for status, _ in judge.calls(files, *calls)] == [500] * len(calls)


@pytest.mark.parametrize(
    ("decorator", "around", "prefix"),
    [
        (", stream=True", "", ""),
        (", stream=LATER", "", ""),
        (", passthrough=True", "", ""),
        (", passthrough=LATER", "", ""),
        ("", "@dumping\n", ""),
    ],
)
def test_leaves_alone(decorator: str, around: str, prefix: str, findings: Findings) -> None:
    files = cord("Result()", decorator=decorator, around=around, prefix=prefix)
    assert findings(files, ID) == []


@pytest.mark.parametrize(
    ("parameters", "decorator", "fires"),
    [
        ("args: dict", ", input_schema=Input", True),
        ("args: Input | None = None", "", False),
        ("args: dict", "", False),
        ("args: Input, *rest", "", False),
        ("*args", ", input_schema=Input", False),
    ],
)
def test_the_argument_is_a_model_only_where_the_sdk_makes_one(
    parameters: str, decorator: str, fires: bool, findings: Findings, judge: Any
) -> None:
    files = cord("args", parameters=parameters, decorator=decorator)
    assert len(findings(files, ID)) == fires
    ((status, _),) = judge.calls(files, ("POST", "/x", {"text": "a"}))
    assert parameters == "*args" or status == (500 if fires else 200)


def test_every_bad_part_and_every_way_out_is_named(findings: Findings) -> None:
    found = findings(cord("{'a': Result(), 'b': {1}}", "if args:\n    return b'x'"), ID)
    assert [each.snippet for each in found] == ["b'x'", "Result()", "{1}"]


def test_points_to_what_the_cord_returns(findings: Findings) -> None:
    (found,) = findings(cord("{'a': 1, 'b': found_result()}"), ID)
    assert (found.location.path, found.snippet) == ("app.py", "found_result()")
    assert found.confidence is Confidence.HIGH
    (found,) = findings(cord("held", "held = {'a': Result()}"), ID)
    assert found.snippet == "held"
    (found,) = findings(cord("fetched()"), ID)
    assert (found.snippet, found.confidence) == ("fetched()", Confidence.MEDIUM)


def test_the_dev_runtime_takes_it(findings: Findings) -> None:
    assert findings(cord("Result()"), ID, exposure=Exposure.DIRECT) == []
    assert len(findings(cord("Result()"), ID, exposure=Exposure.BOTH)) == 1
    before = "if self.exposure == 'direct':\n    return Result()"
    assert findings(cord("1", before), ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    cases = [(returned, "", 500) for returned in BAD] + [(each, "", 200) for each in GOOD]
    cases += [(*case, 500) for case in NAMES_BAD] + [(*case, 200) for case in NAMES_GOOD]
    cords = [cord(returned, before)["app.py"].removeprefix(HEAD) for returned, before, _ in cases]
    found = answers(HEAD, cords, [{"text": "a"}], {"results.py": RESULTS})
    wrong = [
        (case, answer) for case, (answer,) in zip(cases, found, strict=True) if answer[0] != case[2]
    ]
    assert wrong == [], wrong


@pytest.mark.sdk
def test_the_dev_runtime_agrees(judge: Any) -> None:
    for returned in ("Result()", "{1}", "b'x'", "[Plain()]", "{1: 'a'}", "FileResponse(__file__)"):
        ((status, _),) = judge.calls(cord(returned), ("POST", "/x", {"text": "a"}), way="dev")
        assert status == 200, returned
