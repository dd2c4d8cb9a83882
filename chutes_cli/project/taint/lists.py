"""Lists and tuples that are written out, wherever that was."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries import handing
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Parameter,
    is_starred,
)
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.fills import Fills
from chutes_cli.project.taint.kept import Kept
from chutes_cli.project.taint.rows import yields_in
from chutes_cli.project.taint.spot import Frame, Placed, Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, Function

_DEEPEST_CALL = 6
_MOST_LISTS = 16
_COPIES = frozenset({"builtins.list", "builtins.tuple"})
_TEXTS = frozenset({"builtins.str", "os.fspath", "os.fsdecode"})
_CUTS = frozenset({"split", "rsplit", "rpartition"})

Items = tuple[Placed, ...]
"""The items of a list, each where it is evaluated."""


class Lists:
    """Answers what lists hold, item by item.

    Args:
        resolver: What names stand for.
        passings: Who calls what.
        definitions: Which assignments reach where.
        fills: What is put into lists after they were made.
        kept: What attributes hold.
    """

    def __init__(
        self,
        resolver: Resolver,
        passings: Passings,
        definitions: Definitions,
        fills: Fills,
        kept: Kept,
    ) -> None:
        self._resolver = resolver
        self._passings = passings
        self._definitions = definitions
        self._fills = fills
        self._kept = kept

    def items(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Items]:
        """Return the lists and tuples an expression can be, written out item by item.

        What is spread into one and not written out itself stands as one item.
        """
        if depth > _DEEPEST_CALL:
            return []
        match expression:
            case Collection(kind="list" | "tuple", items=items):
                return self._spread(spot, items, depth)
            case Operation(operator="+", operands=(left, right)):
                return self._longer(self.items(spot, left, depth), self.added(spot, right, depth))
            case Await(value=value):
                return self.items(spot, value, depth)
            case Name(id=name):
                return self._named(spot, name, depth)
            case Attribute():
                held = self._kept.of(spot, expression) or ()
                return [each for placed in held for each in self.items(*placed, depth + 1)]
            case Operation(operator="[]", operands=(whole, Operation(operator=":") as ends)):
                return _cut(self.items(spot, whole, depth + 1), ends)
            case Opaque(
                kind="ListComp" | "GeneratorExp", names=(name,), parts=(iterated, head)
            ) if self._is_same(spot, head, name):
                return self.items(spot, iterated, depth + 1)
            case Call():
                same = self._copied(spot, expression)
                if same is not None:
                    return self.items(spot, same, depth + 1)
                return self._returned(spot, expression, depth)
            case _:
                return []

    def _is_same(self, spot: Spot, head: Expression, name: str) -> bool:
        """Say whether a comprehension gives the items that it goes over: ``str(x) for x in xs``."""
        match head:
            case Opaque(kind="Bound", names=(bound,)):
                return bound == name
            case Call(function=function, arguments=(Argument(value=inner),)):
                dotted = self._resolver.dotted(spot.module, spot.scope, function)
                return dotted in _TEXTS and self._is_same(spot, inner, name)
            case _:
                return False

    def _copied(self, spot: Spot, call: Call) -> Expression | None:
        """Return the list that a call gives the items of: ``list(words)``, ``map(str, words)``."""
        given = [each.value for each in call.arguments if not each.keyword and not each.star]
        dotted = self._resolver.dotted(spot.module, spot.scope, call.function)
        match given:
            case (first,) if dotted in _COPIES:
                return first
            case (function, first) if dotted in handing.MAPS:
                made = self._resolver.dotted(spot.module, spot.scope, function)
                return first if made in _TEXTS else None
            case _:
                return None

    def _spread(self, spot: Spot, items: tuple[Expression, ...], depth: int) -> list[Items]:
        found: list[Items] = [()]
        for item in items:
            if is_starred(item):
                found = self._longer(found, self.added(spot, item.children()[0], depth))
            else:
                found = [(*each, (spot, item)) for each in found]
        return found

    def added(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Items]:
        """Return what is added to a list by another; that alone where it is not written out."""
        return self.items(spot, expression, depth + 1) or [_unseen(spot, expression)]

    def _longer(self, starts: list[Items], ends: list[Items]) -> list[Items]:
        return [(*start, *end) for start in starts for end in ends][:_MOST_LISTS]

    def _named(self, spot: Spot, name: str, depth: int) -> list[Items]:
        where, bindings = spot.module.lookup(name, spot.scope)
        if where == spot.scope:
            bindings = self._definitions.reaching(spot.module, where, name, spot.at)
        elif where != 0 or len(bindings) != 1:
            return []
        found: list[Items] = []
        for each in bindings:
            if each.parameter is not None and where == spot.scope:
                found += self._given(spot, each.parameter, depth)
            elif each.statement is not None and each.value is not None:
                at = spot.back_to(each.statement)
                if where != spot.scope:
                    at = Spot(spot.module, each.statement, frozenset(), spot.frame)
                found += self.items(at, each.value, depth + 1)
        for at, fill in self._fills.into(spot, name) if where == spot.scope else ():
            if fill.how == "append":
                found = [(*each, (at, fill.value)) for each in found]
            elif fill.how in ("extend", "+="):
                found = self._longer(found, self.added(at, fill.value, depth))
        return found

    def _returned(self, spot: Spot, call: Call, depth: int) -> list[Items]:
        found: list[Items] = []
        for passing in self._passings.at(spot.site(call)):
            function = passing.function
            if isinstance(passing.callee, Class):
                found += self._fields(spot, passing, passing.callee)
            if function is None:
                continue
            frame = Frame(function, passing, spot)
            yielded: list[Items] = [()]
            for each in function.module.statements_in(function.index):
                at = Spot(function.module, each, frozenset(), frame)
                if each.kind == "return" and each.values:
                    found += self.items(at, each.values[0], depth + 1)
                for one in yields_in(each.values):
                    if one.value is not None:
                        alone: list[Items] = [((at, one.value),)]
                        more = self.added(at, one.value, depth) if one.delegated else alone
                        yielded = self._longer(yielded, more)
            found += filter(None, yielded)
        return found

    def _fields(self, spot: Spot, passing: Passing, owner: Class) -> list[Items]:
        """Return the fields of a named tuple that is made."""
        if "typing.NamedTuple" not in self._resolver.members.ancestors(owner):
            return []
        if any(each.star for each in passing.arguments):
            return []
        names = self._kept.names(owner)
        given = (passing.argument(place, name) for place, name in enumerate(names))
        default = Literal(passing.named.span, None)  # the program's own, whatever it is
        return [tuple((spot, each or default) for each in given)]

    def _given(self, spot: Spot, parameter: Parameter, depth: int) -> Iterator[Items]:
        """Yield what is passed for a parameter, by the call being followed or by every caller.

        What a caller passes that is not written out stands as one item.
        """
        function, frame = Function(spot.module, spot.scope), spot.frame
        if frame is not None and frame.function == function:
            if frame.passing is not None and frame.caller is not None:
                yield from self._passed(frame.caller, frame.passing, parameter, depth)
            return
        for passing in self._passings.of(function):
            yield from self._passed(spot_of(passing.site), passing, parameter, depth)

    def _passed(
        self, caller: Spot, passing: Passing, parameter: Parameter, depth: int
    ) -> Iterator[Items]:
        if parameter.kind == "*":
            yield from self._rest(caller, passing, depth)
            return
        for value in passing.given(parameter):
            yield from self.added(caller, value, depth)

    def _rest(self, caller: Spot, passing: Passing, depth: int) -> Iterator[Items]:
        """Yield what is left for ``*words``, once the parameters before it are filled."""
        function = passing.function
        assert function is not None
        names = sum(each.kind == "positional" for each in function.scope.parameters)
        before = max(0, names - passing.filled)
        given = [each for each in passing.arguments if not each.keyword and each.star != "**"]
        spread = tuple(_spread_out(each.value) if each.star else each.value for each in given)
        for items in self._spread(caller, spread, depth):
            seen = not any(is_starred(each) for _, each in items[:before])
            yield items[before:] if seen else items

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
        known = [items[place] for items in lists if _stands(items, place)]
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


def _spread_out(expression: Expression) -> Expression:
    """Return an expression as an item that stands for all of its own."""
    return expression if is_starred(expression) else Operation(expression.span, "*", (expression,))


def _unseen(spot: Spot, expression: Expression) -> Items:
    """Return the one item that stands for a list which is not written out."""
    return ((spot, _spread_out(expression)),)


def _stands(items: Items, place: int) -> bool:
    """Say whether an item stands at a place, whatever those spread into the list hold."""
    if not -len(items) <= place < len(items):
        return False
    passed = items[: place + 1] if place >= 0 else items[place:]
    return not any(is_starred(each) for _, each in passed)


def _cut(lists: list[Items], ends: Operation) -> list[Items]:
    """Return a slice of lists, nothing where it cannot be told."""
    match ends.operands:
        case (Literal(value=int() | None as first), Literal(value=int() | None as last)):
            pass
        case _:
            return []
    if any(is_starred(each) for items in lists for _, each in items):
        return []
    return [items[first:last] for items in lists]


def _place(index: Expression) -> int | None:
    return index.value if isinstance(index, Literal) and isinstance(index.value, int) else None
