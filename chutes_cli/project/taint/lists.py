"""Lists and tuples that are written out, wherever that was."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.displays import spreads
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Parameter,
)
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.spot import Frame, Placed, Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Function

_DEEPEST_CALL = 6
_CUTS = frozenset({"split", "rsplit", "rpartition"})

Items = tuple[Spot, tuple[Expression, ...]]
"""The items of a list and where they are evaluated."""


class Lists:
    """Answers what lists hold, item by item."""

    def __init__(self, resolver: Resolver, passings: Passings, definitions: Definitions) -> None:
        self._resolver = resolver
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

    def written(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Items]:
        """Return the same, the lists that callers pass for a parameter included.

        What a caller passes that is not written out stands alone, as if it were an item.
        """
        found = self.items(spot, expression, depth)
        if found or not isinstance(expression, Name) or depth == _DEEPEST_CALL:
            return found
        where, bindings = spot.module.lookup(expression.id, spot.scope)
        return [
            each
            for binding in bindings
            if binding.parameter is not None
            for passing in self._passings.of(Function(spot.module, where))
            for each in self._passed(passing, binding.parameter, depth + 1)
        ]

    def _passed(self, passing: Passing, parameter: Parameter, depth: int) -> Iterator[Items]:
        caller = spot_of(passing.site)
        given = passing.given(parameter)
        if parameter.kind == "*" and not any(each.star for each in passing.arguments):
            yield caller, tuple(given)
            return
        for value in given:
            yield from self.written(caller, value, depth) or [(caller, (value,))]

    def element(
        self, spot: Spot, expression: Expression, index: Expression, threat: Threat
    ) -> list[Placed] | None:
        """Return what stands at an index of lists that are written out, None for others.

        Nothing of a caller's does where a path is cut up and its last part is taken.
        """
        place = _place(index)
        if place is None:
            return None
        if threat is Threat.PATH and self._is_last_part(spot, expression, place):
            return []
        lists = self.items(spot, expression)
        known = [(at, items[place]) for at, items in lists
                 if -len(items) <= place < len(items) and not spreads(items)]  # fmt: skip
        return known if known and len(known) == len(lists) else None

    def _is_last_part(self, spot: Spot, expression: Expression, place: int) -> bool:
        """``os.path.split(path)[1]``, ``path.rsplit("/", 1)[-1]``, ``Path(path).parts[-1]``."""
        match expression:
            case Attribute(attribute="parts"):
                return place == -1
            case Call(function=function, arguments=(first, *others)):
                dotted = self._resolver.dotted(spot.module, spot.scope, function)
                if dotted in ("os.path.split", "posixpath.split", "ntpath.split"):
                    return place in (1, -1)
                name = function.attribute if isinstance(function, Attribute) else ""
                if name not in _CUTS or not self._separates(spot, first.value):
                    return False
                cuts = _place(others[0].value) if others else None
                return place == -1 or place == (2 if name == "rpartition" else cuts)
            case _:
                return False

    def _separates(self, spot: Spot, expression: Expression) -> bool:
        dotted = self._resolver.dotted(spot.module, spot.scope, expression)
        return dotted in ("os.sep", "os.path.sep") or (
            isinstance(expression, Literal) and expression.value == "/"
        )


def _place(index: Expression) -> int | None:
    return index.value if isinstance(index, Literal) and isinstance(index.value, int) else None
