"""Loops over displays written out in the source: each item is a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Statement,
)
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Target

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver

_LONGEST_CHAIN = 10
"""Names that stand for names that stand for a display; also ends ``a = b``, ``b = a``."""


def looped(resolver: Resolver, module: Module, statement: Statement, name: str) -> list[Target]:
    """Return what a name bound by a for statement stands for."""
    items = display_items(module, statement.scope, statement.values[0])
    found: list[Target] = []
    for item in items:
        for part in _picked(statement.targets[0], item, name):
            found += resolver.resolve(module, statement.scope, part)
    return found


def display_items(module: Module, scope: int, expression: Expression) -> tuple[Expression, ...]:
    """Return the items of a list, tuple or ``dict.items()`` written out in the source."""
    match _written_out(module, scope, expression):
        case Collection(items=items):
            return items
        case Call(function=Attribute(value=value, attribute="items"), arguments=()):
            pairs = _written_out(module, scope, value)
            if isinstance(pairs, Mapping):
                return tuple(
                    Collection(item.span, "tuple", (key, item))
                    for key, item in zip(pairs.keys, pairs.values, strict=True)
                    if key is not None
                )
    return ()


def _written_out(module: Module, scope: int, expression: Expression) -> Expression | None:
    """Follow a name that is assigned once to the expression it holds."""
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(expression, Name):
            return expression
        scope, bindings = module.lookup(expression.id, scope)
        if scope < 0 or len(bindings) != 1 or bindings[0].value is None:
            return None
        expression = bindings[0].value
    return None


def _picked(target: Expression, item: Expression, name: str) -> list[Expression]:
    """Return the parts of a loop item that a loop target binds to a name."""
    match target, item:
        case Name(id=bound), _ if bound == name:
            return [item]
        case Collection(items=targets), Collection(items=items) if len(targets) == len(items):
            return [
                part
                for each, inner in zip(targets, items, strict=True)
                for part in _picked(each, inner, name)
            ]
        case _:
            return []
