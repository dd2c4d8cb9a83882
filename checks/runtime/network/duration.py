"""Cords that may take longer than the gateway waits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.waiting import LIMITS, SLEEPS, STARTERS
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import (
    Call,
    Expression,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Target
from chutes_cli.project.values import Known

from ..turns import Turns
from ..ways import Step, calls, external, on_gateway, steps
from .spans import spans

_BY_NAME = ("timeout",)


class WorkPastGatewayLimit(Check):
    """A plain cord waits, or lets something take, longer than the gateway may wait for it.

    ## What it does
    Finds sleeps and timeouts with a known number of seconds above the gateway's limit
    (`asyncio.sleep`, `wait_for`, `timeout=…` of HTTP calls and subprocesses), and loops that
    go on until a clock has gone so far (`while time.monotonic() < deadline`), in the code that
    cords without `stream=True` run. Tasks and threads that nobody waits for are left alone.

    ## Why it matters
    An answer that takes longer may be cut off on its way: the caller gets an error, the
    request is tried again on the next instance, and the work goes on here for nobody.

    ## Example
    ```python
    import asyncio

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.done = 0


    @chute.cord(public_api_path="/train", public_api_method="POST")
    async def train(self) -> dict:
        await asyncio.sleep(900)
        return {"done": self.done}
    ```

    ## Use instead
    ```python
    import asyncio

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.done = 0


    @chute.cord(public_api_path="/train", public_api_method="POST")
    async def train(self) -> dict:
        await asyncio.sleep(60)
        return {"done": self.done}
    ```

    ## Source
    Platform gateway: 600 seconds for a whole plain call to older instances, 1800 seconds per
    read as of 2026-05-12 (PLATFORM F33).
    """

    id = "work-past-gateway-limit"
    category = "runtime"
    severity = Severity.WARNING
    item = "request-timeouts"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per wait that is too long."""
        limit = platform().rule("call-seconds")
        for step in _waited_for(project) if circumstances.on_gateway else ():
            for site, what, seconds in _found(project, step):
                if limit.violation(seconds) is not None:
                    yield self.at(
                        site,
                        f"{step.arrival.entry.label} {what} {seconds:g} s: {limit.message}",
                        "stay below it with a deadline of your own, stream the answer, or "
                        "make it a job",
                        trace=step.trace,
                    )


def _waited_for(project: Project) -> Iterator[Step]:
    """Yield what plain cords run and wait for."""
    streams = {cord.function for cord in project.cords if cord.stream is not False}

    def counts(arrival: Arrival, exposures: frozenset[str]) -> bool:
        return (
            arrival.loop == "cord"
            and arrival.entry.function not in streams
            and on_gateway(arrival, exposures)
            and not any(_starts(at) for _, at in arrival.path)
        )

    yield from steps(project, counts, "cord")


def _starts(statement: Statement) -> bool:
    """Say whether a statement starts something without waiting for it."""
    return any(
        isinstance(each, Call) and last_name(each.function) in STARTERS
        for each in statement.expressions()
    )


def _found(project: Project, step: Step) -> Iterator[tuple[Site, str, float]]:
    """Yield what of a statement takes a known number of seconds, how, and that number."""
    for site, targets in calls(project, step):
        for what, seconds in _seconds(project, site, targets):
            yield site, what, seconds
    for seconds in spans(project, step):
        yield step.site(step.statement.values[0]), "may go on for", seconds


def _seconds(
    project: Project, site: Site, targets: tuple[Target, ...]
) -> Iterator[tuple[str, float]]:
    """Yield what a call does with a known number of seconds, and that number."""
    name = external(targets)
    order: tuple[str, ...]
    turns = 1.0
    if name in SLEEPS:
        turns = _turns(project, site)
        what, order = "sleeps for" if turns == 1 else "may sleep for", ("delay",)
    elif name in LIMITS:
        what, order = "allows", LIMITS[name] or _BY_NAME
    else:
        return
    positions = () if order is _BY_NAME else order
    for seconds in _numbers(project.knowledge.binder.bind(site, positions).get(order[-1])):
        yield what, seconds * turns


def _turns(project: Project, site: Site) -> float:
    """Return how often the loops around a call may run it; those of which nothing tells, once."""
    turns, found = Turns(project), 1.0
    for index in site.module.guards_of(site.statement.guards):
        guard = site.module.facts.guards[index]
        match guard.kind, guard.test:
            case "for", Expression() as over:
                most = turns.of(site.module, site.scope, "for", over)
                found *= most if most < math.inf else 1
    return found


def _numbers(given: BoundArgument | None) -> Iterator[float]:
    match given:
        case BoundArgument(value=Known(value=int() | float() as number)):
            yield number
        case BoundArgument(value=Known(value=tuple() as several)):  # requests: (connect, read)
            yield from (each for each in several if isinstance(each, int | float))
