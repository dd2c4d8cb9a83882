"""Lists and tuples that are written out, wherever that was."""

from __future__ import annotations

from chutes_cli.project.displays import spreads
from chutes_cli.project.facts import (
    Await,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.passing import Passings
from chutes_cli.project.taint.spot import Frame, Spot

_DEEPEST_CALL = 6

Placed = tuple[Spot, Expression]
"""An expression and where it is evaluated."""
Items = tuple[Spot, tuple[Expression, ...]]
"""The items of a list and where they are evaluated."""


class Lists:
    """Answers what lists hold, item by item."""

    def __init__(self, passings: Passings, definitions: Definitions) -> None:
        self._passings = passings
        self._definitions = definitions

    def items(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Items]:
        """Return the lists and tuples an expression can be, written out, each with its spot."""
        match expression:
            case Collection(items=items):
                return [(spot, items)]
            case Operation(operator="+", operands=(left, _)):
                return self.items(spot, left, depth)
            case Await(value=value):
                return self.items(spot, value, depth)
            case Name(id=name) if depth < _DEEPEST_CALL:
                where, _ = spot.module.lookup(name, spot.scope)
                held = self._definitions.reaching(spot.module, where, name, spot.at) if (
                    where == spot.scope) else []  # fmt: skip
                return [
                    found
                    for each in held
                    if each.statement is not None and each.value is not None
                    for found in self.items(spot.back_to(each.statement), each.value, depth + 1)
                ]
            case Call() if depth < _DEEPEST_CALL:
                return [
                    found
                    for passing in self._passings.at(spot.site(expression))
                    for function in (passing.function,)
                    if function is not None
                    for each in function.module.statements_in(function.index)
                    if each.kind == "return" and each.values
                    for found in self.items(
                        Spot(function.module, each, frozenset(), Frame(function, passing, spot)),
                        each.values[0],
                        depth + 1,
                    )
                ]
            case _:
                return []

    def element(self, spot: Spot, expression: Expression, index: Expression) -> list[Placed] | None:
        """Return what stands at an index of lists that are written out, None for others."""
        match index:
            case Literal(value=int(place)):
                lists = self.items(spot, expression)
                known = [(at, items[place]) for at, items in lists
                         if -len(items) <= place < len(items) and not spreads(items)]  # fmt: skip
                return known if known and len(known) == len(lists) else None
            case _:
                return None
