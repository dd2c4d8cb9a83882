"""What production can encode, and what it answers in each case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
Returning = Callable[..., dict[str, str]]
Statuses = Callable[[list[tuple[str, str]]], list[int | str]]
ID = "cord-unserialisable-return"
FILE = "pathlib.Path(__file__).name and __file__"


BAD = {
    "object()": "a bare object",
    "args.text.encode()": "bytes",
    "{'a': args.text.encode()}": "bytes",
    "Result()": "a Result, a pydantic model",
    "Inner(n=2)": "an Inner, a pydantic model",
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
    "args": "an Input, a pydantic model",
    "{'input': args}": "an Input, a pydantic model",
    "args.inner": "an Inner, a pydantic model",
    "{'a': args.inner}": "an Inner, a pydantic model",
    "args.inners": "an Inner, a pydantic model",
    "args.maybe": "an Inner, a pydantic model",
    "args.by_name": "an Inner, a pydantic model",
    "args.pairs": "an Inner, a pydantic model",
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
    "Abstract()": "an Abstract object",
    "Explicit()": "an Explicit object",
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


@pytest.mark.parametrize("returned", BAD)
def test_fires(returned: str, findings: Findings, returning: Returning) -> None:
    (found,) = findings(returning(returned), ID)
    assert found.severity is Severity.ERROR
    assert f"returns {BAD[returned]}: fine in the dev runtime" in found.message
    assert found.help


@pytest.mark.parametrize("returned", GOOD)
def test_stays_silent(returned: str, findings: Findings, returning: Returning) -> None:
    assert findings(returning(returned), ID) == []


@pytest.mark.parametrize(
    "returned", ["Far()", "FarTags().dict()", "Unknown()", "RecordChild()", "LATER()"]
)
def test_an_object_of_whose_class_nobody_can_tell(
    returned: str, findings: Findings, returning: Returning
) -> None:
    assert findings(returning(returned), ID) == []


def test_what_else_is_encoded_to_bytes_nobody_can_tell(
    findings: Findings, returning: Returning
) -> None:
    for returned in ("args.missing.encode()", "other.text.encode()", "args.inner.encode()"):
        assert findings(returning(returned), ID) == []


def test_a_json_response_may_hold_numpy_numbers(findings: Findings, returning: Returning) -> None:
    assert findings(returning("JSONResponse({'a': numpy.mean([1])})", "import numpy"), ID) == []


def test_bases_of_bases(findings: Findings, returning: Returning) -> None:
    chain = "class D0:\n    pass\n" + "".join(
        f"class D{n}(D{n - 1}):\n    pass\n" for n in range(1, 9)
    )
    assert len(findings(returning("D8()", chain), ID)) == 1
    assert findings(returning("Circle()", "class Circle(Circle):\n    pass"), ID) == []


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
def test_libraries_that_are_not_installed_here(
    module: str, names: str, findings: Findings, returning: Returning
) -> None:
    made = [f"{module}.{name}(1)" for name in names.split()]
    nested = ", ".join(f"'{each}': {each}" for each in made)
    found = findings(returning(f"{{{nested}}}", f"import {module}"), ID)
    assert [each.snippet for each in found] == made
    assert len(findings(returning(made[0], f"import {module}"), ID)) == 1
    assert findings(returning(f"{module}.something(1)", f"import {module}"), ID) == []


@pytest.mark.parametrize(
    "made",
    [
        "an Input", "an Answer", "an Element", "an Output", "an UploadFile", "an UndoStep",
        "an HTTPState", "a UserInput", "a UsageStats", "a UnionOfAll", "a UnitTest",
        "a EuroPrice", "a OneOf", "a Result", "a HealthState", "a _Input",
    ],
)  # fmt: skip
def test_the_article_goes_with_the_sound(
    made: str, findings: Findings, returning: Returning
) -> None:
    name = made.partition(" ")[2]
    (found,) = findings(returning(f"{name}()", f"class {name}(BaseModel):\n    n: int = 1"), ID)
    assert f"returns {made}, a pydantic model" in found.message


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
def test_torch(returned: str, findings: Findings, returning: Returning) -> None:
    assert len(findings(returning(returned, TORCH), ID)) == 1
    assert findings(returning("torch.zeros(1).tolist()", TORCH), ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees_on_torch(judge: Any, returning: Returning) -> None:
    files = returning("[], cases[args.text]()", TORCH)
    cases = "".join(f"    {case!r}: lambda: {case},\n" for case in TORCH_BAD)
    files["app.py"] = files["app.py"].replace(
        "    return [], cases", f"    cases = {{\n{cases}    }}\n    return cases"
    )
    calls = [("POST", "/x", {"text": case}) for case in TORCH_BAD]
    assert [status for status, _ in judge.calls(files, *calls)] == [500] * len(calls)


@pytest.mark.sdk
@pytest.mark.parametrize(("cases", "status"), [(BAD, 500), (GOOD, 200)])
def test_the_sdk_agrees(cases: Iterable[str], status: int, statuses: Statuses) -> None:
    found = statuses([(each, "") for each in cases])
    wrong = [each for each in zip(cases, found, strict=True) if each[1] != status]
    assert wrong == []


@pytest.mark.sdk
def test_the_dev_runtime_agrees(judge: Any, returning: Returning) -> None:
    for returned in ("Result()", "{1}", "b'x'", "[Plain()]", "{1: 'a'}", "FileResponse(__file__)"):
        ((status, _),) = judge.calls(returning(returned), ("POST", "/x", {"text": "a"}), way="dev")
        assert status == 200, returned
