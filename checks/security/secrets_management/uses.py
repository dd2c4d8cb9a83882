"""Texts that stand where a library takes a secret, however they get there."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.key_formats import TAKES_SECRET
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from ..production import library_names, production_calls
from .holding import may_hold
from .literals import Named, handed_on, text_of

IN_CALL = "secret"
"""The name of what has none, but stands where a library takes a secret."""
_DEEPEST = 8
"""Steps from a use to its text."""


def used_texts(project: Project) -> Iterator[Named]:
    """Yield the texts that the calls of production code are given as secrets."""
    for site, _, targets in production_calls(project):
        for name in sorted(library_names(targets) & set(TAKES_SECRET)):
            order = TAKES_SECRET[name]
            given = project.knowledge.binder.bind(site, order).get(order[-1])
            if given is not None:
                place = given.module, given.scope, given.expression
                for module, expression, fallback in _texts(project, place):
                    yield _named(module, expression, fallback)


def _texts(
    project: Project, place: Placed, fallback: bool = False, depth: int = 0
) -> Iterator[tuple[Module, Expression, bool]]:
    """Yield the texts that an expression can be, and whether something else comes before."""
    module, scope, held = project.knowledge.evaluator.held(*place)
    if text_of(held) is not None:
        yield module, held, fallback
    elif depth < _DEEPEST:
        for part, second in handed_on(held):
            inner = module, scope, part
            yield from _texts(project, inner, fallback or second, depth + 1)
        for each in may_hold(project, module, scope, held):
            yield from _texts(project, each, fallback, depth + 1)


def _named(module: Module, expression: Expression, fallback: bool) -> Named:
    text = text_of(expression)
    assert text is not None
    statement = next(each for each in module.facts.statements if expression in each.expressions())
    return Named(IN_CALL, text, module, statement, expression, fallback)
