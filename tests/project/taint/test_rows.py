"""What loops meet is told apart: rows of tuples, keys and values, what generators yield."""

from __future__ import annotations

import pytest

from tests.project.taint.conftest import Asks

KINDS = """
from typing import NamedTuple

class Pair(NamedTuple):
    a: str
    b: str = "x"

class Open(BaseModel):
    model_config = {"extra": "allow"}

class Old(BaseModel):
    a: str = "allow"

    class Config:
        extra = Extra.allow

class Strict(BaseModel):
    model_config = {"extra": "forbid"}
    a: str = "allow"

class Own:
    def __init__(self, held):
        self.held = held

    def dict(self):
        return [self.held]
"""
PAIRS = "pairs = [('a = ?', args.name), ('b', 1)]\n"
REACHES = {
    "second of pairs": PAIRS + "for a, b in pairs:\n    sink(b)",
    "second of pairs in a comprehension": PAIRS + "sink([b for a, b in pairs])",
    "first of a pair that holds it": "sink([a for a, b in [(args.name, 1)]])",
    "appended": "pairs = []\npairs.append((args.name, 1))\nsink([a for a, b in pairs])",
    "a list that is added": "pairs = []\npairs += [(args.name, 1)]\nsink([a for a, b in pairs])",
    "a list that it is extended by": "pairs = []\npairs.extend([(args.name, 1)])\n"
    "sink([a for a, b in pairs])",
    "updated in a way not seen": "pairs = {'a': 1}\npairs.update(args.name)\n"
    "sink([a for a in pairs])",
    "value of an entry": "values = {'a': args.name}\nsink(values['a'])",
    "value by get": "values = {'a': args.name}\nsink(values.get('a'))",
    "default by get": "values = {'a': 'b'}\nsink(values.get('c', args.name))",
    "entry that is set": "values = {'a': 'b'}\nvalues['a'] = args.name\nsink(values['a'])",
    "entry under a key not seen": "values = {args.kind: args.name}\nsink(values['a'])",
    "entry of one that is spread": "values = {**args.model_dump(), 'a': 1}\nsink(values['name'])",
    "made by keywords": "values = dict(a=args.name)\nsink(values['a'])",
    "key": "values = {args.name: 1}\nfor key in values:\n    sink(key)",
    "key by keys": "values = {args.name: 1}\nfor key in values.keys():\n    sink(key)",
    "value by values": "values = {'a': args.name}\nfor value in values.values():\n    sink(value)",
    "value by items": "values = {'a': args.name}\nfor key, value in values.items():\n"
    "    sink(value)",
    "key of a comprehension": "values = {each: 1 for each in args.names}\n"
    "for key in values:\n    sink(key)",
    "value of a comprehension": "values = {each: each for each in args.names}\n"
    "for key, value in values.items():\n    sink(value)",
    "zip": "for a, b in zip(['x'], args.names):\n    sink(b)",
    "enumerate": "for a, b in enumerate(args.names):\n    sink(b)",
    "sorted": "for each in sorted(args.names):\n    sink(each)",
    "spread": "for each in ['a', *args.names]:\n    sink(each)",
    "cut up": "for a, b in [args.name.split(':')]:\n    sink(a)",
    "column of rows": PAIRS + "a, b = zip(*pairs)\nsink(b)",
    "rows that are not seen": "a, b = zip(*args.names)\nsink(b)",
    "values of a model": "for a, b in args.model_dump().items():\n    sink(b)",
    "entry of a model": "values = args.model_dump()\nsink(values['name'])",
    "keys that callers add": "for each in Open(**args.model_dump()).model_dump():\n    sink(each)",
    "keys an old model lets in": "for each in Old(**args.model_dump()).dict():\n    sink(each)",
    "keys of what is no model": "for each in Own(args.name).dict():\n    sink(each)",
    "field of a named tuple": "for a, b in [Pair(args.name, 'x')]:\n    sink(a)",
    "named tuple made of what is spread": "a, b = Pair(*args.names)\nsink(b)",
    "a named tuple by keywords": "a, b = Pair(b='x', a=args.name)\nsink(a)",
    "of what is awaited": "for each in await asyncio.gather(*args.names):\n    sink(each)",
}

CLEAN = {
    "first of pairs": PAIRS + "for a, b in pairs:\n    sink(a)",
    "first of pairs in a comprehension": PAIRS + "sink([a for a, b in pairs])",
    "appended": "pairs = []\npairs.append(('a', args.name))\nsink([a for a, b in pairs])",
    "a list that is added": "pairs = []\npairs += [('a', args.name)]\nsink([a for a, b in pairs])",
    "a list that it is extended by": "pairs = []\npairs.extend([('a', args.name)])\n"
    "sink([a for a, b in pairs])",
    "another entry": "values = {'a': args.name, 'b': 'c'}\nsink(values['b'])",
    "another entry by get": "values = {'a': args.name, 'b': 'c'}\nsink(values.get('b'))",
    "another entry that is set": "values = {'b': 'c'}\nvalues['a'] = args.name\nsink(values['b'])",
    "another keyword": "values = dict(a=args.name, b='c')\nsink(values['b'])",
    "key": "values = {'a': args.name}\nfor key in values:\n    sink(key)",
    "key by keys": "values = {'a': args.name}\nfor key in values.keys():\n    sink(key)",
    "key by items": "values = {'a': args.name}\nfor key, value in values.items():\n    sink(key)",
    "value": "values = {args.name: 'a'}\nfor value in values.values():\n    sink(value)",
    "value of a comprehension": "values = {each: 1 for each in args.names}\n"
    "for value in values.values():\n    sink(value)",
    "zip": "for a, b in zip(['x'], args.names):\n    sink(a)",
    "enumerate": "for a, b in enumerate(args.names):\n    sink(a)",
    "a list of them": PAIRS + "for a, b in list(pairs):\n    sink(a)",
    "column of rows": PAIRS + "a, b = zip(*pairs)\nsink(a)",
    "keys of a model": "for each in args.model_dump(include={'name'}):\n    sink(each)",
    "keys of a model by items": "for a, b in args.model_dump().items():\n    sink(a)",
    "keys of an old model": "sink(', '.join(each for each in args.dict()))",
    "keys of a model that is kept": "values = args.model_dump()\nsink(' '.join(values))",
    "keys of a model that says so": "for each in Strict(**args.model_dump()).dict():\n"
    "    sink(each)",
    "number of a model": "values = args.model_dump()\nsink(values['count'])",
    "field of a named tuple": "for a, b in [Pair(args.name, 'x')]:\n    sink(b)",
    "default of a named tuple": "a, b = Pair(args.name)\nsink(b)",
    "a named tuple that is passed": "def run(pair):\n    a, b = pair\n    sink(b)\n"
    "run(Pair(args.name, 'x'))",
    "looked at before": "names = [args.name]\nif any(each not in ALLOWED for each in names):\n"
    "    raise HTTPException(400)\nfor each in names:\n    sink(each)",
}
BEFORE = """
def pairs(args):
    yield "a = ?", args.name

def listed(args):
    return [("a = ?", args.name)]

def entries(args):
    return {"sql": "a = ?", "values": args.name}

def first(pairs):
    return [a for a, b in pairs]

def second(pairs):
    return [b for a, b in pairs]
"""
REACHES_THROUGH = {
    "generator": "sink([b for a, b in pairs(args)])",
    "returned list": "sink([b for a, b in listed(args)])",
    "returned dictionary": "sink(entries(args)['values'])",
    "parameter": "sink(second([('a', args.name)]))",
    "several parameters": "sink(second(*args.names))",
}
CLEAN_THROUGH = {
    "generator": "sink([a for a, b in pairs(args)])",
    "returned list": "sink([a for a, b in listed(args)])",
    "returned dictionary": "found = entries(args)\nsink(found['sql'])",
    "parameter": "sink(first([('a', args.name)]))",
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in REACHES.items()])
def test_reaches(asks: Asks, body: str) -> None:
    assert asks(body, before=KINDS) is not None


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in CLEAN.items()])
def test_does_not_reach(asks: Asks, body: str) -> None:
    assert asks(body, before=KINDS) is None


@pytest.mark.parametrize("name", REACHES_THROUGH)
def test_reaches_through_functions(asks: Asks, name: str) -> None:
    assert asks(REACHES_THROUGH[name], before=BEFORE) is not None


@pytest.mark.parametrize("name", CLEAN_THROUGH)
def test_does_not_reach_through_functions(asks: Asks, name: str) -> None:
    assert asks(CLEAN_THROUGH[name], before=BEFORE) is None
