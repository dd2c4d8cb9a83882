"""Slots that are taken and, when something fails, not given back."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Await, Call, Expression, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.running import catches
from chutes_cli.project.targets import Function

from ..cord.arriving import from_cords
from .places import Places, between, change, spelled

_TAKING, _GIVING = "acquire", "release"


class SlotLeaksOnError(Check):
    """A slot is not given back when the call fails.

    ## What it does
    Finds counters of running calls that are counted up and later down, and locks and
    semaphores that are acquired and later released, in code that a cord runs, where
    something in between can fail and the way back is in no `finally`.

    ## Why it matters
    Any exception in between, one of the caller's making included, leaves the slot taken for
    ever. After as many failures as there are slots the service refuses or hangs on every
    call, and its count of running calls never reaches zero again, so it cannot drain.

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
        self.running = 0


    async def divided(n: int) -> float:
        await asyncio.sleep(0.1)
        return 100 / n


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        self.running += 1
        result = await divided(args.n)
        self.running -= 1
        return {"result": result, "running": self.running}
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
        self.running = 0


    async def divided(n: int) -> float:
        await asyncio.sleep(0.1)
        return 100 / n


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        self.running += 1
        try:
            result = await divided(args.n)
        finally:
            self.running -= 1
        return {"result": result, "running": self.running}
    ```

    ## Source
    Python: an exception skips what follows, `finally` runs in any case.
    """

    id = "slot-leaks-on-error"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per slot that can stay taken."""
        places = Places(project)
        for function, arrival in from_cords(project, circumstances, "cord", "main", "thread"):
            module = function.module
            for taken, place, what in _taken(module, function):
                given = [
                    each
                    for each in module.statements_in(function.index)
                    if _gives_back(module, each, spelled(module, place))
                ]
                if not given or any(_is_sure(module, each) for each in given):
                    continue
                if not any(_can_fail(module, each) for each in between(function, taken, given[-1])):
                    continue
                if places.is_shared(module, taken, place):
                    yield self.at(
                        Site(module, taken, place),
                        f"{spelled(module, place)} is {what[0]} here and {what[1]} in no finally: "
                        f"a call that fails in between keeps its slot for ever "
                        f"({arrival.entry.label})",
                        f"put what follows into try and {what[2]} in finally",
                        trace=arrival.trace,
                    )


def _taken(
    module: Module, function: Function
) -> Iterator[tuple[Statement, Expression, tuple[str, str, str]]]:
    """Yield each statement that takes a slot, with the place it is counted in."""
    for statement in module.statements_in(function.index):
        if (changed := change(module, statement)) and changed[1] == 1:
            yield statement, statement.targets[0], ("counted up", "counted down", "count it down")
        for expression in statement.expressions():
            match expression:
                case Call(function=Attribute(value=owner, attribute=name)) if name == _TAKING:
                    yield statement, owner, ("acquired", "released", "release it")


def _gives_back(module: Module, statement: Statement, place: str) -> bool:
    if change(module, statement) == (place, -1):
        return True
    match statement.kind, statement.values:
        case "expression", (Call(function=Attribute(value=owner, attribute=name)),) if (
            name == _GIVING
        ):
            return spelled(module, owner) == place
    return False


def _is_sure(module: Module, given: Statement) -> bool:
    """Say whether a slot is given back when something fails: in finally, or in a handler."""
    return any(
        module.facts.guards[index].kind in ("finally", "except")
        for index in module.guards_of(given.guards)
    )


def _can_fail(module: Module, statement: Statement) -> bool:
    """Say whether a statement calls or awaits something and nothing catches what it raises."""
    calls = any(isinstance(each, Call | Await) for each in statement.expressions())
    return (calls or statement.kind == "raise") and not catches(module, statement.guards)
