"""Chutes made through a class of the tree that derives from Chute."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\n"
FIRST = "username='u', name='n', image='i'"


@pytest.mark.parametrize(
    ("source", "arguments", "complete"),
    [
        (f"class Mine(Chute): pass\nchute = Mine({FIRST}, concurrency=4)",
         {"username": "u", "name": "n", "image": "i", "concurrency": 4}, True),
        ("class Mine(Chute): pass\nclass Other(Mine): pass\nchute = Other('u', 'n', 'i')",
         {"username": "u", "name": "n", "image": "i"}, True),
        (f"class Mine(Chute):\n    def __init__(self):\n        super().__init__({FIRST})\n"
         "chute = Mine()", {"username": "u", "name": "n", "image": "i"}, True),
        (f"class Mine(Chute):\n    def __init__(self, size, **rest):\n"
         f"        super().__init__({FIRST}, **rest)\nchute = Mine(3, concurrency=4)",
         {"username": "u", "name": "n", "image": "i", "concurrency": 4}, True),
        (f"class Mine(Chute):\n    def __init__(self, concurrency, **rest):\n"
         f"        super().__init__({FIRST}, concurrency=concurrency, **rest)\n"
         "chute = Mine(concurrency=4)",
         {"username": "u", "name": "n", "image": "i", "concurrency": 4}, True),
        ("class Mine(Chute):\n    def __init__(self, config):\n"
         "        super().__init__(**config)\nchute = Mine(unknown())", {}, False),
        ("class Mine(Chute):\n    def __init__(self, config):\n"
         "        super().__init__(**config)\nchute = Mine({'name': 'n'})", {"name": "n"}, True),
        ("class Mine(Chute):\n    def __init__(self):\n        self.prepare()\nchute = Mine()",
         {}, False),
    ],
)  # fmt: skip
def test_arguments(
    source: str, arguments: dict[str, object], complete: bool, project: ReadTree
) -> None:
    (chute,) = project(f"{HEAD}{source}\n").chutes
    found = {
        each.name: each.value.value if isinstance(each.value, Known) else "?"
        for each in chute.arguments
    }
    assert (found, chute.arguments.complete) == (arguments, complete)


def test_what_is_registered_on_it(project: ReadTree) -> None:
    source = f"""{HEAD}
class Mine(Chute):
    def __init__(self, **rest):
        super().__init__({FIRST}, **rest)

        @self.on_startup()
        async def start(chute): ...

chute = Mine()

@chute.cord(public_api_path="/x")
async def x(self): ...

@chute.get("/plain")
def plain(): ...
"""
    (chute,) = project(source).chutes
    assert [each.function.scope.name for each in chute.cords if each.function] == ["x"]
    assert [each.kind for each in chute.hooks] == ["on_startup"]
    assert [each.scope.name for each in chute.routes] == ["plain"]


def test_a_class_of_another_kind_makes_none(project: ReadTree) -> None:
    assert project(f"{HEAD}class Mine(dict): pass\nMine()\nchute = Chute({FIRST})\n").chutes[0]
    assert len(project(f"{HEAD}class Mine(dict): pass\nMine()\n").chutes) == 0
