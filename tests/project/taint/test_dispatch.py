"""Values are followed into methods that only an object's class tells: overrides, operators."""

from __future__ import annotations

import pytest

from tests.project.taint.conftest import Asks

BASE = (
    "class Base:\n    def go(self, name):\n        self.run(name)\n    def run(self, name): ...\n"
    "class Heir(Base):\n    def run(self, name):\n        {}\n"
)
SINKS = BASE.format("sink(name)")
NAMED = (
    "class Base:\n    def __init__(self, name):\n        self.name = name\n"
    "    @property\n    def command(self):\n        return ''\n"
    "    def go(self):\n        sink(self.command)\n"
    "class Heir(Base):\n    @property\n    def command(self):\n        return {}\n"
)
SHAPED = (
    "from typing import Protocol\nclass Runs(Protocol):\n    def run(self, name): ...\n"
    "class Runner:\n    def run(self, name):\n        {}\n"
    "class Service:\n    def __init__(self, runner: Runs):\n        self.runner = runner\n"
    "    def go(self, name):\n        self.runner.run(name)\n"
)
TABLE = "class Table:\n    def __{}__(self, {}):\n        {}\n"
REACHES = {
    "method above": (
        "class Base:\n    def run(self, name):\n        sink(name)\n"
        "class Heir(Base):\n    def run(self, name):\n        super().run(name)\n",
        "Heir().run(args.name)",
    ),
    "keys of a dictionary that one of several calls is given": (
        "def run(each):\n    sink([key for key in each])\ndef hand(each):\n    run(each)\n",
        "hand({'a': 1})\nrun({args.name: 1})",
    ),
    "keys of a dictionary that a call may spread": (
        "def run(each):\n    sink([key for key in each])\n",
        "run(*args.names)",
    ),
    "override by the object itself": (SINKS, "Heir().go(args.name)"),
    "override of what an annotation names": (
        SINKS + "def go(runner: Base, name):\n    runner.run(name)",
        "go(Heir(), args.name)",
    ),
    "override two classes below": (
        SINKS + "class Last(Heir):\n    def run(self, name):\n        pass\n",
        "Last\nHeir().go(args.name)",
    ),
    "override by a class out of a table": (
        SINKS + "KINDS = {'a': Heir}\n",
        "KINDS['a']().go(args.name)\nBase().go(args.name)",
    ),
    "override of a property": (NAMED.format("self.name"), "Heir(args.name).go()"),
    "protocol": (SHAPED.format("sink(name)"), "Service(Runner()).go(args.name)"),
    "protocol of another library": (
        SHAPED.format("sink(name)").replace("typing", "typing_extensions"),
        "Service(Runner()).go(args.name)",
    ),
    "generic protocol": (
        SHAPED.format("sink(name)").replace("(Protocol)", "(Protocol[T])"),
        "Service(Runner()).go(args.name)",
    ),
    "item": (TABLE.format("getitem", "key", "return key"), "sink(Table()[args.name])"),
    "key of an item": (TABLE.format("getitem", "key", "sink(key)"), "Table()[args.name]"),
    "what is looked for": (TABLE.format("contains", "key", "sink(key)"), "args.name in Table()"),
    "what is not": (TABLE.format("contains", "key", "sink(key)"), "args.name not in Table()"),
    "what an item is set to": (
        TABLE.format("setitem", "key, value", "sink(value)"),
        "Table()['x'] = args.name",
    ),
    "key that is set": (
        TABLE.format("setitem", "key, value", "sink(key)"),
        "Table()[args.name] = 'x'",
    ),
    "key that is deleted": (TABLE.format("delitem", "key", "sink(key)"), "del Table()[args.name]"),
    "method of an item": (
        SINKS + TABLE.format("getitem", "key", "return Heir()"),
        "Table()['x'].run(args.name)",
    ),
}
CLEAN = {
    "method above that a class below replaces": (
        "class Base:\n    def run(self, name): ...\n"
        "class Heir(Base):\n    def run(self, name):\n        super().run(name)\n"
        "class Last(Base):\n    def run(self, name):\n        sink(name)\n",
        "Last\nHeir().run(args.name)",
    ),
    "keys of a dictionary that several functions hand on": (
        "def run(each):\n    sink([key for key in each])\ndef hand(each):\n    run(each)\n",
        "hand({'a': args.name})\nrun({'b': args.names})",
    ),
    "override of a class that nothing uses": (SINKS, "Base().go(args.name)"),
    "override that another object has": (SINKS, "Heir\nBase().run(args.name)"),
    "override that drops it": (BASE.format("sink(1)"), "Heir().go(args.name)"),
    "override of a property that drops it": (NAMED.format("'x'"), "Heir(args.name).go()"),
    "protocol that another object has": (
        SHAPED.format("sink(name)"),
        "Runner\nService(Base()).go(args.name)",
    ),
    "item that is none of it": (
        TABLE.format("getitem", "key", "return 'x'"),
        "sink(Table()[args.name])",
    ),
    "key that is set": (
        TABLE.format("setitem", "key, value", "sink(value)"),
        "Table()[args.name] = 'x'",
    ),
    "what an item is set to": (
        TABLE.format("setitem", "key, value", "sink(key)"),
        "Table()['x'] = args.name",
    ),
}


@pytest.mark.parametrize(("before", "body"), REACHES.values(), ids=REACHES)
def test_reaches(asks: Asks, before: str, body: str) -> None:
    assert asks(body, before=before) is not None


@pytest.mark.parametrize(("before", "body"), CLEAN.values(), ids=CLEAN)
def test_does_not_reach(asks: Asks, before: str, body: str) -> None:
    assert asks(body, before=before) is None
