from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "stream-worker-leak"
HEAD = """\
import asyncio
import itertools
import time
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
FEW = ("a", "b")
MANY = "x" * 65
chute.steps = ["a", "b"]
chute.rows = load()
"""
CORD = "@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, args: dict):\n"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


def collecting(gather: str, ask: str) -> str:
    return app(
        "buffer = []\nstarted = time.monotonic()\nfor token in self.model(args):\n"
        f"    {gather}\n    if {ask}:\n        yield 'x'\n"
    )


TOKENS = "def tokens(args):\n    for token in args:\n        yield token\n"
DECORATED = (
    "def framed(source):\n    async def run(*args):\n        async for each in source(*args):\n"
    "            yield f'data: {{each}}'\n    return run\n@framed\nasync def some(args):\n"
    "    for n in {}:\n        yield n\n"
)
ON = "async for line in some(args):\n    yield line"
FEW = "def few(args):\n    for n in range(9):\n        yield n\n"
PARTS = "for word in self.model(args):\n"
STEPS = (
    "STEPS = []\ndef step(function):\n    STEPS.append(('a', function))\n    return function\n"
    "@step\ndef one(): ...\n@step\ndef two(): ...\n"
)
EACH = "for name, each in STEPS:\n    each()\n    yield name"
FIRES = {
    "refused_where_there_are_many_more": app(
        "if len(args) > 500:\n    raise ValueError\nfor word in args:\n    yield word"
    ),
    "refused_under_another_condition_too": app(
        "if self.strict and len(args) > 50:\n    raise ValueError\n"
        "for word in args:\n    yield word"
    ),
    "refused_by_the_length_of_another": app(
        "if len(self.words) > 50:\n    raise ValueError\nfor word in args:\n    yield word"
    ),
    "logged_where_there_are_many": app(
        "if len(args) > 50:\n    print(1)\nfor word in args:\n    yield word"
    ),
    "refused_where_there_are_few": app(
        "if len(args) > 50:\n    print(1)\nelse:\n    raise ValueError\n"
        "for word in args:\n    yield word"
    ),
    "steps_that_a_loop_adds": app(
        EACH, "STEPS = []\nfor each in load():\n    STEPS.append(('a', each))\n"
    ),
    "steps_that_calls_add": app(EACH + "\nSTEPS.append((args, args))", STEPS),
    "changed_words_only": app(
        f"last = None\n{PARTS}    if word != last:\n        yield word\n        last = word\n"
    ),
    "compared_with_what_each_item_brings": app(
        f"{PARTS}    end = word.end\n    if end > 3:\n        yield word\n"
    ),
    "compared_with_what_was_begun_before": app(
        f"if args:\n    start = 3\n{PARTS}    if word.end > start:\n        yield word\n"
    ),
    "plain_function": app(
        "for row in load(args):\n    yield row", "def load(args):\n    return list(args)\n"
    ),
    "decorated_plain_function": app(
        "for row in load(args):\n    yield row",
        "def noted(function):\n    def run(*args):\n        return function(*args)\n"
        "    return run\n@noted\ndef load(args):\n    return list(args)\n",
    ),
    "two_sources": app("some = few(args)\nsome = args\nfor each in some:\n    yield each", FEW),
    "source_of_the_module": app("for each in SOURCE():\n    yield each", "SOURCE = make()\n"),
    "circle": app("a = b\nb = a\nfor each in a:\n    yield each"),
    "decorated": app(ON, DECORATED.format("args")),
    "twice_in_a_loop": app("for word in args:\n    yield 'a'\n    yield word"),
    "counted": app("for word in args:\n    self.n += 1\n    yield word"),
    "delegated_in_a_loop": app("for word in args:\n    yield from [1, 2]").replace("async ", ""),
    "tried": app(
        "for word in args:\n    try:\n        yield word\n    except ValueError:\n"
        "        yield 'error'"
    ),
    "start_up_looks_at_itself": app("for word in args:\n    yield word")
    + "@chute.on_startup()\nasync def start(self):\n    self.me = asyncio.current_task()\n",
    "sliced": app("for line in itertools.islice(args, 8000):\n    yield line"),
    "closed": app(
        "import contextlib\nsource = contextlib.closing(tokens(args))\nwith source as some:\n"
        "    for token in some:\n        yield token",
        TOKENS,
    ),
    "model": app("async for token in self.model.stream(args):\n    yield token"),
    "while": app("while True:\n    yield 'a'"),
    "input": app("for word in args['words']:\n    yield word"),
    "many": app("for letter in ('a' * 3, *MANY):\n    yield letter"),
    "range": app("for n in range(65):\n    yield str(n)"),
    "unknown_range": app("for n in range(args['n']):\n    yield str(n)"),
    "no_range": app("for n in range():\n    yield str(n)"),
    "no_range_either": app("for n in range(0, 9, 0):\n    yield str(n)"),
    "nor_this": app("for n in range(0, 9, 3, 3):\n    yield str(n)"),
    "enumerated": app("for n, word in enumerate(args):\n    yield word"),
    "enumerated_nothing": app("for n, word in enumerate():\n    yield word"),
    "nested": app("for n in range(9):\n    for m in range(9):\n        yield str(n)"),
    "kept": app("for row in self.rows:\n    yield row"),
    "kept_twice": app("for step in self.steps:\n    yield step", "chute.steps = load()"),
    "never_kept": app("for step in self.others:\n    yield step"),
    "number": app("for step in 5:\n    yield step"),
    "some_items": app("for token in self.model(args):\n    if token:\n        yield token"),
    "helper": app("for token in tokens(args):\n    yield token", TOKENS),
    "delegated": app("yield from tokens(args)", TOKENS).replace("async def", "def"),
    "returned": app("return tokens(args)", TOKENS).replace("async def", "def"),
    "method": app(
        "for token in MODEL.tokens(args):\n    yield token",
        "class Model:\n    def tokens(self, args):\n        while True:\n            yield 'a'\n\n"
        "MODEL = Model()\n",
    ),
    "object_gone_over": app(
        "for word in Words(args):\n    yield word",
        "class Words:\n    def __init__(self, args):\n        self.args = args\n\n"
        "    def __iter__(self):\n        while True:\n            yield 'a'\n",
    ),
    "object_gone_over_async": app(
        "async for word in Words():\n    yield word",
        "class Words:\n    async def __aiter__(self):\n        while True:\n"
        "            yield 'a'\n",
    ),
    "handed_on_to_itself": app(
        "yield from tokens(args)",
        "def tokens(args):\n    for token in args:\n        yield token\n"
        "    yield from tokens(args)\n",
    ).replace("async def x", "def x"),
    "collected_elsewhere": app(
        "buffer = []\nbuffer.append(1)\nfor token in self.model(args):\n    if buffer:\n"
        "        yield token"
    ),
    "counted_and_asked_otherwise": collecting("n += 1", "token"),
    "asked_before_the_loop": app(
        "buffer = ''\nif buffer:\n    for token in self.model(args):\n        buffer += token\n"
        "        yield token"
    ),
    "asked_of_another_object": collecting("other.append(token)", "buffer"),
    "not_gathered": collecting("buffer = buffer * 2", "buffer"),
    "not_gathered_2": collecting("buffer = token + 'x'", "buffer"),
    "not_gathered_3": collecting("buffer.sort(token)", "buffer"),
    "asked_of_no_clock": collecting("pass", "self.ask() and call()"),
    "two_of_one_loop": app("while True:\n    yield 'a'\n    yield 'b'"),
}
GATHERED = (
    "def gathered(parts, least):\n    held = []\n"
    "    for part in parts:\n        held.append(part)\n"
    "        if len(held) {} least:\n            yield held\n            held = []\n"
)
FIRES |= {
    "counted_generator": app("for n, token in enumerate(tokens(args)):\n    yield token", TOKENS),
    "gathered_by_one": app(
        "for token in gathered(args, 1):\n    yield token", GATHERED.format(">=")
    ),
    "gathered_by_a_name_for_one": app(
        "least = 1\nfor token in gathered(args, least):\n    yield token", GATHERED.format("==")
    ),
    "gathered_by_more_than_none": app(
        "for token in gathered(args, 0):\n    yield token", GATHERED.format(">")
    ),
}
SILENT = {
    "refused_where_there_are_many": app(
        "parts = load(args)\nif not parts or len(parts) > 50:\n    raise ValueError\n"
        "for number, part in enumerate(parts):\n    yield part"
    ),
    "left_where_there_are_many": app(
        "if len(args) >= 50:\n    return\nfor word in args:\n    yield word"
    ),
    "steps_that_decorators_add": app(EACH, STEPS),
    "parts_of_some_length": app(
        f"start = 0\n{PARTS}    if word.end - start >= 30:\n        yield word\n"
        "        start = word.end\n"
    ),
    "parts_of_some_length_unpacked": app(
        f"start, n = 0, 0\n{PARTS}    if word.end - start >= 30 and n < 9:\n"
        "        yield word\n        start, n = word.end, n + 1\n"
    ),
    "gathered": app("for token in gathered(args, 8):\n    yield token", GATHERED.format(">=")),
    "gathered_and_counted": app(
        "for n, token in enumerate(gathered(args, 8)):\n    yield token", GATHERED.format(">=")
    ),
    "gathered_by_more_than_one": app(
        "for token in gathered(args, 1):\n    yield token", GATHERED.format(">")
    ),
    "gathered_by_what_is_not_known": app(
        "for token in gathered(args, args['n']):\n    yield token", GATHERED.format(">=")
    ),
    "gathered_until": app("for token in gathered(args, 1):\n    yield token", GATHERED.format("<")),
    "named": app("some = few(args)\nfor each in some:\n    yield each", FEW),
    "closed_at_once": app(
        "import contextlib\nwith contextlib.closing(few(args)) as some:\n"
        "    for each in some:\n        yield each",
        FEW,
    ),
    "closed_later": app(
        "import contextlib\nsource = contextlib.closing(few(args))\n"
        "with source as some:\n    for each in some:\n        yield each",
        FEW,
    ),
    "decorated": app(ON, DECORATED.format("range(9)")),
    "collected_and_tried": app(
        "batch = []\nfor token in tokens(args):\n    batch.append(token)\n    try:\n"
        "        if len(batch) == 64:\n            yield ''.join(batch)\n"
        "    except ValueError:\n        pass",
        TOKENS,
    ),
    "thinned": app(
        "for n, token in enumerate(tokens(args)):\n    if n % 50 == 0:\n        yield token", TOKENS
    ),
    "collected": app(
        "batch = []\nfor token in tokens(args):\n    batch.append(token)\n"
        "    if len(batch) == 64:\n        yield ''.join(batch)\n        batch = []",
        TOKENS,
    ),
    "only_looked_at": app("for token in tokens(args):\n    print(token)\nyield 'a'", TOKENS),
    "one": app("yield 'a'"),
    "few": app("for word in FEW:\n    yield word"),
    "few_enumerated": app("for n, word in enumerate(FEW):\n    yield word"),
    "few_reversed": app("for word in reversed(FEW):\n    yield word"),
    "few_sorted": app("for word in sorted(FEW):\n    yield word"),
    "few_written_out": app("for word in ['a', 'b']:\n    yield word"),
    "few_kept": app("for step in self.steps:\n    yield step"),
    "range": app("for n in range(2, 66):\n    yield str(n)"),
    "range_from_nought": app("for n in range(0, 64, 1):\n    yield str(n)"),
    "nested": app("for n in range(8):\n    for m in range(8):\n        yield str(n)"),
    "no_stream": app("while True:\n    yield 'a'").replace("stream=True", "stream=False"),
    "perhaps_a_stream": app("while True:\n    yield 'a'").replace("stream=True", "stream=S"),
    "nothing_yielded_in_the_loop": app("for token in self.model(args):\n    pass\nyield 'a'"),
    "gathered_text": collecting("buffer += token", "len(buffer) > 64"),
    "gathered_list": collecting("buffer.append(token)", "len(buffer) > 64"),
    "gathered_more": collecting("buffer.extend(token)", "len(buffer) > 64"),
    "gathered_set": collecting("buffer.add(token)", "len(buffer) > 64"),
    "gathered_file": collecting("buffer.write(token)", "buffer.tell() > 64"),
    "gathered_by_adding": collecting("buffer = buffer + token", "len(buffer) > 64"),
    "counted": collecting("n += 1", "n % 20 == 0"),
    "refused_until_enough": app(
        "buffer = ''\nfor token in self.model(args):\n    buffer += token\n"
        "    if len(buffer) < 64:\n        continue\n    yield buffer"
    ),
    "batches": app("for part in itertools.batched(args, 100):\n    yield part"),
    "batches_by_name": app(
        "for part in chunked(args, 100):\n    yield part", "from more_itertools import chunked\n"
    ),
    "coalesced": app(
        "for part in coalesced(args):\n    yield part",
        "def coalesced(tokens):\n    buffer = ''\n    for token in tokens:\n"
        "        buffer += token\n        if len(buffer) > 99:\n            yield buffer\n"
        "            buffer = ''\n    yield buffer\n",
    ),
    "sent_and_kept": app("got = yield\nyield got"),
    "generator_yielded_whole": app("yield tokens(args)", TOKENS),
    "called_and_not_handed_on": app("tokens(args)\nlist(tokens(args))\nyield 'a'", TOKENS),
    "class_without_iteration": app(
        "for word in Words():\n    pass\nyield 'a'",
        "class Words:\n    def others(self):\n        while True:\n            yield 'a'\n",
    ),
    "iteration_of_a_library": app(
        "for word in Words():\n    pass\nyield 'a'", "class Words(Base):\n    __iter__ = print\n"
    ),
    "helper_that_returns": app(
        "for part in few():\n    print(part)\nyield 'a'", "def few():\n    return FEW\n"
    ),
    "reaper": app(
        "while True:\n    yield 'a'",
        "async def reap():\n    for task in asyncio.all_tasks():\n        task.cancel()\n\n"
        "@chute.on_startup()\nasync def start(self):\n    asyncio.create_task(reap())\n",
    ),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize(
    "clock", ["time", "monotonic", "perf_counter", "monotonic_ns", "time_ns", "now"]
)
def test_every_clock(clock: str, findings: Findings) -> None:
    assert findings(collecting("pass", f"time.{clock}() - started > 1"), ID) == []


@pytest.mark.parametrize("batch", ["batched", "chunked", "islice", "ichunked"])
def test_every_batch(batch: str, findings: Findings) -> None:
    assert findings(app(f"for part in tools.{batch}(args, 9):\n    yield part"), ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": FIRES["while"]}, ID) == []


@pytest.mark.parametrize(
    ("name", "symbol"), [("method", "Model.tokens"), ("object_gone_over", "Words.__iter__")]
)
def test_points_into_classes(name: str, symbol: str, findings: Findings) -> None:
    assert [each.symbol for each in findings(FIRES[name], ID)] == [symbol]


def test_points_to_the_loop_of_the_generator(findings: Findings) -> None:
    (found,) = findings(FIRES["helper"], ID)
    assert (found.symbol, found.snippet) == ("tokens", "args")
