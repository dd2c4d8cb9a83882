"""asyncio's own objects, shared between cord calls."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .mixed import mixed
from .uses import uses


class LoopBoundObjectShared(Check):
    """An asyncio primitive is shared between cord calls.

    ## What it does
    Finds `asyncio.Lock`, `Semaphore`, `Condition`, `Event`, `Queue`, `Barrier`, `Future`,
    `Task`, `TaskGroup` and `Runner` objects kept on the chute, on a shared object, in a
    collection or at module level, and used by code that a cord runs on its own loop. Use
    through `asyncio.run_coroutine_threadsafe` is left alone, and so is an object made and
    used within one call.

    ## Why it matters
    Every call of a cord runs in a thread and an event loop of its own. An asyncio
    primitive works for one caller at a time and, at the first contention, raises
    `RuntimeError: ... is bound to a different event loop` in all callers but one, or
    leaves a request hanging for ever. It passes every test that calls one at a time.

    ## Example
    ```python
    import asyncio

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
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
    async def prepare(self):
        self.lock = asyncio.Lock()


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        async with self.lock:
            await asyncio.sleep(0.2)
        return {"done": args.n}
    ```

    ## Use instead
    ```python
    import asyncio
    import threading

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
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
    async def prepare(self):
        self.lock = threading.Lock()


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        with self.lock:
            await asyncio.sleep(0.2)
        return {"done": args.n}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_run_user_coro`: a new event loop for every call.
    """

    id = "loop-bound-object-shared"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per use of a shared primitive on a cord's loop."""
        elsewhere = mixed(project)
        for use in uses(project):
            bound = use.bound
            if bound.is_client or bound.made in elsewhere:
                continue
            if not circumstances.concerns(use.arrival.exposures):
                continue
            yield self.at(
                use.site,
                f"{bound.name} is shared between cord calls, and each call has its own event "
                f"loop: under load it raises or hangs ({use.arrival.entry.label})",
                bound.advice,
                trace=use.trace,
            )
