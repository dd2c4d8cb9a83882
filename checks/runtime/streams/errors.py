"""Streams that break off without a word."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Await,
    Call,
    Expression,
    Statement,
    Yield,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function

from ...platform.cord.body import running
from .failing import asks_upstream, may_fail
from .generators import goes_through_decorated, handed_on

_LOOPS = frozenset({"for", "while"})
_BRANCHES = frozenset({"if", "else", "except", "match"})


class StreamWithoutErrorEvent(Check):
    r"""A stream that fails half-way looks to its reader like one that is finished.

    ## What it does
    Looks at streaming cords, and the generators of the tree whose items they hand on, for
    loops that yield, and code between two `yield`, that ask a model or an upstream on the way,
    or call functions of the tree that raise or read numbers, and that stand in no `try` whose
    handler yields something too.
    Loops over texts and collections are left alone.

    ## Why it matters
    After the first chunk the status is sent: it is 200. When the generator raises then, the
    answer just ends, with no marker of any kind. The caller takes half an answer for a whole.

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


    class Model:
        def answer(self, text: str, number: int) -> str:
            return f"data: {text[number]}\n\n"


    @chute.on_startup()
    async def load(self):
        self.model = Model()


    @chute.cord(public_api_path="/spell", public_api_method="POST", stream=True)
    async def spell(self, args: Work):
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        for number in range(20):
            yield self.model.answer(args.text, number)
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
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


    class Model:
        def answer(self, text: str, number: int) -> str:
            return f"data: {text[number]}\n\n"


    @chute.on_startup()
    async def load(self):
        self.model = Model()


    @chute.cord(public_api_path="/spell", public_api_method="POST", stream=True)
    async def spell(self, args: Work):
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            for number in range(20):
                yield self.model.answer(args.text, number)
        except Exception:
            logger.exception("the stream broke off")
            yield "event: error\ndata: {}\n\n"
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_iter_generator_in_thread`, and chutes/chute/base.py: the
    response is made with the first chunk (PLATFORM F48).
    """

    id = "stream-without-error-event"
    category = "runtime"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per generator that can break off."""
        told: set[Function] = set()
        for cord, function in running(project):
            if cord.stream is not True or function.module.is_test:
                continue
            for generator, late in _unguarded(project, function):
                found = _first_risk(project, generator, late=late)
                if found is None or generator in told:
                    continue
                told.add(generator)
                yield self.finding(
                    generator.module,
                    found.span,
                    generator.index,
                    f"when this fails after the first chunk, {cord.label} ends its answer with "
                    "status 200 as if it were whole",
                    "catch what fails around the loop and yield an error event in the handler",
                )


def _unguarded(project: Project, function: Function) -> list[tuple[Function, bool]]:
    """Return a stream's function and the generators that it hands on outside every guard.

    With each stands whether something may have been sent when it begins.
    """
    found = [(function, False)]
    for each, begun in found:
        for statement in each.module.statements_in(each.index):
            if _tells(each, statement):
                continue
            late = begun or _is_repeated(each.module, statement) or _has_begun(each, statement)
            for one in handed_on(project, each.module, statement):
                if (one, late) not in found and not _is_wrapped_safely(project, one):
                    found.append((one, late))
    return found


def _is_repeated(module: Module, statement: Statement) -> bool:
    return any(
        module.facts.guards[index].kind in _LOOPS for index in module.guards_of(statement.guards)
    )


def _has_begun(function: Function, statement: Statement) -> bool:
    """Say whether something has been yielded on every way to a statement, loops run through."""
    module = function.module
    around = set(module.guards_of(statement.guards))
    statements = module.statements_in(function.index)
    return any(
        _yields(each)
        and all(
            index in around or module.facts.guards[index].kind not in _BRANCHES
            for index in module.guards_of(each.guards)
        )
        for each in statements[: statements.index(statement)]
    )


def _yields(statement: Statement) -> bool:
    return any(isinstance(each, Yield) for each in statement.expressions())


def _is_wrapped_safely(project: Project, generator: Function) -> bool:
    """Say whether a decorator of the tree goes through a generator and tells of its failures."""
    return any(
        goes_through_decorated(wrapper.module, statement) and _tells(wrapper, statement)
        for wrapper in project.reach.wrappers(generator)
        for statement in wrapper.module.statements_in(wrapper.index)
    )


def _first_risk(project: Project, function: Function, *, late: bool) -> Expression | None:
    """Return the first thing that may fail once something is sent, outside every guard."""
    module = function.module
    statements = module.statements_in(function.index)
    loops = {
        index
        for statement in statements
        if _yields(statement)
        for index in module.guards_of(statement.guards)
        if module.facts.guards[index].kind in _LOOPS
    }
    headers = {module.facts.guards[index].test for index in loops}
    for index in loops:
        swallowed = _swallows(function, index)
        if swallowed is not None:
            return swallowed
    for place, statement in enumerate(statements):
        is_header = bool(headers.intersection(statement.values))
        is_turn = is_header or bool(loops.intersection(module.guards_of(statement.guards)))
        if not is_turn and not (
            (late or _has_begun(function, statement)) and any(map(_yields, statements[place:]))
        ):
            continue
        if _tells(function, statement) or handed_on(project, module, statement):
            continue
        if is_header and asks_upstream(project, module, statement):
            return statement.values[0]
        for expression in statement.expressions():
            if isinstance(expression, Call) and may_fail(
                project, module, statement, expression, guess=is_turn or _waits(statement)
            ):
                return expression
    return None


def _waits(statement: Statement) -> bool:
    return any(isinstance(each, Await) for each in statement.expressions())


def _swallows(function: Function, loop: int) -> Expression | None:
    """Return a `suppress` around a loop after which nothing is yielded any more."""
    module = function.module
    for index in module.guards_of(loop):
        guard = module.facts.guards[index]
        match guard.kind, guard.test:
            case "with", Call(function=callee) as swallowed if last_name(callee) == "suppress":
                return None if _yields_after(function, index) else swallowed
    return None


def _yields_after(function: Function, guard: int) -> bool:
    """Say whether something is yielded behind what a guard stands for."""
    statements = function.module.statements_in(function.index)
    inside = [each for each in statements if guard in function.module.guards_of(each.guards)]
    behind = statements[statements.index(inside[-1]) + 1 :]
    return any(isinstance(part, Yield) for each in behind for part in each.expressions())


def _tells(function: Function, statement: Statement) -> bool:
    """Say whether a failure of a statement is told to the reader by a handler around it."""
    module = function.module
    statements = module.statements_in(function.index)
    for index in module.guards_of(statement.guards):
        for handler in module.facts.guards[index].handlers:
            inside = [each for each in statements if handler in module.guards_of(each.guards)]
            if any(isinstance(part, Yield) for each in inside for part in each.expressions()):
                return True
            if not any(each.kind in ("raise", "return") for each in inside) and any(
                isinstance(part, Yield)
                for each in statements[statements.index(statement) :]
                if index not in module.guards_of(each.guards)
                for part in each.expressions()
            ):
                return True  # it goes on, and yields what the handler left
    return False
