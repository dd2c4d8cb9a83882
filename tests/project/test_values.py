"""What expressions evaluate to, and that no expression costs more than its source is worth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.resolve import MOST_TARGETS
from chutes_cli.project.values import Known, Unknown, Value, is_small

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\n"


def value_of(source: str, name: str, project: ReadTree) -> Value:
    """Return what a name at the top of a module holds."""
    found = project(f"{HEAD}{source}\nchute = Chute('u', 'n', image={name})\n")
    image = found.chutes[0].arguments.value("image")
    assert image is not None
    return image


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 == 1", True), ("1 != 1", False), ("1 < 2", True), ("2 <= 1", False), ("2 > 1", True),
        ("1 >= 2", False), ("'a' in 'ab'", True), ("'a' not in ['b']", True), ("not 0", True),
        ("1 and 'x'", "x"), ("0 and unknown", 0), ("0 or 'x'", "x"), ("{'a': [1, 2]}['a'][1]", 2),
        ("[1, 2][-1]", 2), ("[1, {'k': unknown, 'm': 'v'}][1]['m']", "v"), ("7 // 2", 3),
    ],
)  # fmt: skip
def test_known_values(expression: str, value: object, project: ReadTree) -> None:
    assert value_of(f"x = {expression}", "x", project) == Known(value)


@pytest.mark.parametrize(
    "expression",
    [
        "unknown == 1", "not unknown", "unknown and 1", "1 in 2", "'a' < 1", "1 and unknown",
        "[*unknown, 1][0]", "[1, 2][2]", "[1][unknown]", "{**unknown, 'a': 1}['b']", "x",
    ],
)  # fmt: skip
def test_unknown_values(expression: str, project: ReadTree) -> None:
    assert isinstance(value_of(f"x = {expression}", "x", project), Unknown)


def test_modules_that_import_a_name_from_each_other(project: ReadTree) -> None:
    files = {
        "app.py": f"{HEAD}from names import x\nchute = Chute('u', 'n', image=x)\n",
        "names.py": "from more import x\n",
        "more.py": "from names import x\n",
    }
    assert isinstance(project(files).chutes[0].arguments.value("image"), Unknown)


@pytest.mark.parametrize("step", ["{0} + {0}", "[{0}, {0}]", "{0} * {0}", "f'{{{0}}}{{{0}}}'"])
@pytest.mark.parametrize("first", ["3", "(1,)", "'a'"])
def test_what_doubles_with_every_line(step: str, first: str, project: ReadTree) -> None:
    lines = [f"a0 = {first}", *(f"a{n + 1} = {step.format(f'a{n}')}" for n in range(60))]
    found = value_of("\n".join(lines), "a60", project)
    assert found == Known(3 * 2**60) or isinstance(found, Unknown)


def test_doubling_through_calls(project: ReadTree) -> None:
    functions = "".join(f"def f{n}(a):\n    return f{n + 1}(a + a)\n" for n in reversed(range(40)))
    source = f"def f40(a):\n    global x\n    x = a\n{functions}f0('a')"
    assert isinstance(value_of(source, "x", project), Unknown)


@pytest.mark.parametrize(
    ("value", "small"),
    [
        ("a" * 1_000_000, True), ("a" * 1_000_001, False), (b"a" * 1_000_001, False),
        (2**4000, True), (2**5000, False), ([0] * 10_000, True), ([0] * 10_001, False),
        ([[0] * 5_000, (0,) * 4_998], True), ([[0] * 5_000, (0,) * 4_999], False),
        ({"a": ["b" * 1_000_001]}, False), ({1: 2}, True), ({2**5000: 1}, False),
        (dict.fromkeys(range(10_001)), False), (set(range(10_001)), False), (None, True),
        (1.5, True),
    ],
)  # fmt: skip
def test_sizes(value: object, small: bool) -> None:
    assert is_small(value) is small


def test_a_name_for_very_many_things_is_followed_to_some(project: ReadTree) -> None:
    """Where names are made anew from each other, the ways to do so multiply line by line."""
    lines = "".join(f"a = library.A{n}()\n" for n in range(MOST_TARGETS + 10))
    found = project(f"{HEAD}import library\nchute = Chute('u', 'n', 'i')\n{lines}a.z\n")
    (module,) = found.modules
    used = module.facts.statements[-1].values[0]
    for expression in used.walk():
        targets = found.knowledge.resolver.resolve(module, 0, expression)
        assert len(targets) == MOST_TARGETS
