"""Models that are loaded while requests wait."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.models import (
    CACHES,
    LIGHT_SUFFIX,
    LOADERS,
    LOADING_METHODS,
    OF_AN_OBJECT,
    WEIGHT_LOADERS,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Literal, Name, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import is_conditional
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, Function

from .ways import Step, judged, steps

_ABSENT = frozenset({"is", "==", "not in", "!="})
_PRESENT = frozenset({"is not", "!=", "in", "=="})
_MISSING = frozenset({"AttributeError", "KeyError", "NameError", "LookupError"})


class ModelLoadedPerRequest(Check):
    """A cord loads a model anew for every call.

    ## What it does
    Follows the code a cord runs, helpers, threads and constructors included, to the calls
    that load a model, a tokenizer or weights (`from_pretrained`, `transformers.pipeline`,
    `SentenceTransformer`, `InferenceSession`, `torch.load`, …). What is loaded once and kept
    is left alone: behind `functools.lru_cache`, or under a condition that asks whether it
    is there already.

    ## Why it matters
    Loading takes seconds to minutes for every caller, fills the GPU's memory a second time
    while the first model is still in use, and reads from a hub that cords cannot reach
    unless the chute allows egress.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field
    from transformers import pipeline

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        text: str = Field(max_length=4000)


    @chute.cord(public_api_path="/classify", public_api_method="POST")
    async def classify(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        classifier = pipeline("text-classification", model="/app/model")
        return {"label": classifier(args.text)[0]["label"]}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field
    from transformers import pipeline

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        text: str = Field(max_length=4000)


    @chute.on_startup()
    async def load(self):
        self.classifier = pipeline("text-classification", model="/app/model")


    @chute.cord(public_api_path="/classify", public_api_method="POST")
    async def classify(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"label": self.classifier(args.text)[0]["label"]}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call`: the function runs whole for every call;
    chutes/chute/base.py, `initialize`: start-up hooks run once, before the server listens.
    """

    id = "model-loaded-per-request"
    category = "runtime"
    severity = Severity.ERROR
    item = "memory-usage"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that loads what could have been kept."""
        for step in steps(project, judged(circumstances), "cord"):
            for expression in step.statement.expressions():
                loader = _loader(project, step, expression)
                if loader is None or is_kept(project, step) or _is_sent(project, step, expression):
                    continue
                sometimes = loader in WEIGHT_LOADERS or is_conditional(
                    step.module, step.statement.guards, in_function=True
                )
                yield self.finding(
                    step.module,
                    expression.span,
                    step.statement.scope,
                    f"{_short(loader)} runs for every call of {step.arrival.entry.label}: what "
                    "it loads is loaded anew each time",
                    "load it in an @chute.on_startup() hook and keep it on self",
                    trace=step.trace,
                    severity=Severity.WARNING if sometimes else None,
                )


def _loader(project: Project, step: Step, expression: Expression) -> str | None:
    """Return the loader that an expression calls or hands on, None for anything else."""
    if not isinstance(expression, Call):
        return None
    for callee in (expression.function, *(each.value for each in expression.arguments)):
        name = project.knowledge.resolver.dotted(step.module, step.statement.scope, callee)
        if name is not None and _loads(name):
            return name
    return None


def _is_sent(project: Project, step: Step, expression: Expression) -> bool:
    """Say whether a call reads what the caller sends: no earlier call has loaded that."""
    assert isinstance(expression, Call)
    return any(
        project.taint.origin(step.site(each.value), Threat.DATA) is not None
        for each in expression.arguments[:1]
    )


def _loads(name: str) -> bool:
    owner, _, method = name.rpartition(".")
    if method in LOADING_METHODS:
        return not owner.endswith(LIGHT_SUFFIX)
    return name in LOADERS or name in WEIGHT_LOADERS


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def is_kept(project: Project, step: Step) -> bool:
    """Say whether what a step loads is kept for later calls, as far as the way there tells."""
    way = [*step.arrival.path, (step.function, step.statement)]
    stored = {name for function, _ in way for name in _stored(function)}
    return any(
        _is_cached(project, function) or _asks_first(function, at.guards, stored)
        for function, at in way
    )


def _is_cached(project: Project, function: Function) -> bool:
    scope = function.scope
    callees = [each.function if isinstance(each, Call) else each for each in scope.decorators]
    resolver = project.knowledge.resolver
    names = {resolver.dotted(function.module, scope.parent, each) for each in callees}
    if names & OF_AN_OBJECT and _is_made_per_call(project, function):
        return False
    return any(each in CACHES for each in names)


def _is_made_per_call(project: Project, method: Function) -> bool:
    """Say whether the objects of a method's class are made by cords alone, each for one call."""
    owner = Class(method.module, method.module.enclosing_class(method.index))
    makers = project.knowledge.resolver.members.methods(owner, "__init__")
    entries = {each.entry.kind for maker in makers for each in project.reach.arrivals(maker)}
    return entries == {"cord"}


def _stored(function: Function) -> Iterator[str]:
    """Yield the names and attributes that a function assigns to."""
    for statement in function.module.statements_in(function.index):
        for target in statement.targets:
            match target:
                case Name(id=name) | Attribute(attribute=name):
                    yield name
                case Operation(
                    operator="[]", operands=(Name(id=name) | Attribute(attribute=name), _)
                ):
                    yield name


def _asks_first(function: Function, guards: int, stored: set[str]) -> bool:
    """Say whether a condition around code asks whether what it stores is there already."""
    module = function.module
    for index in module.guards_of(guards):
        guard = module.facts.guards[index]
        if guard.test is None:
            continue
        if guard.kind == "except":
            names = {each.id for each in guard.test.walk() if isinstance(each, Name)}
            if names & _MISSING:
                return True
        elif guard.kind in ("if", "else"):
            found = _asked(module, function.index, guard.test, absent=guard.kind == "if")
            if "()" in found or found & stored:
                return True
    return False


def _asked(module: Module, scope: int, test: Expression, *, absent: bool) -> set[str]:
    """Return the names of what is absent where a condition holds (or fails).

    A function that is asked stands for ``()``: what it looks at cannot be told.
    """
    match test:
        case Operation(operator="and" | "or", operands=parts):
            return {name for part in parts for name in _asked(module, scope, part, absent=absent)}
        case Operation(operator="not", operands=(inner,)):
            names = _asked(module, scope, inner, absent=not absent)
            if absent and isinstance(inner, Call) and not _is_type_test(inner):
                return names or {"()"}
            return names
        case Operation(operator=operator, operands=sides) if operator in (
            _ABSENT if absent else _PRESENT
        ):
            return {name for side in sides for name in _kept(module, scope, side)}
        case Name() | Attribute() | Call() if not absent:
            return _kept(module, scope, test)
        case _:
            return set()


def _is_type_test(call: Call) -> bool:
    return isinstance(call.function, Name) and call.function.id in ("isinstance", "callable")


def _kept(module: Module, scope: int, expression: Expression) -> set[str]:
    """Return the name of something that an earlier call may have kept; none for its input."""
    match expression:
        case Call(function=Name(id="hasattr" | "getattr"), arguments=(_, asked, *_)):
            return {str(asked.value.value) if isinstance(asked.value, Literal) else "()"}
        case Call(function=Attribute(value=inner, attribute="get")):
            return _kept(module, scope, inner)
        case Operation(operator="[]", operands=(inner, _)):
            return _kept(module, scope, inner)
        case Attribute(value=inner, attribute=name):
            return {name} if _outlives(module, scope, inner) else set()
        case Name(id=name):
            return {name} if _outlives(module, scope, expression) else set()
        case _:
            return set()


def _outlives(module: Module, scope: int, expression: Expression) -> bool:
    """Say whether an object is none that the call was given."""
    while isinstance(expression, Attribute):
        expression = expression.value
    if not isinstance(expression, Name):
        return False
    where, bindings = module.lookup(expression.id, scope)
    given = [each.parameter for each in bindings if each.parameter is not None]
    return not given or given[0] is module.scope(where).parameters[0]
