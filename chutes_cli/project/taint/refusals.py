"""Functions and statements that raise where a value carries a threat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chutes_cli.contract.libraries import values as libraries
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Statement
from chutes_cli.project.module import Module
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.questions import Questions
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.spot import EACH, Spot, conditions
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import External, Function

if TYPE_CHECKING:
    from chutes_cli.project.taint.validation import Validation

_DEEPEST = 8
_MOST_OPEN = 20
_MAY_REFUSE = frozenset({"expression", "assign", "annotate", "return"})


class Refusals:
    """Answers whether what follows is reached with sound values only; one half of Validation."""

    def __init__(self, tests: Validation, passings: Passings, definitions: Definitions) -> None:
        self._tests = tests
        self._passings = passings
        self._definitions = definitions
        self._depth = 0
        self._candidates: dict[tuple[Module, int], list[tuple[Statement, list[Call]]]] = {}
        self._refusing: Questions[bool] = Questions(False, _MOST_OPEN)

    def refuses(self, function: Function, path: str, threat: Threat) -> bool:
        """Say whether a function raises where what a path in it holds carries a threat."""
        key = (function, path, threat)
        return self._refusing.answer(key, lambda: self._refuses(function, path, threat))

    def _refuses(self, function: Function, path: str, threat: Threat) -> bool:
        statements = function.module.statements_in(function.index)
        returned = [each for each in statements if each.kind == "return" and each.values]
        ends = [Spot(function.module, each) for each in returned]
        name = Name(function.scope.name_span, path)
        if ends and all(self._tests.cleared(each, name, threat) for each in ends):
            return True
        return any(
            self.leaves(function.module, each, path, threat)
            for each in statements
            if each.kind == "raise"
        ) or any(
            self._refused_by(Spot(function.module, each), calls, path, threat)
            for each, calls in self._refusing_in(function.module, function.index)
        )

    def before(self, spot: Spot, path: str, threat: Threat) -> bool:
        """Say whether a statement before a spot raises where a path carries a threat."""
        module = spot.module
        for statement, calls in self._refusing_in(module, spot.scope):
            if statement is spot.at or not self._definitions.dominates(module, statement, spot.at):
                continue
            here = Spot(module, statement, frozenset(), spot.frame)
            if statement.kind == "assert" and self._tests.holds(
                here, statement.values[0], True, path, threat
            ):
                return True
            if self._refused_by(here, calls, path, threat):
                return True
        return any(
            self._each_refused(module, loop, path, threat)
            for loop in module.statements_in(spot.scope)
            if loop.kind == "for" and self._definitions.dominates(module, loop, spot.at)
        )

    def _each_refused(self, module: Module, loop: Statement, path: str, threat: Threat) -> bool:
        """Say whether a loop goes over a path and raises where an item carries a threat."""
        iterated, (target, *_) = loop.values[0], loop.targets
        if not isinstance(target, Name) or not self._tests.about(
            Spot(module, loop), iterated, path.removesuffix(EACH), threat
        ):
            return False
        body = next(i for i, each in enumerate(module.facts.guards) if each.test is iterated)
        return any(
            self.leaves(module, each, target.id, threat, body)
            for each in module.statements_in(loop.scope)
            if each.kind == "raise" and body in module.guards_of(each.guards)
        ) or any(
            self._refused_by(Spot(module, each), calls, target.id, threat)
            for each, calls in self._refusing_in(module, loop.scope)
            if each.guards == body
        )

    def _refusing_in(self, module: Module, scope: int) -> list[tuple[Statement, list[Call]]]:
        """Return the statements of a scope that may raise because of a value, with their calls."""
        if (module, scope) not in self._candidates:
            found = []
            for statement in module.statements_in(scope):
                calls = [
                    each
                    for root in statement.values
                    if statement.kind in _MAY_REFUSE
                    for each in root.walk()
                    if isinstance(each, Call)
                ]
                if calls or statement.kind == "assert":
                    found.append((statement, calls))
            self._candidates[module, scope] = found
        return self._candidates[module, scope]

    def _refused_by(self, spot: Spot, calls: list[Call], path: str, threat: Threat) -> bool:
        """Say whether one of some calls raises when a path carries a threat."""
        refusing = libraries.REFUSES[threat.value]
        for call in calls:
            if any(
                self._callee_refuses(spot, passing, path, threat)
                for passing in self._passings.at(spot.site(call))
            ):
                return True
            if isinstance(call.function, Attribute):
                method, receiver = call.function.attribute, call.function.value
                if method in refusing and self._tests.about(spot, receiver, path, threat):
                    return True
        return False

    def _callee_refuses(self, spot: Spot, passing: Passing, path: str, threat: Threat) -> bool:
        function = passing.function
        whole = path.removesuffix(EACH)
        if isinstance(passing.callee, External):
            refusing = passing.callee.name in libraries.REFUSES[threat.value]
            return refusing and self._tests.about_any(spot, passing, path, threat)
        if function is None or self._depth > _DEEPEST:
            return False
        self._depth += 1
        try:
            return any(
                self.refuses(function, parameter.name + path.removeprefix(whole), threat)
                for parameter in function.scope.parameters
                for given in passing.given(parameter)
                if self._tests.about(spot, given, whole, threat)
            )
        finally:
            self._depth -= 1

    def leaves(
        self, module: Module, statement: Statement, path: str, threat: Threat, within: int = -1
    ) -> bool:
        """Say whether a ``raise`` or ``return`` is reached whenever a path carries a threat.

        Args:
            module: The module.
            statement: The ``raise`` or ``return``.
            path: The path.
            threat: The threat.
            within: Index of a guard around it that is entered anyhow, such as a loop.
        """
        spot = Spot(module, statement)
        known = list(conditions(module, statement, within))
        return bool(known) and all(
            self._tests.holds(spot, test, not truth, path, threat)
            for test, truth in known
            if not (truth is False and _raises_otherwise(module, test))
        )


def _raises_otherwise(module: Module, test: Expression) -> bool:
    """Say whether the side of an ``if`` on which its test holds raises."""
    return any(
        module.facts.guards[statement.guards].test is test
        and module.facts.guards[statement.guards].kind == "if"
        for statement in module.facts.statements
        if statement.kind == "raise" and statement.guards >= 0
    )
