"""stream-chunk-type, and what the SDK does with each chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "stream-chunk-type"
HEAD = """\
import dataclasses
import json
from typing import NamedTuple

import orjson
from chutes.chute import Chute
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from parts import dicts

chute = Chute("you", "my-service", "you/my-service:1.0")


class Part(BaseModel):
    text: str = "x"


class Word(str):
    pass


def texts():
    yield "a"


def pairs():
    for left, right in [("a", "b")]:
        yield left


def tuples():
    yield "a", "b"


def handed_on():
    return models()


def models():
    yield Part()


async def async_models():
    yield Part()


def endless():
    yield "a"
    if False:
        yield from endless()


def frame(kind):
    body = {"event": kind}
    return body


def written(kind):
    return f"event: {kind}"


def perhaps(kind):
    return {"a": 1} if kind else "a"


async def waited():
    return {"a": 1}


def same(part: Part):
    return part


def either(part: "Part | str"):
    return part


def plain(part):
    return part


def again(kind):
    return again(kind)


def encoded(function):
    def relay(*args):
        for part in function(*args):
            yield str(part)
    return relay


def paired(function):
    def relay(*args):
        for part in function(*args):
            yield part, 1
    return relay


def each_counted(function):
    async def wrapper(*args):
        async for part in function(*args):
            yield {"part": part}
    return wrapper


class Event:
    def encode(self):
        return "a"


class Pair(NamedTuple):
    one: str = "a"


class Ready:
    def encode(self, charset):
        return b"a"


class Frames:
    def run(self):
        yield Event()


def replaced(function):
    def wrapper(*args):
        return models()
    return wrapper


def awaited(function):
    async def wrapper(*args):
        return models()
    return wrapper


def joined(function):
    return lambda *args: "".join(function(*args))


"""
PARTS = "def dicts():\n    yield {'a': 1}\n"
CHUNKS_BAD = {
    "{'a': 1}": "a dict", "{each: 1 for each in 'a'}": "a dict", "['a']": "a list",
    "('a', 'b')": "a tuple", "{'a'}": "a set", "['a' for _ in 'a']": "a list",
    "1": "the number 1", "1.5": "the number 1.5", "None": "nothing", "True": "the number True",
    "Event()": "an Event", "Pair()": "a Pair", "Ready()": "a Ready",
    "Part()": "a Part", "Part().model_dump()": "a dict", "Part().dict()": "a dict",
    "Part().model_copy()": "a pydantic model", "Part.model_validate({})": "a pydantic model",
    "Part.model_construct()": "a pydantic model",
    "dataclasses.asdict(args)": "a dict", "dataclasses.astuple(args)": "a tuple",
    "vars(args)": "a dict", "set('a')": "a set", "tuple('a')": "a tuple",
    "dict(a=1)": "a dict", "list('a')": "a list", "len('a')": "a number",
    "JSONResponse({})": "a JSONResponse", "{'a': 1} if args else 'a'": "a dict",
}  # fmt: skip
CHUNKS_GOOD = [
    "'a'", "b'a'", "f'a{args}'", "json.dumps({})", "orjson.dumps({})", "Part().model_dump_json()",
    "args['text']", "'a' + 'b'", "str(1)", "Word('a')", "json.dumps(args).encode()",
]  # fmt: skip
BAD = [
    *(f"yield {chunk}" for chunk in CHUNKS_BAD),
    "part = {'a': 1}\nyield part",
    "yield frame('a')",
    "yield same(Part())",
    "yield from dicts()",
    "yield from models()",
    "for part in models():\n    yield part",
    "for part in handed_on():\n    yield part",
    "for part in Frames().run():\n    yield part",
]
GOOD = [
    *(f"yield {chunk}" for chunk in CHUNKS_GOOD),
    "yield written('a')",
    "yield plain('a')",
    "yield either('a')",
    "yield from texts()",
    "yield from pairs()",
    "yield from ['a', 'b']",
    "for part in texts():\n    yield part",
    "for part, _ in [('a', 'b')]:\n    yield part",
    "for part in args['parts']:\n    yield part",
    "for part in str({'a': 1}):\n    yield part",
    "yield from endless()",
    "for part in models():\n    str(part)\nfor part in texts():\n    yield part",
    "for part, _ in tuples():\n    yield part",
    "make = lambda: 'a'\nyield make()",
    "for part in args['parts']:\n    for other in part:\n        yield other",
]


def cord(body: str, option: str = ", stream=True", around: str = "", prefix: str = "") -> Any:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = (
        f"{HEAD}@chute.cord(public_api_path='/x'{option})\n{around}"
        f"{prefix}def x(self, args: dict):\n{lines}"
    )
    return {"app.py": source, "parts.py": PARTS}


@pytest.mark.parametrize("body", BAD)
def test_fires(body: str, findings: Findings) -> None:
    (found,) = findings(cord(body), ID)
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("chunk", CHUNKS_BAD)
def test_says_what_it_is(chunk: str, findings: Findings) -> None:
    (found,) = findings(cord(f"yield {chunk}"), ID)
    assert f"cord x yields {CHUNKS_BAD[chunk]}, and a chunk must be text or bytes" in found.message


@pytest.mark.parametrize("body", GOOD)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(cord(body), ID) == []


@pytest.mark.parametrize(
    ("body", "option", "around", "prefix", "fires"),
    [
        ("yield {'a': 1}", ", stream=True", "", "async ", True),
        ("async for part in async_models():\n    yield part", ", stream=True", "", "async ", True),
        ("return models()", ", stream=True", "", "", True),
        ("return models()", ", stream=True", "", "async ", False),
        ("return texts()", ", stream=True", "", "", False),
        ("return args", ", stream=True", "", "", False),
        ("yield", ", stream=True", "", "", False),
        ("yield {'a': 1}", "", "", "", False),
        ("with models() as part:\n    yield part", ", stream=True", "", "", False),
        ("yield {'a': 1}", ", stream=LATER", "", "", False),
        ("yield {'a': 1}", ", stream=True, passthrough=True", "", "", False),
        ("yield {'a': 1}", ", stream=True, passthrough=LATER", "", "", False),
        ("yield {'a': 1}", ", stream=True", "@joined\n", "", False),
        ("yield 'a'", ", stream=True", "@each_counted\n", "async ", True),
        ("yield 'a'", ", stream=True", "@replaced\n", "async ", True),
        ("yield 'a'", ", stream=True", "@awaited\n", "async ", False),
    ],
)
def test_only_what_a_stream_sends(
    body: str, option: str, around: str, prefix: str, fires: bool, findings: Findings
) -> None:
    assert len(findings(cord(body, option, around, prefix), ID)) == fires


def test_points_to_the_generator_once(findings: Findings) -> None:
    files = cord("yield from dicts()")
    files["app.py"] += "\n@chute.cord(stream=True)\ndef y(self):\n    yield from dicts()\n"
    (found,) = findings(files, ID)
    assert (found.location.path, found.location.line, found.symbol) == ("parts.py", 2, "dicts")
    assert found.message.startswith("cord x yields a dict, and a chunk must be text or bytes")


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    """A bad first chunk answers 500; a bad second one cuts the stream off."""
    bodies = (*BAD, *GOOD)
    first = [cord(body)["app.py"].removeprefix(HEAD) for body in bodies]
    second = [cord(f"yield 'first'\n{body}")["app.py"].removeprefix(HEAD) for body in bodies]
    sent = [{"text": "a", "parts": ["a"]}]
    files = {"parts.py": PARTS}
    wrong = []
    for body, ((status, _),), ((late, text),) in zip(
        bodies, answers(HEAD, first, sent, files), answers(HEAD, second, sent, files), strict=True
    ):
        chunks = text.count("\n")
        if body in BAD and (status, late, chunks) != (500, 200, 1):
            wrong.append((body, status, late, chunks))
        if body in GOOD and not (status == late == 200 and chunks > 1):
            wrong.append((body, status, late, chunks))
    assert wrong == [], wrong


@pytest.mark.parametrize(
    ("around", "what"), [("@encoded\n", None), ("@paired\n", "a tuple"), ("@joined\n", None)]
)
def test_what_a_decorator_streams(around: str, what: str | None, findings: Findings) -> None:
    found = findings(cord("yield {'a': 1}", around=around), ID)
    assert [what in each.message for each in found if what] == [True] * bool(what)
    assert bool(found) == bool(what)


@pytest.mark.parametrize(("chunk", "count"), [("await waited()", 1), ("waited()", 0)])
def test_what_coroutines_return(chunk: str, count: int, findings: Findings) -> None:
    assert len(findings(cord(f"yield {chunk}", prefix="async "), ID)) == count


@pytest.mark.parametrize("chunk", ["perhaps('a')", "again('a')"])
def test_what_only_a_run_can_tell(chunk: str, findings: Findings) -> None:
    assert findings(cord(f"yield {chunk}"), ID) == []
