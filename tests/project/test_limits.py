"""What the reader could not follow is said, and what it could is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.limits import unfollowed
from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.image import Image
"""
SOUND = "chute = Chute('u', 'svc', 'i', node_selector=NodeSelector(gpu_count=1))\n"


def reasons(project: Project) -> list[tuple[int | None, str]]:
    return [(each.line, each.reason) for each in unfollowed(project)]


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("chute = Chute(**os.environ)", 4, "not all arguments of Chute(...) could be followed"),
        ("chute = Chute('u', os.environ['N'], 'i', concurrency=int(os.getenv('C', '1')))", 4,
         "known only at run time: name, concurrency of Chute(...)"),
        ("chute = Chute('u', '{{ name }}', 'i')", 4, "known only at run time: name of Chute(...)"),
        ("NodeSelector(gpu_count=os.cpu_count())", 4,
         "known only at run time: gpu_count of NodeSelector(...)"),
        ("image = Image('u', os.getenv('N'), '1')", 4,
         "known only at run time: name of Image(...)"),
        ("image = Image('u', 'n', '1').run_command(os.getenv('C'))", 4,
         "known only at run time: command of run_command(...)"),
        (SOUND + "@chute.cord(public_api_path=os.getenv('P'))\ndef f(self): ...", 5,
         "known only at run time: public_api_path of cord(...)"),
        (SOUND + "@chute.cord(**os.environ)\ndef f(self): ...", 5,
         "not all arguments of cord(...) could be followed"),
        (SOUND + "chute.cord()(lambda self: 1)", 5,
         "the function registered as cord could not be followed"),
        (SOUND + "@chute.job(timeout=os.cpu_count())\nasync def f(self): ...", 5,
         "known only at run time: timeout of job(...)"),
        (SOUND + "chute.job()(f())", 5, "the function registered as job could not be followed"),
        (SOUND + "chute.on_startup()(f())", 5,
         "the function registered as hook could not be followed"),
        (SOUND + "from elsewhere import register\nregister(chute)", 6,
         "what register(...) does with the chute could not be read"),
        (SOUND + "import plugins\nplugins.fill(app=chute)", 6,
         "what fill(...) does with the chute could not be read"),
        (SOUND + "unknown(chute)", 5, "what unknown(...) does with the chute could not be read"),
        (SOUND + "table[0](chute)", 5,
         "what a computed callee(...) does with the chute could not be read"),
        (SOUND + "exec(open('more.py').read())", 5, "what exec(...) runs could not be read"),
        (SOUND + "getattr(chute, os.name)()", 5,
         "which attribute getattr(...) means could not be told"),
        (SOUND + "@chute.on_startup()\ndef start(self):\n    fill(self)", 7,
         "what fill(...) does with the chute could not be read"),
        (SOUND + "def more():\n    fill(chute)\nmore()", 6,
         "what fill(...) does with the chute could not be read"),
        (SOUND + "from .missing import x", 5, ".missing is not among the files that were read"),
    ],
)  # fmt: skip
def test_said(source: str, line: int, reason: str, project: ReadTree) -> None:
    assert reasons(project(f"{HEAD}{source}\n")) == [(line, reason)]


@pytest.mark.parametrize(
    "source",
    [
        SOUND,
        SOUND + "print(chute)",
        SOUND + "getattr(chute, 'name')",
        SOUND + "@chute.cord()\ndef f(self):\n    use(self)",  # too late to register anything
        SOUND + "getattr(os, os.name)",
        SOUND + "def register(app):\n    pass\nregister(chute)",
        SOUND + "from helper import register\nregister(chute)",
        SOUND + "from .helper import register\nregister(chute)",
        SOUND + "NAME = 'x'\n@chute.cord(public_api_path=f'/{NAME}')\ndef f(self): ...",
        SOUND + "@chute.on_startup()\ndef start(self): ...",
        "import importlib\nimportlib.import_module('json')",  # no chute in this file
    ],
)
def test_nothing_to_say(source: str, project: ReadTree) -> None:
    files = {"app.py": f"{HEAD}{source}\n", "helper.py": "def register(app): ...\n"}
    assert reasons(project(files)) == []
