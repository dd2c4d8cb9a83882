"""Loops over displays written out in the source: each item is a candidate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chutes_cli.contract.libraries.records import FACTORIES, POSITIONAL_DEFAULT
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Statement,
    is_starred,
)
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Target

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver

_LONGEST_CHAIN = 10
"""Names that stand for names that stand for a display; also ends ``a = b``, ``b = a``."""

Turn = tuple[tuple[Statement, Expression], ...]
"""One turn of nested loops: each ``for`` with the item it holds, the outermost loop first."""


_COPIES = frozenset({"dict", "MappingProxyType"})


def looped(resolver: Resolver, module: Module, statement: Statement, name: str) -> list[Target]:
    """Return what a name bound by a for statement stands for."""
    items = display_items(module, statement.scope, statement.values[0])
    found: list[Target] = []
    for item in items:
        for part in picked(module, statement, item, name):
            found += resolver.resolve(module, statement.scope, part)
    return found


def display_items(module: Module, scope: int, expression: Expression) -> tuple[Expression, ...]:
    """Return the items of a display written out in the source, as a loop meets them.

    Lists, tuples, dictionaries and their ``items()``, ``keys()`` and ``values()``, and
    ``enumerate()`` of these; nothing when an item is spread into them.
    """
    match written_out(module, scope, expression):
        case Collection(kind="list" | "tuple", items=items):
            return () if spreads(items) else items
        case Mapping() as pairs:
            return _entries(pairs, "keys")
        case Call(function=Attribute(value=value, attribute=method), arguments=()):
            pairs_or_none = written_out(module, scope, value)
            return _entries(pairs_or_none, method) if isinstance(pairs_or_none, Mapping) else ()
        case Call(function=Name(id="enumerate"), arguments=(argument,)):
            numbered = enumerate(display_items(module, scope, argument.value))
            return tuple(
                Collection(each.span, "tuple", (Literal(each.span, number), each))
                for number, each in numbered
            )
    return ()


def spreads(items: Iterable[Expression]) -> bool:
    """Say whether a display spreads another into itself: how many items it has is not seen."""
    return any(map(is_starred, items))


def _entries(pairs: Mapping, method: str) -> tuple[Expression, ...]:
    """Return what a loop over a dictionary, or over a method of it, meets."""
    keys = tuple(key for key in pairs.keys if key is not None)
    if len(keys) < len(pairs.keys):
        return ()
    match method:
        case "items":
            return tuple(
                Collection(value.span, "tuple", (key, value))
                for key, value in zip(keys, pairs.values, strict=True)
            )
        case "keys":
            return keys
        case "values":
            return pairs.values
        case _:
            return ()


def written_out(module: Module, scope: int, expression: Expression) -> Expression | None:
    """Follow a name that is assigned once to the expression it holds."""
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(expression, Name):
            return expression
        scope, bindings = module.lookup(expression.id, scope)
        if scope < 0 or len(bindings) != 1 or bindings[0].value is None:
            return None
        expression = bindings[0].value
    return None


def picked(module: Module, statement: Statement, item: Expression, name: str) -> list[Expression]:
    """Return the parts of a loop's item that the loop's target binds to a name."""
    return _picked(module, statement.scope, statement.targets[0], item, name)


def _picked(
    module: Module, scope: int, target: Expression, item: Expression, name: str
) -> list[Expression]:
    if isinstance(target, Name):
        return [item] if target.id == name else []
    match target, written_out(module, scope, item):
        case Collection(items=targets), Collection(items=items) if len(targets) == len(items):
            return [
                part
                for each, inner in zip(targets, items, strict=True)
                for part in _picked(module, scope, each, inner, name)
            ]
        case _:
            return []


def copies(function: Expression) -> bool:
    """Say whether a callee makes a dictionary of the dictionary it is given: ``dict(x)``."""
    match function:
        case Name(id=name) | Attribute(value=Name(id="types"), attribute=name):
            return name in _COPIES
        case _:
            return False


def default_of_field(field: Call, called: str) -> Expression | None:
    """Return the default that a call such as ``field(default=…)`` gives in a class body.

    Args:
        field: The call.
        called: The dotted name of what it calls.
    """
    named = [each.value for each in field.arguments if each.keyword == "default"]
    first = [each.value for each in field.arguments[:1] if each.keyword is None]
    given = named or (first if called in POSITIONAL_DEFAULT else [])
    return given[0] if given else _made_by_factory(field)


def _made_by_factory(field: Call) -> Expression | None:
    """Return what a field's ``default_factory`` makes: a lambda's body, or a call of it."""
    for each in field.arguments:
        match each.value:
            case Opaque(kind="Lambda", parts=(*_, body)) if each.keyword in FACTORIES:
                return body
            case factory if each.keyword in FACTORIES:
                return Call(factory.span, factory, ())
    return None
