"""Pools whose things are not given back when the work with them fails."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.pools import GIVING, TAKING
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Literal,
    Name,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import catches

from .cord.arriving import from_cords

_SURE = frozenset({"finally", "except"})


class PoolSlotLeaks(Check):
    """What is taken from a pool is not given back when the work with it fails.

    ## What it does
    Finds code that a cord runs which takes something from a pool or a queue
    (`pool.get()`, `balancer.acquire_model()`), works with it, and hands the same thing back
    (`pool.put(model)`, `balancer.release_model(model)`), where the work can fail and the way
    back is in no `finally` or handler.

    ## Why it matters
    Every failure, one of the caller's making included, takes one thing out of the pool for
    good. After as many failures as the pool holds, all calls wait for ever or are refused.

    ## Example
    ```python
    import queue

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


    class Worker:
        def share(self, n: int) -> float:
            return 100 / n


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.on_startup()
    async def prepare(self):
        self.workers = queue.Queue()
        for _ in range(2):
            self.workers.put(Worker())


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            worker = self.workers.get_nowait()
        except queue.Empty:
            raise HTTPException(status_code=429, detail="all workers are busy") from None
        share = worker.share(args.n)
        self.workers.put(worker)
        return {"share": share}
    ```

    ## Use instead
    ```python
    import queue

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


    class Worker:
        def share(self, n: int) -> float:
            return 100 / n


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.on_startup()
    async def prepare(self):
        self.workers = queue.Queue()
        for _ in range(2):
            self.workers.put(Worker())


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            worker = self.workers.get_nowait()
        except queue.Empty:
            raise HTTPException(status_code=429, detail="all workers are busy") from None
        try:
            share = worker.share(args.n)
        finally:
            self.workers.put(worker)
        return {"share": share}
    ```

    ## Source
    Python: an exception skips what follows, `finally` runs in any case.
    """

    id = "pool-slot-leaks"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per thing that may never come back."""
        for function, arrival in from_cords(project, circumstances, "cord", "main", "thread"):
            module = function.module
            body = module.statements_in(function.index)
            for place, taken in enumerate(body):
                pool, name = _taken(module, taken) or ("", "")
                given = [
                    last
                    for last in range(place + 1, len(body))
                    if _gives_back(module, body[last], pool, name)
                ]
                if not given or any(_is_under(module, body[each], _SURE) for each in given):
                    continue
                if any(_can_fail(module, each) for each in body[place + 1 : given[-1]]):
                    yield self.finding(
                        module, taken.span, function.index,
                        f"{name} is taken from {pool} here and handed back in no finally: a call "
                        f"that fails in between keeps it for ever ({arrival.entry.label})",
                        "put what follows into try and hand it back in finally",
                        trace=arrival.trace,
                    )  # fmt: skip


def _taken(module: Module, statement: Statement) -> tuple[str, str] | None:
    """Return the pool that a statement takes something from, and what it calls the thing."""
    match statement.kind, statement.targets, _called(statement):
        case "assign", (Name(id=name),), Call(
            function=Attribute(value=pool, attribute=method), arguments=given
        ) if method.startswith(TAKING) and all(
            each.keyword or isinstance(each.value, Literal) for each in given
        ):
            return module.snippet(pool.span), name
        case _:
            return None


def _called(statement: Statement) -> Expression | None:
    """Return the one call that a statement is about."""
    value = statement.values[0] if len(statement.values) == 1 else None
    return value.value if isinstance(value, Await) else value


def _gives_back(module: Module, statement: Statement, pool: str, name: str) -> bool:
    match statement.kind, _called(statement):
        case "expression", Call(
            function=Attribute(value=owner, attribute=method), arguments=(first, *_)
        ):
            if method == "release" and not isinstance(statement.values[0], Await):
                return False  # a lock or a semaphore, which another check speaks of
            return (
                method.startswith(GIVING)
                and module.snippet(owner.span) == pool
                and module.snippet(first.value.span) == name
            )
        case _:
            return False


def _is_under(module: Module, statement: Statement, kinds: frozenset[str]) -> bool:
    guards = module.facts.guards
    return any(guards[each].kind in kinds for each in module.guards_of(statement.guards))


def _can_fail(module: Module, statement: Statement) -> bool:
    """Say whether a statement calls something and nothing catches what it raises.

    A handler is left out: what it deals with is mostly the taking itself.
    """
    if _is_under(module, statement, frozenset({"except"})):
        return False
    calls = any(isinstance(each, Call | Await) for each in statement.expressions())
    return (calls or statement.kind == "raise") and not catches(module, statement.guards)
