"""What middleware compares the path of a request with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project.facts import Attribute, Call, Expression, Opaque, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Function
from chutes_cli.project.texts import Holdings, Texts

from ...platform.cord.registration import normal
from ..ways import Step
from .requests import Requests

_EQUAL = frozenset({"==", "!=", "in", "not in"})
_HOLDS = frozenset({"in", "not in"})
_PARTS = frozenset({"startswith", "endswith"})
_LOOPS = frozenset({"GeneratorExp", "ListComp", "SetComp"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of the path.

    Attributes:
        step: Where it runs.
        expression: What compares.
        texts: What the path is compared with; None where that is not all seen.
        kind: ``is``, ``startswith``, ``endswith`` or ``holds`` (as a part of it).
    """

    step: Step
    expression: Expression
    texts: Texts
    kind: str

    def having(self, path: str) -> list[str]:
        """Return those of its texts for which it holds for a path."""
        return [each for each in self.texts or () if self.fits(path, each)]

    def fits(self, path: str, text: str) -> bool:
        """Say whether it holds for a path with a text."""
        match self.kind:
            case "startswith":
                return path.startswith(text)
            case "endswith":
                return path.endswith(text)
            case "holds":
                return text in path
            case _:
                return path == normal(text)


def compared(project: Project, requests: Requests) -> Iterator[list[Comparison]]:
    """Yield the comparisons of each function that runs for a request before a cord does."""
    holdings = Holdings(project)
    found: dict[Function, list[Comparison]] = defaultdict(list)
    for step in requests.steps():
        found[step.function] += _in(holdings, requests, step)
    yield from found.values()


def _in(holdings: Holdings, requests: Requests, step: Step) -> Iterator[Comparison]:
    module, scope = step.module, step.statement.scope

    def is_path(expression: Expression) -> bool:
        return requests.part(module, scope, expression) == "path"

    def with_(expression: Expression, other: Expression, kind: str = "is") -> Comparison:
        texts = holdings.texts(module, scope, _gone_over(step, other))
        return Comparison(step, expression, texts, kind)

    for expression in step.statement.expressions():
        match expression:
            case Operation(operator=operator, operands=(other, whole)) if (
                operator in _HOLDS and is_path(whole)
            ):
                yield with_(expression, other, "holds")
            case Operation(operator=operator, operands=(left, right)) if operator in _EQUAL:
                if is_path(left):
                    yield with_(expression, right)
                elif is_path(right):
                    yield with_(expression, left)
            case Call(function=Attribute(value=table, attribute="get"), arguments=(key, *_)) if (
                is_path(key.value)
            ):
                yield with_(expression, table)
            case Operation(operator="[]", operands=(table, place)) if is_path(place):
                yield with_(expression, table)
            case Call(function=Attribute(value=whole, attribute=kind), arguments=(one,)) if (
                kind in _PARTS and is_path(whole)
            ):
                yield with_(expression, one.value, kind)


def _gone_over(step: Step, expression: Expression) -> Expression:
    """Return what a comprehension goes over, for the name that it binds; else the same."""
    for each in step.statement.expressions():
        match expression, each:
            case Opaque(kind="Bound", names=own), Opaque(names=bound, parts=(first, *_)) if (
                each.kind in _LOOPS and bound == own
            ):
                return first
    return expression
