"""One object used on a cord's loop and on the main loop."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity, TraceStep
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site

from .uses import BRIDGE_ADVICE, Use, uses


class LoopObjectMixedUse(Check):
    """An object is used through the bridge, and by a cord directly as well.

    ## What it does
    Finds asyncio primitives and async clients that some code reaches with
    `asyncio.run_coroutine_threadsafe` on the start-up loop, as is right, while other code
    that a cord runs uses the same object on the loop of its own call. Reported at each
    direct use.

    ## Why it matters
    Every call of a cord has an event loop of its own. One direct use binds the object, or a
    connection in its pool, to a loop that is closed a moment later. From then on the
    bridged uses fail as well: one careless cord breaks all the careful ones.

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
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()


    async def locked(app: Chute, n: int) -> dict:
        async with app.lock:
            await asyncio.sleep(0.2)
        return {"done": n}


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        done = asyncio.run_coroutine_threadsafe(locked(self, args.n), self.loop)
        return await asyncio.wrap_future(done)


    @chute.cord(public_api_path="/quick", public_api_method="POST")
    async def quick(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        await self.lock.acquire()
        try:
            await asyncio.sleep(0.2)
        finally:
            self.lock.release()
        return {"done": args.n}
    ```

    ## Use instead
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
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()


    async def locked(app: Chute, n: int) -> dict:
        async with app.lock:
            await asyncio.sleep(0.2)
        return {"done": n}


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        done = asyncio.run_coroutine_threadsafe(locked(self, args.n), self.loop)
        return await asyncio.wrap_future(done)


    @chute.cord(public_api_path="/quick", public_api_method="POST")
    async def quick(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        done = asyncio.run_coroutine_threadsafe(locked(self, args.n), self.loop)
        return await asyncio.wrap_future(done)
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_run_user_coro`: a new event loop for every call.
    """

    id = "loop-object-mixed-use"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function that uses directly what others bridge."""
        bridges = mixed(project)
        reported = set()
        for use in uses(project):
            bridge = bridges.get(use.bound.made)
            place = (use.function, use.bound.made)
            if bridge is None or use.bridged or place in reported:
                continue
            if not circumstances.concerns(use.arrival.exposures):
                continue
            reported.add(place)
            at = bridge.site
            other = TraceStep(at.module.path, at.span.line, "used on the main loop here")
            yield self.at(
                use.site,
                f"{use.bound.name} is used here on the loop of one cord call and elsewhere on "
                f"the main loop: this use breaks the bridged ones too ({use.arrival.entry.label})",
                BRIDGE_ADVICE,
                trace=(*use.trace, other),
            )


def mixed(project: Project) -> dict[Site, Use]:
    """Return what makes objects that are used through the bridge too, with one such use."""
    found: dict[Site, Use] = {}
    for use in uses(project):
        if use.bridged:
            found.setdefault(use.bound.made, use)
    return found
