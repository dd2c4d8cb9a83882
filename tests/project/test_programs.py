"""Which modules hang together through imports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

ReadTree = Callable[..., Project]
CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


def programs(project: Project) -> dict[str, str]:
    return {each.path: first.path for each, first in project.knowledge.resolver.programs.items()}


def test_services_side_by_side_are_programs_of_their_own(project: ReadTree) -> None:
    files = {
        "a/app.py": f"import helper\n{CHUTE}",
        "a/helper.py": "import json\n",
        "b/app.py": f"import helper\n{CHUTE}",
        "b/helper.py": "",
    }
    assert programs(project(files)) == {
        "a/app.py": "a/app.py",
        "a/helper.py": "a/app.py",
        "b/app.py": "b/app.py",
        "b/helper.py": "b/app.py",
    }


@pytest.mark.parametrize(
    ("statement", "helper"),
    [
        ("import shared", "shared.py"),
        ("import shared.deep", "shared/deep.py"),
        ("from shared import deep", "shared/deep.py"),
        ("from shared.deep import x", "shared/deep.py"),
        ("from shared import *", "shared/__init__.py"),
    ],
)
def test_what_several_import_joins_them(project: ReadTree, statement: str, helper: str) -> None:
    files = dict.fromkeys(("c.py", "b.py", "a.py"), f"{statement}\n{CHUTE}")
    found = programs(project({**files, helper: "x = 1\n", "z.py": CHUTE}))
    assert found == {**dict.fromkeys((*files, helper), "a.py"), "z.py": "z.py"}


def test_relative_imports_join_and_circles_end(project: ReadTree) -> None:
    files = {
        "p/__init__.py": "",
        "p/a.py": f"from . import b\n{CHUTE}",
        "p/b.py": "from .c import x\n",
        "p/c.py": "from . import a\nx = 1\n",
    }
    found = programs(project(files))
    assert {found[f"p/{name}.py"] for name in "abc"} == {"p/__init__.py"}


SERVICE = """
from dataclasses import dataclass
from chutes.chute import Chute


@dataclass
class Config:
    name: str = "NAME"

    @classmethod
    def made(cls):
        return cls()


class Store:
    def __init__(self, size):
        self.size = size


config = Config.made()
store = Store(NUMBER)
chute = Chute("u", config.name, store.size)


async def look(request, call_next):
    request.app.store.write()


class Kept:
    def write(self): ...


chute.middleware("http")(look)


@chute.on_startup()
async def start(self):
    self.store = Kept()
"""


def test_services_of_one_make_say_nothing_about_each_other(project: ReadTree) -> None:
    """A tree of many has more calls of one name than are followed."""
    numbers = range(40)
    files = {
        f"s{number}/app.py": SERVICE.replace("NAME", f"n{number}").replace("NUMBER", str(number))
        for number in numbers
    }
    files["s0/app.py"] += "made_elsewhere(Store)\n"
    found = project(files)
    told = [
        (chute.arguments.value("name"), chute.arguments.value("image")) for chute in found.chutes
    ]
    known = {(Known(f"n{number}"), Known(number)) for number in numbers[1:]}
    assert {each for each in told if isinstance(each[1], Known)} == known
    written = [
        function.module.path
        for function, _ in found.reach.reached("route")
        if function.qualname == "Kept.write"
    ]
    assert len(written) == len(numbers)
