"""Patterns that values are held against."""

from __future__ import annotations

import re

from chutes_cli.project.facts import Attribute, Call, Expression
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.spot import Spot
from chutes_cli.project.taint.threats import Threat, passes, replaced, stopped
from chutes_cli.project.targets import External, Instance
from chutes_cli.project.tree import Knowledge
from chutes_cli.project.values import Unknown, Value

MATCHERS = {"match": re.match, "fullmatch": re.fullmatch, "search": re.search}
"""How Python's `re` applies a pattern, by the name of the function or method."""


class Matchings:
    """Answers what a match, or none, says about a text."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._resolver = knowledge.resolver
        self._evaluator = knowledge.evaluator

    def parts(
        self, spot: Spot, call: Call, dotted: str
    ) -> tuple[Expression | None, Expression | None]:
        """Return the pattern and the text of ``re.match(p, t)`` or ``compiled.match(t)``.

        Args:
            spot: Where the call stands.
            call: A call of something named as one of `MATCHERS`.
            dotted: What is called, empty where it cannot be told.
        """
        values = [each.value for each in call.arguments if not each.keyword]
        if dotted in {f"re.{name}" for name in MATCHERS}:
            return (values[0], values[1]) if len(values) > 1 else (None, None)
        compiled = call.function.value if isinstance(call.function, Attribute) else call.function
        return self._compiled(spot, compiled), values[0] if values else None

    def rules_out(
        self, spot: Spot, pattern: Expression | None, method: str, truth: bool, threat: Threat
    ) -> bool:
        """Say whether a text that matched, or did not, can no longer carry a threat."""
        if threat is Threat.SIZE:
            return truth
        known: Value = Unknown()
        if pattern is not None:
            known = self._evaluator.value(spot.module, spot.scope, pattern)
        if truth:
            return not passes(known, threat, MATCHERS[method])
        return stopped(known, threat, MATCHERS[method])

    def left_by(self, spot: Spot, passing: Passing, threat: Threat) -> Expression | None:
        """Return the text of a ``re.sub`` that leaves a threat in it, None where it does not."""
        pattern, instead, text = (
            passing.argument(position, name)
            for position, name in enumerate(("pattern", "repl", "string"))
        )
        if pattern is None or instead is None:
            return None
        known = self._evaluator.value(spot.module, spot.scope, pattern)
        other = self._evaluator.value(spot.module, spot.scope, instead)
        return None if replaced(known, other, threat) else text

    def _compiled(self, spot: Spot, expression: Expression) -> Expression | None:
        """Return the pattern that ``re.compile`` was given for an object."""
        for target in self._resolver.resolve(spot.module, spot.scope, expression):
            match target:
                case Instance(of=External(name="re.compile"), site=made) if made is not None:
                    arguments = getattr(made.expression, "arguments", ())
                    return arguments[0].value if arguments else None
        return None
