"""What comes of functions that something else calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.facts import Name
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Class, External, Instance, Target

ReadTree = Callable[..., Project]
SOURCE = """\
import asyncio
import contextlib
import functools
from contextlib import asynccontextmanager
import httpx
from chutes.chute import Chute

chute = Chute("u", "n", "i")


class Engine:
    @classmethod
    def made(cls):
        return Engine()

    def other(self):
        return Engine()


    def itself(self):
        return self


class Faster(Engine):
    pass


def load(name):
    return Engine()


@contextlib.contextmanager
def opened():
    yield Engine()


@asynccontextmanager
async def opened_later():
    yield Engine()


@contextlib.contextmanager
def kept_open(engine):
    yield


def numbers():
    yield Engine()


engine = Engine()
found = {}
"""


def shown(target: Target) -> str:
    match target:
        case Instance(of=Class() as of, site=site):
            return of.qualname + ("" if site is None else " made here")
        case Instance(of=External(name=name), site=site):
            return name + ("" if site is None else " made here")
        case _:
            return type(target).__name__


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("asyncio.to_thread(Engine)", ["Engine"]),
        ("asyncio.to_thread(httpx.Client, timeout=5)", ["httpx.Client"]),
        ("asyncio.to_thread(load, 'a')", ["Engine made here"]),
        ("asyncio.to_thread(engine.other)", ["Engine made here"]),
        ("asyncio.get_running_loop().run_in_executor(None, load, 'a')", ["Engine made here"]),
        ("asyncio.to_thread()", []),
        ("asyncio.to_thread(unknown)", []),
        ("functools.partial(load, 'a')()", ["Engine made here"]),
        ("functools.partial(functools.partial(load, 'a'))()", []),
        ("functools.partial()()", []),
        ("getattr(engine, 'other')()", ["Engine made here"]),
        ("getattr(httpx, 'Client', None)()", ["httpx.Client made here"]),
        ("getattr(engine, unknown)()", []),
        ("getattr(engine)()", []),
        ("engine.itself()", ["Engine made here"]),
        ("engine.other().itself()", ["Engine made here"]),
        ("Faster().itself()", ["Faster made here"]),
        ("kept_open(engine)", []),
        ("opened()", ["Engine made here"]),
        ("opened_later()", ["Engine made here"]),
        ("numbers()", []),
    ],
)
def test_what_it_gives(call: str, found: list[str], project: ReadTree) -> None:
    read = project(SOURCE.replace("{}", call))
    (module,) = read.modules
    name = Name(module.facts.scopes[0].span, "found")
    targets = read.knowledge.resolver.resolve(module, 0, name)
    assert [shown(each) for each in targets] == found


PAIRED = """\
async def awaited():
    return 1, Engine()


def paired():
    return 1, Engine()


async def use():
    number, taken = {}
"""


@pytest.mark.parametrize("call", ["paired()", "await awaited()"])
def test_what_each_name_gets_of_several(call: str, project: ReadTree) -> None:
    read = project(SOURCE.format("None") + PAIRED.format(call))
    (module,) = read.modules
    (scope,) = [i for i, each in enumerate(module.facts.scopes) if each.qualname == "use"]
    resolve = read.knowledge.resolver.resolve
    span = module.facts.scopes[scope].span
    assert [shown(each) for each in resolve(module, scope, Name(span, "taken"))] == [
        "Engine made here"
    ]
    assert list(resolve(module, scope, Name(span, "number"))) == []
