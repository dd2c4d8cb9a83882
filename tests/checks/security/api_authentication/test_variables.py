"""Secrets that the environment gives, under names that tell nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "non-constant-time-comparison"
HEAD = """\
import functools
import os
from dataclasses import dataclass, field
from fastapi import Request
from os import environ
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


"""
CORD = "@chute.cord()\nasync def x(self, args: dict):\n    offered = args['offered']\n    {}\n"
GATE = (
    "class Gate:\n    def __init__(self, expected):\n        self._expected = {}\n"
    "    def admits(self, offered):\n        return offered == self._expected\n"
)
ADMITS = CORD.format("return gate.admits(offered)")
ASKED = 'os.environ["ADMIN_TOKEN"]'


def compared(ours: str, more: str = "") -> str:
    return f"{more}{CORD.format(f'return offered == ({ours})')}"


def gate(kept: str = "expected", given: str = ASKED) -> str:
    return f"{GATE.format(kept)}gate = Gate({given})\n{ADMITS}"


FIRES = {
    "asked": compared(ASKED),
    "asked_otherwise": compared("os.getenv('ADMIN_TOKEN', '')"),
    "asked_with_get": compared("os.environ.get('ADMIN_TOKEN')"),
    "asked_of_what_is_imported": compared("environ['ADMIN_TOKEN']"),
    "name_of_the_variable": compared("os.environ[NAME]", "NAME = 'ADMIN_TOKEN'\n"),
    "constant": compared("OURS", f"OURS = {ASKED}\n"),
    "constant_or_another": compared(
        "OURS", f"if os.name:\n    OURS = {ASKED}\nelse:\n    OURS = ''\n"
    ),
    "or": compared("os.environ.get('ADMIN_TOKEN') or os.name"),
    "formatted": compared("f\"Bearer {os.environ['ADMIN_TOKEN']}\""),
    "joined": compared(f"'Bearer ' + {ASKED}"),
    "encoded": compared(f"{ASKED}.encode()"),
    "text": compared(f"str({ASKED})"),
    "stripped": compared("OURS.strip()", f"OURS = {ASKED}\n"),
    "given": gate(),
    "given_and_encoded": gate("expected.encode()"),
    "given_by_name": gate(given=f"expected={ASKED}"),
    "given_by_one_of_two": gate().replace("gate =", "other = Gate('x')\ngate ="),
    "given_under_a_name": f"ours = {ASKED}\n{gate(given='ours')}",
    "returned": compared("ours()", f"def ours():\n    return {ASKED}\n"),
    "returned_or_nothing": compared(
        "ours()", f"def ours():\n    if os.name:\n        return {ASKED}\n    return ''\n"
    ),
    "default": f"def admits(offered, ours={ASKED}):\n    return offered == ours\n"
    + CORD.format("return admits(offered)"),
    "record": "@dataclass\nclass Gate:\n    expected: str\n    def admits(self, offered):\n"
    f"        return offered == self.expected\ngate = Gate({ASKED})\n{ADMITS}",
    "field_by_factory": "@dataclass\nclass Gate:\n"
    f"    expected: str = field(default_factory=lambda: {ASKED})\n    def admits(self, offered):\n"
    f"        return offered == self.expected\ngate = Gate()\n{ADMITS}",
    "property": f"class Gate:\n    @property\n    def expected(self):\n        return {ASKED}\n"
    "    def admits(self, offered):\n        return offered == self.expected\n"
    f"gate = Gate()\n{ADMITS}",
    "on_the_chute": f"@chute.on_startup()\nasync def start(self):\n    self.ours = {ASKED}\n"
    + compared("self.ours"),
    "in_a_wrapper": f"{GATE.format('expected')}def admitted(func):\n"
    "    @functools.wraps(func)\n    def checked(self, call):\n"
    "        if not self.gate.admits(call['offered']):\n            raise ValueError\n"
    "        return func(self, call)\n    return checked\n"
    f"@chute.on_startup()\nasync def start(self):\n    self.gate = Gate({ASKED})\n"
    "@chute.cord()\n@admitted\ndef x(self, call: dict):\n    return 1\n",
    "of_a_header": "@chute.middleware('http')\nasync def f(request: Request, call_next):\n"
    f"    if request.headers.get('x-caller') != {ASKED}:\n        raise ValueError\n"
    "    return await call_next(request)\n",
    "named": f"OURS = {ASKED}\ndef f(token):\n    return token == OURS\n",
    "walrus": CORD.format(f"return (ours := {ASKED}) == offered"),
    "another_module": {
        "app.py": f"{HEAD}import names\n{compared('names.OURS')}",
        "names.py": f"import os\nOURS = {ASKED}\n",
    },
    "listed": CORD.format(f"return offered in [{ASKED}]"),
}
SILENT = {
    "no_secret": compared("os.environ['MODE']"),
    "unknown_variable": compared("os.environ[args['x']]"),
    "of_another_dictionary": compared("os.names['ADMIN_TOKEN']"),
    "asked_of_another": compared("os.other('ADMIN_TOKEN')"),
    "asked_for_nothing": compared("os.getenv()"),
    "falls_back_to_its_name": compared("os.environ.get('MODE', 'ADMIN_TOKEN')"),
    "falls_back_to_another": compared(f"os.environ.get('MODE', {ASKED})"),
    "given_elsewhere": gate("os.name").replace("Gate(os", "Gate(expected=os"),
    "literal": CORD.format(f"return '' == {ASKED}"),
    "nobody_sends_it": f"OURS = {ASKED}\ndef f(stored):\n    return stored == OURS\n",
    "file_that_is_read": f"OURS = {ASKED}\n"
    + CORD.format("stored = open('a').read()\n    return stored == OURS"),
    "two_of_the_environment": "def f():\n"
    "    return os.environ['A_TOKEN'] == os.environ['B_TOKEN']\n",
    "its_own_of_before": "class A:\n    def f(self):\n"
    f"        token = {ASKED}\n        if token != self._last:\n            self._last = token\n",
    "its_own_name": f"OURS = {ASKED}\nclass A:\n    def f(self):\n"
    "        return self.token == OURS\n",
    "length": compared(f"len({ASKED})"),
    "converted": CORD.format(f"return int(offered) == {ASKED}"),
    "list_of_no_secret": CORD.format("return offered in [os.environ['MODE']]"),
    "nobody_sends_what_is_listed": f"def f(stored):\n    return stored in [{ASKED}]\n",
    "set": CORD.format(f"return offered in {{{ASKED}}}"),
    "wrapper_of_another": f"{GATE.format('expected')}def admitted(func):\n"
    "    def checked(self, call):\n        return self.gate.admits(call['offered'])\n"
    "    return checked\n"
    f"@chute.on_startup()\nasync def start(self):\n    self.gate = Gate({ASKED})\n"
    "@admitted\ndef x(self, call: dict):\n    return 1\n",
}


def source(text: str | dict[str, str]) -> str | dict[str, str]:
    return text if isinstance(text, dict) else f"{HEAD}{text}\n"


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(source(FIRES[name]), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(source(SILENT[name]), ID) == []


def test_what_is_said(findings: Findings) -> None:
    (found,) = findings(source(FIRES["given"]), ID)
    assert found.message.startswith("the variable ADMIN_TOKEN of the environment is compared with")


def chain(functions: int) -> str:
    return f"def f0(data):\n    return {ASKED} if data else ''\n" + "".join(
        f"def f{number}(data):\n    return f{number - 1}(data) if data else ''\n"
        for number in range(1, functions)
    )


@pytest.mark.parametrize(("functions", "count"), [(12, 1), (200, 0)])
def test_functions_that_return_what_others_return(
    functions: int, count: int, findings: Findings
) -> None:
    text = f"{HEAD}{compared(f'f{functions - 1}(args)', chain(functions))}"
    assert len(findings(text, ID)) == count


def test_circles_take_no_room(findings: Findings) -> None:
    more = "def loop(data):\n    return loop(data) if data else loop(data)\n"
    text = f"{HEAD}{compared('loop(args) if args else f11(args)', more + chain(12))}"
    assert len(findings(text, ID)) == 1
