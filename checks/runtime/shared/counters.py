"""Shared values that are read, and written after others could change them."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Await, Call, Expression, Name, Opaque, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, unpacked
from chutes_cli.project.targets import Function

from ..cord.arriving import from_cords
from .places import Places, awaits, between, is_locked, spelled
from .readings import Readings, Write

_SAME = frozenset({"==", "!=", "is", "is not"})


class SharedCounterRace(Check):
    """A shared value is read, and written back after an await.

    ## What it does
    Finds code that a cord runs which reads an attribute of the chute or of a shared object,
    a global or an entry of one, awaits something, and then writes what it makes of the old
    value, with no lock held in between. A helper that reads or keeps the value, with a lock of
    its own perhaps, counts as well. `self.n += 1` is no finding: nothing is awaited.

    ## Why it matters
    Calls run at the same time, each in its own thread. What another call writes during the
    await is lost: of eight calls that count themselves so, four were counted.

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
        self.served = 0


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        served = self.served
        await asyncio.sleep(0.2)
        self.served = served + 1
        return {"served": self.served}
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
        self.served = 0
        self.lock = threading.Lock()


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        await asyncio.sleep(0.2)
        with self.lock:
            self.served += 1
            return {"served": self.served}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: a thread and an event loop for every call.
    """

    id = "shared-counter-race"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per write that loses what others have written."""
        places = Places(project)
        readings = Readings(project)
        for function, arrival in from_cords(project, circumstances, "cord", "main"):
            module = function.module
            if any(map(_holds_lock, project.reach.wrappers(function))):
                continue
            for statement in module.statements_in(function.index):
                for write in readings.writes(module, statement):
                    if not _loses(readings, function, statement, write):
                        continue
                    at = write.target
                    if places.is_shared(at.module, at.statement, at.expression):
                        yield self.at(
                            write.site,
                            f"{write.place} is read, and written after an await: what other "
                            f"calls write meanwhile is lost ({arrival.entry.label})",
                            "read and write it without an await in between, and hold a "
                            "threading.Lock around both",
                            trace=arrival.trace,
                        )


def _holds_lock(wrapper: Function) -> bool:
    """Say whether a decorator's wrapper runs what the decorator is given under a lock."""
    return any(
        isinstance(each, Name)
        and _is_given(wrapper, each.id)
        and is_locked(wrapper.module, statement)
        for statement in wrapper.module.statements_in(wrapper.index)
        for each in statement.expressions()
    )


def _is_given(wrapper: Function, name: str) -> bool:
    """Say whether a name is a parameter of a function around another."""
    where, bindings = wrapper.module.lookup(name, wrapper.index)
    return where != wrapper.index and any(each.parameter for each in bindings)


def _loses(readings: Readings, function: Function, statement: Statement, write: Write) -> bool:
    """Say whether a write rests on a value read before an await."""
    module, place, value = function.module, write.place, write.value
    if statement.kind == "augment":
        # `x += await f()` reads x first.
        return _awaits_in(value) and not is_locked(module, statement)
    if _reads_before_await(module, value, place):
        return not is_locked(module, statement)
    for read, source, direct in _reads(readings, function, statement, value, place):
        if is_locked(module, read, statement):
            continue
        if direct and readings.is_held(module, read, source, place):
            continue  # put back as it was
        after = list(between(function, read, statement))
        waits = [each for each in after if awaits(each)]
        if (waits or _awaits_in(value)) and not _asks_again(
            readings, module, after[after.index(waits[-1]) + 1 :] if waits else [], place
        ):
            return True
    return False


def _reads(
    readings: Readings, function: Function, before: Statement, value: Expression, place: str
) -> Iterator[tuple[Statement, Expression, bool]]:
    """Yield the reads of a place that a value is made of, by the names in it.

    Yields:
        The assignment to the name, what is assigned, and whether the value is that name alone,
        to which nothing was added.
    """
    module = function.module
    for name in {each.id for each in value.walk() if isinstance(each, Name)}:
        found = _last_read(function, before, name)
        if found is None:
            continue
        read, source = found
        if readings.reads(module, read, source, place):
            added = any(
                each.kind == "augment" and isinstance(each.targets[0], Name)
                and each.targets[0].id == name
                for each in between(function, read, before)
            )  # fmt: skip
            yield read, source, isinstance(value, Name) and not added
        elif _is_computed(source):
            for first, whole, _ in _reads(readings, function, read, source, place):
                yield first, whole, False


def _is_computed(value: Expression) -> bool:
    """Say whether a value is made of others by operators alone: nothing else decides on it."""
    return isinstance(value, Operation) and not any(
        isinstance(each, Await | Call) for each in value.walk()
    )


def _asks_again(readings: Readings, module: Module, after: list[Statement], place: str) -> bool:
    """Say whether a place is held against what was read, after all has been awaited."""
    return any(
        isinstance(each, Operation)
        and each.operator in _SAME
        and any(readings.is_held(module, statement, side, place) for side in each.operands)
        for statement in after
        if statement.kind in ("test", "assert")
        for each in statement.expressions()
    )


def _reads_before_await(module: Module, value: Expression, place: str) -> bool:
    """Say whether an expression reads a place and awaits afterwards."""
    has_read = False
    for each in value.walk():
        if spelled(module, each) == place:
            has_read = True
        elif isinstance(each, Await) and has_read:
            return True
    return False


def _awaits_in(value: Expression) -> bool:
    return any(isinstance(each, Await) for each in value.walk())


def _last_read(
    function: Function, write: Statement, name: str
) -> tuple[Statement, Expression] | None:
    """Return the assignment that last gave a local name its value before a write, and that.

    What was added to it since makes no other value of it.
    """
    found: tuple[Statement, Expression] | None = None
    for each in function.module.statements_in(function.index):
        if each is write:
            break
        for part, value in _bound(each):
            if isinstance(part, Name) and part.id == name:
                found = (each, value) if value is not None else None
    return found


def _bound(statement: Statement) -> Iterator[tuple[Expression, Expression | None]]:
    """Yield what a statement binds anew, each with its value where it is assigned one."""
    for each in statement.expressions():
        match each:
            case Opaque(kind="NamedExpr", names=(name,), parts=(value,)):
                yield Name(each.span, name), value
    match statement:
        case Statement(kind="augment") | Statement(kind="annotate", values=(_,)):
            return
        case (
            Statement(kind="assign", values=(value,))
            | Statement(kind="annotate", values=(_, value))
        ):
            for target in statement.targets:
                yield from unpacked(statement, target) or [(target, value)]
        case _:
            yield from ((target, None) for target in statement.targets)
