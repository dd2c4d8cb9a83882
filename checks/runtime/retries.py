"""Calls that are tried again when they fail."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.retrying import DEADLINES, NEVER, STOPS, WAITING
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Call,
    Collection,
    Expression,
    Literal,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Function

from .cord.arriving import calls_of, from_cords

_LOOPS = ("while", "for")
_LEAVING = ("return", "break")


class RetryWithoutBound(Check):
    """What fails is tried again, for ever.

    ## What it does
    Finds loops `while True` in code that a cord runs which try something, leave when it
    succeeds and go round again when it fails, with no count, no deadline and no failure
    that is let through; and `tenacity`, `backoff` and `retrying` without a stop.

    ## Why it matters
    While a dependency is down no call ever ends: each keeps its place until `concurrency`
    is used up and everybody else is answered 429, and the retries of all of them meet the
    dependency when it comes back. The gateway has long given up the request.

    ## Example
    ```python
    import asyncio

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
        allow_external_egress=True,
    )


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    async def embedded(text: str) -> list:
        while True:
            try:
                async with httpx.AsyncClient(timeout=10) as client:
                    answer = await client.post("https://api.example.org/v1", json={"text": text})
                    return answer.json()["vector"]
            except httpx.HTTPError:
                await asyncio.sleep(1)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"vector": await embedded(args.prompt)}
    ```

    ## Use instead
    ```python
    import asyncio
    import random

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
        allow_external_egress=True,
    )


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    async def embedded(text: str) -> list:
        for attempt in range(4):
            try:
                async with httpx.AsyncClient(timeout=10) as client:
                    answer = await client.post("https://api.example.org/v1", json={"text": text})
                    return answer.json()["vector"]
            except httpx.HTTPError:
                await asyncio.sleep(2**attempt * random.uniform(0.5, 1))
        raise HTTPException(status_code=429, detail="try again later")


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"vector": await embedded(args.prompt)}
    ```

    ## Source
    tenacity `stop_never`, backoff `max_tries=None`: both are the defaults.
    """

    id = "retry-without-bound"
    category = "runtime"
    severity = Severity.WARNING
    item = "retries"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per retry that never gives up."""
        loops = ("cord", "main", "thread")
        for function, arrival in from_cords(project, circumstances, *loops, counts=_is_awaited):
            module = function.module
            for handler in _retrying_handlers(module, function):
                yield self.finding(
                    module, handler.span, function.index,
                    "this is tried again as long as it fails: nothing counts the tries or "
                    f"looks at the clock ({arrival.entry.label})",
                    "give up after some tries or at a deadline, and wait longer each time",
                    trace=arrival.trace,
                )  # fmt: skip
            for expression, name in _endless(project, function):
                yield self.finding(
                    module, expression.span, function.index,
                    f"{name} tries again for ever unless it is told to stop "
                    f"({arrival.entry.label})",
                    f"give it {' or '.join(STOPS[name][:2])}",
                    trace=arrival.trace,
                )  # fmt: skip


def _is_awaited(arrival: Arrival) -> bool:
    """Say whether somebody waits: not for a task, nor for what is under a deadline."""
    return not arrival.task and not any(
        isinstance(each, Call) and last_name(each.function) in DEADLINES
        for _, statement in arrival.path
        for each in statement.expressions()
    )


def _endless(project: Project, function: Function) -> Iterator[tuple[Expression, str]]:
    """Yield uses of retry libraries that never stop, with their names."""
    resolver = project.knowledge.resolver
    module = function.module
    used = [(function.scope.parent, each) for each in function.scope.decorators]
    used += [(function.index, site.expression) for site in calls_of(function)]
    for scope, each in used:
        callee = each.function if isinstance(each, Call) else each
        name = resolver.dotted(module, scope, callee)
        arguments = each.arguments if isinstance(each, Call) else ()
        if name in STOPS and not any(
            argument.star == "**"
            or (
                argument.keyword in STOPS[name]
                and resolver.dotted(module, scope, argument.value) not in NEVER
                and not (isinstance(argument.value, Literal) and argument.value.value is None)
            )
            for argument in arguments
        ):
            yield each, name


def _retrying_handlers(module: Module, function: Function) -> Iterator[Statement]:
    """Yield each ``except`` that goes round an endless loop again, the first of a ``try``."""
    statements = module.statements_in(function.index)
    for attempt, guard in enumerate(module.facts.guards):
        loop = _loop_of(module, guard.parent)
        if _is_timed(module, attempt):
            continue
        inside = [each for each in statements if loop in module.guards_of(each.guards)]
        tried = [each for each in inside if attempt in module.guards_of(each.guards)]
        rest = [each for each in inside if each not in tried]
        if any(each.kind == "raise" or _is_conditional_end(module, loop, each) for each in rest):
            continue
        succeeds = [each for each in inside if each.kind in ("return", "break")]
        if not any(_loop_of(module, each.guards) == loop for each in succeeds):
            continue
        for handler in statements:
            if handler.handles in guard.handlers and _goes_round(module, handler, inside, tried):
                yield handler
                break


def _loop_of(module: Module, guards: int) -> int:
    """Return the innermost loop around a guard if it is endless, -1 otherwise."""
    for index in module.guards_of(guards):
        guard = module.facts.guards[index]
        if guard.kind in _LOOPS:
            return index if isinstance(guard.test, Literal) and guard.test.value else -1
    return -1


def _is_timed(module: Module, attempt: int) -> bool:
    return any(
        isinstance(test := module.facts.guards[index].test, Call)
        and last_name(test.function) in DEADLINES
        for index in module.guards_of(attempt)
    )


def _is_conditional_end(module: Module, loop: int, statement: Statement) -> bool:
    """Say whether a statement leaves the loop under a condition: a count, or a deadline."""
    if statement.kind not in ("return", "break"):
        return False
    around = list(module.guards_of(statement.guards))
    return any(module.facts.guards[each].kind == "if" for each in around[: around.index(loop)])


def _goes_round(
    module: Module, handler: Statement, inside: list[Statement], tried: list[Statement]
) -> bool:
    """Say whether a handler does nothing but have the same tried again."""
    if _names(handler.values) & WAITING:
        return False
    body = [each for each in inside if handler.handles in module.guards_of(each.guards)]
    if any(each.kind in _LEAVING for each in body):
        return False
    changed = {module.snippet(target.span) for each in body for target in each.targets}
    read = {module.snippet(part.span) for each in tried for part in each.expressions()}
    return not changed & read


def _names(caught: tuple[Expression, ...]) -> set[str]:
    parts = [
        part
        for each in caught
        for part in (each.items if isinstance(each, Collection) else (each,))
    ]
    return {last_name(each) for each in parts}
