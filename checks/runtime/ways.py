"""The statements that run, and how execution gets to them; shared by the checks of run time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chutes_cli.check import Circumstances
from chutes_cli.core.finding import TraceStep
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import Call, Expression, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, calls_in
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import External, Function, Target


@dataclass(frozen=True, slots=True)
class Step:
    """One statement that runs.

    Attributes:
        function: The function it stands in.
        statement: The statement.
        arrival: The first way that execution gets there under the exposure judged.
    """

    function: Function
    statement: Statement
    arrival: Arrival

    @property
    def module(self) -> Module:
        """The module it stands in."""
        return self.function.module

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """How execution gets there, where that is more than its entry."""
        return self.arrival.trace if len(self.arrival.trace) > 1 else ()

    def site(self, expression: Expression) -> Site:
        """Return one of its expressions where it stands."""
        return Site(self.module, self.statement, expression)


def steps(
    project: Project,
    counts: Callable[[Arrival, frozenset[str]], bool],
    *kinds: str,
) -> Iterator[Step]:
    """Yield each statement that runs from some kinds of entry, tests left out.

    Args:
        project: The audited tree.
        counts: Whether an arrival counts, given the exposures under which the statement runs.
        kinds: Kinds of entry.
    """
    for function, _ in project.reach.reached(*kinds):
        if function.module.is_test:
            continue
        arrivals = project.reach.arrivals(function, *kinds)
        for statement in function.module.statements_in(function.index):
            here = exposures_at(function.module, statement.guards)
            for arrival in arrivals:
                if counts(arrival, arrival.exposures & here):
                    yield Step(function, statement, arrival)
                    break


def judged(circumstances: Circumstances) -> Callable[[Arrival, frozenset[str]], bool]:
    """Return what counts where code is judged for the exposure it runs under."""
    return lambda _, exposures: bool(exposures) and circumstances.concerns(exposures)


def concerning(circumstances: Circumstances) -> Callable[[Arrival], bool]:
    """Return the same for how surely something runs (`how_surely`)."""
    return lambda arrival: circumstances.concerns(arrival.exposures)


def on_gateway(_: Arrival, exposures: frozenset[str]) -> bool:
    """Say whether an arrival comes by the gateway."""
    return "gateway" in exposures


def calls(project: Project, step: Step) -> Iterator[tuple[Site, tuple[Target, ...]]]:
    """Yield the calls of a step with what they may call, through a ``partial`` as well."""
    resolver = project.knowledge.resolver
    for site in calls_in(step.module, step.statement):
        assert isinstance(site.expression, Call)
        yield (
            site,
            tuple(
                called
                for target in resolver.resolve(site.module, site.scope, site.expression.function)
                for called in resolver.results.wrapped(target)
            ),
        )


def external(targets: tuple[Target, ...]) -> str:
    """Return the one external name that is called, nothing where it may be another."""
    match targets:
        case (External(name=name),):
            return name
        case _:
            return ""
