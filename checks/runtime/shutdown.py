"""What happens when an instance stops."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute
from chutes_cli.project.model import Chute, Project


class OnShutdownNeverRuns(Check):
    """A hook registered with `@chute.on_shutdown` is never called.

    ## What it does
    Reports every use of `on_shutdown` on a chute. It stays silent where start-up code runs
    the registered hooks itself, by going through `_shutdown_hooks` from a signal handler.

    ## Why it matters
    The SDK stores shutdown hooks and never calls them: not on SIGTERM, not on SIGINT, not
    at the end of a job. Connections stay open, buffers are not flushed, requests in
    flight are cut. As PID 1, which an instance is, the process even ignores SIGTERM
    unless the code handles it.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_shutdown()
    async def close(self):
        open("closed.txt", "w").close()


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


    async def close() -> None:
        open("closed.txt", "w").close()
        os._exit(0)


    @chute.on_startup()
    async def handle_sigterm(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(close()))


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py: `_shutdown_hooks` is filled and read nowhere.
    """

    id = "on-shutdown-never-runs"
    category = "runtime"
    severity = Severity.ERROR
    item = "graceful-shutdown"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per shutdown hook that nothing runs."""
        for chute in project.chutes:
            for hook in chute.hooks:
                if hook.kind != "on_shutdown" or _runs_them_itself(project, chute):
                    continue
                yield self.at(
                    hook.site,
                    "the SDK never calls on_shutdown hooks, so this cleanup does not happen",
                    "install a SIGTERM handler with loop.add_signal_handler in an on_startup hook",
                )


def _runs_them_itself(project: Project, chute: Chute) -> bool:
    """Say whether code reached from this chute's start-up reads its ``_shutdown_hooks``."""
    hooks = {hook.function for hook in chute.hooks}
    for function, _ in project.reach.reached("on_startup"):
        arrivals = project.reach.arrivals(function, "on_startup")
        if not any(each.entry.function in hooks for each in arrivals):
            continue
        for scope in _with_nested(function.module.facts.scopes, function.index):
            for statement in function.module.statements_in(scope):
                for expression in statement.expressions():
                    if isinstance(expression, Attribute) and (
                        expression.attribute == "_shutdown_hooks"
                    ):
                        return True
    return False


def _with_nested(scopes: tuple[object, ...], index: int) -> Iterator[int]:
    """Yield a scope and those defined inside it: a handler is often an inner function."""
    yield index
    for inner, scope in enumerate(scopes):
        if getattr(scope, "parent", -1) == index:
            yield from _with_nested(scopes, inner)
