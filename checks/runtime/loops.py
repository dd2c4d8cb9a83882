"""Objects bound to one event loop, used from another."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity, TraceStep
from chutes_cli.project.facts import Attribute, Await, Call, Expression, Name, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.reach import BRIDGE, Arrival
from chutes_cli.project.targets import Class, External, Function, Instance

_MODULES = ("asyncio", "asyncio.locks", "asyncio.queues", "asyncio.futures")
_BINDING_METHODS = frozenset(
    {"acquire", "release", "wait", "wait_for", "notify", "notify_all", "set", "get", "put",
     "get_nowait", "put_nowait", "join", "task_done", "result", "set_result", "set_exception"}
)  # fmt: skip
"""Methods that wait on, or wake, a loop; asking ``locked()`` or ``qsize()`` is harmless."""
_REPLACEMENTS = {
    "Lock": "threading.Lock",
    "Semaphore": "threading.BoundedSemaphore",
    "BoundedSemaphore": "threading.BoundedSemaphore",
    "Condition": "threading.Condition",
    "Event": "threading.Event",
    "Queue": "queue.Queue",
    "LifoQueue": "queue.LifoQueue",
    "PriorityQueue": "queue.PriorityQueue",
    "Barrier": "threading.Barrier",
    "Future": "concurrent.futures.Future",
}


class LoopBoundObjectShared(Check):
    """An asyncio primitive is shared between cord calls.

    ## What it does
    Finds `asyncio.Lock`, `Semaphore`, `Condition`, `Event`, `Queue`, `Barrier` and
    `Future` objects kept on the chute, on a shared object or at module level, and used by
    code that a cord runs on its own loop. Use through `asyncio.run_coroutine_threadsafe`
    is left alone, and so is an object made and used within one call.

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
        for function, _ in project.reach.reached("cord"):
            arrivals = project.reach.arrivals(function, "cord")
            arrival = next((each for each in arrivals if each.loop != "main"), None)
            if arrival is None or not circumstances.concerns(arrival.exposures):
                continue
            for statement in function.module.statements_in(function.index):
                for used, expression in _uses(project, function.module, statement):
                    yield from self._judge(project, function, arrival, statement, used, expression)

    def _judge(
        self,
        project: Project,
        function: Function,
        arrival: Arrival,
        statement: Statement,
        used: Expression,
        expression: Expression,
    ) -> Iterator[Finding]:
        module = function.module
        for target in project.knowledge.resolver.resolve(module, statement.scope, used):
            primitive = _primitive(target)
            if primitive is None or not _is_shared(project, primitive[1]):
                continue
            kind, made = primitive
            origin = TraceStep(made.module.path, made.span.line, f"asyncio.{kind} is made here")
            yield self.at(
                Site(module, statement, expression),
                f"asyncio.{kind} is shared between cord calls, and each call has its own event "
                f"loop: under load it raises or hangs ({arrival.entry.label})",
                f"use {_REPLACEMENTS[kind]}, or reach it through {BRIDGE} on the start-up loop",
                trace=(origin, *arrival.trace),
            )
            return


def _primitive(target: object) -> tuple[str, Site] | None:
    """Return the kind of a primitive and where it is made, None for anything else."""
    match target:
        case Instance(of=External(name=name), site=Site() as made):
            module, _, kind = name.rpartition(".")
            return (kind, made) if module in _MODULES and kind in _REPLACEMENTS else None
        case _:
            return None


def _uses(
    project: Project, module: Module, statement: Statement
) -> Iterator[tuple[Expression, Expression]]:
    """Yield (object, place) for every use that waits on or wakes an object, bridges left out."""
    if statement.kind == "with":
        yield statement.values[0], statement.values[0]
    for root in statement.values:
        yield from _calls(project, module, statement, root)


def _calls(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> Iterator[tuple[Expression, Expression]]:
    match expression:
        case Call(function=callee):
            if project.knowledge.resolver.dotted(module, statement.scope, callee) == BRIDGE:
                return
            if isinstance(callee, Attribute) and callee.attribute in _BINDING_METHODS:
                yield callee.value, expression
        case Await(value=Name() | Attribute() as awaited):
            yield awaited, expression
    for child in expression.children():
        yield from _calls(project, module, statement, child)


def _is_shared(project: Project, made: Site) -> bool:
    """Say whether one object serves several cord calls.

    It does when it is made at import or start-up, or kept on something that is; an object
    made inside a cord call and held in a local name lives and dies with that call.
    """
    module = made.module
    scope = module.enclosing_function(made.scope)
    if scope == -1:
        return True
    function = Function(module, scope)
    if project.reach.arrivals(function, "import", "on_startup", "job", "route"):
        return True
    if not project.reach.arrivals(function, "cord"):
        return False
    # Made during a cord call: shared only when stored beyond it.
    return any(_outlives(project, made, target) for target in made.statement.targets)


def _outlives(project: Project, made: Site, target: Expression) -> bool:
    """Say whether an assignment target is kept after the call: the chute, or a global."""
    scope = made.statement.scope
    match target:
        case Attribute(value=owner):
            for holder in project.knowledge.resolver.resolve(made.module, scope, owner):
                match holder:
                    case Instance(of=Class()):
                        continue  # the call may have made it
                    case _:
                        return True
            return False
        case Name(id=name):
            return made.module.lookup(name, scope)[0] == 0
        case _:
            return False
