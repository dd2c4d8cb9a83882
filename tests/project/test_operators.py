"""What operators and loops run: methods of objects of the tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]

OPERATORS = """
from chutes.chute import Chute

chute = Chute("u", "n", "i")


def fetched(): ...


class Words:
    def __init__(self, source):
        self.source = source

    def __contains__(self, word):
        return word in self.source()

    def __getitem__(self, key): ...
    def __setitem__(self, key, value): ...
    def __delitem__(self, key): ...
    def __iter__(self): ...
    def __next__(self): ...
    def __aiter__(self): ...
    def __anext__(self): ...
    def __len__(self): ...


@chute.on_startup()
def prepare(self):
    self.words = Words(fetched)
    self.plain = {}


@chute.cord(public_api_path="/x")
async def x(self, args):
    BODY
"""


@pytest.mark.parametrize(
    ("body", "methods"),
    [
        ("return [each for each in args if each not in self.words]", {"__contains__"}),
        ("return args in self.words", {"__contains__"}),
        ("return self.words in args", set()),
        ("return args in self.plain", set()),
        ("return self.words + 1", set()),
        ("return self.words[1]", {"__getitem__"}),
        ("return self.plain[self.words]", set()),
        ("self.words[1] = 2", {"__setitem__"}),
        ("self.words[1][2] = 3", {"__getitem__"}),
        ("self.words[1] += 2", {"__getitem__", "__setitem__"}),
        ("del self.words[1]", {"__delitem__"}),
        ("for each in self.words: pass", {"__iter__", "__next__"}),
        ("async for each in self.words: pass", {"__aiter__", "__anext__"}),
        ("while self.words: pass", set()),
    ],
)
def test_what_operators_and_loops_run(project: ReadTree, body: str, methods: set[str]) -> None:
    found = {
        function.qualname
        for function, _ in project(OPERATORS.replace("BODY", body)).reach.reached("cord")
    }
    assert found - {"x", "fetched"} == {f"Words.{name}" for name in methods}
    assert ("fetched" in found) == ("__contains__" in methods)
