"""From a use backwards to what a caller sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chutes_cli.contract.libraries import values as libraries
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
)
from chutes_cli.project.passing import Passings, item_of
from chutes_cli.project.questions import Questions, room_to_recurse
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.calls import Calls
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.fills import Fills
from chutes_cli.project.taint.kept import Kept
from chutes_cli.project.taint.lists import Lists
from chutes_cli.project.taint.names import COMPREHENSIONS, Names, Source
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.parts import field_of, is_slice, items_of
from chutes_cli.project.taint.prefix import host_parts, prints_by_repr
from chutes_cli.project.taint.rows import Rows
from chutes_cli.project.taint.spot import EACH, Frame, Placed, Spot
from chutes_cli.project.taint.threats import Threat, admits
from chutes_cli.project.taint.validation import Validation
from chutes_cli.project.targets import Class, Function, maker_of
from chutes_cli.project.tree import Knowledge

_MOST_OPEN = 150
_MOST_STEPS = 2_000
"""Of one question; a value that takes longer to follow is let go."""
_BY_NAME = frozenset({Threat.PATH, Threat.DATA, Threat.CODE})
"""Threats that go to what a file holds when they are given its name."""
_BUILDS = frozenset({"+", "%", "/", "//", "|", "*", "&"})


class Tracer:
    """Follows values backwards, one threat at a time.

    Args:
        knowledge: What names stand for.
        schemas: What models let through.
        passings: Who calls what.
        source: What the parameters of entries receive.
    """

    def __init__(
        self, knowledge: Knowledge, schemas: Schemas, passings: Passings, source: Source
    ) -> None:
        self._resolver = knowledge.resolver
        self._evaluator = knowledge.evaluator
        self._schemas = schemas
        self._passings = passings
        definitions = Definitions()
        fills = Fills(knowledge)
        self._kept = Kept(knowledge, schemas, passings, fills)
        self.rows = Rows(self._resolver, schemas, passings, definitions, fills)
        self.lists = Lists(self._resolver, self._passings, definitions, fills, self._kept)
        self._calls = Calls(self, knowledge, schemas, passings)
        self._validation = Validation(knowledge, self._passings, definitions)
        self._names = Names(
            self, knowledge, passings, definitions, fills, self._calls, self._validation, source
        )
        self._questions: Questions[tuple[Origin | None]] = Questions((None,), _MOST_OPEN)
        self._steps = 0

    def origin(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return how a caller's value reaches an expression, None when it does not."""
        self._steps = 0
        with room_to_recurse():
            found = self.follow(spot, expression, threat)
        if self._steps > _MOST_STEPS:
            # What was given up may be no answer to others.
            self._questions = Questions((None,), _MOST_OPEN)
        return found

    def follow(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return the same in the midst of a question."""
        what = expression.id if isinstance(expression, Name) else expression
        key = (spot, what, threat)
        return self._questions.answer(key, lambda: (self._asked(spot, expression, threat),))[0]

    def whole(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return the origin of something of which an item is taken.

        How many items there are says nothing about the size of one.
        """
        if threat is not Threat.SIZE:
            return self.follow(spot, expression, threat)
        what = expression.id if isinstance(expression, Name) else expression
        key = (spot, what, threat, EACH)
        return self._questions.answer(key, lambda: (self._of_items(spot, expression, threat),))[0]

    def _of_items(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        if self.sound(spot, expression, threat):
            return None
        match expression:
            case Operation(operator="[]", operands=(value, *indices)) if is_slice(indices):
                return self.whole(spot, value, threat)
            case Name(id=name):
                return self._names.of(spot, name, threat, self.whole)
            case _:
                return self._found(spot, expression, threat)

    def sound(self, spot: Spot, whole: Expression, threat: Threat) -> bool:
        """Say whether what is known at a spot rules a threat out of the items of something."""
        asked = item_of(whole) if threat is Threat.SIZE else whole
        return self._validation.cleared(spot, asked, threat)

    def _asked(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._validation.cleared(spot, expression, threat):
            return None
        return self._found(spot, expression, threat)

    def any_in(
        self, spot: Spot, expressions: Iterable[Expression], threat: Threat
    ) -> Origin | None:
        """Return the first origin of some expressions."""
        return self.any_of(((spot, each) for each in expressions), threat)

    def any_of(self, placed: Iterable[Placed], threat: Threat) -> Origin | None:
        """Return the first origin of expressions at several places."""
        for spot, expression in placed:
            found = self.follow(spot, expression, threat)
            if found is not None:
                return found
        return None

    def _found(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        match expression:
            case Name(id=name):
                return self._names.of(spot, name, threat)
            case Opaque(kind="Bound", names=(name,)):
                return self._names.bound(spot, name, threat)
            case Attribute():
                return self._attribute(spot, expression, threat)
            case Call():
                return self._calls.of(spot, expression, threat)
            case Await(value=value):
                return self.follow(spot, value, threat)
            case FormattedText(parts=parts, quoted=quoted) if threat is Threat.CODE:
                bare = (each for place, each in enumerate(parts) if place not in quoted)
                return self._joined(spot, tuple(bare), threat)
            case FormattedText(parts=parts):
                return self._joined(spot, parts, threat)
            case Operation():
                return self._operation(spot, expression, threat)
            case Collection(items=parts) | Mapping(values=parts):
                return self.any_in(spot, parts, threat)
            case Opaque(kind="NamedExpr", parts=(value,)):
                return self.follow(spot, value, threat)
            case Opaque(kind=kind, parts=parts) if kind in COMPREHENSIONS:
                return self.any_in(spot.within(expression), parts[-1:], threat)
            case _:
                return None

    # Operators

    def _operation(self, spot: Spot, expression: Operation, threat: Threat) -> Origin | None:
        match expression:
            case Operation(operator="[]", operands=(value, *indices)):
                if threat is Threat.SIZE and is_slice(indices):
                    return None
                operated = self._passings.operated(expression)
                if operated is not None:
                    return self._calls.of(spot, operated, threat)
                element = self._element(spot, value, indices[0], threat)
                if element is not None:
                    return self.any_of(element, threat)
                return self.part(self.whole(spot, value, threat), indices[:1], threat)
            case Operation(operator="?:", operands=(test, body, orelse)):
                return self._branch(spot, test, True, body, threat) or self._branch(
                    spot, test, False, orelse, threat
                )
            case Operation(operator="or" | "and", operands=parts):
                return self.any_in(spot, parts, threat)
            case Operation(operator="*", operands=(value,)):
                return self.follow(spot, value, threat)
            case Operation(operator="%", operands=(Literal(value=str(text)), _)) if (
                threat is Threat.CODE and prints_by_repr(text)
            ):
                return None
            case Operation(operator=operator, operands=parts) if operator in _BUILDS:
                found = self._joined(spot, parts, threat)
                return found.as_path() if found and operator == "/" else found
            case _:
                return None

    def _element(
        self, spot: Spot, whole: Expression, index: Expression, threat: Threat
    ) -> Iterable[Placed] | None:
        """Return what stands at an index of something written out, None for others."""
        match index:
            case Opaque(kind="AnyItem"):
                return () if self.sound(spot, whole, threat) else self.rows.of(spot, whole)
            case Literal(value=str()):
                return self.rows.entry(spot, whole, index)
            case _:
                known = self.lists.element(spot, whole, index, threat)
                return self.rows.turned(spot, whole, index) if known is None else known

    def _joined(self, spot: Spot, parts: tuple[Expression, ...], threat: Threat) -> Origin | None:
        if threat is Threat.URL:
            parts = host_parts(self._evaluator, spot, parts)
        return self.any_of((each for part in parts for each in self.texts(spot, part)), threat)

    def texts(self, spot: Spot, part: Expression) -> list[Placed]:
        """Return what makes the text of a value: for objects of the tree their ``__str__``."""
        return self._kept.text(spot, part) or [(spot, part)]

    def holds(self, spot: Spot, test: Expression, path: str, threat: Threat) -> bool:
        """Say whether a test that came out true rules a threat out of a path."""
        return self._validation.holds(spot, test, True, path, threat)

    def _branch(
        self, spot: Spot, test: Expression, truth: bool, value: Expression, threat: Threat
    ) -> Origin | None:
        if self._validation.clears_under(spot, test, truth, value, threat):
            return None
        return self.follow(spot, value, threat)

    def part(
        self, whole: Origin | None, keys: Iterable[Expression], threat: Threat
    ) -> Origin | None:
        """Return the origin of an entry or item of a value."""
        if whole is None:
            return None
        for key in keys:
            match key:
                case Literal(value=str(name)) if name in whole.own:
                    return None
                case Literal(value=str(name)) if whole.shape and whole.shape.kind == "model":
                    return self._field(whole, name, threat)
        return whole.shaped(items_of(whole.shape)).admitted(threat)

    # Attributes

    def _attribute(self, spot: Spot, expression: Attribute, threat: Threat) -> Origin | None:
        name = expression.attribute
        stored = self._kept.of(spot, expression)
        if stored is not None:
            refused = any(
                self._validation.refuses(each, f"{each.scope.parameters[0].name}.{name}", threat)
                for each in self._kept.checks(spot, expression.value)
            )
            return None if refused else self.any_of(stored, threat)
        members = self._calls.members(spot, expression, threat)
        if members is not None:
            return members
        if name == "name" and threat not in _BY_NAME and self._is_file(spot, expression.value):
            return None  # what was written to it is not in its name
        whole = self.follow(spot, expression.value, threat)
        if whole is None:
            return None
        if whole.member:
            return replace(whole, member=False) if name in libraries.MEMBER_NAMES else None
        if whole.shape is not None and whole.shape.kind == "model":
            return self._field(whole, name, threat)
        return None if name in libraries.DROPS.get(threat.value, ()) else whole

    def _is_file(self, spot: Spot, expression: Expression) -> bool:
        made = self._resolver.resolve(spot.module, spot.scope, expression)
        return any(maker_of(each) in libraries.FILES for each in made)

    def _field(self, whole: Origin, name: str, threat: Threat) -> Origin | None:
        """Return the origin of a model's field, None when its shape or validators stop it."""
        assert whole.shape is not None
        if whole.shape.model is None:
            return whole.shaped(None)
        field = field_of(self._schemas, whole.shape.model, name)
        if field is None:
            return whole.shaped(None)
        if not admits(field.shape, threat, field.annotation):
            return None
        if self.stops(whole.shape.model, name, threat):
            return None
        return whole.shaped(field.shape)

    def stops(self, model: Class, name: str, threat: Threat) -> bool:
        """Say whether validators of a model's own stop a threat in a field."""
        field = field_of(self._schemas, model, name)
        return field is not None and (
            any(self._stops(each, parameter, threat) for each, parameter in field.validators)
            or any(
                self._validation.refuses(each, f"{first}.{name}", threat)
                for each, first in field.model_validators
            )
        )

    def _stops(self, validator: Function, parameter: str, threat: Threat) -> bool:
        """Say whether nothing dangerous comes out of a validator that is given it."""
        return (
            self._calls.returned(validator, Frame(validator, None, None, parameter), threat) is None
        )
