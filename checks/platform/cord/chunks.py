"""What a stream may consist of."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Call,
    Collection,
    Constant,
    Literal,
    Mapping,
    Name,
    Opaque,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, Function, Instance

from ..wording import article
from .body import running
from .returns import Value, called, is_bare, made_of, returned, yielded
from .statuses import RESPONSES

_DEEPEST = 4
"""Functions that return what functions return."""


class StreamChunkType(Check):
    r"""A stream yields something that is neither text nor bytes.

    ## What it does
    Follows what a streaming cord yields, generators it delegates to included, and reports
    dicts, lists, numbers, pydantic models and responses.

    ## Why it matters
    The SDK writes chunks as they are. One that is no text answers 500 when it is the first,
    and cuts the stream off without an error when it comes later.

    ## Example
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
    async def start(self):
        self.vocabulary = ["one", "two"]


    @chute.cord(public_api_path="/words", public_api_method="GET", stream=True)
    async def words(self):
        for word in self.vocabulary:
            yield {"word": word}
    ```

    ## Use instead
    ```python
    import json

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def start(self):
        self.vocabulary = ["one", "two"]


    @chute.cord(public_api_path="/words", public_api_method="GET", stream=True)
    async def words(self):
        for word in self.vocabulary:
            yield f"data: {json.dumps({'word': word})}\n\n"
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_stream_call`: `encrypt(data) + "\n"`.
    """

    id = "stream-chunk-type"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per place that yields what a stream cannot carry."""
        seen: set[tuple[Module, object]] = set()
        for cord, function in running(project):
            if cord.stream is not True:
                continue
            bare = is_bare(project, function, cord.site.expression)
            # What decorators of the tree put around a function is what streams.
            streams = [function] if bare else project.reach.wrappers(function)
            for where, value in (one for each in streams for one in _chunks(project, each, ())):
                what = _no_chunk(project, value)
                if what is None or (where.module, value.shown) in seen:
                    continue
                seen.add((where.module, value.shown))
                yield self.finding(
                    where.module,
                    value.shown.span,
                    where.index,
                    f"{cord.label} yields {what}, and a chunk must be text or bytes: 500 where "
                    "it is the first one, a stream cut off where it is not",
                    'yield text, such as `f"data: {json.dumps(...)}\\n\\n"`',
                )


def _chunks(
    project: Project, function: Function, seen: tuple[Function, ...]
) -> Iterator[tuple[Function, Value]]:
    """Yield what a stream consists of, and the function that says so."""
    if function in seen:
        return
    if not function.scope.is_generator:
        for _, value in returned(function):
            inner = called(project, value)
            if inner is not None and not function.scope.is_async:
                yield from _chunks(project, inner, (*seen, function))
        return
    for value, delegated in yielded(function):
        inner = called(project, value) if delegated else _looped(project, function, value)
        if inner is not None:
            yield from _chunks(project, inner, (*seen, function))
        elif not delegated:
            yield function, value


def _looped(project: Project, function: Function, value: Value) -> Function | None:
    """Return the generator whose items a loop hands on (`for part in parts(): yield part`)."""
    if not isinstance(value.expression, Name):
        return None
    _, bindings = value.module.lookup(value.expression.id, value.scope)
    match [each.statement for each in bindings]:
        case [Statement(kind="for", scope=scope, values=(iterated,), targets=(Name(),))]:
            return called(project, Value(value.module, scope, iterated, iterated))
        case _:
            return None


def _no_chunk(project: Project, value: Value, depth: int = 0) -> str | None:
    """Return what a value is that a stream cannot carry, None where it may be fine."""
    match value.expression:
        case Literal(value=str() | bytes()):
            return None
        case Literal(value=constant):
            return _constant(constant)
        case Mapping() | Opaque(kind="DictComp"):
            return "a dict"
        case Collection(kind=kind):
            return f"a {kind}"
        case Opaque(kind="ListComp"):
            return "a list"
        case Call():
            made = made_of(project, value)
            own = _own_object(project, made) if isinstance(made, Class) else None
            return own or object_made(project, value) or _returned(project, value, depth)
        case Name():
            return _annotated(project, value)
        case _:
            return None


def _returned(project: Project, value: Value, depth: int) -> str | None:
    """Return what a function of the tree gives that a stream cannot carry, all it gives."""
    function = called(project, value)
    if function is None or depth > _DEEPEST:
        return None
    if function.scope.is_generator or function.scope.is_async != value.awaited:
        return None
    found = [_no_chunk(project, each, depth + 1) for _, each in returned(function)]
    return found[0] if all(found) and found else None


def _annotated(project: Project, value: Value) -> str | None:
    """Return the model that a parameter is annotated as, whichever of several."""
    resolver = project.knowledge.resolver
    assert isinstance(value.expression, Name)
    _, bindings = value.module.lookup(value.expression.id, value.scope)
    if any(each.kind != "parameter" for each in bindings):
        return None
    found = resolver.resolve(value.module, value.scope, value.expression)
    models = [
        each.of
        for each in found
        if isinstance(each, Instance)
        and isinstance(each.of, Class)
        and project.schemas.is_model(each.of)
    ]
    return article(models[0].scope.name) if models and len(models) == len(found) else None


def _own_object(project: Project, of: Class) -> str | None:
    """Return an object of the tree's own that is certainly no text."""
    above = project.knowledge.resolver.members.ancestors(of)
    return None if above - _NO_TEXTS else article(of.scope.name)


def object_made(project: Project, value: Value) -> str | None:
    """Return what a call makes that is neither text nor bytes."""
    made = made_of(project, value)
    if isinstance(made, Class):
        return article(made.scope.name) if project.schemas.is_model(made) else None
    if made is None:
        return None
    if made.name in RESPONSES:
        return article(made.name.rpartition(".")[2])
    return _MAKES.get(made.name)


def _constant(constant: Constant) -> str:
    return "nothing" if constant is None else f"the number {constant!r}"


_NO_TEXTS = frozenset(
    {
        "builtins.object", "abc.ABC", "typing.Generic", "typing.NamedTuple", "builtins.dict",
        "builtins.list", "builtins.tuple", "builtins.int", "builtins.Exception", "enum.Enum",
    }
)  # fmt: skip
"""Classes of others that are neither text nor bytes."""

_MAKES = {
    "builtins.dict": "a dict",
    "builtins.list": "a list",
    "builtins.set": "a set",
    "builtins.tuple": "a tuple",
    "builtins.vars": "a dict",
    "dataclasses.asdict": "a dict",
    "dataclasses.astuple": "a tuple",
    **dict.fromkeys(
        (
            "builtins.abs",
            "builtins.float",
            "builtins.int",
            "builtins.len",
            "builtins.round",
            "builtins.sum",
        ),
        "a number",
    ),
    "pydantic.BaseModel.model_dump": "a dict",
    "pydantic.BaseModel.dict": "a dict",
    **dict.fromkeys(
        (
            "pydantic.BaseModel.copy",
            "pydantic.BaseModel.model_construct",
            "pydantic.BaseModel.model_copy",
            "pydantic.BaseModel.model_validate",
            "pydantic.BaseModel.model_validate_json",
        ),
        "a pydantic model",
    ),
}
