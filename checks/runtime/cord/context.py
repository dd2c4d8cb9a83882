"""Context variables, which cords neither inherit nor, written with `def`, clean up."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity, TraceStep
from chutes_cli.project.facts import Attribute, Call
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Class, External, Function, Instance

from .arriving import IN_CALL, calls_of, external_names, from_cords

_VARIABLE = "contextvars.ContextVar"
_OUTSIDE = ("import", "on_startup", "route")
_OWN_CONTEXT = "contextvars.copy_context.run"


class ContextVariableLeaks(Check):
    """A plain cord sets a context variable and does not reset it.

    ## What it does
    Finds `ContextVar.set()` in plain functions that a cord written with `def` runs, where
    neither the function nor one on the way to it calls `reset()` on the same variable or sets
    it anew in a `finally`. What `__enter__` sets, `__exit__` may reset.

    ## Why it matters
    Plain cords run in a pool of threads, and a thread keeps its context from one call to
    the next. A later call on the same thread, of another caller, reads what this one has
    set: a tenant, a token, a request id. Coroutines have a context of their own per call.

    ## Example
    ```python
    from contextvars import ContextVar

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
    TENANT = ContextVar("tenant", default="nobody")


    class Call(BaseModel):
        tenant: str = Field(max_length=100)


    @chute.cord(public_api_path="/greet", public_api_method="POST")
    def greet(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if args.tenant:
            TENANT.set(args.tenant)
        return {"hello": TENANT.get()}
    ```

    ## Use instead
    ```python
    from contextvars import ContextVar

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
    TENANT = ContextVar("tenant", default="nobody")


    class Call(BaseModel):
        tenant: str = Field(max_length=100)


    @chute.cord(public_api_path="/greet", public_api_method="POST")
    def greet(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        token = TENANT.set(args.tenant or "nobody")
        try:
            return {"hello": TENANT.get()}
        finally:
            TENANT.reset(token)
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: sync cords run in a ThreadPoolExecutor.
    """

    id = "context-variable-leaks"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per variable that stays set."""
        found = from_cords(project, circumstances, *IN_CALL, counts=_shares_context)
        for function, arrival in found:
            if function.scope.is_async:
                continue
            on_the_way = (function, *(each for each, _ in arrival.path))
            reset = {variable for each in on_the_way for variable in _reset(project, each)}
            if any(_has_own_context(project, each) for each in on_the_way):
                continue
            for site, variable in _calls_on(project, function, "set"):
                if variable not in reset:
                    yield self.at(
                        site,
                        "a context variable set here stays set in the thread: later calls of "
                        f"other callers read it ({arrival.entry.label})",
                        "keep what set() returns and reset() with it in a finally, or pass the "
                        "value as an argument",
                        trace=arrival.trace,
                    )


class ContextVariableUnset(Check):
    """A cord reads a context variable that only start-up code or middleware sets.

    ## What it does
    Finds `ContextVar.get()` in code that a cord runs, of a variable that is set while the
    module is imported, by start-up hooks or by middleware, and nowhere by cords.

    ## Why it matters
    Every cord call runs in a thread of its own, which inherits no context: what start-up or
    the request's own middleware has set is not visible there. `get()` raises LookupError,
    or gives the default for ever: every caller becomes the same user.

    ## Example
    ```python
    from contextvars import ContextVar

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )
    REGION = ContextVar("region", default="unknown")


    @chute.on_startup()
    async def prepare(self):
        REGION.set("eu")


    @chute.cord(public_api_path="/region", public_api_method="GET")
    async def region(self) -> dict:
        return {"region": REGION.get()}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.region = "eu"


    @chute.cord(public_api_path="/region", public_api_method="GET")
    async def region(self) -> dict:
        return {"region": self.region}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: cords run in executor threads, which inherit no context.
    """

    id = "context-variable-unset"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per variable that is never set where it is read."""
        set_by_cords = {
            variable
            for function, _ in project.reach.reached("cord")
            for _, variable in _calls_on(project, function, "set")
        }
        set_before = {
            variable: site
            for function, _ in project.reach.reached(*_OUTSIDE)
            for site, variable in _calls_on(project, function, "set")
        }
        for function, arrival in from_cords(project, circumstances, *IN_CALL):
            for site, variable in _calls_on(project, function, "get"):
                at = set_before.get(variable)
                if at is None or variable in set_by_cords:
                    continue
                origin = TraceStep(at.module.path, at.span.line, "the variable is set here")
                yield self.at(
                    site,
                    "a context variable that is set outside cords is not set in a cord call: this "
                    f"gives its default or raises LookupError ({arrival.entry.label})",
                    "keep what start-up knows on the chute, and take what belongs to a request "
                    "from its body",
                    trace=(origin, *arrival.trace),
                )


def _reset(project: Project, function: Function) -> Iterator[Site]:
    """Yield the variables that a function resets, or sets anew in a ``finally``.

    What ``__enter__`` sets, the ``__exit__`` of its class may reset.
    """
    module = function.module
    owner = module.enclosing_class(function.index)
    found = [function]
    if owner != -1 and function.scope.name == "__enter__":
        found += project.knowledge.resolver.members.methods(Class(module, owner), "__exit__")
    for each in found:
        yield from (variable for _, variable in _calls_on(project, each, "reset"))
        for site, variable in _calls_on(project, each, "set"):
            guards = site.module.guards_of(site.statement.guards)
            if any(site.module.facts.guards[index].kind == "finally" for index in guards):
                yield variable


def _shares_context(arrival: Arrival) -> bool:
    """Say whether a call runs in the context of its thread all the way."""
    functions = (arrival.entry.function, *(function for function, _ in arrival.path))
    return not any(each.scope.is_async for each in functions)


def _calls_on(project: Project, function: Function, method: str) -> Iterator[tuple[Site, Site]]:
    """Yield calls of a method of context variables, with the calls that make these."""
    for site in calls_of(function):
        match site.expression:
            case Call(function=Attribute(value=owner, attribute=name)) if name == method:
                for each in project.knowledge.resolver.resolve(site.module, site.scope, owner):
                    match each:
                        case Instance(of=External(name=known), site=Site() as made) if (
                            known == _VARIABLE
                        ):
                            yield site, made


def _has_own_context(project: Project, function: Function) -> bool:
    """Say whether a function runs others in a copy of the context."""
    for site in calls_of(function):
        assert isinstance(site.expression, Call)
        if _OWN_CONTEXT in external_names(project, site, site.expression.function):
            return True
    return False
