"""What a loop meets: items of lists, entries of dictionaries, what generators yield."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from chutes_cli.project.displays import spreads
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Parameter,
    Yield,
)
from chutes_cli.project.passing import Passing, Passings, item_of
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.fills import Fill, Fills
from chutes_cli.project.taint.spot import Frame, Placed, Spot
from chutes_cli.project.targets import Class, Function, Instance

_DEEPEST = 6
_SAME_ITEMS = frozenset(
    f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset", "sorted", "iter", "dict",
                                    "reversed")
)  # fmt: skip
_ADDS = frozenset({"append", "appendleft", "add", "insert", "put", "put_nowait", "push"})
_ADDS_ALL = frozenset({"extend", "+="})
_DUMPS = frozenset({"model_dump", "dict"})
_OF_ENTRIES = frozenset({"items", "keys", "values"})

_T = TypeVar("_T")

Pair = tuple[Spot, Expression, Spot, Expression]
"""A key of a dictionary with its value, each with its spot."""


class Rows:
    """Answers what loops go over, where all of it is seen."""

    def __init__(
        self,
        resolver: Resolver,
        schemas: Schemas,
        passings: Passings,
        definitions: Definitions,
        fills: Fills,
    ) -> None:
        self._resolver = resolver
        self._schemas = schemas
        self._passings = passings
        self._definitions = definitions
        self._fills = fills

    def of(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Placed] | None:
        """Return everything that a loop over an expression meets, None where that is not seen."""
        if depth > _DEEPEST:
            return None
        match expression:
            case Collection(items=items):
                return None if spreads(items) else [(spot, each) for each in items]
            case Mapping() | Opaque(kind="DictComp"):
                return _keys(self.pairs(spot, expression, depth))
            case Opaque(kind="ListComp" | "SetComp" | "GeneratorExp", parts=(*_, head)):
                return [(spot.within(expression), head)]
            case Await(value=value):
                return self.of(spot, value, depth)
            case Name(id=name):
                return self._named(spot, name, depth)
            case Call():
                keys = _keys(self.pairs(spot, expression, depth))
                return self._called(spot, expression, depth) if keys is None else keys
            case _:
                return None

    def column(self, row: Placed, names: Sequence[str], place: int) -> Placed:
        """Return what a row gives to one of the names that a loop binds."""
        return row if len(names) == 1 else self._cell(row, place)

    def _cell(self, row: Placed, place: int) -> Placed:
        spot, item = row
        match item:
            case Collection(kind="tuple" | "list", items=items) if place < len(items):
                return row if spreads(items) else (spot, items[place])
            case _:
                return spot, Operation(item.span, "[]", (item, Literal(item.span, place)))

    def entry(self, spot: Spot, expression: Expression, key: Literal) -> list[Placed] | None:
        """Return what stands under a key of a dictionary, None where not all keys are seen."""
        pairs = self.pairs(spot, expression)
        if not pairs or not all(isinstance(each, Literal) for _, each, *_ in pairs):
            return None
        return [
            (at, value)
            for _, each, at, value in pairs
            if isinstance(each, Literal) and each.value == key.value
        ]

    def pairs(self, spot: Spot, expression: Expression, depth: int = 0) -> list[Pair] | None:
        """Return keys and values of a dictionary, None where they are not all seen."""
        match expression:
            case Mapping(keys=keys, values=values) if None not in keys:
                return [(spot, key, spot, value) for key, value in zip(keys, values, strict=True)
                        if key is not None]  # fmt: skip
            case Opaque(kind="DictComp", parts=(*_, key, value)):
                inside = spot.within(expression)
                return [(inside, key, inside, value)]
            case Await(value=value):
                return self.pairs(spot, value, depth)
            case Name(id=name) if depth < _DEEPEST:
                return self._pairs_of(spot, name, depth)
            case Call(function=function, arguments=arguments) if depth < _DEEPEST:
                dotted = self._resolver.dotted(spot.module, spot.scope, function)
                if dotted == "builtins.dict" and all(each.keyword for each in arguments):
                    return [
                        (spot, Literal(each.span, each.keyword), spot, each.value)
                        for each in arguments
                    ]
                if isinstance(function, Attribute) and function.attribute in _DUMPS:
                    return self._dumped(spot, function.value)
                found = [self.pairs(at, value, depth + 1) for at, value in
                         self._returned(spot, expression)]  # fmt: skip
                return _flat(found)
            case _:
                return None

    def _dumped(self, spot: Spot, whole: Expression) -> list[Pair] | None:
        """Return the fields of a model, whichever of them are dumped; None where callers add some.

        What they are dumped by is chosen by the program, as an alias is.
        """
        found: list[Pair] = []
        made = self._resolver.resolve(spot.module, spot.scope, whole)
        for each in made:
            if not isinstance(each, Instance) or not isinstance(each.of, Class):
                return None
            if not self._schemas.is_model(each.of) or self._schemas.takes_more(each.of):
                return None
            for field in self._schemas.fields(each.of):
                key = Literal(whole.span, field.name)
                found.append((spot, key, spot, Attribute(whole.span, whole, field.name)))
        return found or None

    def turned(self, spot: Spot, expression: Expression, index: Expression) -> list[Placed] | None:
        """Return what stands at a place in all rows: ``names, ages = zip(*rows)``."""
        match expression, index:
            case (
                Call(function=function, arguments=(Argument(value=rows, star="*"),)),
                Literal(value=int(place)),
            ) if self._resolver.dotted(spot.module, spot.scope, function) == "builtins.zip":
                met = self.of(spot, rows)
                return None if met is None else [self._cell(each, place) for each in met]
            case _:
                return None

    def _pairs_of(self, spot: Spot, name: str, depth: int) -> list[Pair] | None:
        found = [self.pairs(*each, depth + 1) for each in self._held(spot, name)]
        for at, fill in self._fills.into(spot, name):
            if fill.how != "[]" or fill.key is None:
                return None
            found.append([(at, fill.key, at, fill.value)])
        return _flat(found)

    def _named(self, spot: Spot, name: str, depth: int) -> list[Placed] | None:
        keys = _keys(self._pairs_of(spot, name, depth))
        if keys is not None:
            return keys
        found = [self.of(*each, depth + 1) for each in self._held(spot, name)]
        found += [self._filled(*each, depth + 1) for each in self._fills.into(spot, name)]
        return _flat(found)

    def _filled(self, spot: Spot, fill: Fill, depth: int) -> list[Placed] | None:
        if fill.how in _ADDS:
            return [(spot, fill.value)]
        return self.of(spot, fill.value, depth) if fill.how in _ADDS_ALL else None

    def _held(self, spot: Spot, name: str) -> Iterator[Placed]:
        """Yield what a name of the function is given, what cannot be seen as its own name."""
        where, _ = spot.module.lookup(name, spot.scope)
        held = (
            self._definitions.reaching(spot.module, where, name, spot.at)
            if where == spot.scope
            else []
        )
        unseen = Opaque(spot.at.span, "Unseen", (), ())
        if not held:
            yield spot, unseen
        for each in held:
            if each.statement is not None and each.statement.kind == "augment":
                continue  # it is one of the fills
            if each.statement is not None and each.value is not None:
                yield spot.back_to(each.statement), each.value
            else:
                passed = list(self._passed(spot, each.parameter))
                yield from passed or [(spot, unseen)]

    def _passed(self, spot: Spot, parameter: Parameter | None) -> Iterator[Placed]:
        """Yield what the call that is followed passes, or else every call; nothing if unseen."""
        if parameter is None or parameter.kind != "positional":
            return
        frame = spot.frame
        calls: list[tuple[Spot | None, Passing | None]] = (
            [(frame.caller, frame.passing)]
            if frame is not None
            else [
                (Spot(each.site.module, each.site.statement), each)
                for each in self._passings.of(Function(spot.module, spot.scope))
            ]
        )
        found: list[Placed] = []
        for caller, passing in calls:
            given = passing.given(parameter) if passing is not None else []
            if caller is None or len(given) != 1:
                return
            found.append((caller, given[0]))
        yield from found

    def _called(self, spot: Spot, call: Call, depth: int) -> list[Placed] | None:
        dotted = self._resolver.dotted(spot.module, spot.scope, call.function)
        given = [each.value for each in call.arguments if not each.keyword and not each.star]
        if len(given) == len(call.arguments):
            if dotted in _SAME_ITEMS and len(given) == 1:
                return self.of(spot, given[0], depth + 1)
            if dotted == "builtins.zip":
                row = Collection(call.span, "tuple", tuple(map(item_of, given)))
                return [(spot, row)]
            if dotted == "builtins.enumerate" and len(given) == 1:
                number = Literal(call.span, 0)
                return [(spot, Collection(call.span, "tuple", (number, item_of(given[0]))))]
        match call:
            case Call(function=Attribute(value=whole, attribute=name), arguments=()) if (
                name in _OF_ENTRIES
            ):
                return self._entries(spot, call, whole, name, depth)
            case _:
                found = [self.of(*each, depth + 1) for each in self._returned(spot, call)]
                return _flat(found) or self._yielded(spot, call)

    def _entries(
        self, spot: Spot, call: Call, whole: Expression, name: str, depth: int
    ) -> list[Placed] | None:
        pairs = self.pairs(spot, whole, depth)
        if pairs is None:
            return None
        if name == "values":
            return [(at, value) for *_, at, value in pairs]
        if name == "keys":
            return [(at, key) for at, key, *_ in pairs]
        return [
            (at, Collection(call.span, "tuple", (key, value)))
            for at, key, other, value in pairs
            if at == other
        ]

    def _frames(self, spot: Spot, call: Call) -> Iterator[tuple[Function, Frame]]:
        for passing in self._passings.at(spot.site(call)):
            function = passing.function
            if function is not None and not (spot.frame and spot.frame.depth >= _DEEPEST):
                yield function, Frame(function, passing, spot)

    def _returned(self, spot: Spot, call: Call) -> Iterator[Placed]:
        for function, frame in self._frames(spot, call):
            for each in function.module.statements_in(function.index):
                if each.kind == "return" and each.values and not function.scope.is_generator:
                    yield Spot(function.module, each, frozenset(), frame), each.values[0]

    def _yielded(self, spot: Spot, call: Call) -> list[Placed] | None:
        found = [
            (Spot(function.module, each, frozenset(), frame), inner)
            for function, frame in self._frames(spot, call)
            if function.scope.is_generator and not function.scope.decorators
            for each in function.module.statements_in(function.index)
            for inner in yields_in(each.values)
        ]
        if any(each.delegated for _, each in found):
            return None
        return [(at, each.value) for at, each in found if each.value is not None] or None


def yields_in(values: Iterable[Expression]) -> Iterator[Yield]:
    """Yield every ``yield`` in some expressions."""
    return (each for root in values for each in root.walk() if isinstance(each, Yield))


def _keys(pairs: list[Pair] | None) -> list[Placed] | None:
    return None if pairs is None else [(at, key) for at, key, *_ in pairs]


def _flat(found: Iterable[list[_T] | None]) -> list[_T] | None:
    several = list(found)
    known = [each for each in several if each is not None]
    if not several or len(known) < len(several):
        return None
    return [item for each in known for item in each]
