"""The cases of a ``match``, read as the tests and assignments that they stand for."""

from __future__ import annotations

import pytest

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    ModuleFacts,
    Name,
    Operation,
)
from chutes_cli.project.reader import read_facts


def shown(expression: Expression) -> str:
    match expression:
        case Name(id=name):
            return name
        case Literal(value=value):
            return repr(value)
        case Attribute(value=owner, attribute=name):
            return f"{shown(owner)}.{name}"
        case Operation(operator="[]", operands=(owner, key)):
            return f"{shown(owner)}[{shown(key)}]"
        case Operation(operator=operator, operands=(left, right)):
            return f"({shown(left)} {operator} {shown(right)})"
        case Call(function=function, arguments=arguments):
            return f"{shown(function)}({', '.join(shown(each.value) for each in arguments)})"
        case Collection(items=items):
            return f"({', '.join(map(shown, items))})"
    raise AssertionError(expression)


def said(facts: ModuleFacts, *kinds: str) -> list[str]:
    found = []
    for each in facts.statements:
        if each.kind in kinds:
            targets = "".join(f"{shown(target)} = " for target in each.targets)
            found.append(targets + ", ".join(map(shown, each.values)))
    return found


def guards_of(facts: ModuleFacts, line: int) -> list[str]:
    """Return what guards the statement of a line, the innermost last."""
    (statement,) = [each for each in facts.statements if each.span.line == line]
    found, index = [], statement.guards
    while index >= 0:
        guard = facts.guards[index]
        if guard.kind != "match":
            found.append(f"{guard.kind} {shown(guard.test) if guard.test else ''}")
        index = guard.parent
    return found[::-1]


TESTS = {
    "'a'": ["(x == 'a')"],
    "codes.NOT": ["(x == codes.NOT)"],
    "None": ["(x is None)"],
    "'a' | 'b' | 'c'": ["(x in ('a', 'b', 'c'))"],
    "str() | bytes()": ["(isinstance(x, str) or isinstance(x, bytes))"],
    "'a' | None": ["((x == 'a') or (x is None))"],
    "'a' | [_]": [],
    "str(text)": ["isinstance(x, str)"],
    "str() as text": ["isinstance(x, str)"],
    "Point(x=0)": ["isinstance(x, Point)"],
    "{'a': 'b'}": ["(x['a'] == 'b')"],
    "{'a': 'b', 'c': int(), 'd': e}": ["((x['a'] == 'b') and isinstance(x['c'], int))"],
    "{'a': b}": [],
    "[1, 2]": [],
    "_": [],
    "other": [],
}
BINDS = {
    "other": ["other = x"],
    "str(text)": ["text = x"],
    "str() as text": ["text = x"],
    "str(text) as also": ["also = x", "text = x"],
    "str(a) | int(a)": ["a = x", "a = x"],
    "Point(a, y=b)": ["b = x.y"],
    "{'a': b}": ["b = x['a']"],
    "{'a': {'b': str(c)}}": ["c = x['a']['b']"],
    "{'a': Point(y=b), **rest}": ["b = x['a'].y"],
    "[a, *b]": [],
    "_": [],
}
UNKNOWN = {
    "Point(a, y=b)": ["a = x"],
    "{'a': [b], **rest}": ["rest = b = x"],
    "[a, *b]": ["a = b = x"],
    "[str(a), Point(y=b)]": ["a = b = x"],
    "[{'a': b}]": ["b = x"],
    "other": ["x"],
}


@pytest.mark.parametrize(("pattern", "tests"), TESTS.items())
def test_what_a_case_asks(pattern: str, tests: list[str]) -> None:
    assert said(read_facts(f"match x:\n    case {pattern}:\n        pass\n"), "test") == tests


@pytest.mark.parametrize(("pattern", "names"), BINDS.items())
def test_what_a_case_binds(pattern: str, names: list[str]) -> None:
    assert said(read_facts(f"match x:\n    case {pattern}:\n        pass\n"), "assign") == names


@pytest.mark.parametrize(("pattern", "names"), UNKNOWN.items())
def test_what_a_case_takes_from_somewhere_in_the_subject(pattern: str, names: list[str]) -> None:
    assert said(read_facts(f"match x:\n    case {pattern}:\n        pass\n"), "match") == names


def test_what_guards_a_case() -> None:
    facts = read_facts(
        "match x:\n    case 'a' if ready:\n        a()\n    case str(y):\n        b(y)\n"
        "    case _:\n        c()\nd()\n"
    )
    assert guards_of(facts, 3) == ["if (x == 'a')", "if ready"]
    assert guards_of(facts, 5) == ["if isinstance(x, str)"]
    assert guards_of(facts, 7) == []
    assert guards_of(facts, 8) == []


AFTER = {
    "the case that leaves": (
        "case 'a':\n            return\n        case _:\n            pass", ["else (x == 'a')"]),
    "the cases that leave": (
        "case 'a':\n            return\n        case 'b':\n            raise E",
        ["else (x == 'a')", "else (x == 'b')"]),
    "the case that stays": (
        "case 'a':\n            pass\n        case _:\n            return", ["if (x == 'a')"]),
    "the cases that stay": (
        "case 'a':\n            pass\n        case 'b':\n            pass\n"
        "        case other:\n            return",
        ["if ((x == 'a') or (x == 'b'))"]),
    "a case with a guard that stays": (
        "case 'a' if y:\n            pass\n        case _:\n            return", []),
    "a case with a guard that leaves": (
        "case 'a' if y:\n            return\n        case _:\n            pass", []),
    "a case that asks nothing and stays": (
        "case [a]:\n            pass\n        case _:\n            return", []),
    "a last case with a guard": (
        "case 'a':\n            pass\n        case _ if y:\n            return", []),
    "a last case that asks": (
        "case 'a':\n            pass\n        case [b]:\n            return", []),
    "no case that stays": ("case _:\n            return", []),
}  # fmt: skip


@pytest.mark.parametrize(("cases", "guards"), AFTER.values(), ids=AFTER)
def test_what_guards_that_which_follows(cases: str, guards: list[str]) -> None:
    facts = read_facts(f"def f(x):\n    match x:\n        {cases}\n    after()\n")
    assert guards_of(facts, facts.statements[-1].span.line) == guards


@pytest.mark.parametrize(
    ("cases", "leaves"),
    [
        ("case 1:\n                return\n            case _:\n                return", True),
        ("case 1:\n                pass\n            case _:\n                return", False),
        ("case 1:\n                return\n            case 2:\n                return", False),
    ],
)
def test_a_block_that_leaves_in_every_case(cases: str, leaves: bool) -> None:
    source = f"def f(x):\n    if y:\n        match x:\n            {cases}\n    after()\n"
    facts = read_facts(source)
    assert guards_of(facts, facts.statements[-1].span.line) == (["else y"] if leaves else [])
