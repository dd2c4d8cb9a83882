"""What is taken out of lists and dictionaries of the tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.facts import Name
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Function, Instance, Target

ReadTree = Callable[..., Project]
SOURCE = """\
import contextlib
import other
from chutes.chute import Chute
from other import SHARED, SHARED as AGAIN


class Engine:
    def __init__(self):
        self.by_name = {"a": first}
        self.steps = []
        self.steps.append(second)
        self.empty = {}


def first(): ...
def second(): ...


TABLE = {"a": first, "b": second}
LIST = [first]
LATER = {}
LATER["x"] = first
KEPT = []
KEPT.insert(0, second)
DEFAULTS = {}
DEFAULTS.setdefault("a", first)
SAME = TABLE
MADE = {key: first for key in "ab"}
NAMED = {}
PLAIN = {}
FAR = other.DISTANT
other.DISTANT["z"] = first


def register(function):
    NAMED[function.__name__] = function
    return function


def register_as(name):
    def put(function):
        PLAIN[name] = function
        return function

    return put


@register
def third(): ...


@register_as("fourth")
def fourth(): ...


chute = Chute("u", "n", "i")
LAMBDAS = {"a": lambda x: first(x), "b": lambda: second(1), "c": lambda x: x}


def made():
    return [second for _ in "ab"]


def kept():
    found = []
    found.append(first)
    return found


async def awaited():
    return {"a": second}


def given():
    yield first


def handed():
    yield from KEPT


@contextlib.contextmanager
def opened():
    yield first


engine = Engine()
elsewhere = Engine()


async def use(key):
    BODY
"""
OTHER = "def far(): ...\n\n\nSHARED = {'a': far}\nLATER = {}\nLATER['y'] = far\nDISTANT = {}\n"
ITEMS = {
    "display": ("TABLE[key]", "first second"),
    "display of a list": ("LIST[0]", "first"),
    "written here": ("{'a': first}[key]", "first"),
    "put": ("LATER[key]", "first"),
    "inserted": ("KEPT[0]", "second"),
    "set where it is missing": ("DEFAULTS[key]", "first"),
    "another name": ("SAME[key]", "first second"),
    "comprehension": ("MADE[key]", "first"),
    "registered": ("NAMED[key]", "third"),
    "registered with a name": ("PLAIN[key]", "fourth"),
    "attribute": ("engine.by_name[key]", "first"),
    "put into an attribute": ("engine.steps[0]", "second"),
    "attribute that stays empty": ("engine.empty[key]", ""),
    "returned": ("made()[key]", "second"),
    "returned by name": ("kept()[key]", "first"),
    "returned and awaited": ("(await awaited())[key]", "second"),
    "returned and kept": ("made().get(key)", "second"),
    "called by a lambda": ("LAMBDAS['a']", "first"),
    "called by a lambda with something else": ("LAMBDAS['b']", "first"),
    "imported": ("SHARED[key]", "far"),
    "imported by another name": ("AGAIN[key]", "far"),
    "of a module": ("other.SHARED[key]", "far"),
    "of a module that has another of the name": ("other.LATER[key]", "far"),
    "put from another module": ("other.DISTANT[key]", "first"),
    "put from another module than the one asked": ("FAR[key]", "first"),
    "got": ("TABLE.get(key)", "first second"),
    "got or another": ("LATER.get(key, second)", "first"),
    "taken out": ("LATER.pop(key)", "first"),
    "written here and got": ("{'a': first}.get(key)", "first"),
    "counted": ("TABLE.count(key)", ""),
    "of what is not known": ("unknown[key]", ""),
}
LOOPS = {
    "values": ("for found in LATER.values(): pass", "first"),
    "items": ("for _, found in LATER.items(): pass", "first"),
    "keys of items": ("for found, _ in LATER.items(): pass", ""),
    "keys": ("for found in LATER.keys(): pass", ""),
    "keys of what is put": ("for found in LATER: pass", ""),
    "keys of what is set where it is missing": ("for found in DEFAULTS: pass", ""),
    "keys of a comprehension": ("for found in MADE: pass", ""),
    "list": ("for found in KEPT: pass", "second"),
    "list that a function returns": ("for found in kept(): pass", "first"),
    "dictionary that a function returns": ("for found in await awaited(): pass", ""),
    "generator": ("for found in given(): pass", "first"),
    "generator that hands on": ("for found in handed(): pass", ""),
    "decorated generator": ("for found in opened(): pass", ""),
    "list of an object": ("for found in engine.steps: pass", "second"),
    "dictionary of an object": ("for found in engine.by_name: pass", ""),
    "values of an object's": ("for found in engine.by_name.values(): pass", "first"),
}


def names(targets: tuple[Target, ...]) -> set[str]:
    return {
        each.qualname if isinstance(each, Function) else each.of.qualname
        for each in targets
        if isinstance(each, Function)
        or (isinstance(each, Instance) and not hasattr(each.of, "name"))
    }


def found(project: ReadTree, body: str) -> set[str]:
    read = project({"app.py": SOURCE.replace("BODY", body), "other.py": OTHER})
    (module,) = [each for each in read.modules if each.path == "app.py"]
    (scope,) = [i for i, each in enumerate(module.facts.scopes) if each.qualname == "use"]
    name = Name(module.facts.scopes[scope].span, "found")
    return names(read.knowledge.resolver.resolve(module, scope, name))


@pytest.mark.parametrize(("item", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(item: str, expected: str, project: ReadTree) -> None:
    assert found(project, f"found = {item}") == set(expected.split())


@pytest.mark.parametrize(("loop", "expected"), LOOPS.values(), ids=LOOPS)
def test_loops(loop: str, expected: str, project: ReadTree) -> None:
    assert found(project, loop) == set(expected.split())


def test_a_circle_of_names_ends(project: ReadTree) -> None:
    body = "a = b\n    b = a\n    found = a['x']"
    assert found(project, body) == set()
