"""What the attributes of the tree's own objects hold, where only one thing can be meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.values import Known, Unknown, Value

ReadTree = Callable[..., Project]
HEAD = """\
import os
from dataclasses import dataclass, field
from typing import NamedTuple

import attrs
from chutes.chute import Chute
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings

"""
DATA = "@dataclass\nclass C:\n    x: int = 3\n    y: int = 4\n"


def value_of(source: str, expression: str, project: ReadTree) -> Value:
    """Return what an expression at the top of a module evaluates to."""
    found = project(f"{HEAD}{source}\nchute = Chute('u', 'n', image={expression})\n")
    image = found.chutes[0].arguments.value("image")
    assert image is not None
    return image


KNOWN = {
    "default": (f"{DATA}c = C()", "c.x", 3),
    "by_name": (f"{DATA}c = C(x=5)", "c.x", 5),
    "by_position": (f"{DATA}c = C(1, 2)", "c.y", 2),
    "called": ("@dataclass(frozen=True)\nclass C:\n    x: int = 3\nc = C()", "c.x", 3),
    "field": ("@dataclass\nclass C:\n    x: int = field(default=3, repr=False)\nc = C()", "c.x", 3),
    "attrs": ("@attrs.define\nclass C:\n    x: int = attrs.field(default=3)\nc = C()", "c.x", 3),
    "tuple": ("class C(NamedTuple):\n    x: int = 3\nc = C()", "c.x", 3),
    "model": ("class C(BaseModel):\n    x: int = Field(3, ge=0)\nc = C()", "c.x", 3),
    "inherited": (f"{DATA}@dataclass\nclass D(C):\n    z: int = 5\nd = D()", "d.x", 3),
    "inherited_order": (f"{DATA}@dataclass\nclass D(C):\n    z: int = 5\nd = D(1, 2, 6)", "d.z", 6),
    "two_alike": (f"{DATA}c = C()\nother = C(y=9)", "c.x", 3),
    "class_attribute": ("class C:\n    X: int = 3\n", "C.X", 3),
    "class_attribute_of_object": ("class C:\n    x: int = 3\nc = C()", "c.x", 3),
    "base": ("class B:\n    X = 3\nclass C(B):\n    pass\n", "C.X", 3),
    "kept": ("class C:\n    def __init__(self):\n        self.x = 3\nc = C()", "c.x", 3),
    "made_by_a_lambda": (
        "@dataclass\nclass C:\n    x: list = field(default_factory=lambda: [1, 2])\nc = C()",
        "c.x[1]", 2),
    "made_by_a_function": (
        "def made():\n    return {'a': 3}\n@dataclass\nclass C:\n"
        "    x: dict = field(default_factory=made)\nc = C()", "c.x['a']", 3),
    "kept_above": (
        "class B:\n    def __init__(self):\n        self.x = 3\nclass C(B):\n    pass\nc = C()",
        "c.x", 3),
    "of_a_parameter": (
        "@dataclass\nclass C:\n    x: int = 3\nclass D:\n    def __init__(self, c):\n"
        "        self.y = c.x\nd = D(C())", "d.y", 3),
    "kept_parameter": ("class C:\n    def __init__(self, x):\n        self.x = x\nc = C(3)",
                       "c.x", 3),
    "kept_default": ("class C:\n    def __init__(self, x=3):\n        self.x = x\nc = C()",
                     "c.x", 3),
    "unpacked": ("class C:\n    def __init__(self, x):\n        self.x, self.y = x, 2\nc = C(3)",
                 "c.x", 3),
    "of_a_field": (f"{DATA}class K:\n    def __init__(self, c):\n        self.c = c\nk = K(C())",
                   "k.c.x", 3),
    "property": (f"{DATA}    @property\n    def z(self):\n"
                 "        return self.x + self.y\nc = C(y=6)", "c.z", 9),
    "property_of_a_kept_one": (
        "class C:\n    def __init__(self, x):\n        self.x = x\n    @property\n"
        "    def z(self):\n        half = self.x // 2\n        return half\nc = C(6)", "c.z", 3),
    "another_changed": (
        "class C:\n    def __init__(self):\n        self.x = [3]\nclass D:\n"
        "    def __init__(self):\n        self.x = [4]\nc = C()\nd = D()\nd.x.append(5)",
        "c.x", [3]),
    "model_made_here": (f"{HEAD}class C(BaseModel):\n    x: int = 3\nc = C(x=4)\n", "c.x", 4),
    "names": ("a, b = 3, 4", "b", 4),
    "names_beside_a_product": ("a, b = open * 2, 4", "b", 4),
    "minutes": ("from datetime import timedelta\nP = timedelta(minutes=2, seconds=1)",
                "P.total_seconds()", 121.0),
    "days": ("from datetime import timedelta\nP = timedelta(1)", "P.total_seconds()", 86400.0),
}  # fmt: skip
UNKNOWN = {
    "changed_below": (
        "class B:\n    def __init__(self):\n        self.x = 3\nclass C(B):\n"
        "    def later(self):\n        self.x = 4\nc = C()", "c.x"),
    "made_by_something_else": (
        "@dataclass\nclass C:\n    x: list = field(default_factory=load)\nc = C()", "c.x"),
    "given_elsewhere": (f"{DATA}c = C(x=os.getpid())", "c.x"),
    "spread": (f"{DATA}c = C(**os.x)", "c.x"),
    "set_later": (f"{DATA}c = C()\nc.x = 7\nclass D:\n    def __init__(self): ...\n", "c.x"),
    "no_default": ("@dataclass\nclass C:\n    x: int\nc = C()", "c.x"),
    "factory": ("@dataclass\nclass C:\n    x: list = field(default_factory=list)\nc = C()", "c.x"),
    "settings": ("class C(BaseSettings):\n    x: int = 3\nc = C()", "c.x"),
    "conditional": ("class C:\n    def __init__(self):\n        if os.x:\n            self.x = 3\n"
                    "c = C()", "c.x"),
    "not_in_init": ("class C:\n    def set(self):\n        self.x = 3\nc = C()", "c.x"),
    "twice": ("class C:\n    def __init__(self):\n        self.x = 3\n    def f(self):\n"
              "        self.x = 4\nc = C()", "c.x"),
    "with": ("class C:\n    def __init__(self):\n        with 3 as self.x:\n            pass\n"
             "c = C()", "c.x"),
    "two_makers": ("class C:\n    def __init__(self, x):\n        self.x = x\nc = C(3)\nd = C(4)",
                   "c.x"),
    "extended": ("class C:\n    def __init__(self, x):\n        self.x = x\nclass D(C):\n"
                 "    pass\nc = C(3)\nd = D(4)", "c.x"),
    "method": ("class C:\n    def x(self): ...\nc = C()", "c.x"),
    "of_an_annotation": (f"{DATA}def f(c: C):\n    global v\n    v = c.x\na = C()\nb = C(1)\n",
                         "v"),
    "property_of_two": (f"{DATA}    @property\n    def z(self):\n        return self.x\nc = C(1)\n"
                        "d = C(2)", "c.z"),
    "property_of_two_ways": ("class C:\n    @property\n    def z(self):\n        if os.x:\n"
                             "            return 1\n        return 2\nc = C()", "c.z"),
    "added_to": ("class C:\n    def __init__(self):\n        self.x = 3\n    def f(self):\n"
                 "        self.x += 4\nc = C()", "c.x"),
    "attribute_changed_in_place": (
        "class C:\n    def __init__(self):\n        self.x = [3]\nc = C()\nc.x.append(4)", "c.x"),
    "entry_set": ("class C:\n    x = {}\nc = C()\nc.x['a'] = 4", "c.x"),
    "made_by_a_request": (
        "class C(BaseModel):\n    x: int = 3\ndef f(c: C):\n    global v\n    v = c.x\na = C()\n",
        "v"),
    "changed_in_place": ("a, b = [3], 4\na.append(5)", "a"),
    "starred": ("a, *b = 3, 4", "b"),
    "unknown_unit": ("from datetime import timedelta\nP = timedelta(os.x)", "P.total_seconds()"),
    "too_long": ("from datetime import timedelta\nP = timedelta(10**12)", "P.total_seconds()"),
    "wrong_unit": ("from datetime import timedelta\nP = timedelta(years=1)", "P.total_seconds()"),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_known(name: str, project: ReadTree) -> None:
    source, expression, value = KNOWN[name]
    assert value_of(source, expression, project) == Known(value)


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(name: str, project: ReadTree) -> None:
    source, expression = UNKNOWN[name]
    assert isinstance(value_of(source, expression, project), Unknown)


def test_the_one_object_of_a_class(project: ReadTree) -> None:
    source = f"{DATA}def f(c: C):\n    global v\n    v = c.x\na = C(x=8)\n"
    assert value_of(source, "v", project) == Known(8)


def test_a_hook_gets_nothing_but_the_chute(project: ReadTree) -> None:
    found = project(
        f"{HEAD}{DATA}chute = Chute('u', 'n', 'i')\n"
        "@chute.on_startup()\ndef prepare(self, size=6, c=C()):\n"
        "    @self.cord(public_api_path='/x', min_input_schema=size, output_schema=c.x)\n"
        "    def x(self): ...\n"
    )
    (cord,) = found.cords
    assert cord.arguments.value("min_input_schema") == Known(6)
    assert cord.arguments.value("output_schema") == Known(3)
