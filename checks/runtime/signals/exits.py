"""Signal handlers that raise SystemExit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.waiting import SLEEPS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Opaque, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.running import catches
from chutes_cli.project.targets import Class, External, Function, Instance, Method

from .installing import Installation, installations

_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit"})
_AT_ONCE = "os._exit"
_WAITS = frozenset({"join", "result", "shutdown", "wait"})
_RAISED = frozenset({"builtins.SystemExit", "builtins.KeyboardInterrupt"})
_ABOVE = ("BaseException",)
_SIGNALS = ("SIGTERM", "SIGINT")
_ON_INSTANCE = ("import", "on_startup", "route", "job")


class SignalHandlerExits(Check):
    """A handler of SIGTERM or SIGINT ends with SystemExit, or at once.

    ## What it does
    Finds handlers installed with `signal.signal` or `loop.add_signal_handler` for SIGTERM
    or SIGINT that call `sys.exit()`, `exit()` or `quit()`, or raise SystemExit, in helpers
    too, and those that call `os._exit()` without having waited.

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
                if not each.is_for(*_SIGNALS):
                    continue
                if _cuts(project, each):
                    yield self.at(
                        each.site,
                        "this handler ends the process at once: every request in flight is cut",
                        "wait for running requests, or for some seconds, before os._exit(0): "
                        "loop.call_later(20, os._exit, 0)",
                        trace=arrival.trace,
                        severity=Severity.WARNING,
                    )
                elif _ends_by_exit(project, each):
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


def _cuts(project: Project, installed: Installation) -> bool:
    """Say whether a handler calls `os._exit`, without having waited for anything."""
    site, handler = installed.site, installed.handler
    if _AT_ONCE in _named(project, site, handler):
        return True
    called: set[str] = set()
    first = [handler]
    if isinstance(handler, Opaque):
        # What it hands to `call_later` is named, not called.
        first = [each.function for each in _now(handler.parts)]
        called |= {name for each in first for name in _named(project, site, each)}
    functions = [
        one for each in first for one in _functions(project, site.module, site.scope, each)
    ]
    for function in _run_now(project, functions):
        for statement in function.module.statements_in(function.index):
            at = Site(function.module, statement, handler)
            names = {
                name
                for call in _now(statement.values)
                for name in _named(project, at, call.function)
            }
            if _waits(statement) or names & SLEEPS:
                return False
            called |= names if not _is_conditional(function, statement) else set()
    return _AT_ONCE in called


def _run_now(project: Project, first: Iterable[Function]) -> list[Function]:
    """Return some functions and those they call at once; a coroutine is a task, which can wait."""
    found = [each for each in first if not each.scope.is_async]
    for function in found:
        for edge in project.reach.edges(function):
            if edge.loop == "same" and not (edge.task or edge.callee.scope.is_async):
                found += [edge.callee] if edge.callee not in found else []
    return found


def _waits(statement: Statement) -> bool:
    """Say whether a statement waits for a thread, a process, an event or a server to end."""
    return any(
        isinstance(call.function, Attribute) and call.function.attribute in _WAITS
        for call in _now(statement.values)
    )


def _is_conditional(function: Function, statement: Statement) -> bool:
    """Say whether a statement runs under a condition: on the second signal, or once idle."""
    guards = function.module.facts.guards
    return any(
        guards[index].kind in ("if", "else", "while", "for")
        for index in function.module.guards_of(statement.guards)
    )


def _now(values: tuple[Expression, ...]) -> Iterator[Call]:
    """Yield the calls in expressions, those left out that a lambda or a condition holds back."""
    for each in values:
        if isinstance(each, Call):
            yield each
        later = isinstance(each, Operation) and each.operator in ("and", "or", "?:")
        if not later and not isinstance(each, Opaque):
            yield from _now(each.children())


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
                raised = statement.kind == "raise" and _RAISED & _named(project, site, callee)
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
    resolver = project.knowledge.resolver
    found = resolver.resolve(module, scope, expression)
    for target in (one for each in found for one in resolver.results.wrapped(each)):
        match target:
            case Function():
                yield target
            case Method(function=function):
                yield function
            case Instance(of=Class() as owner):
                yield from resolver.members.methods(owner, "__call__")
