"""What an expression is, and what the code keeps on it: seen through `sdk-unknown-attribute`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "sdk-unknown-attribute"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
CORD = "@chute.cord()\nasync def c(self):\n    return self.model\n"
VLLM = (
    "from chutes.chute.template.vllm import build_vllm_chute\npack = build_vllm_chute('u', 'm')\n"
)
HOOK = "@chute.on_startup()\nasync def h(self, other=None):\n"

SETS = [
    "self.model = 1",
    "self.model: int = 1",
    "self.model += 1",
    "self.model, self.other = 1, 2",
    "[self.other, (self.x, self.model)] = 1, (2, 3)",
    "self.other, *self.model = 1, 2",
    "with open('x') as self.model: ...",
    "for self.model in range(3): ...",
    "setattr(self, 'model', 1)",
    "chute.model = 1",
    "other.model = 1",
    "setattr(other, 'model', 1)",
    "Chute.model = 1",
]


@pytest.mark.parametrize("line", SETS)
def test_sets_it(line: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{HOOK}    {line}\n{CORD}", ID) == []


@pytest.mark.parametrize(
    "line",
    [
        "self.other = 1",
        "del self.model",
        "model = 1",
        "setattr(self, 'other', 1)",
        "import json\n    json.model = 1",
        "import box\n    box.model = 1",
        "box = Box()\n    box.model = 1",
        "box = Box()\n    setattr(box, 'model', 1)",
        "box = Box()\n    setattr(box, unknown, 1)",
        "delattr(self, 'model')",
        "print(self)",
        "unknown([self])",
        "len(Box().__dict__)",
        "vars(Box())",
        "unknown(self.title)",
        "chute.include_router(self.router)",
        "helper(self)",
        "unknown(Chute('u', 'other', 'i'))",
    ],
)
def test_does_not_set_it(line: str, findings: Findings) -> None:
    source = f"{HEAD}class Box: ...\ndef helper(app): ...\n{HOOK}    {line}\n{CORD}"
    found = findings({"app.py": source, "box.py": "x = 1\n"}, ID)
    assert "model" in {each.snippet.rpartition(".")[2] for each in found}


@pytest.mark.parametrize(
    "line",
    [
        "setattr(self, unknown, 1)",
        "setattr(self, f'mod{unknown}', 1)",
        "for name, value in {}.items():\n        setattr(self, name, value)",
        "self.__dict__.update(other)",
        "vars(self).update(other)",
        "unknown(self)",
        "other.attach(self)",
        "import library\n    library.attach(app=self)",
        "from library import attach\n    attach(chute)",
    ],
)
def test_may_set_anything(line: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{HOOK}    {line}\n{CORD}", ID) == []


def test_set_by_a_function_of_the_tree(findings: Findings) -> None:
    helper = "import chutes\ndef prepare(app):\n    app.model = 1\n"
    source = f"from helper import prepare\n{HEAD}{HOOK}    prepare(self)\n{CORD}"
    assert findings({"app.py": source, "helper.py": helper}, ID) == []


def test_set_through_an_annotated_parameter(findings: Findings) -> None:
    source = f"{HEAD}def prepare(app: Chute):\n    app.model = 1\n{CORD}"
    assert findings(source, ID) == []
    source = f"{HEAD}def prepare(app: Chute):\n    app.zzz\n"
    assert len(findings(source, ID)) == 1


def test_set_on_a_cord(findings: Findings) -> None:
    assert findings(f"{HEAD}k = chute.cord(path='/x')\nk.note = 1\nk.note\n", ID) == []
    made = f"from chutes.chute import Cord\n{HEAD}k = Cord(chute)\nk.note = 1\nprint(k.note)\n"
    assert findings(made, ID) == []


def test_one_of_two_objects(findings: Findings) -> None:
    source = f"class Other:\n    model = 1\n{HEAD}if unknown:\n    chute = Other()\nchute.model\n"
    assert findings(source, ID) == []


PACKS = [
    ("pack.name", 1),
    ("build_vllm_chute('u', 'm').name", 1),
    ("other = pack\nother.name", 1),
    ("pack.chute.name", 0),
    ("chute = pack.chute\nchute.name", 0),
    ("build_vllm_chute('u', 'm').chute.name", 0),
    ("@pack.chute.on_startup()\nasync def h(self):\n    self.name", 0),
    ("@pack.chute.on_startup()\nasync def h(self):\n    self.zzz", 1),
    # Either of the two, or nobody can tell.
    ("x = pack\nx = pack.chute\nx.name", 0),
    ("x = pack.chute\nx = pack\nx.chute.name", 0),
    ("try:\n    from .missing import x\nexcept ImportError:\n    x = pack\nx.name", 0),
    ("x = pack\nfor x in unknown: ...\nx.name", 0),
    ("x = pack\ny = x\nx = y\nx.name", 0),
    ("def make():\n    return build_vllm_chute('u', 'm').chute\nmake().name", 0),
    ("def make():\n    return pack\nx = make()\nx.name", 0),
    ("for x in (pack, pack):\n    x.name", 0),
    ("x, y = pack, 1\nx.name", 1),
    ("a = pack\nb = a\nc = b\nc.name", 1),
    ("(pack or None).name", 0),
]


@pytest.mark.parametrize(("source", "count"), PACKS)
def test_a_pack_is_not_its_chute(source: str, count: int, findings: Findings) -> None:
    assert len(findings(f"{VLLM}{source}\n", ID)) == count


@pytest.mark.parametrize(("expression", "count"), [("pack", 1), ("pack.chute", 0)])
def test_an_imported_pack(expression: str, count: int, findings: Findings) -> None:
    files = {
        "base.py": VLLM,
        "app.py": f"import chutes\nfrom base import pack\n{expression}.name\n",
    }
    assert len(findings(files, ID)) == count
    files["app.py"] = f"import chutes\nimport base\nbase.{expression}.name\n"
    assert findings(files, ID) == []


@pytest.mark.parametrize(("names", "count"), [(10, 1), (11, 0)])
def test_names_for_names_are_followed_ten_deep(names: int, count: int, findings: Findings) -> None:
    lines = [f"a{index} = a{index - 1}" for index in range(1, names)]
    source = "\n".join([VLLM.replace("pack", "a0"), *lines, f"a{names - 1}.name\n"])
    assert len(findings(source, ID)) == count
