"""What names hold of what a caller sent: assignments, loops, parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chutes_cli.project.facts import Collection, Expression, Literal, Name, Statement
from chutes_cli.project.module import Binding, bound_names
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.taint.calls import Calls
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.fills import Fills
from chutes_cli.project.taint.keys import is_written_key
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.spot import Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.taint.validation import Validation
from chutes_cli.project.targets import Function
from chutes_cli.project.tree import Knowledge

if TYPE_CHECKING:
    from chutes_cli.project.taint.tracer import Tracer

COMPREHENSIONS = frozenset({"ListComp", "SetComp", "GeneratorExp", "DictComp"})
"""Kinds of expressions that go over something."""
_BY_CONTENT = frozenset({Threat.DATA, Threat.CODE})
"""Threats that go from what is written to a file to its name."""

Source = Callable[[Function, str], Origin | None]
"""What a parameter of a function receives from outside."""
Follow = Callable[[Spot, Expression, Threat], Origin | None]


class Names:
    """Answers how what a caller sent comes into a name; one part of the Tracer."""

    def __init__(
        self,
        tracer: Tracer,
        knowledge: Knowledge,
        passings: Passings,
        definitions: Definitions,
        fills: Fills,
        calls: Calls,
        validation: Validation,
        source: Source,
    ) -> None:
        self._tracer = tracer
        self._evaluator = knowledge.evaluator
        self._passings = passings
        self._definitions = definitions
        self._fills = fills
        self._calls = calls
        self._validation = validation
        self._source = source

    def of(
        self, spot: Spot, name: str, threat: Threat, follow: Follow | None = None
    ) -> Origin | None:
        """Return how what a caller sent comes into a name.

        Args:
            spot: Where the name is used.
            name: The name.
            threat: What is asked about.
            follow: How what it is given is followed; as values are, unless told.
        """
        where, bindings = spot.module.lookup(name, spot.scope)
        if where <= 0:
            return None  # a global belongs to every caller alike
        if where == spot.scope:
            bindings = self._definitions.reaching(spot.module, where, name, spot.at)
        for binding in bindings:
            if self._validation.overwritten(spot, binding, name, threat):
                continue
            found = self._binding(spot, where, binding, name, threat, follow or self._tracer.follow)
            if found is not None:
                return found
        if where != spot.scope:
            return None
        written = threat in _BY_CONTENT
        return self._tracer.any_of(self._fills.of_name(spot, name, written=written), threat)

    def _binding(
        self, spot: Spot, where: int, binding: Binding, name: str, threat: Threat, follow: Follow
    ) -> Origin | None:
        if binding.kind == "parameter":
            return self._parameter(spot, Function(spot.module, where), name, threat, follow)
        statement = binding.statement
        if statement is None or binding.kind not in ("value", "other"):
            return None
        if statement.scope == spot.scope:
            at = spot.back_to(statement)
        else:
            at = Spot(spot.module, statement, frozenset(), spot.frame)
        if binding.value is not None:
            return follow(at, binding.value, threat)
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
                element = self._tracer.lists.element(at, value, place, threat)
                if element is not None:
                    return self._tracer.any_of(element, threat)
            case (target, *_) if statement.kind == "for":
                return self._looped(at, value, bound_names(target), name, threat)
        return self._tracer.follow(at, value, threat)

    def _looped(
        self, at: Spot, iterated: Expression, names: Sequence[str], name: str, threat: Threat
    ) -> Origin | None:
        """Return the origin of a name that a loop binds."""
        if self._tracer.sound(at, iterated, threat):
            return None
        members = self._calls.members(at, iterated, threat)
        if members is not None:
            return members
        rows = self._tracer.rows.of(at, iterated)
        if rows is None:
            return self._tracer.part(self._tracer.whole(at, iterated, threat), (), threat)
        place = names.index(name)
        return self._tracer.any_of(
            (self._tracer.rows.column(each, names, place) for each in rows), threat
        )

    def bound(self, spot: Spot, name: str, threat: Threat) -> Origin | None:
        """Return the origin of a comprehension's own name: that of what it goes over."""
        for index in reversed(range(len(spot.around))):
            comprehension = spot.around[index]
            if name in comprehension.names and comprehension.kind in COMPREHENSIONS:
                outside = replace(spot, around=spot.around[:index])
                if is_written_key(self._evaluator, outside, comprehension, name):
                    return None
                names, iterated = comprehension.names, comprehension.parts[0]
                return self._looped(outside, iterated, names, name, threat)
            if name in comprehension.names and comprehension.kind == "Lambda":
                outside = replace(spot, around=spot.around[:index])
                given = self._calls.given_to(outside, comprehension, name)
                return self._tracer.follow(outside, given, threat) if given is not None else None
        return None

    # Parameters

    def _parameter(
        self, spot: Spot, function: Function, name: str, threat: Threat, follow: Follow
    ) -> Origin | None:
        frame = spot.frame
        if frame is not None and frame.function == function:
            if frame.source:
                return Origin(function, "") if name == frame.source else None
            assert frame.passing is not None
            assert frame.caller is not None
            return self._passed(frame.caller, frame.passing, name, threat, follow)
        received = self._source(function, name)
        if received is not None:
            return received.admitted(threat)
        for passing in self._passings.of(function):
            found = self._passed(spot_of(passing.site), passing, name, threat, follow)
            if found is not None:
                return found.via(passing.site, f"handed to {function.qualname} as {name!r}")
        return None

    def _passed(
        self, caller: Spot, passing: Passing, name: str, threat: Threat, follow: Follow
    ) -> Origin | None:
        function = passing.function
        assert function is not None
        for parameter in function.scope.parameters:
            if parameter.name == name:
                given = passing.given(parameter)
                if not given and passing.gives_receiver_to(parameter):
                    assert passing.receiver is not None
                    given = [passing.receiver]
                found = (follow(caller, each, threat) for each in given)
                return next((each for each in found if each is not None), None)
        return None
