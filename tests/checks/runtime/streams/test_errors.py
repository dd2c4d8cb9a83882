from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from chutes_cli.contract.libraries.streams import HARMLESS_METHODS, UPSTREAM_MODULES
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "stream-without-error-event"
HEAD = """\
import asyncio
import contextlib
import json
import httpx
from chutes.chute import Chute
from transformers import TextIteratorStreamer

chute = Chute("u", "my-service", "i")
"""
CORD = "@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, args: dict):\n"


def body(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def app(cord: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}{body(cord)}"


MODEL = "async for token in self.model.stream(args):\n    yield token"
TOKENS = f"async def tokens(self, args):\n{body(MODEL)}\n"
ON = "async for token in tokens(self, args):\n    yield token"


def tried(handler: str, code: str = MODEL, after: str = "") -> str:
    return f"try:\n{body(code)}{handler}\n{after}"


RELAY = "async def relay(source):\n    async for each in source:\n        yield each\n"
SAFE = (
    f"async def tokens(self, args):\n{body(tried('except Exception:' + chr(10) + '    yield 1'))}"
)
RELAYED = "async for token in relay(tokens(self, args)):\n    yield token"
WORK = "for row in args['rows']:\n    yield work(row)"
FETCH = "def fetch(url):\n    yield httpx.get(url).text\n"
FETCHED = "for part in fetch(args['u']):\n    yield part"
FIRES = {
    "asks_the_web_in_the_loop": app("for url in args:\n    yield httpx.get(url).text"),
    "asks_a_client_in_the_loop": app(
        "for url in args:\n    answer = await self.http.get(url)\n    yield answer.text"
    ).replace("@chute.cord", "chute.http = httpx.AsyncClient()\n@chute.cord"),
    "own_asks_the_web": app(
        WORK, "def work(row):\n    return httpx.get(row).text\n"
    ),
    "own_asks_a_client": app(
        WORK, "HTTP = httpx.Client()\ndef work(row):\n    return HTTP.put(row).text\n"
    ),
    "helper_again_and_again": app(f"for n in range(9):\n{body(FETCHED)}", FETCH),
    "helper_in_a_while": app(f"while args:\n{body(FETCHED)}", FETCH),
    "helper_at_the_end": app(f"yield 'a'\n{FETCHED}", FETCH),
    "helper_of_a_helper": app(
        "yield 'a'\nfor part in more():\n    yield part",
        f"{FETCH}def more():\n    args = {{'u': 'a'}}\n{body(FETCHED)}",
    ),
    "helper_once_and_again": app(f"{FETCHED}\n{FETCHED}", FETCH),
    "second": app("yield 'a'\nyield httpx.get('b').text"),
    "second_in_a_branch": app("yield 'a'\nif args:\n    yield httpx.get('b').text"),
    "second_in_the_same_branch": app(
        "if args:\n    yield 'a'\n    yield httpx.get('b').text"
    ),
    "between": app("yield 'a'\ntext = httpx.get('b').text\nyield text"),
    "awaited_between": app("yield 'a'\ntext = await self.model.ask(args)\nyield text"),
    "behind_a_loop": app("for n in range(9):\n    yield 'a'\nyield httpx.get('b').text"),
    "behind_a_guarded_one": app(
        "try:\n    yield 'a'\nfinally:\n    args = 1\nyield httpx.get('b').text"
    ),
    "async_iterable": app("async for token in self.tokens:\n    yield token"),
    "yields_before": app("yield 'a'\n" + tried("except Exception:\n    failed = True")),
    "circle": app(
        ON, TOKENS + "    async for token in tokens(self, args):\n        yield token\n"
    ),
    "model": app(MODEL),
    "sync_model": app("for token in self.model.stream(args):\n    yield token"),
    "asks_in_the_loop": app("for n in range(9):\n    yield self.model.step(n)"),
    "relayed": app(RELAYED, TOKENS + RELAY),
    "relayed_or_another": app(
        RELAYED, SAFE + RELAY.replace(":\n", ":\n    if len('a'):\n        source = other\n", 1)
    ),
    "relayed_of_two": app(f"{RELAYED}\nrelay(other)", SAFE + RELAY),
    "relayed_one_by_one": app(
        "async for token in relays([1]):\n    yield token",
        "async def relays(sources):\n    for source in sources:\n"
        "        async for each in source:\n            yield each\n",
    ),
    "opened": app("async with self.open() as source:\n    async for each in source:\n"
                  "        yield each"),
    "asks_in_a_thread": app(
        "for n in range(9):\n    yield await asyncio.to_thread(self.model.step, n)"
    ),
    "asks_in_a_thread_of_the_loop": app(
        "for n in range(9):\n    yield await self.loop.run_in_executor(None, self.model.step, n)"
    ),
    "asks_before_it_yields": app("while True:\n    a = await self.model.step()\n    yield a"),
    "library": app(
        "import torch\nfor n in range(9):\n    yield torch.softmax(n)"
    ),
    "streamer": app("parts = TextIteratorStreamer(1)\nfor part in parts:\n    yield part"),
    "upstream": app(
        "async with httpx.AsyncClient() as client:\n"
        "    async with client.stream('GET', 'http://127.0.0.1') as answer:\n"
        "        async for line in answer.aiter_lines():\n            yield line"
    ),
    "local_upstream": app(
        "answer = self.engine.ask(args)\nfor line in answer.lines():\n    yield line"
    ),
    "helper": app(ON, TOKENS),
    "method": app(
        "async for token in TOKENS.all(args):\n    yield token",
        f"class Tokens:\n    async def all(self, args):\n{body(body(MODEL))}\nTOKENS = Tokens()\n",
    ),
    "returned": app("return tokens(self, args)", TOKENS).replace("async def x", "def x"),
    "other_module": {
        "tokens.py": TOKENS,
        "app.py": app(ON, "from tokens import tokens\n"),
    },
    "only_logs": app(tried("except Exception:\n    print('failed')")),
    "raises_again": app(tried("except Exception:\n    raise", after="yield 'done'")),
    "returns": app(tried("except Exception:\n    return", after="yield 'done'")),
    "no_handler": app(tried("finally:\n    print('done')")),
    "try_elsewhere": app(
        f"try:\n    args['a']\nexcept KeyError:\n    yield 'error'\n{MODEL}"
    ),
    "twice": app(f"{MODEL}\n{MODEL}"),
}  # fmt: skip


def chain(length: int) -> str:
    names = ["work", *(f"f{n}" for n in range(1, length))]
    calls = "".join(f"def {a}(x):\n    return {b}(x)\n" for a, b in pairwise(names))
    return f"{calls}def {names[-1]}(x):\n    return int(x)\n"


FIRES.update(
    {
        "own_reads_a_number": app(WORK, "def work(row):\n    return sum(float(x) for x in row)\n"),
        "own_reads_an_entry": app(WORK, "def work(row):\n    return str(int(row['n']))\n"),
        "own_raises": app(WORK, "def work(row):\n    if row:\n        raise ValueError(row)\n"),
        "own_asks": app(
            WORK, "import urllib.request\ndef work(row):\n    return urllib.request.urlopen(row)\n"
        ),
        "own_of_own": app(
            WORK, "def work(row):\n    return deeper(row)\ndef deeper(x):\n    return int(x)\n"
        ),
    }
)
FIRES.update(
    {
        "reads_what_is_sent": app(
            "for cell in args['csv'].split(','):\n    yield str(float(cell))"
        ),
        "swallowed": app(
            "with contextlib.suppress(OverflowError):\n    for n in range(9):\n        yield 'a'"
        ),
    }
)
FIRES.update(
    {
        "own_reads_another": app(
            "for row in args['rows']:\n    yield work(1.0, row)",
            "def work(n: float, row):\n    return str(int(row))\n",
        ),
        "own_reads_text": app(WORK, "def work(row: str):\n    return str(int(row))\n"),
        "own_of_the_third": app(WORK, chain(3)),
    }
)
SILENT = {
    "asks_a_table": app("table = {}\nfor n in args:\n    yield table.get(n)"),
    "first": app("yield httpx.get('b').text"),
    "helper_once": app(FETCHED, FETCH),
    "helper_told": app(
        "yield 'a'\n" + tried("except Exception:\n    yield 'error'", FETCHED), FETCH
    ),
    "behind_all": app("yield 'a'\nhttpx.post('b')"),
    "second_told": app(
        "yield 'a'\n" + tried("except Exception:\n    yield 'e'", "yield httpx.get('b').text")
    ),
    "in_one_branch_or_the_other": app(
        "if args:\n    yield 'a'\nelse:\n    yield httpx.get('b').text"
    ),
    "behind_a_branch_that_returns": app(
        "if args:\n    yield 'a'\n    return\nyield httpx.get('b').text"
    ),
    "in_one_case_or_the_other": app(
        "match args:\n    case 1:\n        yield 'a'\n    case _:\n"
        "        yield httpx.get('b').text"
    ),
    "behind_a_handler": app(
        "try:\n    a = 1\nexcept ValueError:\n    yield 'a'\n    return\nyield httpx.get('b').text"
    ),
    "formats_between": app("yield 'a'\nyield self.formats.end(args)"),
    "builds_between": app("yield 'a'\nawait asyncio.sleep(1)\nyield 'b'"),
    "relayed": app(RELAYED, SAFE + RELAY),
    "sorts_in_a_thread": app("for n in range(9):\n    yield await asyncio.to_thread(str, n)"),
    "own_in_a_thread": app(
        "for n in range(9):\n    yield await asyncio.to_thread(work, n)",
        "def work(row: int):\n    return str(row)\n",
    ),
    "own_of_the_fourth": app(WORK, chain(4)),
    "own_reads_a_whole_number": app(WORK, "def work(row: int):\n    return str(float(row))\n"),
    "another_context": app(
        "with contextlib.nullcontext():\n    for n in range(9):\n        yield 'a'"
    ),
    "reads_its_own": app("for n in ('1', '2'):\n    yield str(float(n))"),
    "swallowed_and_told": app(
        "with contextlib.suppress(OverflowError):\n    for n in range(9):\n        yield 'a'\n"
        "yield 'end'"
    ),
    "swallowed_inside": app(
        "for n in range(9):\n    with contextlib.suppress(OverflowError):\n        yield 'a'"
    ),
    "own_formats": app(WORK, "def work(row):\n    return f'data: {row}'\n"),
    "own_catches": app(
        WORK,
        "def work(row):\n    try:\n        return int(row)\n    except ValueError:\n"
        "        return 0\n",
    ),
    "own_rounds": app(WORK, "def work(row):\n    return int(len(row) / 2)\n"),
    "own_constant": app(WORK, "def work(row):\n    return int('9')\n"),
    "own_number": app(WORK, "def work(row: float):\n    return int(row)\n"),
    "own_calls_itself": app(WORK, "def work(row):\n    return row and work(row[1:])\n"),
    "condition": app("if args:\n    yield self.model.ask(args)"),
    "handed": app(
        "parts = TextIteratorStreamer(1)\nfor n in range(9):\n    same = parts\n    yield 'a'"
    ),
    "event_and_raises": app(tried("except Exception:\n    yield 'error'\n    raise")),
    "model_field": app(
        "for letter in args.text:\n    yield letter",
        "from pydantic import BaseModel, Field\n"
        "class Ask(BaseModel):\n    text: str = Field(max_length=9)\n",
    ).replace("args: dict", "args: Ask"),
    "no_object": app("for each in httpx:\n    yield 'a'"),
    "own_object": app("rows = Rows()\nfor row in rows:\n    yield row", "class Rows:\n    pass\n"),
    "event": app(tried("except Exception:\n    yield 'error'")),
    "event_in_a_branch": app(tried("except Exception:\n    if args:\n        yield 'error'")),
    "event_for_each": app(
        "for n in range(9):\n    try:\n        yield self.model.step(n)\n"
        "    except ValueError:\n        yield 'error'"
    ),
    "event_afterwards": app(
        tried("except Exception as error:\n    failed = True", after="yield 'error'")
    ),
    "guarded_helper": app(tried("except Exception:\n    yield 'error'", ON), TOKENS),
    "guarded_inside": app(
        ON, "async def tokens(self, args):\n" + body(tried("except Exception:\n    yield 'error'"))
    ),
    "no_loop": app("yield await self.model.ask(args)"),
    "loop_without_yield": app("for n in range(9):\n    self.model.step(n)\nyield 'a'"),
    "field": app("for letter in args['text']:\n    yield letter"),
    "texts": app("for n in range(9):\n    yield json.dumps({'a': n}).upper()"),
    "builtins": app("for n in enumerate(args):\n    yield str(n)"),
    "formatter": app(
        "for n in range(9):\n    yield event(n)", "def event(n):\n    return f'data: {n}'\n"
    ),
    "sleep": app("for n in range(9):\n    await asyncio.sleep(1)\n    yield 'a'"),
    "file": app("rows = open('a')\nfor row in rows:\n    yield row"),
    "parameter": app(
        "for part in parts(args):\n    yield part",
        "def parts(given: httpx.URL):\n    for each in given:\n        yield each\n",
    ),
    "no_stream": app(MODEL).replace(", stream=True", ""),
    "passthrough": app(MODEL).replace("stream=True", "stream=True, passthrough=True"),
    "test": {"tests/test_app.py": app(MODEL)},
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted(HARMLESS_METHODS))
def test_every_harmless_method(name: str, findings: Findings) -> None:
    source = app(f"for each in args['text']:\n    args['rows'].{name}(each)\n    yield 'a'")
    assert findings(source, ID) == []


@pytest.mark.parametrize("name", sorted(UPSTREAM_MODULES))
def test_every_upstream_module(name: str, findings: Findings) -> None:
    call = name if "." in name else f"{name}.anything"
    source = app(
        f"for n in range(9):\n    {call}(n)\n    yield 'a'", f"import {name.split('.')[0]}"
    )
    assert len(findings(source, ID)) == 1


def test_two_cords_with_one_generator(findings: Findings) -> None:
    again = CORD.replace("def x", "def y").replace("/x", "/y")
    assert len(findings(app(ON, TOKENS) + again + body(ON), ID)) == 1


def test_says_where(findings: Findings) -> None:
    (found,) = findings(FIRES["sync_model"], ID)
    assert found.snippet == "self.model.stream(args)"
    assert found.message == (
        "when this fails after the first chunk, cord x ends its answer with status 200 as if it "
        "were whole"
    )


WRAPPED = """\
def events(source):
    async def run(*args):
        {}
    return run

@events
async def tokens(self, args):
    async for token in self.model.stream(args):
        yield token
"""
GUARDED = (
    "try:\n            async for each in source(*args):\n                yield each\n"
    "        except Exception:\n            yield 'error'"
)
BARE = "async for each in source(*args):\n            yield each"
BESIDE = (
    "try:\n            print(args)\n        except Exception:\n            yield 'error'\n"
    "        async for each in source(*args):\n            yield each"
)


@pytest.mark.parametrize(("wrapper", "count"), [(GUARDED, 0), (BARE, 2), (BESIDE, 2)])
def test_what_a_decorator_catches(wrapper: str, count: int, findings: Findings) -> None:
    assert len(findings(app(ON, WRAPPED.format(wrapper)), ID)) == count
