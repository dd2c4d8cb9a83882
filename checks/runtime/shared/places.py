"""Places that cord calls share: attributes, globals and entries of these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.project.facts import (
    Attribute,
    Await,
    Expression,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function

from .keeping import Keeping

_AUGMENTED = re.compile(r"([-+])=")
_LOCK_NAMES = re.compile(r"lock|mutex|guard|sem(aphore)?$|condition|slots?$", re.IGNORECASE)


class Places:
    """Answers whether something assigned to is shared between cord calls."""

    def __init__(self, project: Project) -> None:
        self._keeping = Keeping(project, parts=False)

    def is_shared(self, module: Module, statement: Statement, target: Expression) -> bool:
        """Say whether an assignment target outlives the call."""
        return self._keeping.outlives(module, statement, target)


def spelled(module: Module, expression: Expression) -> str:
    """Return how a place is written; the same text in one function is the same place."""
    return module.snippet(expression.span)


def change(module: Module, statement: Statement) -> tuple[str, int] | None:
    """Return the place that a statement counts up or down, with 1 or -1."""
    if len(statement.targets) != 1:
        return None
    place = spelled(module, statement.targets[0])
    if statement.kind == "augment":
        found = _AUGMENTED.search(module.snippet(statement.span)[len(place) :])
        return (place, 1 if found[1] == "+" else -1) if found else None
    if statement.kind == "assign":
        for each in statement.values[0].walk():
            match each:
                case Operation(operator="+" | "-" as sign, operands=(left, _)) if (
                    spelled(module, left) == place
                ):
                    return place, 1 if sign == "+" else -1
    return None


def between(function: Function, first: Statement, last: Statement) -> Iterator[Statement]:
    """Yield the statements of a function that stand between two."""
    body = function.module.statements_in(function.index)
    yield from body[body.index(first) + 1 : body.index(last)]


def awaits(statement: Statement) -> bool:
    """Say whether a statement lets other code run on its loop."""
    return statement.is_async or any(isinstance(each, Await) for each in statement.expressions())


def is_locked(module: Module, *statements: Statement) -> bool:
    """Say whether one ``with`` of something called a lock is around several statements."""
    around = [set(module.guards_of(each.guards)) for each in statements]
    for index in set.intersection(*around):
        guard = module.facts.guards[index]
        match guard.kind, guard.test:
            case "with", Expression() as test if any(map(_is_lock, test.walk())):
                return True
    return False


def _is_lock(expression: Expression) -> bool:
    match expression:
        case Name(id=name) | Attribute(attribute=name):
            return bool(_LOCK_NAMES.search(name))
        case _:
            return False
