"""Loops over what is written out: a cord or an image's directive for every turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.audit import engine
from chutes_cli.audit.cache import FactsCache
from chutes_cli.check import Circumstances
from chutes_cli.project.model import Project
from chutes_cli.project.turns import MOST_TURNS
from chutes_cli.project.values import Known
from chutes_cli.registry import checks

ReadTree = Callable[..., Project]
HEAD = """\
from chutes.chute import Chute
from chutes.image import Image

chute = Chute("u", "n", "i")
image = Image("u", "n", "1")
def one(self): ...
def two(self): ...
"""


def cords(project: Project) -> list[tuple[str | None, object]]:
    found = []
    for cord in project.cords:
        path = cord.arguments.value("public_api_path")
        name = cord.function.scope.name if cord.function else None
        found.append((name, path.value if isinstance(path, Known) else path))
    return found


@pytest.mark.parametrize(
    "loop",
    [
        "for path, function in (('/a', one), ('/b', two)):\n"
        "    chute.cord(public_api_path=path)(function)\n",
        "for path, function in {'/a': one, '/b': two}.items():\n"
        "    chute.cord(public_api_path=path)(function)\n",
        "ROUTES = [{'path': '/a', 'run': one}, {'path': '/b', 'run': two}]\n"
        "for route in ROUTES:\n    chute.cord(public_api_path=route['path'])(route['run'])\n",
        "ROUTES = [{'public_api_path': '/a'}, {'public_api_path': '/b'}]\n"
        "for (options, function) in ((ROUTES[0], one), ({'public_api_path': '/b'}, two)):\n"
        "    chute.cord(**options)(function)\n",
        "A = ('a', one)\nfor name, function in [A, ('b', two)]:\n"
        "    chute.cord(public_api_path='/' + name)(function)\n",
        "for number, function in enumerate([one, two]):\n"
        "    chute.cord(public_api_path=f'/{\"ab\"[number]}')(function)\n",
        "RUN = {'/a': one, '/b': two}\nfor path in RUN:\n"
        "    chute.cord(public_api_path=path)(RUN[path])\n",
        "RUN = {'/a': one, '/b': two}\nfor path in RUN.keys():\n"
        "    chute.cord(public_api_path=path)(RUN[path])\n",
        "for path in {'a': '/a'}.values():\n    chute.cord(public_api_path=path)(one)\n"
        "for letter, function in (('c', two), ('b', two)):\n"
        "    if letter == 'c':\n        continue\n"
        "    chute.cord(public_api_path=f'/{letter}')(function)\n",
    ],
)
def test_every_turn_makes_a_cord(loop: str, project: ReadTree) -> None:
    assert cords(project(HEAD + loop)) == [("one", "/a"), ("two", "/b")]


def test_a_decorator_in_a_loop(project: ReadTree) -> None:
    found = project(
        HEAD + "for path in ('/a', '/b'):\n    @chute.cord(public_api_path=path)\n"
        "    def three(self): ...\n"
    )
    assert cords(found) == [("three", "/a"), ("three", "/b")]


def test_loops_in_loops(project: ReadTree) -> None:
    found = project(
        HEAD + "for first in 'a', 'b':\n    for second in ('x', 'y'):\n"
        "        chute.cord(public_api_path=f'/{first}/{second}')(one)\n"
    )
    assert [path for _, path in cords(found)] == ["/a/x", "/a/y", "/b/x", "/b/y"]


@pytest.mark.parametrize(
    "loop",
    [
        # What the loop goes over is not written out, or not all of it.
        "for path in paths():\n    chute.cord(public_api_path=path)(one)\n",
        "for path in ('/a', *more):\n    chute.cord(public_api_path=path)(one)\n",
        "for path in {**more, '/a': 1}:\n    chute.cord(public_api_path=path)(one)\n",
        "for path in {'/a'}:\n    chute.cord(public_api_path=path)(one)\n",
        "for path in {'/a': 1}.copy():\n    chute.cord(public_api_path=path)(one)\n",
        "PATHS = ['/a']\nPATHS.append('/b')\nfor path in PATHS:\n"
        "    chute.cord(public_api_path=path)(one)\n",
        f"for path in [{'1,' * (MOST_TURNS + 1)}]:\n    chute.cord(public_api_path=path)(one)\n",
        # It may be left early.
        "for path in ('/a', '/b'):\n    chute.cord(public_api_path=path)(one)\n    break\n",
        "for path in ('/a', '/b'):\n    chute.cord(public_api_path=path)(one)\n"
        "    if path:\n        break\n",
        # Whether a turn gets there cannot be told.
        "for path in ('/a', '/b'):\n    if wanted(path):\n"
        "        chute.cord(public_api_path=path)(one)\n",
        "for path in ('/a', '/b'):\n    while fits(path):\n"
        "        chute.cord(public_api_path=path)(one)\n",
    ],
)
def test_a_loop_that_cannot_be_followed_makes_one_cord(loop: str, project: ReadTree) -> None:
    ((name, path),) = cords(project(HEAD + loop))
    assert name == "one"
    assert not isinstance(path, str)


def test_a_name_that_is_assigned_again_holds_nothing_known(project: ReadTree) -> None:
    found = project(
        HEAD + "for path in ('/a', '/b'):\n    path = clean(path)\n"
        "    chute.cord(public_api_path=path)(one)\n"
    )
    assert [isinstance(path, str) for _, path in cords(found)] == [False, False]


def test_a_break_of_another_loop_changes_nothing(project: ReadTree) -> None:
    found = project(
        HEAD + "for path in ('/a', '/b'):\n    chute.cord(public_api_path=path)(one)\n"
        "for each in ():\n    break\n"
    )
    assert [path for _, path in cords(found)] == ["/a", "/b"]


def test_a_loop_over_nothing_is_left_alone(project: ReadTree) -> None:
    found = project(HEAD + "for path in ():\n    chute.cord(public_api_path=path)(one)\n")
    assert len(cords(found)) == 1


def test_a_condition_that_is_known_chooses_the_turns(project: ReadTree) -> None:
    found = project(
        HEAD + "for path, extra in (('/a', True), ('/b', False)):\n    if extra:\n"
        "        chute.cord(public_api_path=path)(one)\n    else:\n"
        "        chute.cord(public_api_path=path + '/x')(two)\n"
    )
    assert cords(found) == [("one", "/a"), ("two", "/b/x")]


def test_a_condition_beside_the_loop_changes_nothing(project: ReadTree) -> None:
    found = project(
        HEAD + "if wanted():\n    for path in ('/a', '/b'):\n"
        "        chute.cord(public_api_path=path)(one)\n"
    )
    assert [path for _, path in cords(found)] == ["/a", "/b"]


def test_every_turn_is_a_directive_of_the_image(project: ReadTree) -> None:
    found = project(HEAD + "for name in ('git', 'curl'):\n    image.apt_install(name)\n")
    (image,) = found.images
    assert [each.arguments.bound[0].value for each in image.directives] == [
        Known("git"), Known("curl"),
    ]  # fmt: skip
    assert len(found.directives) == 2
    assert all(each.conditional for each in found.directives)


def test_facts_from_the_cache_have_turns_too(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        HEAD + "for path in ('/a', '/users/{id}'):\n    chute.cord(public_api_path=path)(one)\n"
    )
    (check,) = [each for each in checks() if each.id == "cord-path"]
    cache = FactsCache(tmp_path / "cache")
    first = engine.audit([app], [check], Circumstances(), cache.read)
    again = engine.audit([app], [check], Circumstances(), cache.read)
    assert len(first.findings) == 1
    assert again.findings == first.findings
