"""What the checks of injection share: a call, the argument a caller must not choose, a threat."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.sinks import RECEIVER, Sink
from chutes_cli.core.finding import Finding
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.passing import UNKNOWN, Passing
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.spot import Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, External
from chutes_cli.project.values import Known

Reached = tuple[Passing, Expression] | tuple[Passing, Expression, Spot]
"""A call, and what of it a caller must not choose, with its place where that is elsewhere."""


class SinkCheck(Check):
    """A rule about calls that what a caller sends must not reach unchecked.

    Class attributes:
        threat: What must not reach them.
    """

    category = "security"
    item = "input-sanitization"
    threat: ClassVar[Threat]

    @abstractmethod
    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield the calls, each with the argument in question."""

    @abstractmethod
    def says(self, called: str, by: str) -> tuple[str, str]:
        """Return message and help for a call, and for who sends what reaches it."""

    def is_spared(self, passing: Passing, origin: Origin) -> bool:
        """Say whether what reaches a call is harmless there, or another check tells of it."""
        return False

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that is reached."""
        for passing, argument, *place in self.sinks(project):
            site = passing.site
            spot = place[0] if place else spot_of(Site(site.module, site.statement, argument))
            origin = project.taint.origin_at(spot, argument, self.threat)
            if origin is None or self.is_spared(passing, origin):
                continue
            here = exposures_at(site.module, site.statement.guards)
            if spot.at is not site.statement:
                note = f"is part of what {name_of(passing)} gets"
                origin = origin.via(spot.site(argument), note)
            if circumstances.concerns(origin.exposures & here):
                message, help = self.says(name_of(passing), origin.label)
                yield self.at(site, message, help, trace=origin.trace)


def calls_to(project: Project, table: Mapping[str, Sink]) -> Iterator[tuple[Passing, Expression]]:
    """Yield the calls of the functions in a table, with the argument it speaks of."""
    for passing in project.passings.external(table.__contains__):
        assert isinstance(passing.callee, External)
        sink = table[passing.callee.name]
        argument = passing.argument(sink.position, *sink.keywords)
        if argument is not None:
            yield passing, argument


def methods(
    project: Project, names: frozenset[str], owners: tuple[str, ...], position: int
) -> Iterator[tuple[Passing, Expression]]:
    """Yield the calls of methods by name, with an argument, or with the object they are of.

    Args:
        project: The audited tree.
        names: The methods' names.
        owners: What their classes' dotted names begin with; `UNKNOWN` for objects not known.
        position: The argument's position, `RECEIVER` for the object.
    """

    def accepts(called: str) -> bool:
        owner, _, name = called.rpartition(".")
        return name in names and f"{owner}.".startswith(owners)

    for passing in project.passings.external(accepts):
        argument = passing.receiver if position == RECEIVER else passing.argument(position)
        if argument is not None:
            yield passing, argument


def is_true(project: Project, passing: Passing, keyword: str) -> bool | None:
    """Say what a keyword argument is: False when left out, None when it cannot be told."""
    value = project.knowledge.binder.bind(passing.site).value(keyword)
    if value is None:
        return False
    return bool(value.value) if isinstance(value, Known) else None


def is_passed(project: Project, passing: Passing, keyword: str) -> bool | None:
    """Say whether a keyword argument is passed, None when that cannot be told."""
    arguments = project.knowledge.binder.bind(passing.site)
    if arguments.get(keyword) is not None:
        return True
    return False if arguments.complete else None


def called_of(passing: Passing) -> str:
    """Return the dotted name of what is called, the plain one of a class of the tree."""
    if isinstance(passing.callee, Class):
        return passing.callee.scope.name
    assert isinstance(passing.callee, External)
    return passing.callee.name


def name_of(passing: Passing) -> str:
    """Return how messages call what is called."""
    return called_of(passing).removeprefix(UNKNOWN).removeprefix("builtins.")
