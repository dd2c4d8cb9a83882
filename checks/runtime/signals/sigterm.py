"""A service that does not hear SIGTERM."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Function

from .installing import asks_a_library, installations

_BEFORE_SERVING = ("on_startup", "import", "route")


class NoSigtermHandling(Check):
    """A chute installs no handler for SIGTERM.

    ## What it does
    Looks for a chute none of whose start-up code, nor any module, installs a handler for
    SIGTERM with `loop.add_signal_handler` or `signal.signal`. Chutes of a template without
    code of their own are left alone, and so are chutes of jobs.

    ## Why it matters
    Without a handler, SIGTERM kills the process at once and every request in flight is cut:
    no `finally`, no `atexit`, no shutdown event runs. As PID 1, which an instance is, the
    process ignores SIGTERM instead, goes on taking requests, and is killed in the middle of
    them when the grace period is over.

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


    async def drain() -> None:
        await asyncio.sleep(5)
        os._exit(0)


    @chute.on_startup()
    async def handle_sigterm(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(drain()))


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: Hypercorn is given a shutdown trigger, so that it
    handles no signals, and nothing else does.
    """

    id = "no-sigterm-handling"
    category = "runtime"
    severity = Severity.WARNING
    item = "graceful-shutdown"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute that does not hear SIGTERM."""
        everywhere, starts = _listening(project)
        for chute in project.chutes:
            bare = chute.from_template and not (chute.cords or chute.hooks or chute.routes)
            if bare or chute.site.module.is_test or (chute.jobs and not chute.cords):
                continue
            if not everywhere and not starts.intersection(each.function for each in chute.hooks):
                yield self.at(
                    chute.site,
                    "nothing handles SIGTERM: when an instance stops, its requests are cut off",
                    "in an on_startup hook, install a handler with loop.add_signal_handler that "
                    "waits for running requests and ends with os._exit(0)",
                )


def _listening(project: Project) -> tuple[bool, set[Function | None]]:
    """Say whether code that every chute runs hears SIGTERM, and which hooks lead to such code."""
    everywhere = False
    starts: set[Function | None] = set()
    for function, _ in project.reach.reached(*_BEFORE_SERVING):
        if function.module.is_test or not _hears(project, function):
            continue
        for each in project.reach.arrivals(function, *_BEFORE_SERVING):
            if each.entry.kind == "on_startup":
                starts.add(each.entry.function)
            else:
                everywhere = True
    return everywhere, starts


def _hears(project: Project, function: Function) -> bool:
    return asks_a_library(project, function) or any(
        each.is_for("SIGTERM") for each in installations(project, function)
    )
