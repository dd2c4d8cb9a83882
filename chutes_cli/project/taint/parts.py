"""Parts of what pydantic lets through: fields of models, items of collections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chutes_cli.project.facts import Attribute, Expression, Name, Operation
from chutes_cli.project.schemas import Schemas, Shape
from chutes_cli.project.targets import Class, Function


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model, as far as it concerns what it lets through.

    Attributes:
        shape: What pydantic lets through.
        annotation: The last name of its annotation.
        validators: Its own validators, each with the parameter that holds the value.
        model_validators: Those of the whole model, each with the parameter that holds it.
    """

    shape: Shape
    annotation: str
    validators: tuple[tuple[Function, str], ...]
    model_validators: tuple[tuple[Function, str], ...]


def field_of(schemas: Schemas, model: Class, name: str) -> Field | None:
    """Return a field of a model, None when it has none of that name."""
    for each in schemas.fields(model):
        if each.name == name:
            values = each.site.statement.values
            own, whole = schemas.validators.of(model, name, values[0] if values else None)
            return Field(each.shape, _last(values[0]) if values else "", own, whole)
    return None


def items_of(shape: Shape | None) -> Shape | None:
    """Return what an item of a collection, or a value of a dictionary, lets through."""
    if shape is None:
        return None
    match shape.kind:
        case "list" | "set" | "tuple" | "dict" if shape.items:
            return shape.items[-1]
        case "union":
            return None
        case "str" | "bytes" | "int" | "float" | "bool" | "other":
            return shape
        case _:
            return None


def _last(annotation: object) -> str:
    match annotation:
        case Name(id=name) | Attribute(attribute=name):
            return name
        case (
            Operation(operator="|", operands=parts) | Operation(operator="[]", operands=(_, *parts))
        ):
            return next(filter(None, map(_last, parts)), "")
        case _:
            return ""


def is_slice(indices: Iterable[Expression]) -> bool:
    """Say whether a subscript cuts something out."""
    return any(isinstance(each, Operation) and each.operator == ":" for each in indices)


def is_enum(ancestors: set[str]) -> bool:
    """Say whether a class takes its members only."""
    return any(name.startswith("enum.") for name in ancestors)
