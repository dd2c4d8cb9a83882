"""Streams that can outgrow the queue to their reader."""

from __future__ import annotations

import math
from collections.abc import Iterator
from math import prod

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Name,
    Operation,
    Statement,
    Yield,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function
from chutes_cli.project.values import Known

from ...platform.cord.body import running
from ..turns import Turns
from ..ways import calls, judged, steps
from .generators import called, goes_through_decorated, handed_on

_QUEUE = 64
"""Slots of the SDK's queue between a stream's worker and its reader (cord.py)."""
_ORDERS = frozenset({"<", ">", "<=", ">="})
_LOOPS = frozenset({"for", "while"})
_COLLECTS = frozenset({"append", "extend", "write", "add"})
_CLOCKS = frozenset({"time", "monotonic", "perf_counter", "monotonic_ns", "time_ns", "now"})


class StreamWorkerLeak(Check):
    """A stream yields item by item, without knowing how many there will be.

    ## What it does
    Follows streaming cords, and the generators of the tree they hand on, to each `yield` in a
    loop that can go round more than 64 times: a `while`, or a `for` over something of unknown
    length. A `yield` under a condition that asks a buffer's size or the time is left alone,
    and so is a chute whose start-up watches the tasks of its streams (`asyncio.all_tasks`).

    ## Why it matters
    Between a stream and its reader stands a queue of 64 chunks. When the reader leaves, the
    worker thread goes on, and with more than 64 chunks to go it waits for ever for a free
    slot. The pool has `max(4, concurrency + 1)` threads: after as many dropped streams every
    cord hangs, while `/_ping` still answers.

    ## Example
    ```python
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
        text: str = Field(max_length=4000)


    @chute.cord(public_api_path="/spell", public_api_method="POST", stream=True)
    async def spell(self, args: Work):
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        for letter in args.text:
            yield letter
    ```

    ## Use instead
    ```python
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
        text: str = Field(max_length=4000)


    @chute.cord(public_api_path="/spell", public_api_method="POST", stream=True)
    async def spell(self, args: Work):
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        buffer = ""
        for letter in args.text:
            buffer += letter
            if len(buffer) >= 100:
                yield buffer
                buffer = ""
        yield buffer
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_iter_generator_in_thread`: `queue.put(...).result()`
    into a queue of 64, without a limit of time (PLATFORM F49, F50).
    """

    id = "stream-worker-leak"
    category = "runtime"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per loop that yields each item."""
        if _is_watched(project, circumstances):
            return
        for cord, function in running(project):
            if cord.stream is not True or function.module.is_test:
                continue
            for generator in _feeding(project, function):
                for loop in _endless(project, generator):
                    yield self.finding(
                        generator.module,
                        loop.span,
                        generator.index,
                        f"{cord.label} yields each item of this loop: once a reader leaves "
                        f"with more than {_QUEUE} chunks to go, a worker thread is lost",
                        "collect items and yield when enough of them, or enough time, has come "
                        "together",
                    )


def _feeding(project: Project, function: Function) -> list[Function]:
    """Return a stream's function and the generators whose items it hands on one by one."""
    found = [function]
    for each in found:
        for statement in each.module.statements_in(each.index):
            if statement.kind == "for" and _is_thinned(project, each, statement):
                continue
            for one in handed_on(project, each.module, statement):
                if one not in found:
                    found.append(one)
    return found


def _is_thinned(project: Project, function: Function, loop: Statement) -> bool:
    """Say whether a loop yields for some of its items only, or for several together."""
    module = function.module
    index = next(
        (place for place, each in enumerate(module.facts.guards) if each.test is loop.values[0]), -1
    )
    inside = [
        each
        for each in module.statements_in(function.index)
        if index in module.guards_of(each.guards)
        and any(isinstance(part, Yield) for part in each.expressions())
    ]
    return all(
        _collects(project, function, index, _conditions(module, each, index)) for each in inside
    )


def _conditions(module: Module, statement: Statement, loop: int) -> list[Expression]:
    """Return the conditions of a statement inside a loop."""
    found: list[Expression] = []
    for index in module.guards_of(statement.guards):
        if index == loop:
            break
        test = module.facts.guards[index].test
        found += [test] if test is not None else []
    return found


def _is_watched(project: Project, circumstances: Circumstances) -> bool:
    """Say whether start-up code looks at the running tasks, as a reaper of stuck puts does."""
    return any(
        getattr(target, "name", None) == "asyncio.all_tasks"
        for step in steps(project, judged(circumstances), "on_startup")
        for _, targets in calls(project, step)
        for target in targets
    )


def _endless(project: Project, function: Function) -> Iterator[Expression]:
    """Yield each loop that yields once for every item, unless the items are few."""
    module = function.module
    for statement in module.statements_in(function.index):
        if not any(isinstance(each, Yield) for each in statement.expressions()):
            continue
        loops = [
            (index, guard.kind, guard.test)
            for index in module.guards_of(statement.guards)
            if (guard := module.facts.guards[index]).kind in _LOOPS and guard.test is not None
        ]
        most = prod(_rounds(project, function, kind, test) for _, kind, test in loops)
        if most <= _QUEUE:
            continue
        index, _, test = loops[0]
        if not _collects(project, function, index, _conditions(module, statement, index)):
            yield test


def _rounds(project: Project, function: Function, kind: str, test: Expression) -> float:
    """Return how often a loop goes round at most; infinite where nothing tells."""
    at = Statement("for", function.index, -1, test.span, values=(test,))
    if goes_through_decorated(function.module, at):
        return 1  # what it is put on counts
    if called(project, function.module, at, test):
        return 1  # that generator's own loops count
    most = Turns(project).of(function.module, function.index, kind, test)
    return min(most, _refused_above(project, function, test))


def _refused_above(project: Project, function: Function, iterated: Expression) -> float:
    """Return the length above which a function refuses what it goes over, infinite for none."""
    module = function.module
    names = {each.id for each in iterated.walk() if isinstance(each, Name)}
    found = math.inf
    for statement in module.statements_in(function.index):
        around = list(module.guards_of(statement.guards))[:1]
        for guard in (module.facts.guards[index] for index in around):
            if statement.kind not in ("raise", "return") or guard.kind != "if":
                continue
            for test in _either(guard.test):
                match test:
                    case Operation(
                        operator=">" | ">=",
                        operands=(
                            Call(
                                function=Name(id="len"), arguments=(Argument(value=Name(id=one)),)
                            ),
                            limit,
                        ),
                    ) if one in names:
                        value = project.knowledge.evaluator.value(module, function.index, limit)
                        if isinstance(value, Known) and isinstance(value.value, int):
                            found = min(found, value.value)
    return found


def _either(test: Expression | None) -> tuple[Expression, ...]:
    """Return the conditions of which one is enough."""
    match test:
        case Operation(operator="or", operands=parts):
            return parts
        case None:
            return ()
        case _:
            return (test,)


def _collects(
    project: Project, function: Function, loop: int, conditions: list[Expression]
) -> bool:
    """Say whether conditions in a loop ask the time, or what the loop has collected."""
    gathered: set[str] = set()
    module = function.module
    begun = _begun_anew(function, loop)
    for statement in module.statements_in(function.index):
        if loop not in module.guards_of(statement.guards):
            continue
        if statement.kind == "augment":
            gathered |= {each.id for each in statement.targets if isinstance(each, Name)}
        for expression in statement.expressions():
            match expression:
                case Call(function=Attribute(value=Name(id=name), attribute=method)) if (
                    method in _COLLECTS
                ):
                    gathered.add(name)
        for target in statement.targets:  # buffer = buffer + token
            match target, statement.values:
                case Name(id=name), (Operation(operator="+", operands=(Name(id=left), _)),) if (
                    name == left
                ):
                    gathered.add(name)
    return any(
        (isinstance(each, Operation) and each.operator == "%")  # each so-and-so-manieth
        or (isinstance(each, Name) and each.id in gathered)
        or (isinstance(each, Operation) and each.operator in _ORDERS
            and any(isinstance(one, Name) and one.id in begun for one in each.walk()))
        or (isinstance(each, Call) and isinstance(each.function, Attribute)
            and each.function.attribute in _CLOCKS)
        for test in conditions
        if not _is_always_reached(project, function, test)
        for each in test.walk()
    )  # fmt: skip


def _begun_anew(function: Function, loop: int) -> set[str]:
    """Return the names that a loop assigns under a condition: where the next part begins."""
    module = function.module
    return {
        each.id
        for statement in module.statements_in(function.index)
        if statement.kind == "assign"
        and loop in (guards := list(module.guards_of(statement.guards)))
        and guards[0] != loop
        for target in statement.targets
        for each in target.walk()
        if isinstance(each, Name)
    }


def _is_always_reached(project: Project, function: Function, test: Expression) -> bool:
    """Say whether one item is enough for a condition: ``len(held) >= 1``."""
    match test:
        case Operation(
            operator=">=" | "==" | ">" as operator, operands=(Call(function=Name(id="len")), most)
        ):
            evaluator = project.knowledge.evaluator
            match evaluator.value(*evaluator.held(function.module, function.index, most)):
                case Known(value=int() as least):
                    return least <= (0 if operator == ">" else 1)
    return False
