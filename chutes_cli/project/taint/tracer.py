"""From a use backwards to what a caller sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from chutes_cli.contract.libraries import values as libraries
from chutes_cli.contract.libraries.sinks import PATH_CLASSES
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
    Statement,
)
from chutes_cli.project.module import Binding, given_back
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.questions import Questions, room_to_recurse
from chutes_cli.project.schemas import Schemas, Shape
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.kept import Kept, filled
from chutes_cli.project.taint.keys import is_written_key
from chutes_cli.project.taint.lists import Lists
from chutes_cli.project.taint.matchings import Matchings
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.parts import field_of, is_enum, is_slice, items_of
from chutes_cli.project.taint.prefix import host_parts
from chutes_cli.project.taint.spot import Frame, Placed, Spot, spot_of
from chutes_cli.project.taint.threats import Threat, admits
from chutes_cli.project.taint.validation import Validation
from chutes_cli.project.targets import Class, External, Function
from chutes_cli.project.tree import Knowledge

_DEEPEST_CALL = 6
_MOST_OPEN = 150
_MOST_STEPS = 2_000
"""Of one question; a value that takes longer to follow is let go."""
_COMPREHENSIONS = frozenset({"ListComp", "SetComp", "GeneratorExp", "DictComp"})
_BUILDS = frozenset({"+", "%", "/", "//", "|", "*", "&"})

Source = Callable[[Function, str], Origin | None]
"""What a parameter of a function receives from outside."""


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
        self._matchings = Matchings(knowledge)
        self._schemas = schemas
        self._source = source
        self._passings = passings
        self._kept = Kept(knowledge, schemas, passings)
        self._definitions = Definitions()
        self.lists = Lists(self._resolver, self._passings, self._definitions)
        self._validation = Validation(knowledge, self._passings, self._definitions)
        self._questions: Questions[tuple[Origin | None]] = Questions((None,), _MOST_OPEN)
        self._steps = 0

    def origin(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return how a caller's value reaches an expression, None when it does not."""
        self._steps = 0
        with room_to_recurse():
            found = self._origin(spot, expression, threat)
        if self._steps > _MOST_STEPS:
            # What was given up may be no answer to others.
            self._questions = Questions((None,), _MOST_OPEN)
        return found

    def _origin(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        what = expression.id if isinstance(expression, Name) else expression
        key = (spot, what, threat)
        return self._questions.answer(key, lambda: (self._asked(spot, expression, threat),))[0]

    def _asked(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._validation.cleared(spot, expression, threat):
            return None
        return self._found(spot, expression, threat)

    def _any(self, spot: Spot, expressions: Iterable[Expression], threat: Threat) -> Origin | None:
        return self._any_of(((spot, each) for each in expressions), threat)

    def _any_of(self, placed: Iterable[Placed], threat: Threat) -> Origin | None:
        for spot, expression in placed:
            found = self._origin(spot, expression, threat)
            if found is not None:
                return found
        return None

    def _found(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        match expression:
            case Name(id=name):
                return self._name(spot, name, threat)
            case Opaque(kind="Bound", names=(name,)):
                return self._bound(spot, name, threat)
            case Attribute():
                return self._attribute(spot, expression, threat)
            case Call():
                return self._call(spot, expression, threat)
            case Await(value=value):
                return self._origin(spot, value, threat)
            case FormattedText(parts=parts):
                return self._joined(spot, parts, threat)
            case Operation():
                return self._operation(spot, expression, threat)
            case Collection(items=parts) | Mapping(values=parts):
                return self._any(spot, parts, threat)
            case Opaque(kind="NamedExpr", parts=(value,)):
                return self._origin(spot, value, threat)
            case Opaque(kind=kind, parts=parts) if kind in _COMPREHENSIONS:
                return self._any(spot.within(expression), parts[-1:], threat)
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
                    return self._call(spot, operated, threat)
                element = self.lists.element(spot, value, indices[0], threat)
                if element is not None:
                    return self._any_of(element, threat)
                return self._part(self._origin(spot, value, threat), indices[:1], threat)
            case Operation(operator="?:", operands=(test, body, orelse)):
                return self._branch(spot, test, True, body, threat) or self._branch(
                    spot, test, False, orelse, threat
                )
            case Operation(operator="or" | "and", operands=parts):
                return self._any(spot, parts, threat)
            case Operation(operator="*", operands=(value,)):
                return self._origin(spot, value, threat)
            case Operation(operator=operator, operands=parts) if operator in _BUILDS:
                found = self._joined(spot, parts, threat)
                return found.as_path() if found and operator == "/" else found
            case _:
                return None

    def _joined(self, spot: Spot, parts: tuple[Expression, ...], threat: Threat) -> Origin | None:
        if threat is Threat.URL:
            parts = host_parts(self._evaluator, spot, parts)
        return self._any(spot, parts, threat)

    def _branch(
        self, spot: Spot, test: Expression, truth: bool, value: Expression, threat: Threat
    ) -> Origin | None:
        if self._validation.clears_under(spot, test, truth, value, threat):
            return None
        return self._origin(spot, value, threat)

    def _part(
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

    # Names

    def _name(self, spot: Spot, name: str, threat: Threat) -> Origin | None:
        where, bindings = spot.module.lookup(name, spot.scope)
        if where <= 0:
            return None  # a global belongs to every caller alike
        if where == spot.scope:
            bindings = self._definitions.reaching(spot.module, where, name, spot.at)
        for binding in bindings:
            if self._validation.overwritten(spot, binding, name, threat):
                continue
            found = self._binding(spot, where, binding, name, threat)
            if found is not None:
                return found
        put = filled(spot, name) if where == spot.scope else []
        return self._any_of(put, threat)

    def _binding(
        self, spot: Spot, where: int, binding: Binding, name: str, threat: Threat
    ) -> Origin | None:
        if binding.kind == "parameter":
            return self._parameter(spot, Function(spot.module, where), name, threat)
        statement = binding.statement
        if statement is None or binding.kind not in ("value", "other"):
            return None
        if statement.scope == spot.scope:
            at = spot.back_to(statement)
        else:
            at = Spot(spot.module, statement, frozenset(), spot.frame)
        if binding.value is not None:
            return self._origin(at, binding.value, threat)
        return self._unpacked(at, statement, name, threat)

    def _unpacked(self, at: Spot, statement: Statement, name: str, threat: Threat) -> Origin | None:
        """Return the origin of a name bound by a loop, by unpacking or by ``+=``."""
        if not statement.values or statement.kind in ("except", "delete"):
            return None
        value = statement.values[-1]
        match statement.targets:
            case (Collection(items=targets), *_) if statement.kind == "assign":
                names = [each.id if isinstance(each, Name) else "" for each in targets]
                place = Literal(value.span, names.index(name)) if name in names else value
                element = self.lists.element(at, value, place, threat)
                if element is not None:
                    return self._any_of(element, threat)
        found = self._origin(at, value, threat)
        return self._part(found, (), threat) if statement.kind == "for" else found

    def _bound(self, spot: Spot, name: str, threat: Threat) -> Origin | None:
        """Return the origin of a comprehension's own name: that of what it goes over."""
        for index in reversed(range(len(spot.around))):
            comprehension = spot.around[index]
            if name in comprehension.names and comprehension.kind in _COMPREHENSIONS:
                outside = replace(spot, around=spot.around[:index])
                if is_written_key(self._evaluator, outside, comprehension, name):
                    return None
                return self._part(self._origin(outside, comprehension.parts[0], threat), (), threat)
        return None

    # Parameters

    def _parameter(
        self, spot: Spot, function: Function, name: str, threat: Threat
    ) -> Origin | None:
        frame = spot.frame
        if frame is not None and frame.function == function:
            if frame.source:
                return Origin(function, "") if name == frame.source else None
            assert frame.passing is not None
            assert frame.caller is not None
            return self._passed(frame.caller, frame.passing, name, threat)
        received = self._source(function, name)
        if received is not None:
            return received.admitted(threat)
        for passing in self._passings.of(function):
            found = self._passed(spot_of(passing.site), passing, name, threat)
            if found is not None:
                return found.via(passing.site, f"handed to {function.qualname} as {name!r}")
        return None

    def _passed(self, caller: Spot, passing: Passing, name: str, threat: Threat) -> Origin | None:
        function = passing.function
        assert function is not None
        for parameter in function.scope.parameters:
            if parameter.name == name:
                return self._any(caller, passing.given(parameter), threat)
        return None

    # Attributes

    def _attribute(self, spot: Spot, expression: Attribute, threat: Threat) -> Origin | None:
        name = expression.attribute
        stored = self._kept.of(spot, expression)
        if stored is not None:
            return self._any_of(stored, threat)
        whole = self._origin(spot, expression.value, threat)
        if whole is None:
            return None
        if whole.shape is not None and whole.shape.kind == "model":
            return self._field(whole, name, threat)
        return None if name in libraries.DROPS.get(threat.value, ()) else whole

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
        return self._returned(validator, Frame(validator, None, None, parameter), threat) is None

    # Calls

    def _call(self, spot: Spot, call: Call, threat: Threat) -> Origin | None:
        clears = libraries.CLEARS[threat.value]
        passings = self._passings.at(spot.site(call))
        names = {each.callee.name for each in passings if isinstance(each.callee, External)}
        if names & clears:
            return None
        for passing in passings:
            found = self._result(spot, passing, threat)
            if found is not None:
                return found
        if any(each.function is not None for each in passings):
            return None
        return self._method(spot, call, threat)

    def _result(self, spot: Spot, passing: Passing, threat: Threat) -> Origin | None:
        match passing.callee:
            case Class() as owner:
                return self._made(spot, passing, owner, threat)
            case External(name=name):
                if name == "re.sub":
                    text = self._matchings.left_by(spot, passing, threat)
                    return self._origin(spot, text, threat) if text is not None else None
                if name in libraries.CARRIES or name.startswith(libraries.CARRIES_BELOW):
                    values = [each.value for each in passing.arguments]
                    found = self._any(spot, values, threat)
                    is_path = f"{name}.".startswith(PATH_CLASSES)
                    return found.as_path() if found and is_path else found
        function = passing.function
        if function is None or (spot.frame and spot.frame.depth >= _DEEPEST_CALL):
            return None
        found = self._returned(function, Frame(function, passing, spot), threat)
        return found.via(passing.site, f"comes out of {function.qualname}") if found else None

    def _made(self, spot: Spot, passing: Passing, owner: Class, threat: Threat) -> Origin | None:
        """Return the origin of an object that is made of what was sent."""
        if is_enum(self._resolver.members.ancestors(owner)):
            return None  # anything but a member is refused
        found = self._any(spot, [each.value for each in passing.arguments], threat)
        if found is not None and self._schemas.is_model(owner):
            return found.shaped(Shape("model", model=owner))
        return found

    def _returned(self, function: Function, frame: Frame, threat: Threat) -> Origin | None:
        for statement in function.module.statements_in(function.index):
            spot = Spot(function.module, statement, frozenset(), frame)
            found = self._any(spot, given_back(statement), threat)
            if found is not None:
                return found
        return None

    def _method(self, spot: Spot, call: Call, threat: Threat) -> Origin | None:
        """Return the origin of what a method of something unknown makes of it."""
        if not isinstance(call.function, Attribute):
            return None
        name, receiver = call.function.attribute, call.function.value
        if name in libraries.CLEAN_METHODS:
            return None
        arguments = [each.value for each in call.arguments]
        if name in libraries.VALIDATES_MODEL:
            for target in self._resolver.resolve(spot.module, spot.scope, receiver):
                if isinstance(target, Class):
                    made = self._any(spot, arguments, threat)
                    return made.shaped(Shape("model", model=target)) if made else None
        whole = self._origin(spot, receiver, threat)
        if whole is not None:
            if name in libraries.LOOKS_UP and arguments:
                return self._part(whole, arguments[:1], threat)
            return whole.admitted(threat)
        if name in libraries.LOOKS_UP:
            return self._any(spot, arguments[1:], threat)
        joined = self._any(spot, arguments, threat) if name in libraries.JOINS else None
        return joined.as_path() if joined and name == "joinpath" else joined
