"""Tasks that a cord starts and does not wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import Attribute, Await, Call, Expression, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, Function
from chutes_cli.project.tasks import is_awaited, settles, starts_task

from ..shared.keeping import Keeping
from ..ways import judged
from .arriving import IN_CALL, calls_of, external_names, from_cords

_BACKGROUND = frozenset(
    {"fastapi.BackgroundTasks.add_task", "fastapi.background.BackgroundTasks.add_task",
     "starlette.background.BackgroundTasks.add_task"}
)  # fmt: skip


class TaskStartedInCord(Check):
    """A cord starts a task and does not wait for it.

    ## What it does
    Finds `asyncio.create_task`, `ensure_future` and `gather` in code that a cord runs on
    its own loop, where the function neither awaits the task, nor cancels it, nor hands it
    to its caller. It also finds FastAPI's `BackgroundTasks` that no response carries.

    ## Why it matters
    The event loop of a cord call lives as long as the call. When the cord returns, the SDK
    cancels every task that is left: work started "in the background", such as a log entry,
    a cache write or a warm-up, stops at its first `await`, silently.

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


    class Note(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.kept = []


    async def keep(kept: list[str], text: str) -> None:
        await asyncio.sleep(0.5)
        kept.append(text)


    @chute.cord(public_api_path="/note", public_api_method="POST")
    async def note(self, args: Note) -> dict:
        if not isinstance(args, Note):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        asyncio.create_task(keep(self.kept, args.text))
        return {"kept": len(self.kept)}
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


    class Note(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.kept = []
        self.loop = asyncio.get_running_loop()


    async def keep(kept: list[str], text: str) -> None:
        await asyncio.sleep(0.5)
        kept.append(text)


    @chute.cord(public_api_path="/note", public_api_method="POST")
    async def note(self, args: Note) -> dict:
        if not isinstance(args, Note):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        asyncio.run_coroutine_threadsafe(keep(self.kept, args.text), self.loop)
        return {"kept": len(self.kept)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_run_user_coro`: cancels all tasks of the call's loop.
    """

    id = "task-started-in-cord"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per task that nothing waits for."""
        resolver = project.knowledge.resolver
        keeping = Keeping(project, parts=False)
        for function, arrival in from_cords(project, circumstances, *IN_CALL):
            for site in calls_of(function):
                call = site.expression
                assert isinstance(call, Call)
                if starts_task(resolver, site.module, site.scope, call):
                    waited_for = _is_waited_for(keeping, function, site, call)
                    if waited_for and not _is_dropped(project, circumstances, function, site):
                        continue
                    yield self.at(
                        site,
                        "this task is cancelled as soon as the cord call that starts it returns "
                        f"({arrival.entry.label})",
                        "await it, or hand its coroutine to asyncio.run_coroutine_threadsafe with "
                        "the start-up loop",
                        trace=arrival.trace,
                    )
                elif _is_lost(project, function, site, call):
                    yield self.at(
                        site,
                        f"nothing runs these background tasks: no response carries them "
                        f"({arrival.entry.label})",
                        "hand a coroutine to asyncio.run_coroutine_threadsafe with the start-up "
                        "loop",
                        trace=arrival.trace,
                    )


def _is_waited_for(keeping: Keeping, function: Function, site: Site, call: Call) -> bool:
    if is_awaited(site.module, site.statement, call):
        return True
    # An object of the call's own may start its task in one method and end it in another; one
    # that serves several calls meets a task that the end of the first has cancelled.
    owner = site.module.enclosing_class(function.index)
    if owner == -1 or keeping.is_class_shared(Class(site.module, owner)):
        return False
    kept = {
        f".{target.attribute}" for target in site.statement.targets if isinstance(target, Attribute)
    }
    return any(
        settles(statement, kept)
        for statement in site.module.facts.statements
        if _class_around(site.module, statement.scope) == owner
    )


def _is_dropped(
    project: Project, circumstances: Circumstances, function: Function, site: Site
) -> bool:
    """Say whether a task goes back to code of a cord that keeps nothing of it."""
    if site.statement.kind != "return" or site.statement.values[0] is not site.expression:
        return False
    return any(
        _runs_in_call(project, circumstances, passing.site)
        and _is_all(passing.site, passing.named, awaited=function.scope.is_async)
        for passing in project.passings.of(function)
    )


def _runs_in_call(project: Project, circumstances: Circumstances, site: Site) -> bool:
    around = Function(site.module, site.module.enclosing_function(site.scope))
    here = exposures_at(site.module, site.statement.guards)
    counts = judged(circumstances)
    return any(
        arrival.loop in IN_CALL and counts(arrival, arrival.exposures & here)
        for arrival in project.reach.arrivals(around, "cord")
    )


def _is_all(site: Site, callee: Expression, *, awaited: bool) -> bool:
    """Say whether a statement does nothing but this call, or await it."""
    if site.statement.kind != "expression":
        return False
    match site.statement.values[0]:
        case Await(value=Call(function=called)) if awaited:
            return called is callee
        case Call(function=called):
            return called is callee and not awaited
        case _:
            return False


def _class_around(module: Module, scope: int) -> int:
    return module.enclosing_class(module.enclosing_function(scope))


def _is_lost(project: Project, function: Function, site: Site, call: Call) -> bool:
    """Say whether background tasks are added that no response is given."""
    if not _BACKGROUND.intersection(external_names(project, site, call.function)):
        return False
    assert isinstance(call.function, Attribute)
    owner = call.function.value
    if not isinstance(owner, Name):
        return False
    return not _is_handed_on(function, owner.id)


def _is_handed_on(function: Function, name: str) -> bool:
    """Say whether a local name is returned, or given to another call."""
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return" and _mentions(statement.values, name):
            return True
        for expression in statement.expressions():
            match expression:
                case Call(arguments=arguments) if _mentions(
                    (each.value for each in arguments), name
                ):
                    return True
    return False


def _mentions(expressions: Iterable[Expression], name: str) -> bool:
    return any(
        isinstance(part, Name) and part.id == name for each in expressions for part in each.walk()
    )
