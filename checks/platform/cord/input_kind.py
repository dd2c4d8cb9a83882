"""What the annotation of a cord's argument asks for that the SDK does not give."""

from __future__ import annotations

from dataclasses import dataclass

from chutes_cli.contract.platform import platform
from chutes_cli.project.facts import Call, Expression, Parameter
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Class, Function

_SCALARS = frozenset({"str", "bytes", "int", "float", "bool", "complex", "list", "tuple", "set"})
_MAPPINGS = frozenset({"typing.TypedDict", "typing_extensions.TypedDict", "builtins.dict"})


@dataclass(frozen=True, slots=True)
class Kind:
    """An annotation that the SDK validates nothing with.

    Attributes:
        name: ``model`` (in a union), ``dict``, ``scalar`` (or a list of them) or ``class``
            (one of the tree's own that is no model).
        reason: Why the body is not validated.
        model: The model in the union.
    """

    name: str
    reason: str
    model: Class | None = None


def input_kind(project: Project, function: Function, parameter: Parameter) -> Kind | None:
    """Return why an annotation is not validated, None where another check or nobody can tell."""
    module, scope, annotation = function.module, function.scope.parent, parameter.annotation
    if _asks_fastapi(project, function, parameter):
        return None  # cord-signature
    if annotation is None:
        return Kind("dict", f"{parameter.name} has no annotation to validate the body with")
    text = module.snippet(annotation.span)
    if project.schemas.annotated_model(module, scope, annotation) is not None:
        return None  # other parameters keep the SDK from using it: cord-signature
    shape = project.schemas.shape(module, scope, annotation)
    inner = [item.model for item in (shape, *shape.items) if item.kind == "model"]
    if shape.kind in ("model", "union") and inner:
        return Kind("model", f"the SDK validates a bare model only, not `{text}`", inner[0])
    kinds = {item.kind for item in shape.items} if shape.kind == "union" else {shape.kind}
    if kinds & {"dict", "any"}:
        return Kind("dict", f"the SDK validates pydantic models only, not `{text}`")
    if kinds.issubset(_SCALARS):
        rule = platform().rule("gateway-body")
        return Kind(
            "scalar", f"the gateway sends JSON objects only (as of {rule.as_of}), never `{text}`"
        )
    return _own_class(project, function, annotation, text)


def _asks_fastapi(project: Project, function: Function, parameter: Parameter) -> bool:
    """Say whether a parameter is `= Depends(...)`, `= Body(...)` or annotated with the like."""
    parts = [part for part in (parameter.default, parameter.annotation) if part is not None]
    for each in (inner for part in parts for inner in part.walk()):
        if isinstance(each, Call):
            dotted = project.knowledge.resolver.dotted(
                function.module, function.scope.parent, each.function
            )
            if (dotted or "").startswith("fastapi."):
                return True
    return False


def _own_class(
    project: Project, function: Function, annotation: Expression, text: str
) -> Kind | None:
    resolver = project.knowledge.resolver
    targets = resolver.resolve(function.module, function.scope.parent, annotation)
    if len(targets) != 1 or not isinstance(targets[0], Class):
        return None
    if resolver.members.ancestors(targets[0]) & _MAPPINGS:
        return Kind("dict", f"the SDK validates pydantic models only, not the `{text}`")
    return Kind("class", f"`{text}` is no pydantic model and never made of the body")
