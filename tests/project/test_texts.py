"""Every text that an expression can be or hold, and when one of them is not seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.texts import Holdings, Texts

ReadTree = Callable[..., Project]
HEAD = """\
import os
import types
from dataclasses import dataclass, field
from chutes.chute import Chute
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
chute = Chute("u", "n", "i")
"""
BOX = """\
class Box(BaseHTTPMiddleware):
    kept = ("/k",)
    def __init__(self, app, path="/d", *more, **options):
        self.path = path
        self.paths = set()
    def put(self, path):
        self.paths = frozenset(self.paths) | {path}
    def unused(self, path):
        self.paths = path
    @property
    def own(self):
        return "/own"
"""
SHELF = """\
class Shelf:
    def __init__(self):
        self.paths: set[str] = set()
        self.table = {}
    def put(self, path):
        self.paths.add(path)
        self.table[path] = 1
shelf = Shelf()
"""


def texts_of(project: ReadTree, source: str, expression: str) -> Texts:
    """Return the texts of an expression at the end of a module."""
    found = project(f"{HEAD}{source}\nresult = {expression}\n")
    (module,) = found.modules
    return Holdings(found).texts(module, 0, module.facts.statements[-1].values[0])


KNOWN = {
    "known": ("", "('/a', '/b', 3)", "/a /b"),
    "not_a_text": ("", "3", ""),
    "either": ("", "'/a' if os.environ else '/b'", "/a /b"),
    "the_test_does_not_count": ("", "'/a' if '/c' in os.environ else '/b'", "/a /b"),
    "or": ("", "('/a' if os.environ else None) or '/b'", "/a /b"),
    "keys": ("", "{'/a': os.environ, **{'/b': os.environ}}", "/a /b"),
    "joined": ("", "('/a' if os.environ else '/b', *['/c'])", "/a /b /c"),
    "united": ("", "{'/a' if os.environ else '/b'} | {'/c'}", "/a /b /c"),
    "appended": ("", "['/a' if os.environ else '/b'] + ['/c']", "/a /b /c"),
    "appended_on_the_left": ("x = ['/c']\nx.append('/d')", "x + ['/a']", "/a /c /d"),
    "walrus": ("", "(y := '/a' if os.environ else '/b')", "/a /b"),
    "two_bindings": ("if os.environ:\n    x = '/a'\nelse:\n    x = '/b'", "x", "/a /b"),
    "annotated": ("x: str\nif os.environ:\n    x = '/a'", "x", "/a"),
    "augmented": ("x = {'/a'}\nx |= {'/b'}", "x", "/a /b"),
    "added": ("x = {'/a'}\nx.add('/b')\nx.update({'/c'})\nx.update(['/e'], ['/f'])", "x",
              "/a /b /c /e /f"),
    "added_elsewhere": ("x = {'/a'}\ndef f(x):\n    x.clear()", "x", "/a"),
    "entry_set": ("x = {}\nx['/b'] = 1", "x", "/b"),
    "copied": ("x = {'/a'}\nx.add('/b')", "sorted(frozenset(x.copy()))", "/a /b"),
    "keys_of": ("x = {'/a': 1}\nx['/b'] = 2", "x.keys()", "/a /b"),
    "looped": ("for x in ('/a', '/b'): pass", "x", "/a /b"),
    "looped_parts": ("for x, n in (('/a', 1), ('/b', 2)): pass", "x", "/a /b"),
    "by_key": ("x = {'a': '/a' if os.environ else '/b'}\nk = 'a'", "x[k]", "/a /b"),
    "returned": ("def f(a):\n    return ['/a'] if a else ['/b']", "f(1)", "/a /b"),
    "passed": ("def f(x='/d'):\n    global y\n    y = x\nf('/a')\nf(x='/b')\nf()", "y",
               "/a /b /d"),
    "passed_by_spread": ("def f(x='/d'):\n    global y\n    y = x\no = {'x': '/a'}\nf(**o)", "y",
                         "/a"),
    "class_attribute": (BOX, "Box.kept", "/k"),
    "inherited": (f"{BOX}class Own(Box):\n    pass", "Own.kept", "/k"),
    "middleware": (f"{BOX}box = Box(1)\nchute.add_middleware(Box, path='/a')", "box.path",
                   "/a /d"),
    "middleware_by_position": (f"{BOX}box = Box(1)\nchute.add_middleware(Box, '/a')", "box.path",
                               "/a /d"),
    "middleware_in_a_stack": (f"{BOX}box = Box(1)\nmade = Middleware(Box, path='/a')", "box.path",
                              "/a /d"),
    "stored_by_a_method": (f"{BOX}box = Box(1)\nbox.put('/a')\nbox.put('/b')", "box.paths",
                           "/a /b"),
    "added_by_a_method": (f"{SHELF}shelf.put('/a')\nshelf.put('/b')", "shelf.paths", "/a /b"),
    "entry_set_by_a_method": (f"{SHELF}shelf.put('/a')", "shelf.table", "/a"),
    "added_from_outside": (f"{SHELF}shelf.paths |= {{'/a'}}", "shelf.paths", "/a"),
    "property": (f"{BOX}box = Box(1)", "box.own", "/own"),
    "class_attribute_and_stored": (
        "class C:\n    x = ('/a',)\nc = C()\nc.x = ('/b',)", "c.x", "/a /b",
    ),
    "field": ("@dataclass\nclass C:\n    x: str\nc = C('/a')", "c.x", "/a"),
    "on_the_chute": ("@chute.on_startup()\nasync def f(self):\n    self.x = '/a'\n"
                     "    self.x = '/b'", "chute.x", "/a /b"),
}  # fmt: skip
UNKNOWN = {
    "call": ("", "os.getcwd()"),
    "item": ("", "['/a', os.getcwd()]"),
    "spread": ("", "{'/a': 1, **os.environ}"),
    "name_of_nothing": ("", "nothing"),
    "in_a_with": ("with open('/a') as x: pass", "x"),
    "function": ("def x(): pass", "x"),
    "taken_away": ("x = {'/a'}\nx.discard('/a')", "x"),
    "added_by_keyword": ("x = {'/a': 1}\nx.update(b=1)", "x"),
    "added_unseen": ("x = {'/a'}\nx.add(os.getcwd())", "x"),
    "without": ("x = {'/a'}\nx.add('/b')", "x - {'/a'}"),
    "text_put_together": ("", "('/a' if os.environ else '/b') + '/c'"),
    "parts_not_seen": ("for x, n in os.environ.items(): pass", "x"),
    "parts_that_differ": ("for x, n in (('/a', 1), os.environ): pass", "x"),
    "called_by_nobody": ("def f(x):\n    global y\n    y = x", "y"),
    "several_passed": ("def f(*x):\n    global y\n    y = x\nf('/a')", "y"),
    "passed_unseen": ("def f(x):\n    global y\n    y = x\nf('/a')\nf(os.getcwd())", "y"),
    "left_out": ("def f(x):\n    global y\n    y = x\nf()", "y"),
    "spread_unseen": ("def f(x='/d'):\n    global y\n    y = x\nf(**os.environ)", "y"),
    "stored_unseen": (f"{BOX}box = Box(1)\nbox.put(os.getcwd())\nbox.put('/b')", "box.paths"),
    "called_on_what_is_not_known": (
        f"{BOX}box = Box(1)\nbox.put('/b')\nos.made[0].unused('/c')", "box.paths",
    ),
    "no_such_attribute": (BOX, "Box.other"),
    "no_such_attribute_of_the_chute": ("", "chute.other"),
    "attribute_of_nothing": ("", "nothing.other"),
    "attribute_of_a_library": ("", "os.curdir"),
    "field_made_in_two_ways": (
        "@dataclass\nclass C:\n    x: str\nc = C('/a')\nd = [C('/b')]\ndef f(c: C):\n    global y\n"
        "    y = c.x\nf(c)", "y",
    ),
    "converted_by_spread": ("x = {'/a'}\nx.add('/b')", "set(*x)"),
    "copied_with_more": ("x = {'/a'}\nx.add('/b')", "x.copy(1)"),
    "too_long_a_way": (
        "x0 = ['/a']\nx0.append('/b')\n" + "\n".join(f"x{n} = x{n - 1}" for n in range(1, 30)),
        "x29",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_known(name: str, project: ReadTree) -> None:
    source, expression, expected = KNOWN[name]
    assert texts_of(project, source, expression) == frozenset(expected.split())


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(name: str, project: ReadTree) -> None:
    assert texts_of(project, *UNKNOWN[name]) is None


def test_follows_imports_and_modules(project: ReadTree) -> None:
    found = project(
        {
            "app.py": f"{HEAD}import paths\nfrom paths import P\nresult = (P, paths.Q)\n",
            "paths.py": "P = ['/a']\nP.append('/b')\nQ = ['/c']\nQ.append('/d')\n",
        }
    )
    module = next(each for each in found.modules if each.path == "app.py")
    texts = Holdings(found).texts(module, 0, module.facts.statements[-1].values[0])
    assert texts == {"/a", "/b", "/c", "/d"}
