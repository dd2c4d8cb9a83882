"""``**config`` followed to its dictionary, and calls held against a signature."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.sdk import CHUTE, contract
from chutes_cli.project.fit import misfits
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\n"


def given(project: Project) -> dict[str | None, object]:
    (chute,) = project.chutes
    return {
        each.name: each.value.value if isinstance(each.value, Known) else "?"
        for each in chute.arguments
    }


@pytest.mark.parametrize(
    "source",
    [
        "CONFIG = {'username': 'u', 'name': 'n'}\nchute = Chute(**CONFIG)",
        "chute = Chute(**{'username': 'u', **{'name': 'n'}})",
        "chute = Chute(**{'username': 'x', 'name': 'n', 'username': 'u'})",
        "BASE = {'username': 'x', 'name': 'n'}\nchute = Chute(**{**BASE, 'username': 'u'})",
        "chute = Chute(**dict(username='u', name='n'))",
        "from config import CONFIG\nchute = Chute(**CONFIG)",
        "from config import CONFIG as C\nchute = Chute(**C)",
        "import config\nchute = Chute(**config.CONFIG)",
        "class Settings:\n    chute = {'username': 'u', 'name': 'n'}\n"
        "chute = Chute(**Settings.chute)",
        "def config():\n    found = {'username': 'u', 'name': 'n'}\n    return found\n"
        "chute = Chute(**config())",
        "from config import load\nchute = Chute(**load())",
        "CONFIG = {'username': 'u'}\nCONFIG['name'] = 'n'\nchute = Chute(**CONFIG)",
        "CONFIG = dict(username='u', name='m')\nCONFIG['name'] = 'n'\nchute = Chute(**CONFIG)",
        "CONFIG = {}\nCONFIG.update(username='u', name='n')\nchute = Chute(**CONFIG)",
        "CONFIG = {}\nCONFIG.update({'username': 'u'}, name='n')\nchute = Chute(**CONFIG)",
        "def config():\n    found = {}\n    found['username'] = 'u'\n    found['name'] = 'n'\n"
        "    return found\nchute = Chute(**config())",
        "from types import MappingProxyType\n"
        "CONFIG = MappingProxyType({'username': 'u', 'name': 'n'})\nchute = Chute(**CONFIG)",
        "import types\nCONFIG = types.MappingProxyType({'username': 'u', 'name': 'n'})\n"
        "chute = Chute(**dict(CONFIG))",
        "BASE = {'username': 'x'}\nchute = Chute(**dict(BASE, username='u', name='n'))",
        "def make(**options):\n    return Chute(**options)\nchute = make(username='u', name='n')",
        "def make(first, **options):\n    return Chute(first, **options)\n"
        "chute = make('u', name='n')",
        "MORE = {'name': 'n'}\ndef make(**options):\n    return Chute(**options)\n"
        "chute = make(username='u', **MORE)",
        "class Maker:\n    def options(self):\n        return {'username': 'u', 'name': 'n'}\n"
        "chute = Chute(**Maker().options())",
        "def make(options):\n    return Chute(**options)\n"
        "chute = make({'username': 'u', 'name': 'n'})",
        "class Kept:\n    def __init__(self):\n"
        "        self.config = {'username': 'u', 'name': 'n'}\n"
        "kept = Kept()\nchute = Chute(**kept.config)",
        "import dataclasses\n@dataclasses.dataclass\nclass Config:\n    username: str\n"
        "    name: str = 'n'\nchute = Chute(**dataclasses.asdict(Config('u')))",
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n    username: str\n"
        "    name: str = 'n'\nchute = Chute(**vars(Config('u')))",
        "from pydantic import BaseModel\nclass Config(BaseModel):\n    username: str\n"
        "    name: str = 'n'\nconfig = Config(username='u')\nchute = Chute(**config.model_dump())",
        "CONFIG = {'username': 'u', 'name': 'n'}\ndef other(CONFIG):\n    CONFIG['name'] = 'm'\n"
        "chute = Chute(**CONFIG)",
    ],
)
def test_followed(source: str, project: ReadTree) -> None:
    config = (
        "CONFIG = {'username': 'u', 'name': 'n'}\ndef load():\n    return {**CONFIG, 'name': 'n'}\n"
    )
    found = project({"app.py": HEAD + source, "config.py": config})
    assert given(found) == {"username": "u", "name": "n"}
    assert found.chutes[0].arguments.complete


@pytest.mark.parametrize(
    "source",
    [
        "import json\nchute = Chute(**json.load(open('x')))",
        "from elsewhere import CONFIG\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nCONFIG[unknown()] = 1\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nCONFIG['tag'] += 1\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nCONFIG.pop('name')\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nCONFIG.update(unknown())\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nCONFIG.update(*unknown())\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nkept = CONFIG.update(name='m')\nchute = Chute(**CONFIG)",
        "CONFIG = dict(name='n')\ndel CONFIG['name']\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nif unknown():\n    CONFIG['tag'] = 1\nchute = Chute(**CONFIG)",
        "CONFIG = {'name': 'n'}\nchute = Chute(**CONFIG)\nCONFIG['tag'] = 1",
        "CONFIG = {'name': 'n'}\ndef change():\n    CONFIG['tag'] = 1\nchute = Chute(**CONFIG)",
        "CONFIG = unknown()\nCONFIG['tag'] = 1\nchute = Chute(**CONFIG)",
        "CONFIG = dict(unknown(), name='n')\nchute = Chute(**CONFIG)",
        "def make(**options):\n    return Chute(**options)\nchute = make(name='n')\nmake(name='m')",
        "def make(**options):\n    return Chute(**options)\nchute = make(name='n')\nprint(make)",
        "@cached\ndef make(**options):\n    return Chute(**options)\nchute = make(name='n')",
        "def make(**options):\n    return Chute(**options)\nchute = make(**unknown())",
        "CONFIG = store.dict({'name': 'n'})\nchute = Chute(**CONFIG)",
        "def make(options):\n    return Chute(**options)\nchute = make({})\nother = make({'a': 1})",
        "class Kept:\n    def __init__(self, config):\n        self.config = config\n"
        "kept = Kept(unknown())\nchute = Chute(**kept.config)",
        "class Kept:\n    pass\nkept = Kept()\nchute = Chute(**kept.config)",
        "class Config:\n    name = 'n'\nchute = Chute(**vars(Config()))",
        "from pydantic import BaseModel\nclass Config(BaseModel):\n    username: str\n"
        "config = Config(username='u')\nchute = Chute(**config.model_dump(exclude={'username'}))",
        "CONFIG = {'name': 'n'}\nCONFIG = {'name': 'm'}\nchute = Chute(**CONFIG)",
        "CONFIG = {**CONFIG}\nchute = Chute(**CONFIG)",
        "from app import CONFIG\nchute = Chute(**CONFIG)",
        "def config(x):\n    if x:\n        return {'a': 1}\n    return {'b': 1}\n"
        "chute = Chute(**config(1))",
        "def config():\n    return config()\nchute = Chute(**config())",
        "def config():\n    return\nchute = Chute(**config())",
        "KEY = input()\nchute = Chute(**{KEY: 1})",
    ],
)
def test_given_up(source: str, project: ReadTree) -> None:
    assert not project(HEAD + source).chutes[0].arguments.complete


@pytest.mark.parametrize(
    "call",
    [
        "PAIR = tuple(('u', 'n'))\nchute = Chute(PAIR[0], PAIR[1])",
        "Chute(*['u', 'n'])", "Chute(*('u', 'n'))", "PAIR = ('u', 'n')\nchute = Chute(*PAIR)",
        "Chute('u', *['n'])", "C = {'a': 'u', 'b': 'n'}\nchute = Chute(C['a'], C['b'])",
        "CONFIG = {'a': 'u', 'b': unknown(), 'a': 'u'}\nchute = Chute(CONFIG['a'], 'n')",
        "CONFIG = ['u', 'n']\nchute = Chute(CONFIG[0], CONFIG[-1])",
        "class Settings:\n    pair = ['u', 'n']\nchute = Chute(Settings.pair[0], 'n')",
    ],
)  # fmt: skip
def test_items_and_entries(call: str, project: ReadTree) -> None:
    source = call if "chute =" in call else f"chute = {call}"
    found = project(HEAD + source)
    assert given(found) == {"username": "u", "name": "n"}
    assert found.chutes[0].arguments.complete


@pytest.mark.parametrize(
    "call",
    [
        "from config import PAIR\nchute = Chute(*PAIR)",
        "from config import PAIR as P\nchute = Chute(P[0], P[1])",
        "import config\nchute = Chute(*config.PAIR)",
        "import config\nchute = Chute(config.BOTH['a'], config.BOTH['b'])",
        "from config import BOTH\nchute = Chute(BOTH['a'], BOTH['b'])",
        "from config import SETS\nchute = Chute(**SETS['one'])",
        "from other import PAIR\nchute = Chute(*PAIR)",
        "from config import Kept, PAIR\nkept = Kept(PAIR)\nchute = Chute(*kept.pair)",
    ],
)
def test_items_and_entries_of_another_module(call: str, project: ReadTree) -> None:
    files = {
        "app.py": HEAD + call,
        "other.py": "from config import PAIR\n",
        "config.py": "NAME = 'n'\nPAIR = ('u', NAME)\nBOTH = {'a': unknown, 'a': 'u', 'b': NAME}\n"
        "SETS = {'one': {'username': 'u', 'name': NAME}}\n"
        "class Kept:\n    def __init__(self, pair):\n        self.pair = pair\n",
    }
    found = project(files)
    assert given(found) == {"username": "u", "name": "n"}
    assert found.chutes[0].arguments.complete


@pytest.mark.parametrize("call", ["from other import PAIR", "from nowhere import PAIR"])
def test_imports_that_lead_nowhere(call: str, project: ReadTree) -> None:
    files = {
        "app.py": f"{HEAD}{call}\nchute = Chute(*PAIR)",
        "other.py": "from again import PAIR\n",
        "again.py": "from other import PAIR\n",
    }
    assert not project(files).chutes[0].arguments.complete


@pytest.mark.parametrize(
    "value",
    [
        "CONFIG['missing']", "CONFIG[unknown()]", "CONFIG['b']", "OPEN['a']", "NUMBER['a']",
        "CHANGED['a']", "COPIED[0]", "unknown()['a']", "TWICE['a']", "WITHIN['a']",
    ],
)  # fmt: skip
def test_entries_that_are_not_known(value: str, project: ReadTree) -> None:
    source = (
        f"{HEAD}CONFIG = {{'a': 'u', 'b': unknown()}}\nOPEN = {{'a': 'u', **unknown()}}\n"
        "NUMBER = 3\nCHANGED = {'a': 'u'}\nCHANGED['a'] = 'v'\n"
        "COPIED = list(['u'])\nCOPIED.insert(0, 'v')\nTWICE = {'a': 1}\n"
        "with {'a': 'u'} as WITHIN: pass\n"
        f"TWICE = {{'a': 2}}\nchute = Chute({value})\n"
    )
    assert given(project(source)) == {"username": "?"}


@pytest.mark.parametrize("call", ["Chute(*[*PAIR])", "Chute(*unknown())", "Chute(*LIST)"])
def test_items_that_are_not_known(call: str, project: ReadTree) -> None:
    source = f"{HEAD}PAIR = ('u', 'n')\nLIST = ['u']\nLIST.append('n')\nchute = {call}\n"
    assert not project(source).chutes[0].arguments.complete


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("Chute('u', 'n', 'i')", []),
        ("Chute('u', 'n', image='i', title='FastAPI takes it')", []),
        ("Chute('u', name='n')", [("missing", "image")]),
        ("Chute('u', 'n', 'i', username='u')", [("repeated", "username")]),
        ("Chute('u', 'n', 'i', min=1)", [("unknown", "min")]),
        ("Chute('u', 'n', **{'image': 'i', 'min': 1})", [("unknown", "min")]),
        (f"Chute({', '.join(['1'] * 18)})", [("surplus", None)]),
        ("Chute(*everything)", []),
        ("Chute(*everything, 'n', min=1)", [("unknown", "min")]),
        ("Chute(**everything)", []),
    ],
)
def test_misfits(call: str, expected: list[tuple[str, str | None]], project: ReadTree) -> None:
    signature = contract().signature(CHUTE)
    assert signature is not None
    (chute,) = project(f"{HEAD}chute = {call}\n").chutes
    assert [(each.kind, each.name) for each in misfits(chute.arguments, signature)] == expected
