"""Calls that stop the main loop while the service serves."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.blocking import (
    FUNCTIONS,
    METHODS,
    UNLESS_TOLD,
    WITH_INTERVAL,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import External, Function
from chutes_cli.project.values import Known

from .cord.arriving import calls_of

_KINDS = ("cord", "on_startup", "job", "route")
_BEFORE_SERVING = ("on_event",)


class BlockingCallOnMainLoop(Check):
    """Code on the main loop makes a call that blocks.

    ## What it does
    Finds `time.sleep`, `requests`, sync `httpx` and Redis clients, `urllib`,
    `subprocess.run`, `psutil.cpu_percent(interval=...)` and the like in async code that
    runs on the main loop while the service serves: tasks that start-up hooks start, jobs,
    async middleware and plain routes, and what cords hand to the main loop. Cords have a
    thread of their own, and start-up hooks run before anything is served: both are left
    alone, and so is what goes through `asyncio.to_thread`.

    ## Why it matters
    One loop takes every request, answers the platform's pings and sends every response.
    While a call blocks it, none of that happens: latency jumps for all callers at once,
    and an instance that misses its pings is replaced.

    ## Example
    ```python
    import asyncio

    import psutil
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    async def watch(app: Chute) -> None:
        while True:
            app.load = psutil.cpu_percent(interval=1)
            await asyncio.sleep(5)


    @chute.on_startup()
    async def prepare(self):
        self.load = 0.0
        self.watching = asyncio.create_task(watch(self))


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        return {"load": self.load}
    ```

    ## Use instead
    ```python
    import asyncio

    import psutil
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    async def watch(app: Chute) -> None:
        while True:
            app.load = psutil.cpu_percent()
            await asyncio.sleep(5)


    @chute.on_startup()
    async def prepare(self):
        self.load = 0.0
        self.watching = asyncio.create_task(watch(self))


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        return {"load": self.load}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: one event loop serves HTTP and runs hooks, jobs and
    their tasks.
    """

    id = "blocking-call-on-main-loop"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that blocks."""
        for function, _ in project.reach.reached(*_KINDS):
            if function.module.is_test:
                continue
            arrival = next(
                (
                    each
                    for each in project.reach.arrivals(function, *_KINDS)
                    if _serves_meanwhile(each) and circumstances.concerns(each.exposures)
                ),
                None,
            )
            if arrival is None:
                continue
            for site in calls_of(function):
                found = _blocks(project, site)
                if found is not None:
                    name, instead = found
                    yield self.at(
                        site,
                        f"{name}() blocks the main loop: meanwhile no request and no ping is "
                        f"answered ({arrival.entry.label})",
                        f"use {instead}",
                        trace=arrival.trace,
                    )


def _serves_meanwhile(arrival: Arrival) -> bool:
    """Say whether code runs on the main loop once the service serves."""
    if arrival.loop != "main":
        return False
    match arrival.entry.kind:
        case "on_startup":
            return arrival.task
        case "route":
            # Starlette runs plain routes in threads, and start-up events before it serves.
            function = arrival.entry.function
            return function.scope.is_async and not _is_event(function)
        case _:
            return True


def _is_event(function: Function) -> bool:
    return any(
        isinstance(each, Call)
        and isinstance(each.function, Attribute)
        and each.function.attribute in _BEFORE_SERVING
        for each in function.scope.decorators
    )


def _blocks(project: Project, site: Site) -> tuple[str, str] | None:
    """Return the name of a call that blocks, and what to use instead."""
    assert isinstance(site.expression, Call)
    resolver = project.knowledge.resolver
    for target in resolver.resolve(site.module, site.scope, site.expression.function):
        if not isinstance(target, External):
            continue
        name = target.name
        if name in FUNCTIONS:
            return name, FUNCTIONS[name]
        if name in METHODS and not (name in UNLESS_TOLD and site.expression.arguments):
            return name, METHODS[name]
        if name in WITH_INTERVAL:
            given = project.knowledge.binder.bind(site, ("interval",)).value("interval")
            if isinstance(given, Known) and given.value:
                return name, WITH_INTERVAL[name]
    return None
