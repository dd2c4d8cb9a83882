"""What calls make of what a caller sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chutes_cli.contract.libraries import handing
from chutes_cli.contract.libraries import values as libraries
from chutes_cli.contract.libraries.sinks import PATH_CLASSES
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Literal,
    Opaque,
)
from chutes_cli.project.module import given_back
from chutes_cli.project.passing import UNKNOWN, Passing, Passings, handing_of, item_of
from chutes_cli.project.schemas import Schemas, Shape
from chutes_cli.project.taint.matchings import MATCHERS, Matchings
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.parts import is_enum
from chutes_cli.project.taint.prefix import formats_by_repr, has_fixed_host
from chutes_cli.project.taint.spot import Frame, Spot
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, External, Function, maker_of
from chutes_cli.project.tree import Knowledge

if TYPE_CHECKING:
    from chutes_cli.project.taint.tracer import Tracer

_DEEPEST_CALL = 6
_ITEM = "item"
_TEXTS = frozenset({"builtins.str", "builtins.format", "builtins.repr"})


class Calls:
    """Answers how what a caller sent comes out of a call; one half of the Tracer."""

    def __init__(
        self, tracer: Tracer, knowledge: Knowledge, schemas: Schemas, passings: Passings
    ) -> None:
        self._tracer = tracer
        self._resolver = knowledge.resolver
        self._evaluator = knowledge.evaluator
        self._matchings = Matchings(knowledge)
        self._schemas = schemas
        self._passings = passings

    def of(self, spot: Spot, call: Call, threat: Threat) -> Origin | None:
        """Return how what a caller sent comes out of a call, None when it does not."""
        members = self.members(spot, call, threat)
        if members is not None:
            return members
        clears = libraries.CLEARS[threat.value]
        passings = self._passings.at(spot.site(call))
        names = {each.callee.name for each in passings if isinstance(each.callee, External)}
        if names & clears:
            return None
        mapped = self._mapped(spot, call, names)
        if mapped is not None:
            return self._tracer.follow(mapped, _body(call), threat)
        if names & (handing.MAPS | handing.STARMAPS | handing.REDUCES) and len(passings) > 1:
            passings = [each for each in passings if each.named is not call.function]
        elif names & handing.FILTERS:
            if self._sifted(spot, call, threat):
                return None
            passings = [each for each in passings if each.named is call.function]
        for passing in passings:
            found = self._result(spot, passing, threat)
            if found is not None:
                return found
        if any(each.function is not None for each in passings):
            return None
        return self._method(spot, call, threat)

    def _mapped(self, spot: Spot, call: Call, names: set[str]) -> Spot | None:
        """Return the spot inside a lambda whose results a call gives: ``map(lambda x: …, xs)``."""
        lambda_ = _body(call, whole=True)
        if not isinstance(lambda_, Opaque):
            return None
        gives = handing.MAPS | handing.STARMAPS | handing.REDUCES
        return spot.within(lambda_) if names & gives else None

    def _sifted(self, spot: Spot, call: Call, threat: Threat) -> bool:
        """Say whether ``filter`` keeps nothing that carries a threat."""
        test = call.arguments[0].value if call.arguments else call
        match test:
            case Opaque(kind="Lambda", names=(name,), parts=(body,)):
                return self._tracer.holds(spot.within(test), body, name, threat)
            case Attribute(attribute=method) if method in MATCHERS or method == "__contains__":
                pass
            case _ if not any(
                isinstance(each, Function)
                for each in self._resolver.resolve(spot.module, spot.scope, test)
            ):
                return False
        item = Opaque(test.span, "Bound", (_ITEM,), ())
        asked = Call(test.span, test, (Argument(item, None, "", test.span),))
        return self._tracer.holds(spot, asked, _ITEM, threat)

    def given_to(self, spot: Spot, lambda_: Opaque, name: str) -> Expression | None:
        """Return what a parameter of a lambda is given by what the lambda is handed to."""
        roots = (*spot.at.values, *spot.at.targets)
        for call in (each for root in roots for each in root.walk()):
            if isinstance(call, Call) and any(each.value is lambda_ for each in call.arguments):
                dotted = self._resolver.dotted(spot.module, spot.scope, call.function) or ""
                match handing_of(call, dotted):
                    case (handed, arguments) if handed is lambda_:
                        passed = Passing(spot.site(call), External(UNKNOWN), handed, arguments)
                        return passed.argument(lambda_.names.index(name))
        return None

    # Archives

    def members(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return the origin of an archive's members, or of their names, as paths.

        Bytes are no path, but an archive made of them holds some.
        """
        if threat is not Threat.PATH:
            return None
        match expression:
            case (
                Call(function=Attribute(value=archive, attribute=name))
                | Attribute(value=archive, attribute=name)
            ) if name in libraries.MEMBERS | libraries.MEMBER_LISTS:
                pass
            case _ if self._is_tar(spot, expression):
                archive, name = expression, ""
            case _:
                return None
        found = self._tracer.follow(spot, archive, Threat.DATA)
        if found is None:
            return None
        return replace(found, shape=None, member=name not in libraries.MEMBER_LISTS)

    def _is_tar(self, spot: Spot, expression: Expression) -> bool:
        made = self._resolver.resolve(spot.module, spot.scope, expression)
        return any(maker_of(each) in libraries.TARS for each in made)

    # Results

    def _result(self, spot: Spot, passing: Passing, threat: Threat) -> Origin | None:
        match passing.callee:
            case Class() as owner:
                return self._made(spot, passing, owner, threat)
            case External(name=name):
                if name == "re.sub":
                    text = self._matchings.left_by(spot, passing, threat)
                    return self._tracer.follow(spot, text, threat) if text is not None else None
                if name in libraries.CARRIES or name.startswith(libraries.CARRIES_BELOW):
                    values = [each.value for each in passing.arguments]
                    if name in _TEXTS:
                        texts = (each for value in values for each in
                                 self._tracer.texts(spot, value))  # fmt: skip
                        return self._tracer.any_of(texts, threat)
                    found = self._tracer.any_in(spot, values, threat)
                    is_path = f"{name}.".startswith(PATH_CLASSES)
                    return found.as_path() if found and is_path else found
        function = passing.function
        if function is None or (spot.frame and spot.frame.depth >= _DEEPEST_CALL):
            return None
        found = self.returned(function, Frame(function, passing, spot), threat)
        return found.via(passing.site, f"comes out of {function.qualname}") if found else None

    def _made(self, spot: Spot, passing: Passing, owner: Class, threat: Threat) -> Origin | None:
        """Return the origin of an object that is made of what was sent."""
        if is_enum(self._resolver.members.ancestors(owner)):
            return None  # anything but a member is refused
        found = self._tracer.any_in(spot, [each.value for each in passing.arguments], threat)
        if found is not None and self._schemas.is_model(owner):
            return found.shaped(Shape("model", model=owner))
        return found

    def returned(self, function: Function, frame: Frame, threat: Threat) -> Origin | None:
        """Return how what a caller sent comes out of a function of the tree."""
        for statement in function.module.statements_in(function.index):
            spot = Spot(function.module, statement, frozenset(), frame)
            found = self._tracer.any_in(spot, given_back(statement), threat)
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
                    made = self._tracer.any_in(spot, arguments, threat)
                    return made.shaped(Shape("model", model=target)) if made else None
        if threat is Threat.URL and has_fixed_host(self._evaluator, spot, call):
            return None
        return self._of_receiver(spot, name, receiver, arguments, threat)

    def _of_receiver(
        self, spot: Spot, name: str, receiver: Expression, arguments: list[Expression],
        threat: Threat,
    ) -> Origin | None:  # fmt: skip
        if name in libraries.LOOKS_UP and arguments and isinstance(arguments[0], Literal):
            entry = self._tracer.rows.entry(spot, receiver, arguments[0])
            if entry is not None:
                default = ((spot, each) for each in arguments[1:])
                return self._tracer.any_of((*entry, *default), threat)
        parts = name in libraries.LOOKS_UP | libraries.ENTRIES
        follow = self._tracer.whole if parts else self._tracer.follow
        whole = follow(spot, receiver, threat)
        if whole is not None:
            if name in libraries.LOOKS_UP and arguments:
                return self._tracer.part(whole, arguments[:1], threat)
            return whole.admitted(threat)
        if name in libraries.LOOKS_UP:
            return self._tracer.any_in(spot, arguments[1:], threat)
        if name not in libraries.JOINS:
            return None
        match receiver:
            case Literal(value=str(text)) if threat is Threat.CODE and name == "format":
                if formats_by_repr(text):
                    return None
        given = map(item_of, arguments) if name == "join" else arguments
        texts = (each for value in given for each in self._tracer.texts(spot, value))
        joined = self._tracer.any_of(texts, threat)
        return joined.as_path() if joined and name == "joinpath" else joined


def _body(call: Call, *, whole: bool = False) -> Expression:
    """Return the body of the lambda that a call is given first, or the whole lambda."""
    for each in call.arguments[:1]:
        match each.value:
            case Opaque(kind="Lambda", parts=(body,)) as lambda_:
                return lambda_ if whole else body
    return call
