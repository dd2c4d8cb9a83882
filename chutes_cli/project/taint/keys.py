"""Keys of dictionaries that the code has written itself, whatever their values are."""

from __future__ import annotations

from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.facts import Attribute, Call, Expression, Literal, Mapping, Name, Opaque
from chutes_cli.project.taint.spot import Spot


def is_written_key(evaluator: Evaluator, spot: Spot, comprehension: Opaque, name: str) -> bool:
    """Say whether a comprehension's name is a key that no caller chose.

    ``for name, value in options.items()`` of a display, or of what is given by keyword.
    """
    match comprehension.parts[0]:
        case Call(function=Attribute(value=whole, attribute="items")) if (
            len(comprehension.names) == 2 and name == comprehension.names[0]
        ):
            *_, held = evaluator.held(spot.module, spot.scope, whole)
            return _are_written(held) or _is_of_keywords(spot, whole)
        case _:
            return False


def _are_written(held: Expression) -> bool:
    return isinstance(held, Mapping) and all(isinstance(each, Literal) for each in held.keys)


def _is_of_keywords(spot: Spot, whole: Expression) -> bool:
    if not isinstance(whole, Name):
        return False
    _, bindings = spot.module.lookup(whole.id, spot.scope)
    return bool(bindings) and all(
        each.parameter is not None and each.parameter.kind == "**" for each in bindings
    )
