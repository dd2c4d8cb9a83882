"""Async clients and connection pools, shared between cord calls."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .mixed import mixed
from .uses import uses


class AsyncClientShared(Check):
    """An async client or pool is made once and used by cords.

    ## What it does
    Finds async clients, sessions, engines and connection pools (`httpx.AsyncClient`,
    `aiohttp.ClientSession`, `redis.asyncio`, `asyncpg`, SQLAlchemy's async engine,
    `AsyncOpenAI`, Motor and many others) that are made at import or start-up, or kept
    beyond the call that makes them, and used by code that a cord runs on its own loop. One
    made and closed within a call is left alone, so is one that is reached with
    `asyncio.run_coroutine_threadsafe`, and an engine with `NullPool`.

    ## Why it matters
    Every call of a cord runs in an event loop of its own, closed when the call returns. A
    client pools connections, and each connection belongs to the loop that opened it: the
    next call finds one whose loop is closed. Redis and httpx clients then fail every other
    call, aiohttp sessions and asyncpg pools every call, SQLAlchemy engines hang.

    ## Example
    ```python
    import httpx
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


    class Question(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.engine = httpx.AsyncClient(base_url="http://127.0.0.1:8080", timeout=30)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        answer = await self.engine.post("/ask", json={"text": args.text})
        return {"answer": answer.text}
    ```

    ## Use instead
    ```python
    import httpx
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


    class Question(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.engine = httpx.Client(base_url="http://127.0.0.1:8080", timeout=30)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        answer = self.engine.post("/ask", json={"text": args.text})
        return {"answer": answer.text}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_run_user_coro`: a new event loop for every call,
    closed after it.
    """

    id = "async-client-shared"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function that uses a shared client on a cord's loop."""
        elsewhere = mixed(project)
        reported = set()
        for use in uses(project):
            bound = use.bound
            place = (use.function, bound.made)
            if not bound.is_client or bound.made in elsewhere or place in reported:
                continue
            if not circumstances.concerns(use.arrival.exposures):
                continue
            reported.add(place)
            yield self.at(
                use.site,
                f"{bound.name} is made once and used by cord calls, each on an event loop of its "
                f"own: its connections belong to loops that are closed, so calls fail or hang "
                f"({use.arrival.entry.label})",
                bound.advice,
                trace=use.trace,
            )
