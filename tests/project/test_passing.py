"""Which argument of a call fills which parameter, and the other way round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.facts import Call
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.targets import Class, Function

ReadTree = Callable[..., Project]


def passings(project: ReadTree, definition: str, call: str) -> list[Passing]:
    """Return what the one call of a line runs."""
    source = (
        "import asyncio, functools, threading\nfrom chutes.chute import Chute\n"
        f"chute = Chute('u', 'n', 'i')\n{definition}\n{call}\n"
    )
    found = project(source)
    last = found.modules[0].facts.statements[-1]
    return [
        each
        for site, _ in found.knowledge.calls
        if site.statement is last and site.expression is last.values[0]
        for each in found.passings.at(site)
        if each.function is not None
    ]


CALLS = {
    "position": ("def run(a, b): ...", "run(1, 'here')", ["b"]),
    "keyword": ("def run(a, b): ...", "run(b='here')", ["b"]),
    "only by keyword": ("def run(a, *, b): ...", "run(1, b='here')", ["b"]),
    "among others": ("def run(*a): ...", "run(1, 'here')", ["a"]),
    "under its name": ("def run(**a): ...", "run(b='here')", ["a"]),
    "too many": ("def run(a): ...", "run(1, 'here')", []),
    "method": (
        "class Runner:\n    def run(self, a): ...\nrunner = Runner()", "runner.run('here')", ["a"]),
    "class method": (
        "class Runner:\n    @classmethod\n    def run(cls, a): ...", "Runner.run('here')", ["a"]),
    "static method": (
        "class Runner:\n    @staticmethod\n    def run(a): ...\nrunner = Runner()",
        "runner.run('here')", ["a"]),
    "constructor": ("class Runner:\n    def __init__(self, a): ...", "Runner('here')", ["a"]),
    "object": (
        "class Runner:\n    def __call__(self, a): ...\nrunner = Runner()",
        "runner('here')", ["a"]),
    "partial": (
        "def run(a, b, c): ...\nquick = functools.partial(run, 1, c=3)", "quick('here')", ["b"]),
    "partial of nothing": ("quick = functools.partial()", "quick('here')", None),
    "partial of a list": (
        "def run(a, b, c): ...\nquick = functools.partial(run, *[])", "quick('here')", ["a"]),
    "thread": ("def run(a, b): ...", "asyncio.to_thread(run, 1, 'here')", ["b"]),
    "loop": (
        "def run(a, b): ...\nloop = asyncio.get_running_loop()",
        "loop.call_later(5, run, 1, 'here')", ["b"]),
    "executor": (
        "def run(a): ...\nloop = asyncio.get_running_loop()",
        "loop.run_in_executor(None, run, 'here')", ["a"]),
    "thread of its own": (
        "def run(a, b): ...", "threading.Thread(target=run, args=(1, 'here'))", ["b"]),
}  # fmt: skip


@pytest.mark.parametrize(("definition", "call", "names"), CALLS.values(), ids=CALLS)
def test_what_an_argument_fills(
    definition: str, call: str, names: list[str] | None, project: ReadTree
) -> None:
    found = passings(project, definition, call)
    fills = [
        [each.name for argument in passing.arguments for each in passing.takers(argument)
         if getattr(argument.value, "value", None) == "here"]
        for passing in found
    ]  # fmt: skip
    assert fills == ([] if names is None else [names])


def test_an_external_function_has_no_parameters_to_fill(project: ReadTree) -> None:
    source = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\nprint('here')\n"
    found = project(source)
    (passing,) = found.passings.external("builtins.print".__eq__)
    assert [*passing.takers(passing.arguments[0])] == []


def test_who_calls_a_function_and_makes_an_object(project: ReadTree) -> None:
    found = project(
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
        "class Runner:\n    def run(self): ...\ndef make():\n    return Runner()\n"
        "make().run()\nmake()\n"
    )
    (module,) = found.modules
    by_name = {scope.name: index for index, scope in enumerate(module.facts.scopes)}
    made = found.passings.making(Class(module, by_name["Runner"]))
    assert [each.site.statement.span.line for each in made] == [6]
    calls = found.passings.of(Function(module, by_name["make"]))
    assert [each.site.statement.span.line for each in calls] == [7, 8]
    runs = found.passings.of(Function(module, by_name["run"]))
    assert [isinstance(each.site.expression, Call) for each in runs] == [True]


def test_what_tests_call_does_not_count(project: ReadTree) -> None:
    found = project(
        {
            "app.py": "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
            "def run(a): ...\n",
            "tests/test_app.py": "from app import run, chute\ndef test_it():\n    run(1)\n",
        }
    )
    module = next(each for each in found.modules if each.path == "app.py")
    assert found.passings.of(Function(module, 1)) == []


def test_what_a_decorator_puts_around_a_function_is_called_as_it_is(project: ReadTree) -> None:
    around = (
        "def logged(function):\n    def inner(app, *given):\n        return function(app, *given)\n"
        "    return inner\n"
    )
    found = passings(project, f"{around}@logged\ndef run(app, a): ...", "run(1, 'here')")
    fills = [
        (each.function.scope.name, [parameter.name for parameter in each.takers(argument)])
        for each in found
        if each.function is not None
        for argument in each.arguments[1:]
    ]
    assert fills == [("run", ["a"]), ("inner", ["given"])]
    method = f"{around}class Runner:\n    @logged\n    def run(self, a): ...\nrunner = Runner()"
    assert [each.filled for each in passings(project, method, "runner.run('here')")] == [1, 1]
