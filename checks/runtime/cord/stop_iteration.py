"""StopIteration that leaves a sync cord."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.iterators import ENDING
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.running import catches
from chutes_cli.project.targets import Class, External, Function, Instance, Target
from chutes_cli.project.values import Known

from .arriving import IN_CALL, external_names, from_cords

_STOP = "StopIteration"
_LEAST = "min_length"
_ASK_FOR_A_TYPE = frozenset({"isinstance", "hasattr"})
_LAZY = frozenset({"Lambda", "GeneratorExp"})


class StopIterationEscapes(Check):
    """StopIteration can leave a cord that is a plain function.

    ## What it does
    Finds `next(...)` without a default, and `raise StopIteration`, in plain functions that
    a cord written with `def` runs, where nothing on the way catches it. It reports `next()`
    on a search (`next(x for x in items if ...)`), on `iter(...)`, `filter(...)` and other
    iterators that can be empty; not on what never ends, nor on `model.parameters()`.

    ## Why it matters
    A plain cord runs in a thread, and its outcome travels through a future. A future cannot
    carry StopIteration: the outcome is lost, and the caller waits for an answer until it
    gives up or the SDK's limit of half an hour is over. Nothing is logged. A search that
    finds nothing is enough.

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
    VOICES = ("anna", "otto")


    class Choice(BaseModel):
        prefix: str = Field(max_length=20)


    @chute.cord(public_api_path="/voice", public_api_method="POST")
    def voice(self, args: Choice) -> dict:
        if not isinstance(args, Choice):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"voice": next(name for name in VOICES if name.startswith(args.prefix))}
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
    VOICES = ("anna", "otto")


    class Choice(BaseModel):
        prefix: str = Field(max_length=20)


    @chute.cord(public_api_path="/voice", public_api_method="POST")
    def voice(self, args: Choice) -> dict:
        if not isinstance(args, Choice):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        found = next((name for name in VOICES if name.startswith(args.prefix)), None)
        if found is None:
            raise HTTPException(status_code=400, detail="no such voice")
        return {"voice": found}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: sync cords run in an executor; Python's
    `Future.set_exception` refuses StopIteration.
    """

    id = "stop-iteration-escapes"
    category = "runtime"
    severity = Severity.ERROR
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per place that StopIteration can come from."""
        for function, arrival in from_cords(project, circumstances, *IN_CALL, counts=_is_plain):
            if not _is_plain_function(function):
                continue
            for site, raised in _sources(project, function):
                if catches(site.module, site.statement.guards, _STOP, turned=True):
                    continue
                what = "raises" if raised else "can raise"
                yield self.at(
                    site,
                    f"this {what} StopIteration, which a thread's outcome cannot carry: the call "
                    f"never gets an answer ({arrival.entry.label})",
                    "raise HTTPException(status_code=400)" if raised else
                    "give next() a default and answer 400 when there is nothing",
                    trace=arrival.trace,
                )  # fmt: skip


def _is_plain(arrival: Arrival) -> bool:
    """Say whether StopIteration would come all the way through to a plain cord."""
    return all(
        _is_plain_function(function)
        and not catches(function.module, statement.guards, _STOP, turned=True)
        for function, statement in arrival.path
    )


def _is_plain_function(function: Function) -> bool:
    """Coroutines and generators turn StopIteration into RuntimeError (PEP 479)."""
    return not (function.scope.is_async or function.scope.is_generator)


def _sources(project: Project, function: Function) -> Iterator[tuple[Site, bool]]:
    module = function.module
    for statement in module.statements_in(function.index):
        if statement.kind == "raise" and statement.values:
            raised = statement.values[0]
            callee = raised.function if isinstance(raised, Call) else raised
            site = Site(module, statement, raised)
            if external_names(project, site, callee) == [f"builtins.{_STOP}"]:
                yield site, True
        for root in (*statement.values, *statement.targets):
            for each in _eager(root):
                if _can_be_empty(project, module, statement, each):
                    yield Site(module, statement, each), False


def _eager(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and its parts, those left out that are evaluated later."""
    if isinstance(expression, Opaque) and expression.kind in _LAZY:
        return
    yield expression
    for child in expression.children():
        yield from _eager(child)


def _can_be_empty(project: Project, module: Module, statement: Statement, call: Expression) -> bool:
    """Say whether a call takes the next item of an iterator that can have none."""
    site = Site(module, statement, call)
    match call:
        case Call(function=Name(id="next") as callee, arguments=(one,)) if not one.star:
            if external_names(project, site, callee) != ["builtins.next"]:
                return False
            taken = one.value
        case Call(function=Attribute(value=taken, attribute="__next__"), arguments=()):
            pass
        case Call(function=Name() as pull, arguments=()):
            *_, held = project.knowledge.evaluator.held(module, statement.scope, pull)
            if not isinstance(held, Attribute) or held.attribute != "__next__":
                return False
            taken = held.value
        case _:
            return False
    at, where, held = project.knowledge.evaluator.held(module, statement.scope, taken)
    if (at, where) == (module, statement.scope):
        taken = held
    if isinstance(taken, Opaque) and taken.kind == "GeneratorExp":
        return _searches(taken) or not _is_asked_about(project, module, statement, taken.parts[0])
    found = project.knowledge.resolver.resolve(module, statement.scope, taken)
    return any(_ends(project, module, statement, each) for each in found) or _is_ending_generator(
        project, module, statement, taken
    )


def _searches(generator: Opaque) -> bool:
    """Say whether a generator expression has a condition: more than what it goes over and gives."""
    return len(generator.parts) > len(("iterable", "item"))


def _ends(project: Project, module: Module, statement: Statement, target: Target) -> bool:
    match target:
        case Instance(of=External(name=name), site=Site(expression=Call(arguments=arguments))):
            if name not in ENDING:
                return False
            return not _is_asked_about(
                project, module, statement, *(each.value for each in arguments)
            )
        case _:
            return False


def _is_asked_about(
    project: Project, module: Module, statement: Statement, *over: Expression
) -> bool:
    """Say whether something is known to have items, as far as can be told.

    It is when the function tests it, when it is a field that may not be empty, and when it
    belongs to the service rather than to the request: what start-up has filled is rarely empty.
    """
    parts = [part for each in over for part in each.walk()]
    if any(isinstance(part, Opaque) for part in parts):
        return False  # what a comprehension goes over is anybody's guess
    names = {part.id for part in parts if isinstance(part, Name)}
    first = module.scope(module.enclosing_function(statement.scope)).parameters[:1]
    if names <= {each.name for each in first if each.name == "self"}:
        return True
    if all(module.lookup(name, statement.scope)[0] == 0 for name in names):
        return True
    if len(over) == 1 and _never_empty(project, module, statement, over[0]):
        return True
    asked = [
        way
        for each in module.statements_in(statement.scope)
        if each.kind == "test"
        for value in each.values
        for way in _ways(value)
    ]
    return any(
        all(one == other for one, other in zip(way, mine, strict=False))
        for each in over
        for mine in _ways(each)
        for way in asked
    )


def _never_empty(project: Project, module: Module, statement: Statement, over: Expression) -> bool:
    """Say whether something is a field of a model that refuses to be empty."""
    if not isinstance(over, Attribute):
        return False
    owners = project.knowledge.resolver.resolve(module, statement.scope, over.value)
    for owner in owners:
        if isinstance(owner, Instance) and isinstance(owner.of, Class):
            for each in project.schemas.fields(owner.of):
                match each.shape.bounds.get(_LEAST):
                    case Known(value=int() as least) if each.name == over.attribute:
                        return least > 0
    return False


def _ways(expression: Expression) -> Iterator[tuple[str, ...]]:
    """Yield the names, fields and entries that an expression speaks of, each with its way there.

    What only its type is asked of is not spoken of.
    """
    way = _way(expression)
    if way:
        yield way
    match expression:
        case Call(function=Name(id=name)) if name in _ASK_FOR_A_TYPE:
            return
        case Call(function=function, arguments=given):
            callee = () if way or isinstance(function, Name) else (function,)
            below: tuple[Expression, ...] = (*callee, *(each.value for each in given))
        case _:
            below = () if way else expression.children()
    for each in below:
        yield from _ways(each)


def _way(expression: Expression) -> tuple[str, ...]:
    """Return the way to a place: ``("args", "words")`` for ``args["words"]``; else nothing.

    What a method makes of a place counts as that place.
    """
    match expression:
        case Name(id=name):
            return (name,)
        case Attribute(value=owner, attribute=name):
            pass
        case Operation(operator="[]", operands=(owner, Literal(value=str(name)))):
            pass
        case Call(
            function=Attribute(value=owner, attribute="get"),
            arguments=(Argument(value=Literal(value=str(name))), *_),
        ):
            pass
        case Call(function=Attribute(value=owner)):
            return _way(owner)
        case _:
            return ()
    before = _way(owner)
    return (*before, name) if before else ()


def _is_ending_generator(
    project: Project, module: Module, statement: Statement, taken: Expression
) -> bool:
    """Say whether a generator of the tree's own ends, which one with ``while True`` does not."""
    at, where, taken = project.knowledge.evaluator.held(module, statement.scope, taken)
    if isinstance(taken, Opaque) and taken.kind == "GeneratorExp":
        return _searches(taken)
    if not isinstance(taken, Call):
        return False
    for target in project.knowledge.resolver.resolve(at, where, taken.function):
        if isinstance(target, Function) and target.scope.is_generator:
            return not any(_is_forever(target, each) for each in _body(target))
    return False


def _body(function: Function) -> list[Statement]:
    return function.module.statements_in(function.index)


def _is_forever(function: Function, statement: Statement) -> bool:
    for index in function.module.guards_of(statement.guards):
        guard = function.module.facts.guards[index]
        match guard.kind, guard.test:
            case "while", Literal():
                return True
    return False
