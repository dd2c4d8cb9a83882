"""Signal handlers that a cord installs."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from ..cord.arriving import from_cords
from .installing import installations


class SignalHandlerInCord(Check):
    """A cord installs a signal handler, which only the main thread can.

    ## What it does
    Finds `signal.signal(...)` and `loop.add_signal_handler(...)` in code that a cord runs
    in its own thread.

    ## Why it matters
    Python installs signal handlers from the main thread only, and cords run in others:
    `ValueError: signal only works in main thread`. Every such call fails with status 500,
    and the signal is not handled.

    ## Example
    ```python
    import signal

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        signal.signal(signal.SIGUSR1, lambda number, frame: logger.info("still at it"))
        return {"done": args.n}
    ```

    ## Use instead
    ```python
    import signal

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.on_startup()
    async def handle_signals(self):
        signal.signal(signal.SIGUSR1, lambda number, frame: logger.info("still at it"))


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"done": args.n}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: cords run in a ThreadPoolExecutor. Python's `signal`:
    handlers can be set from the main thread only.
    """

    id = "signal-handler-in-cord"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per handler that cannot be installed."""
        for function, arrival in from_cords(project, circumstances, "cord", "thread"):
            for each in installations(project, function):
                yield self.at(
                    each.site,
                    "a signal handler can be installed from the main thread only, and a cord runs "
                    f"in another: the call fails ({arrival.entry.label})",
                    "install it in an on_startup hook",
                    trace=arrival.trace,
                )
