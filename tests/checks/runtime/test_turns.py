"""How often loops go round, seen where a stream's worker can be lost: after 64 chunks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "stream-worker-leak"
HEAD = """\
import os
from typing import Annotated, Optional
import asyncio
import tqdm
from chutes.chute import Chute
from pydantic import BaseModel, Field
from more_itertools import chunked

chute = Chute("u", "my-service", "i")
FEW = ("a", "b")
MANY = "x" * 65
MOST = 64
MORE = 65
UNKNOWN = load()
LIST = [load(), load()]
GROWING = ["a"]
GROWING.append("b")
DICT = {"a": load(), "b": load()}
LOOP = [*LOOP_2]
LOOP_2 = [*LOOP]


def few():
    return [load(), load()]


def many():
    return UNKNOWN


def grown():
    found = []
    found.append(load())
    return found


class Args(BaseModel):
    n: int = Field(le=64)
    more: int = Field(le=65)
    below: int = Field(lt=64)
    some: Optional[int] = Field(None, le=64)
    either: Annotated[int, Field(le=64)] | Annotated[int, Field(le=65)] | None = None
    both: Annotated[int, Field(le=64)] | Annotated[int, Field(le=5)]
    text: str | list[str] = Field(max_length=64)
    free: int = 5
    words: list[str] = Field(max_length=64)
    many: list[str] = Field(max_length=65)
    fraction: float = Field(le=64.0)
    ranged: int = Field(le=UNKNOWN)
    digits: str = Field(min_length=1)


WARM_UP = Args(free=3)


class Box:
    kept = load()

    def __init__(self, size, given):
        self.size = size
        self.items = []
        self.steps = ["a", load()]
        self.n = 0
        self.given = given
        self.either = FEW
        self.endless = FEW

    def reset(self):
        self.either = LIST
        self.endless = UNKNOWN

    def add(self, one):
        self.items.append(one)
        self.n += 1


BOX = Box(64, UNKNOWN)
chute.limit = 20
chute.boxes = [load(), load()]
chute.queue = []
chute.queue.append("a")


"""
CORD = "@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, args: Args):\n"


def app(head: str, before: str = "", more: str = "") -> str:
    return f"{HEAD}{more}{CORD}    {before or 'pass'}\n    {head}:\n        yield 'a'\n"


FEW = [
    "FEW", "LIST", "[] or LIST", "[load(), load()]", "(*FEW, load())", "{load(), load()}",
    "DICT", "DICT.items()", "DICT.keys()", "DICT.values()", "DICT.copy()", "{'a': load()}",
    "enumerate(LIST)", "reversed(LIST)", "sorted(LIST)", "list(LIST)", "tuple(LIST)", "set(LIST)",
    "iter(LIST)", "aiter(LIST)", "tqdm.tqdm(LIST)", "asyncio.as_completed(LIST)",
    "enumerate(LIST, load())",
    "zip(UNKNOWN, LIST)", "zip(LIST, UNKNOWN)", "zip()", "map(load, LIST)", "filter(None, LIST)",
    "chunked(UNKNOWN, 9)", "ichunked(UNKNOWN, 9)", "tools.batched(UNKNOWN, 9)",
    "UNKNOWN[:64]", "UNKNOWN[1:65]", "UNKNOWN[5:5]", "[args.n + 1, -load()]",
    "LIST[1:]", "LIST[:-1]", "UNKNOWN[-64:]", "FEW[:65]",
    "UNKNOWN[:args.n]",
    "[each for each in FEW]", "{each for each in LIST}", "(each for each in LIST)",
    "[each for each in LIST if each]", "[a for a, b in LIST]",
    "FEW if args else LIST", "args.words or LIST", "args.words",
    "range(MOST)", "range(0, 64)", "range(2, 66)", "range(load(), 64)", "range(0, 64, 1)",
    "range(0, 128, 2)", "range(0, 127, 2)", "range(64, 0, -1)", "range(0, load(), load())",
    "range(args.n)", "range(args.below)", "range(args.some)", "range(args.fraction)",
    "range(len(LIST))", "range(min(64, UNKNOWN))", "range(min(UNKNOWN, 64))",
    "range(max(args.n, 3))", "range(int(args.n))", "range(abs(args.n))", "range(round(args.n, 0))",
    "range(args.n + 0)", "range(len(LIST) + 62)", "range(len(LIST) * 32)", "range(args.n - 1)",
    "range(args.more // 2)", "range(args.more / 2)", "range((args.more + 64) // 2)",
    "range(args.n // UNKNOWN)", "range(args.n // 0)",
    "range(UNKNOWN % 64)", "range(args.n % UNKNOWN)",
    "range(args.some or 64)", "range(64 if args else args.n)",
    "range(int(os.getenv('N', '64')))", "range(int(float(os.getenv('N', '64'))))",
    "range(BOX.size)", "range(self.limit)",
    "range(args.both)", "range(max(5, args.n, key=load))",
    "BOX.steps", "BOX.either", "self.boxes",
    "few()", "args.text", "'ab'",
    "islice(UNKNOWN, 64)", "itertools.islice(UNKNOWN, 2, 66)", "islice(UNKNOWN, 0, 128, 2)",
    "islice(LIST, 65)", "islice(LIST, 5, None)",
]  # fmt: skip
MANY = [
    "UNKNOWN", "MANY", "GROWING", "LOOP", "(*UNKNOWN, 1)", "(*MANY, 1)", "{**UNKNOWN, 'a': 1}",
    "(-load(), *UNKNOWN)",
    "args.items()", "UNKNOWN.keys()", "enumerate(UNKNOWN)", "enumerate()", "zip(UNKNOWN, MANY)",
    "LIST.pop()", "batches(LIST)", "client.inner.list(LIST)", "map(load, UNKNOWN)",
    "UNKNOWN[:65]", "UNKNOWN[1:66]", "UNKNOWN[-65:]", "UNKNOWN[5:]", "UNKNOWN[:]", "UNKNOWN[-5:-1]",
    "UNKNOWN[5:3]", "UNKNOWN[-5:UNKNOWN]", "range(9, 9, 0)",
    "UNKNOWN[FEW]", "UNKNOWN[::2]", "FEW[0] + UNKNOWN",
    "[b for a in FEW for b in a]", "[a for a in UNKNOWN]",
    "{a: b for a in FEW for b in a}", "lambda a: FEW",
    "FEW if args else UNKNOWN", "UNKNOWN if args else FEW", "args.words or UNKNOWN", "args.many",
    "UNKNOWN or FEW", "args.digits", "args.nothing", "5",
    "range(MORE)", "range(0, 65)", "range(1, 66)", "range(load(), 65)", "range(load(), UNKNOWN)",
    "range(0, 65, 1)", "range(0, 129, 2)", "range(65, 0, -1)", "range(0, 9, 0)", "range()",
    "range(0, 9, 'a')", "range(0, UNKNOWN, 5)", "range(0, 9, 3, 3)", "range('a')",
    "range('a', 'b')",
    "range(args.more)", "range(args.free)", "range(int(args.n / 0.5))",
    "range(int((args.more + 64) / 2))", "range(args.either)", "range(args.words)",
    "range(args.ranged)",
    "range(len(UNKNOWN))", "range(min(UNKNOWN))", "range(min(65, UNKNOWN))",
    "range(max(key=5))", "range(max(args.n, 65))", "range(max(UNKNOWN, 5))", "range(size(LIST))",
    "range(int(UNKNOWN))",
    "range(len(LIST) + 63)", "range(len(LIST) * 33)", "range(5 + UNKNOWN)", "range(UNKNOWN - 5)",
    "range(UNKNOWN // 2)", "range(UNKNOWN % 65)", "range(args.n ** 2)", "range(5 and UNKNOWN)",
    "range(args.more or 5)", "range(args.some or 65)", "range(65 if args else 5)",
    "range(int(os.getenv('N', '65')))", "range(int(os.getenv('N')))",
    "range(int(os.getenv('N', 'x')))",
    "range(int(args.more or 5))",
    "range(BOX.n)", "BOX.items", "BOX.given", "BOX.endless", "BOX.kept", "BOX.nothing",
    "self.queue", "self.nothing", "range(-args.n)",
    "many()", "grown()", "unknown()", "MANY or few()",
    "islice(UNKNOWN, 65)", "islice(UNKNOWN, 1, 66)", "islice(UNKNOWN, None)", "islice(UNKNOWN)",
    "range(min(UNKNOWN, default=5))", "range(min(key=load))",
]  # fmt: skip
FEW_WHILE = [
    "n < 64",
    "n <= 64",
    "64 > n",
    "64 >= n",
    "0 <= n < 64",
    "n < 64 and UNKNOWN",
    "UNKNOWN and n < 64",
    "n < len(LIST)",
    "part := list(islice(UNKNOWN, 9))",
]
MANY_WHILE = [
    "True",
    "n < 65",
    "65 > n",
    "n > 64",
    "64 < n",
    "n < 64 or UNKNOWN",
    "n != 64",
    "not n < 64",
    "part := take(UNKNOWN)",
    "n < UNKNOWN",
    "n < MANY",
]


@pytest.mark.parametrize("over", FEW)
def test_few(over: str, findings: Findings) -> None:
    assert findings(app(f"for n in {over}"), ID) == []


@pytest.mark.parametrize("over", MANY)
def test_perhaps_many(over: str, findings: Findings) -> None:
    assert [each.check for each in findings(app(f"for n in {over}"), ID)] == [ID]


@pytest.mark.parametrize("test", FEW_WHILE)
def test_few_while(test: str, findings: Findings) -> None:
    assert findings(app(f"while {test}"), ID) == []


@pytest.mark.parametrize("test", MANY_WHILE)
def test_perhaps_many_while(test: str, findings: Findings) -> None:
    assert [each.check for each in findings(app(f"while {test}"), ID)] == [ID]


NAMES = {
    "local": ("few = LIST", 0),
    "local_number": ("few = args.n", 0),
    "growing": ("few = []; few.append(load())", 1),
    "assigned_twice": ("few = LIST; few = UNKNOWN", 1),
    "of_a_loop": ("for few in UNKNOWN: pass", 1),
    "unpacked": ("few, more = UNKNOWN", 1),
    "annotated_only": ("few: list", 1),
    "imported": ("import few", 1),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str, findings: Findings) -> None:
    before, count = NAMES[name]
    over = "range(few)" if name.endswith("number") else "few"
    assert len(findings(app(f"for n in {over}", before), ID)) == count


@pytest.mark.parametrize(
    ("given", "count"), [("LIST", 0), ("args.words", 0), ("UNKNOWN", 1), ("args.many", 1)]
)
def test_what_a_helper_is_given(given: str, count: int, findings: Findings) -> None:
    helper = "def parts(words):\n    for word in words:\n        yield word\n\n\n"
    assert len(findings(app(f"for part in parts({given})", more=helper), ID)) == count


def test_a_helper_that_is_given_several_things(findings: Findings) -> None:
    helper = (
        "def parts(words):\n    for word in words:\n        yield word\n\n\nparts(UNKNOWN)\n\n\n"
    )
    assert len(findings(app("for part in parts(LIST)", more=helper), ID)) == 1


def test_names_for_names_end(findings: Findings) -> None:
    names = "".join(f"N{n} = N{n + 1}\n" for n in range(40)) + "N40 = LIST\n"
    assert len(findings(app("for n in N33", more=names), ID)) == 1
    assert findings(app("for n in N34", more=names), ID) == []
