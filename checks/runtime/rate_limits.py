"""Rate limits that a service counts by itself."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Literal, Name, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function

from .shared.places import change, is_locked, spelled

_CLOCKS = frozenset(
    {"time.time", "time.monotonic", "time.perf_counter", "datetime.datetime.now",
     "datetime.datetime.utcnow"}
)  # fmt: skip
_ABOVE = (">", ">=", "<", "<=")


class HomeMadeRateLimit(Check):
    """A rate limit is a counter that each caller's own clock resets.

    ## What it does
    Finds functions that compare a counter with a limit, count it up, and set it back to 0
    once some time has passed since the last time they did so, with no lock around.

    ## Why it matters
    Calls run in threads at the same time: all of them read the counter below the limit
    before one counts it up, so that more pass than may. And who spends the whole quota at
    the end of a window spends the next one a moment later: twice the limit at once. A lock
    and a sliding window, or a library such as `limits`, have neither fault.

    ## Example
    ```python
    import time

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


    class Limit:
        def __init__(self):
            self.count = 0
            self.since = time.time()

        def is_exceeded(self) -> bool:
            if time.time() - self.since > 86400:
                self.count = 0
                self.since = time.time()
            if self.count >= 1000:
                return True
            self.count += 1
            return False


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.limit = Limit()


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if self.limit.is_exceeded():
            raise HTTPException(status_code=429, detail="too many requests")
        return {"length": len(args.prompt)}
    ```

    ## Use instead
    ```python
    import time

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from limits import RateLimitItemPerMinute
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.limiter = MovingWindowRateLimiter(MemoryStorage())


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if not self.limiter.hit(RateLimitItemPerMinute(60), "all"):
            raise HTTPException(status_code=429, detail="too many requests")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: a thread for every call. CWE-362, CWE-770.
    """

    id = "home-made-rate-limit"
    category = "runtime"
    severity = Severity.WARNING
    item = "rate-limiting"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per counter that is reset by the clock."""
        for module in project.modules:
            for index, scope in enumerate(module.facts.scopes):
                if scope.kind != "function" or module.is_test:
                    continue
                statements = module.statements_in(index)
                for statement in statements:
                    place, step = change(module, statement) or ("", 0)
                    if (
                        step == 1
                        and _is_compared(module, statements, place)
                        and _is_reset(project, Function(module, index), place)
                        and not is_locked(module, statement)
                    ):
                        yield self.finding(
                            module, statement.span, index,
                            f"{place} is a rate limit without a lock, set back by the clock: "
                            "calls at the same time pass it, and twice the limit around a reset",
                            "hold a threading.Lock around it and slide the window, or use the "
                            "library limits",
                        )  # fmt: skip


def _is_compared(module: Module, statements: list[Statement], place: str) -> bool:
    """Say whether a test compares a place with something."""
    return any(
        isinstance(each, Operation)
        and each.operator in _ABOVE
        and any(spelled(module, part) == place for part in each.operands)
        for statement in statements
        for root in statement.values
        for each in root.walk()
    )


def _is_reset(project: Project, function: Function, place: str) -> bool:
    """Say whether a place becomes 0 where a test of the elapsed time says so."""
    module = function.module
    for statement in module.statements_in(function.index):
        for target in statement.targets:
            if spelled(module, target) == place and _is_zero(statement):
                for index in module.guards_of(statement.guards):
                    if _asks_the_clock(project, function, index):
                        return True
    return False


def _is_zero(statement: Statement) -> bool:
    return any(isinstance(each, Literal) and each.value == 0 for each in statement.values)


def _asks_the_clock(project: Project, function: Function, guard: int) -> bool:
    test = function.module.facts.guards[guard].test
    return test is not None and any(
        isinstance(each, Call)
        and project.knowledge.resolver.dotted(function.module, function.index, each.function)
        in _CLOCKS
        for part in test.walk()
        for each in _written_out(function, part)
    )


def _written_out(function: Function, part: object) -> Iterator[object]:
    """Yield an expression, and what a local name stands for: `now = time.time()`."""
    yield part
    if isinstance(part, Name):
        _, bindings = function.module.lookup(part.id, function.index)
        yield from (each.value for each in bindings)
