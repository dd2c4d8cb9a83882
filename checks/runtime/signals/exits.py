"""Signal handlers that raise SystemExit."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Opaque
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.running import catches
from chutes_cli.project.targets import External, Function, Method

from .installing import Installation, installations

_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit"})
_RAISED = "builtins.SystemExit"
_ABOVE = ("BaseException",)
_SIGNALS = ("SIGTERM", "SIGINT")
_ON_INSTANCE = ("import", "on_startup", "route", "job")


class SignalHandlerExits(Check):
    """A handler of SIGTERM or SIGINT ends with SystemExit.

    ## What it does
    Finds handlers installed with `signal.signal` or `loop.add_signal_handler` for SIGTERM
    or SIGINT that call `sys.exit()`, `exit()` or `quit()`, or raise SystemExit, in helpers
    too.

    ## Why it matters
    SystemExit out of a signal handler interrupts the main loop wherever it is: requests in
    flight are answered with status 500. The SDK then sleeps for a minute before the process
    ends, longer than most grace periods, so it is killed after all.

    ## Example
    ```python
    import signal
    import sys

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    def stop(number, frame):
        open("stopped.txt", "w").close()
        sys.exit(0)


    @chute.on_startup()
    async def handle_sigterm(self):
        signal.signal(signal.SIGTERM, stop)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    import asyncio
    import os
    import signal

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    async def stop() -> None:
        open("stopped.txt", "w").close()
        await asyncio.sleep(1)
        os._exit(0)


    @chute.on_startup()
    async def handle_sigterm(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(stop()))


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: after any exception out of `_run_chute` it sleeps
    60 seconds.
    """

    id = "signal-handler-exits"
    category = "runtime"
    severity = Severity.ERROR
    item = "graceful-shutdown"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per installation of such a handler."""
        for function, arrival in project.reach.reached(*_ON_INSTANCE):
            if function.module.is_test or not circumstances.concerns(arrival.exposures):
                continue
            for each in installations(project, function):
                if each.is_for(*_SIGNALS) and _ends_by_exit(project, each):
                    yield self.at(
                        each.site,
                        "this handler raises SystemExit: requests in flight fail and the process "
                        "lingers for a minute before it ends",
                        "use loop.add_signal_handler, wait for running requests and end with "
                        "os._exit(0)",
                        trace=arrival.trace,
                    )


def _ends_by_exit(project: Project, installed: Installation) -> bool:
    site, handler = installed.site, installed.handler
    if isinstance(handler, Opaque):
        calls = [part for part in handler.walk() if isinstance(part, Call)]
        names = {name for call in calls for name in _named(project, site, call.function)}
        return bool(names & _EXITS) or any(
            _exits(project, function)
            for call in calls
            for function in _functions(project, site.module, site.scope, call.function)
        )
    if _EXITS.intersection(_named(project, site, handler)):
        return True
    functions = _functions(project, site.module, site.scope, handler)
    return any(_exits(project, each) for each in functions)


def _exits(project: Project, first: Function) -> bool:
    """Say whether a function raises SystemExit, itself or in what it calls at once.

    A coroutine is a task of its own by then; what it raises is found there.
    """
    waiting, seen = [first], {first}
    while waiting:
        function = waiting.pop()
        if function.scope.is_async:
            continue
        for statement in function.module.statements_in(function.index):
            if catches(function.module, statement.guards, "SystemExit", broad=_ABOVE):
                continue
            for part in (*statement.values, *statement.targets):
                site = Site(function.module, statement, part)
                callee = part.function if isinstance(part, Call) else part
                raised = statement.kind == "raise" and _RAISED in _named(project, site, callee)
                if raised or _calls_exit(project, site):
                    return True
        for edge in project.reach.edges(function):
            guards = edge.statement.guards
            caught = catches(function.module, guards, "SystemExit", broad=_ABOVE)
            if edge.callee not in seen and edge.loop == "same" and not caught:
                seen.add(edge.callee)
                waiting.append(edge.callee)
    return False


def _calls_exit(project: Project, site: Site) -> bool:
    return any(
        isinstance(part, Call) and bool(_EXITS.intersection(_named(project, site, part.function)))
        for part in site.expression.walk()
    )


def _named(project: Project, site: Site, expression: Expression) -> set[str]:
    found = project.knowledge.resolver.resolve(site.module, site.scope, expression)
    return {each.name for each in found if isinstance(each, External)}


def _functions(
    project: Project, module: Module, scope: int, expression: Expression
) -> Iterator[Function]:
    for target in project.knowledge.resolver.resolve(module, scope, expression):
        match target:
            case Function():
                yield target
            case Method(function=function):
                yield function
