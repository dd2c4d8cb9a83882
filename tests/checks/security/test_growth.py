from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.collections import (
    ADDS,
    FRESH,
    KEEPS,
    PUSHES,
    REMOVES,
    UNBOUNDED,
)
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "unbounded-module-growth"
HEAD = """\
import collections
import dataclasses
import hashlib
import heapq
import json
import uuid
import cachetools
from chutes.chute import Chute
from pydantic import BaseModel, Field

class Ask(BaseModel):
    text: str = Field(max_length=1000)
    n: int = Field(ge=0, le=9)

chute = Chute("u", "my-service", "i")
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: Ask):\n"
PUT = "SEEN[args.text] = 1"
STORE = """\
class Store:
    def __init__(self):
        self.items = {}

    def put(self, key, value):
        self.items[key] = value

"""


def body(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def app(cord: str, more: str = "SEEN = {}\n") -> str:
    return f"{HEAD}{more}\n{CORD}{body(cord)}"


def started(cord: str, start: str) -> str:
    return app(cord, "") + f"@chute.on_startup()\nasync def start(self):\n{body(start)}"


def cached(decorator: str, call: str = "look(args.text)") -> str:
    more = f"import functools\n@{decorator}\ndef look(text):\n    count = 1\n    return text * 2\n"
    return app(call, more)


def memo(inner: str, made: str = "{}", call: str = "up(args.text)") -> str:
    """A decorator that keeps results in its closure."""
    more = (
        f"def memo(function):\n    kept = {made}\n    def inner(key):\n{body(body(inner))}"
        "        return function(key)\n    return inner\n\n"
        "@memo\ndef up(text):\n    return text\n"
    )
    return app(call, more)


FIRES = {
    "closure": memo("kept[key] = function(key)"),
    "closure_of_a_name_that_is_limited_elsewhere": memo("kept[key] = 1").replace(
        "@chute.cord", "def other():\n    kept = []\n    kept.pop()\n\n@chute.cord"
    ),
    "closure_made_at_start_up": started("self.note(args.text)", "self.note = counter()").replace(
        "@chute.cord",
        "def counter():\n    hits = {}\n    def note(key):\n        hits[key] = 1\n"
        "    return note\n\n@chute.cord",
        1,
    ),
    "list_put_together": started("self.rows = [*self.rows, args.text]", "self.rows = []"),
    "list_put_together_in_front": started("self.rows = [1, *self.rows]", "self.rows = []"),
    "list_summed_up": started("self.rows = self.rows + [1]", "self.rows = []"),
    "list_summed_up_in_front": started("self.rows = [1] + self.rows", "self.rows = []"),
    "dictionary_put_together": started("self.d = {**self.d, args.text: 1}", "self.d = {}"),
    "dictionary_joined": started("self.d = self.d | {args.text: 1}", "self.d = {}"),
    "alias": started("rows = self.rows\nrows.append(1)", "self.rows = []"),
    "alias_of_an_alias": started(
        "first = self.rows\nrows = first\nrows.append(1)", "self.rows = []"
    ),
    "alias_of_a_list_in_a_table": app(
        "log = TABLE['log']\nlog.append(1)", "TABLE = {'log': []}\n"
    ),
    "list_in_a_table": app("TABLE['log'].append(1)", "TABLE = {'n': 1, 'log': []}\n"),
    "list_put_into_a_table": app(
        "TABLE['log'].append(1)", "TABLE = {}\nTABLE['log'] = []\n"
    ),
    "largest_looked_at": app(
        "heapq.heappush(SEEN, args.text)\nheapq.nlargest(9, SEEN)", "SEEN = []\n"
    ),
    "list_added_to": app("global KEPT\nKEPT += [args.text]",
                         "KEPT = []\n"),
    "dictionary_added_to": app("chute.kept |= {args.text: 1}", "chute.kept = {}\n"),
    "list_of_a_key": app("LISTS[args.text].append(1)", "LISTS = collections.defaultdict(list)\n"),
    "set_of_a_key": app(
        "LISTS[args.text].setdefault('a', 1)", "LISTS = collections.defaultdict(dict)\n"
    ),
    "part_of_a_fresh_key": app("SEEN[uuid.uuid4().hex + '-x'] = 1"),
    "one_of_two_texts": app("text = args.text if args.n else 'b'\nSEEN[text] = 1"),
    "looked_up_in_itself": app("text = args.text\nif text not in SEEN:\n    SEEN[text] = 1"),
    "another_looked_up": app(
        "text = args.text\nif args.n in LIMITS:\n    SEEN[text] = 1", "SEEN = {}\nLIMITS = {1: 1}\n"
    ),
    "moved_to_the_end": app(
        f"{PUT}\nSEEN.move_to_end(args.text)",
        "import collections\nSEEN = collections.OrderedDict()\n",
    ),
    "endless_cache": cached("functools.cache"),
    "cache_without_limit": cached("functools.lru_cache(maxsize=None)"),
    "cache_without_limit_by_place": cached("functools.lru_cache(None)"),
    "two_that_ask_it": cached("functools.cache", "look(args.text)\nlook(args.text)"),
    "item_of_its_name": app(
        "put(args)",
        "class Store:\n    items = []\n\ndef put(items):\n    Store.items.append(items)\n",
    ),
    "measured": app(f"count = len(SEEN) + 1\n{PUT}"),
    "filled_at_import": app(PUT, "SEEN = {}\nSEEN |= load()\n"),
    "entry_of_its_name": app(PUT, "SEEN = {}\nOTHER = {}\nOTHER['SEEN'] = load()\n"),
    "announced": app("rows.append(1)", "rows: list\nrows = []\n"),
    "filled_defaultdict": app("rows[args.text] = 1", "rows = collections.defaultdict(int, {})\n"),
    "key": app(PUT),
    "hash": app("SEEN[hashlib.sha256(args.text.encode()).hexdigest()] = 1"),
    "local_key": app("key = hashlib.sha256(args.text.encode()).hexdigest()\nSEEN[key] = 1"),
    "whole_body": app("SEEN[args.model_dump_json()] = 1"),
    "fresh_key": app("SEEN[str(uuid.uuid4())] = 1"),
    "fresh_local_key": app("key = uuid.uuid4().hex\nSEEN[key] = 1"),
    "counted": app("SEEN[args.text] += 1", "SEEN = collections.Counter()\n"),
    "setdefault": app("SEEN.setdefault(args.text, []).append(1)"),
    "nested": app("SEEN[args.text].append(1)\nSEEN[args.text] = 1"),
    "add": app("SEEN.add(args.text)", "SEEN = set()\n"),
    "append": app("SEEN.append(1)", "SEEN = []\n"),
    "annotated": app("SEEN.append(1)", "SEEN: list[int] = []\n"),
    "deque": app("SEEN.append(1)", "SEEN = collections.deque([])\n"),
    "chute": started("self.seen.append(1)", "self.seen = []"),
    "object": app("STORE.put(args.text, 1)", f"{STORE}STORE = Store()\n"),
    "object_on_self": started("self.store.put(args.text, 1)", "self.store = Store()").replace(
        "chute = ", f"{STORE}chute = "
    ),
    "dataclass": app(
        "STORE.items.append(1)",
        "@dataclasses.dataclass\nclass Store:\n"
        "    items: list = dataclasses.field(default_factory=list)\n\nSTORE = Store()\n",
    ),
    "made_after_init": app(
        "STORE.items.append(1)",
        "class Store:\n    def __post_init__(self):\n        self.items = []\n\nSTORE = Store()\n",
    ),
    "class_body": app("Store.items.append(1)", "class Store:\n    items = []\n"),
    "two_of_a_name": app(
        "STORE.put(args.text, 1)",
        f"{STORE}class Other:\n    def __init__(self):\n        self.items = []\n\n"
        "STORE = Store()\n",
    ),
    "helper": app("put(args.text)", "SEEN = {}\ndef put(key):\n    SEEN[key] = 1\n"),
    "other_module": {
        "state.py": "SEEN = {}\n\ndef put(key):\n    SEEN[key] = 1\n",
        "app.py": app("put(args.text)", "from state import put\n"),
    },
    "imported": {
        "state.py": "SEEN = []\n",
        "app.py": app("SEEN.append(1)", "from state import SEEN\n"),
    },
    "passed_on": app(
        "STORE.ask(hashlib.md5(args.text.encode()).hexdigest())",
        "class Store:\n    def __init__(self):\n        self.rates = {}\n\n"
        "    def ask(self, key):\n        self.note(key)\n\n"
        "    def note(self, key):\n        self.rates[key] = 1\n\nSTORE = Store()\n",
    ),
    "passed_by_another_module": {
        "state.py": "SEEN = {}\n\ndef put(key):\n    SEEN[key] = 1\n",
        "app.py": app(
            "key = hashlib.md5(args.text.encode()).hexdigest()\nput(key)", "from state import put\n"
        ),
    },
    "looked_at": app(f"{PUT}\nreturn {{'n': len(SEEN), 'all': json.dumps(SEEN)}}"),
    "another_is_cleared": app(f"{PUT}\nother.clear()\ndel other[1]\nother[:] = []"),
    "another_is_watched": app(f"if len(other) > 9:\n    return 1\n{PUT}"),
    "cleared_in_tests": {
        "app.py": app(PUT),
        "tests/test_app.py": "import chutes\nfrom app import SEEN, chute\nSEEN.clear()\nSEEN = 1\n",
    },
}  # fmt: skip
SILENT = {
    "closure_that_is_limited": memo("kept[key] = 1\nif len(kept) > 9:\n    kept.popitem()"),
    "closure_emptied_by_what_it_hands_out": memo("kept[key] = 1").replace(
        "    return inner", "    inner.forget = kept.clear\n    return inner"
    ),
    "closure_with_a_limit": memo("kept.append(1)", "collections.deque(maxlen=9)"),
    "closure_of_the_call": app(
        "rows = []\ndef add():\n    rows.append(1)\nadd()", ""
    ),
    "list_put_together_and_cut": started("self.r = [*self.r, 1][-9:]", "self.r = []"),
    "list_put_together_of_a_part": started("self.r = [*self.r[-8:], 1]", "self.r = []"),
    "list_copied": started("self.r = [*self.r]", "self.r = []"),
    "list_of_others": started("self.r = [*self.others, 1]", "self.r = []"),
    "list_without_a_star": started("self.r = [self.r, 1]", "self.r = []"),
    "sum_of_others": started("self.r = self.others + [1]", "self.r = []"),
    "set_less_something": started("self.r = self.r - {args.text}", "self.r = {1}"),
    "dictionary_of_others": started("self.d = {**self.o, args.text: 1}", "self.d = {}"),
    "dictionary_put_together_of_a_fixed_key": started(
        "self.d = {**self.d, 'a': args.text}", "self.d = {}"
    ),
    "dictionary_joined_with_a_fixed_key": started(
        "self.d = self.d | {'a': args.text}", "self.d = {}"
    ),
    "others_joined": started("self.d = self.o | {args.text: 1}", "self.d = {}"),
    "alias_that_is_cut": started(
        "rows = self.rows\nrows.append(1)\nold = self.rows\nold.pop()", "self.rows = []"
    ),
    "alias_of_two": started(
        "rows = self.rows\nif args.n:\n    rows = []\nrows.append(1)", "self.rows = []"
    ),
    "aliases_of_each_other": app("first = second\nsecond = first\nfirst.append(1)"),
    "list_in_a_table_that_is_cut": app(
        "TABLE['log'].append(1)\nTABLE['log'] = TABLE['log'][-9:]", "TABLE = {'log': []}\n"
    ),
    "deque_in_a_table": app(
        "TABLE['log'].append(1)", "TABLE = {'log': collections.deque(maxlen=9)}\n"
    ),
    "another_list_in_a_table": app("TABLE['log'].append(1)", "TABLE = {'other': []}\n"),
    "heap_with_a_limit": app(
        "heapq.heappush(SEEN, 1)\nif len(SEEN) > 9:\n    heapq.heappop(SEEN)", "SEEN = []\n"
    ),
    "number_added_to": app("chute.n += args.n", "chute.n = 0\n"),
    "set_taken_from": app("chute.kept -= {args.text}", "chute.kept = {'a'}\n"),
    "dictionary_added_to_by_a_fixed_key": app("chute.kept |= {'a': args.text}",
                                              "chute.kept = {}\n"),
    "list_of_a_key_that_must_be_there": app("LISTS[args.text].add(1)", "LISTS = {'a': Few()}\n"
                                            "class Few: pass\n"),
    "list_of_a_fixed_key": app("LISTS['a'].append(1)", "LISTS = collections.defaultdict(list)\n"),
    "list_of_a_key_looked_at": app("LISTS[args.text].count(1)",
                                   "LISTS = collections.defaultdict(list)\n"),
    "one_of_two_keys": app("kind = 'a' if args.text else 'b'\nSEEN[kind] = 1"),
    "one_of_two_keys_in_a_helper": app(
        "STORE.put('a' if args.text else 'b', 1)", STORE + "STORE = Store()\n"
    ),
    "entry_of_a_table": app("SEEN[KINDS[args.text]] = 1", "SEEN = {}\nKINDS = {'a': 'b'}\n"),
    "whether_it_is": app("SEEN[args.text == 'a'] = 1"),
    "looked_up_first": app(
        "text = args.text\nif LIMITS.get(text) is None:\n    return\nSEEN[text] = 1",
        "SEEN = {}\nLIMITS = {'a': 1}\n",
    ),
    "asked_for_first": app(
        "text = args.text\nif text not in LIMITS:\n    return\nSEEN[text] = 1",
        "SEEN = {}\nLIMITS = {'a': 1}\n",
    ),
    "entry_first": app(
        "text = args.text\nmost = LIMITS[text]\nSEEN[text] = most", "SEEN = {}\nLIMITS = {'a': 1}\n"
    ),
    "handed_removal": app(
        "job = make(args)\nSEEN.add(job)\njob.add_done_callback(SEEN.discard)",
        "SEEN = set()\nmake = object\n",
    ),
    "limited_cache": cached("functools.lru_cache"),
    "cache_with_limit": cached("functools.lru_cache(maxsize=512)"),
    "cache_with_named_limit": cached("functools.lru_cache(LIMIT)"),
    "cache_with_default": cached("functools.lru_cache()"),
    "other_decorator": cached("registered(None)"),
    "cache_of_numbers": cached("functools.cache", "look(args.n)"),
    "cache_of_own": cached("functools.cache", "look('a')"),
    "cache_elsewhere": cached("functools.cache", "return 1"),
    "other_text": app(
        "look()\n", "import functools\n@functools.cache\ndef look():\n    return SEEN\n"
        "SEEN = os.environ['A']\n"
    ),
    "constant_key": app("SEEN['last'] = args.text"),
    "constant_local": app("key = 'a'\nSEEN[key] = 1"),
    "constant_loop": app("for key in ('a', 'b'):\n    SEEN[key] = 1"),
    "constant_parameter": app("put('a')", "SEEN = {}\ndef put(key):\n    SEEN[key] = 1\n"),
    "one_of_a_few_passed_on": app(
        "if args.text in ('a', 'b'):\n    put(args.text)",
        "SEEN = {}\ndef put(key):\n    SEEN[key] = 1\n",
    ),
    "constants_passed_on": app(
        "note('a')\nnote('b')",
        "SEEN = {}\ndef note(key):\n    put(key)\ndef put(key):\n    SEEN[key] = 1\n",
    ),
    "passed_round": app(
        "put('a')", "SEEN = {}\ndef put(key):\n    SEEN[key] = 1\n    put(key)\n"
    ),
    "circle": app("key = 'a'\nkey = key + 'b'\nSEEN[key] = 1"),
    "other_call": app("SEEN[str('a')] = 1"),
    "get": app("return SEEN.get(args.text)"),
    "number": app("SEEN[args.n] = 1"),
    "allowed": app(f"if args.text not in ('a', 'b'):\n    raise ValueError\n{PUT}"),
    "local": app("seen = {}\nseen[args.text] = 1\nrows = []\nrows.append(1)"),
    "made_per_call": app("store = Store()\nstore.put(args.text, 1)", STORE),
    "replaced_by_a_call": app(
        "global SEEN\nSEEN.append(1)\nSEEN = []", "SEEN = []\n"
    ),
    "trimmed": app("self.seen.append(1)\nself.seen = self.seen[-10:]", ""),
    "trimmed_in_place": app("SEEN.append(1)\nSEEN[:] = SEEN[-10:]", "SEEN = []\n"),
    "deleted": app(f"{PUT}\ndel SEEN[next(iter(SEEN))]"),
    "popped_elsewhere": app(PUT, "SEEN = {}\n\ndef prune():\n    SEEN.popitem()\n"),
    "nested_removal": app("SEEN[args.text] = [1]\nSEEN[args.text].pop()"),
    "watched": app(f"if len(SEEN) > 1000:\n    return 1\n{PUT}"),
    "handed_on": app(f"{PUT}\nprune(SEEN)", "SEEN = {}\n\ndef prune(what):\n    return what\n"),
    "heap": app("SEEN.append(1)\nheapq.heappop(SEEN)", "SEEN = []\n"),
    "deque": app("SEEN.append(1)", "SEEN = collections.deque(maxlen=100)\n"),
    "deque_by_position": app("SEEN.append(1)", "SEEN = collections.deque([], 100)\n"),
    "cache": app(PUT, "SEEN = cachetools.TTLCache(maxsize=9, ttl=60)\n"),
    "unknown": app("self.seen.append(1)", ""),
    "not_a_collection": app(PUT, "SEEN = (1, 2)\n"),
    "start_up": started("return 1", "self.seen = []\nself.seen.append(1)"),
    "read": app("return SEEN[args.text]"),
    "add_nothing": app("SEEN.add()", "SEEN = set()\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted(ADDS | KEEPS))
def test_every_way_to_grow(name: str, findings: Findings) -> None:
    assert len(findings(app(f"SEEN.{name}(args.text)", "SEEN = list()\n"), ID)) == 1


@pytest.mark.parametrize("name", sorted(PUSHES))
def test_every_way_to_push(name: str, findings: Findings) -> None:
    source = app(f"{name}(SEEN, args.text)", f"import {name.partition('.')[0]}\nSEEN = []\n")
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize("name", sorted(REMOVES))
def test_every_way_to_shrink(name: str, findings: Findings) -> None:
    assert findings(app(f"{PUT}\nSEEN.{name}(1)"), ID) == []


@pytest.mark.parametrize("name", sorted(UNBOUNDED))
def test_every_collection(name: str, findings: Findings) -> None:
    made = name.removeprefix("builtins.")
    assert len(findings(app("SEEN.append(args.text)", f"SEEN = {made}()\n"), ID)) == 1


@pytest.mark.parametrize("name", sorted(FRESH))
def test_every_fresh_key(name: str, findings: Findings) -> None:
    source = app(f"SEEN[{name}()] = 1", f"import {name.partition('.')[0]}\nSEEN = {{}}\n")
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize("order", ["<", "<=", ">", ">="])
def test_every_watch(order: str, findings: Findings) -> None:
    assert findings(app(f"if len(SEEN) {order} 9:\n    return 1\n{PUT}"), ID) == []


@pytest.mark.parametrize(
    "key",
    ["args.text < 'm'", "args.text == 'm'", "args.text != 'm'", "'m' in args.text",
     "'m' not in args.text", "args.text is None", "args.text is not None", "not args.text"],
)  # fmt: skip
def test_every_question_has_two_answers(key: str, findings: Findings) -> None:
    assert findings(app(f"SEEN[{key}] = 1"), ID) == []
    assert findings(app(f"kind = {key}\nSEEN[kind] = 1"), ID) == []


def test_only_the_exposure_judged(findings: Findings) -> None:
    source = app(f"if self.exposure == 'direct':\n    {PUT}")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_says_which_and_how_it_gets_there(findings: Findings) -> None:
    (found,) = findings(FIRES["helper"], ID)
    assert found.message.startswith("SEEN outlives the call and grows with every call of cord x")
    assert [each.note for each in found.trace] == ["cord x", "x runs put"]


def test_what_other_programs_of_the_tree_do_to_a_name_says_nothing(findings: Findings) -> None:
    trims = app("SEEN.pop(args.text, None)")
    other = app("return {}", more="SEEN = cachetools.LRUCache(9)\n")
    files = {"a/app.py": app(PUT), "b/app.py": trims, "c/app.py": other}
    (found,) = findings(files, ID)
    assert found.location.path == "a/app.py"


@pytest.mark.parametrize(
    "files",
    [
        {"a/app.py": app(PUT, "from kept import SEEN\n"),
         "a/kept.py": "SEEN = {}\ndef trim(): SEEN.popitem()\n"},
        {"a/app.py": app(PUT), "a/trim.py": "import app\ndef trim(): app.SEEN.popitem()\n"
         "# chutes\n"},
        {"a/app.py": app(PUT, "from . import kept\nSEEN = {}\n"),
         "a/__init__.py": "", "a/kept.py": "import cachetools\nSEEN = cachetools.LRUCache(9)\n"},
    ],
)  # fmt: skip
def test_what_the_same_program_does_to_a_name_counts(
    findings: Findings, files: dict[str, str]
) -> None:
    assert findings(files, ID) == []


def test_a_cache_is_told_once(findings: Findings) -> None:
    source = (
        "import functools\nfrom chutes.chute import Chute\n\n"
        'chute = Chute("u", "my-service", "i")\n\n\n'
        "@functools.cache\ndef shown(text):\n    a = text.upper()\n    return a + text\n\n\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
        "    return shown(args['text'])\n"
    )
    assert len(findings(source, ID)) == 1
