"""How much callers may send."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.module import Module
from chutes_cli.project.schemas import ModelField, Shape
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class

from .patterns import limits_length

_SIZED = {"str": "text", "bytes": "bytes", "list": "list", "set": "set", "dict": "dictionary"}
_NUMBERS = frozenset({"int", "float"})
_CORRECT = {"gte": "ge", "lte": "le", "max": "le", "min": "ge", "maximum": "le", "minimum": "ge"}


class UnboundedInputField(Check):
    """A field of a cord's input has no upper bound.

    ## What it does
    Looks at the pydantic model of every cord, nested models included, for texts, bytes,
    lists, sets and dictionaries without `max_length`, and for numbers without `le` or
    `lt`. A pattern that no text of any length matches counts as a bound, and so does a
    validator of the model's own that refuses what is too large.

    ## Why it matters
    Nothing else limits a request: the SDK accepts bodies of hundreds of megabytes, and
    the gateway lets 128 MiB through. One call with a huge prompt, list or `max_tokens`
    takes the GPU's memory or its next ten minutes from everyone else.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
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


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: no middleware limits the body. Platform gateway,
    as of 2026-05-12: bodies up to 128 MiB.
    """

    id = "unbounded-input-field"
    category = "security"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per unbounded field, once however many cords take it."""
        seen: set[tuple[Module, Expression]] = set()
        for cord in project.cords:
            for model in _input_models(project, cord):
                for each in _fields(project, model):
                    key = (each.site.module, each.site.expression)
                    what = _unbounded(each.shape)
                    if what is None or key in seen or _is_checked(project, each):
                        continue
                    seen.add(key)
                    yield self.at(
                        each.site,
                        f"{cord.label}: input field {each.name!r} ({what}) has no upper bound"
                        + _misspelt(each),
                        _advice(each.shape),
                    )


def _is_checked(project: Project, field: ModelField) -> bool:
    """Say whether validators of the model's own refuse what is too large."""
    if field.shape.kind not in _SIZED:
        return field.checked
    owner = Class(field.site.module, field.site.scope)
    return project.taint.stops(owner, field.name, Threat.SIZE)


def _input_models(project: Project, cord: Cord) -> Iterator[Class]:
    """Yield the models a cord's body is validated with."""
    if cord.passthrough is not False:
        return
    given = cord.arguments.get("input_schema")
    if given is not None:
        model = project.schemas.annotated_model(given.module, given.scope, given.expression)
        if model is not None:
            yield model
            return
    if cord.function is None:
        return
    for parameter in cord.function.scope.parameters[1:2]:
        model = project.schemas.annotated_model(
            cord.function.module, cord.function.scope.parent, parameter.annotation
        )
        if model is not None:
            yield model


def _fields(
    project: Project, model: Class, seen: frozenset[Class] = frozenset()
) -> Iterator[ModelField]:
    """Yield a model's fields and those of the models inside it."""
    if model in seen:
        return
    for each in project.schemas.fields(model):
        yield each
        for inner in _models_in(each.shape):
            yield from _fields(project, inner, seen | {model})


def _models_in(shape: Shape) -> Iterator[Class]:
    if shape.model is not None:
        yield shape.model
    for item in shape.items:
        yield from _models_in(item)


def _unbounded(shape: Shape) -> str | None:
    """Return what is unbounded about a shape, None when nothing is.

    A bound whose value is not known statically counts as a bound.
    """
    pattern = shape.bounds.get("pattern")
    if pattern is not None and limits_length(pattern):
        return None
    if shape.kind in _SIZED and "max_length" not in shape.bounds:
        return _SIZED[shape.kind]
    if shape.kind in _NUMBERS and not {"le", "lt"} & shape.bounds.keys():
        return "number"
    for item in shape.items:
        inner = _unbounded(item)
        # A number inside a bounded list is a matter of taste, not of size.
        if inner is not None and not (shape.kind != "union" and inner == "number"):
            return inner if shape.kind == "union" else f"{inner} inside a {_name(shape)}"
    return None


def _name(shape: Shape) -> str:
    return _SIZED.get(shape.kind, shape.kind)


def _misspelt(each: ModelField) -> str:
    if not each.ignored:
        return ""
    words = ", ".join(
        f"{name}= is not {_CORRECT.get(name, 'max_length')}=" for name in each.ignored
    )
    return f" (pydantic ignores unknown arguments of Field: {words})"


def _advice(shape: Shape) -> str:
    if shape.kind in _NUMBERS:
        return "give it an upper bound: Field(le=...)"
    return "give it an upper bound: Field(max_length=...)"
