"""What code runs from a cord, and how it gets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chutes_cli.check import Circumstances
from chutes_cli.project.facts import Call, Expression, Opaque, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import External, Function

IN_CALL = ("cord",)
"""On the thread and the loop of the call itself."""
Counts = Callable[[Arrival], bool]


def from_cords(
    project: Project,
    circumstances: Circumstances,
    *loops: str,
    counts: Counts = lambda arrival: True,
) -> Iterator[tuple[Function, Arrival]]:
    """Yield each function that cords run, with the first way that counts.

    Args:
        project: The tree.
        circumstances: What it is judged for.
        loops: Where it runs: ``cord``, ``main``, ``thread``.
        counts: Which ways count.
    """
    for function, _ in project.reach.reached("cord"):
        if function.module.is_test:
            continue
        for arrival in project.reach.arrivals(function, "cord"):
            if (
                arrival.loop in loops
                and circumstances.concerns(arrival.exposures)
                and counts(arrival)
            ):
                yield function, arrival
                break


def calls_of(function: Function) -> Iterator[Site]:
    """Yield the calls a function makes itself; what a lambda does is left out."""
    for statement in function.module.statements_in(function.index):
        for root in (*statement.values, *statement.targets):
            yield from _calls(function.module, statement, root)


def _calls(module: Module, statement: Statement, expression: Expression) -> Iterator[Site]:
    if isinstance(expression, Opaque) and expression.kind == "Lambda":
        return
    if isinstance(expression, Call):
        yield Site(module, statement, expression)
    for child in expression.children():
        yield from _calls(module, statement, child)


def external_names(project: Project, site: Site, callee: Expression) -> list[str]:
    """Return the dotted names of what a callee can stand for outside the tree."""
    found = project.knowledge.resolver.resolve(site.module, site.scope, callee)
    return [each.name for each in found if isinstance(each, External)]
