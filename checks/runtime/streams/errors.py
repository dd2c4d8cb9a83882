"""Streams that break off without a word."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.streams import HARMLESS_METHODS, READS_TEXT, UPSTREAM_MODULES
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
    Yield,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import External, Function, Instance
from chutes_cli.project.tasks import handed_to_thread

from ...platform.cord.body import running
from .generators import goes_through_decorated, handed_on

_LOOPS = frozenset({"for", "while"})
_DEEPEST = 3
"""Functions that call functions."""


class StreamWithoutErrorEvent(Check):
    r"""A stream that fails half-way looks to its reader like one that is finished.

    ## What it does
    Looks at streaming cords, and the generators of the tree whose items they hand on, for
    loops that yield and ask a model or an upstream on the way, or call functions of the tree
    that raise or read numbers, and that stand in no `try` whose handler yields something too.
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
            for generator in _unguarded(project, function):
                found = _first_risk(project, generator)
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


def _unguarded(project: Project, function: Function) -> list[Function]:
    """Return a stream's function and the generators that it hands on outside every guard."""
    found = [function]
    for each in found:
        for statement in each.module.statements_in(each.index):
            if _tells(each, statement):
                continue
            for one in handed_on(project, each.module, statement):
                if one not in found and not _is_wrapped_safely(project, one):
                    found.append(one)
    return found


def _is_wrapped_safely(project: Project, generator: Function) -> bool:
    """Say whether a decorator of the tree goes through a generator and tells of its failures."""
    return any(
        goes_through_decorated(wrapper.module, statement) and _tells(wrapper, statement)
        for wrapper in project.reach.wrappers(generator)
        for statement in wrapper.module.statements_in(wrapper.index)
    )


def _first_risk(project: Project, function: Function) -> Expression | None:
    """Return the first thing that may fail in a loop that yields, outside every guard."""
    module = function.module
    statements = module.statements_in(function.index)
    loops = {
        index
        for statement in statements
        if any(isinstance(each, Yield) for each in statement.expressions())
        for index in module.guards_of(statement.guards)
        if module.facts.guards[index].kind in _LOOPS
    }
    headers = {module.facts.guards[index].test for index in loops}
    for index in loops:
        swallowed = _swallows(function, index)
        if swallowed is not None:
            return swallowed
    for statement in statements:
        is_header = bool(headers.intersection(statement.values))
        if not is_header and not loops.intersection(module.guards_of(statement.guards)):
            continue
        if _tells(function, statement) or handed_on(project, module, statement):
            continue
        if is_header and _asks_upstream(project, module, statement):
            return statement.values[0]
        for expression in statement.expressions():
            if isinstance(expression, Call) and _may_fail(project, module, statement, expression):
                return expression
    return None


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


def _asks_upstream(project: Project, module: Module, header: Statement) -> bool:
    """Say whether a loop goes through what somebody else sends bit by bit."""
    if header.is_async:
        return True
    if not isinstance(header.values[0], Name):
        return False
    targets = project.knowledge.resolver.resolve(module, header.scope, header.values[0])
    return any(
        _is_foreign(each.of.name)
        for each in targets
        if isinstance(each, Instance) and isinstance(each.of, External) and each.site
    )


def _may_fail(project: Project, module: Module, statement: Statement, call: Call) -> bool:
    resolver = project.knowledge.resolver
    callee = handed_to_thread(resolver, module, statement.scope, call) or call.function
    match callee:
        case Attribute(attribute=method) if method in HARMLESS_METHODS:
            return False
    targets = resolver.resolve(module, statement.scope, callee)
    names = [each.name for each in targets if isinstance(each, External)]
    if names:
        return any(
            _is_foreign(name) or (name in READS_TEXT and _is_sent(project, module, statement, call))
            for name in names
        )
    own = [each for each in targets if isinstance(each, Function)]
    if own:
        return any(_own_may_fail(project, each) for each in own)
    # What is called on self, or on an object, is a model or an upstream more often than not.
    return isinstance(callee, Attribute)


def _is_sent(project: Project, module: Module, statement: Statement, call: Call) -> bool:
    """Say whether a call reads what a caller sends."""
    return any(
        project.taint.origin(Site(module, statement, each.value), Threat.DATA) is not None
        for each in call.arguments[:1]
    )


def _own_may_fail(project: Project, function: Function, depth: int = 0) -> bool:
    """Say whether a function of the tree raises, reads numbers or asks an upstream."""
    if depth == _DEEPEST:
        return False
    module = function.module
    for statement in module.statements_in(function.index):
        if _is_tried(module, statement):
            continue
        if statement.kind == "raise":
            return True
        for each in statement.expressions():
            if not isinstance(each, Call):
                continue
            for target in project.knowledge.resolver.resolve(module, function.index, each.function):
                match target:
                    case External(name=name) if name in READS_TEXT:
                        if any(_may_be_text(function, one.value) for one in each.arguments[:1]):
                            return True
                    case External(name=name, receiver=None) if _is_asking(name):
                        return True
                    case Function() if _own_may_fail(project, target, depth + 1):
                        return True
    return False


def _is_tried(module: Module, statement: Statement) -> bool:
    guards = module.facts.guards
    return any(guards[index].handlers for index in module.guards_of(statement.guards))


def _may_be_text(function: Function, value: Expression) -> bool:
    """Say whether what is read as a number may be anything: a name, an entry, not a result."""
    match value:
        case Name(id=name):
            annotations = [
                each.annotation for each in function.scope.parameters if each.name == name
            ]
            return not any(
                isinstance(each, Name) and each.id in ("int", "float") for each in annotations
            )
        case Operation(operator="[]") | Opaque(kind="Bound"):
            return True
        case _:
            return False


def _is_asking(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in UPSTREAM_MODULES)


def _is_foreign(name: str) -> bool:
    """Say whether something of a library asks a model or an upstream, as far as names tell."""
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names:
        return _is_asking(name)
    return True
