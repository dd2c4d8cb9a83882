"""What stands at the beginning of a text, such as the host of an address, and is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.facts import Expression, FormattedText, Operation
from chutes_cli.project.module import Module
from chutes_cli.project.taint.spot import Spot
from chutes_cli.project.values import Known

_SCHEME_AND_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\s@]+[/?#]")


def host_parts(
    evaluator: Evaluator, spot: Spot, expressions: Sequence[Expression]
) -> tuple[Expression, ...]:
    """Return the parts of a text that can choose the host of an address.

    Args:
        evaluator: What parts are known.
        spot: Where they stand.
        expressions: The parts that are put one after the other.
    """
    parts = tuple(_flat(expressions))
    fixed = ""
    for index, part in enumerate(parts):
        value = evaluator.value(spot.module, spot.scope, part)
        if isinstance(value, Known) and isinstance(value.value, str):
            fixed += value.value
        elif _SCHEME_AND_HOST.match(fixed):
            return ()
        elif not fixed and _begins_path(evaluator, spot, parts[index + 1 : index + 2]):
            return parts[: index + 1]  # `f"{self.base_url}/{x}"`
        else:
            return parts
    return ()


def known_start(evaluator: Evaluator, module: Module, scope: int, text: Expression) -> str:
    """Return what a text that is put together begins with, as far as that is known."""
    start = ""
    for part in _flat((text,)):
        value = evaluator.value(module, scope, part)
        if not (isinstance(value, Known) and isinstance(value.value, str)):
            break
        start += value.value
    return start


def _flat(expressions: Sequence[Expression]) -> Iterator[Expression]:
    for each in expressions:
        match each:
            case Operation(operator="+", operands=operands):
                yield from _flat(operands)
            case FormattedText(parts=parts):
                yield from _flat(parts)
            case _:
                yield each


def _begins_path(evaluator: Evaluator, spot: Spot, parts: Sequence[Expression]) -> bool:
    for part in parts:
        value = evaluator.value(spot.module, spot.scope, part)
        if isinstance(value, Known) and isinstance(value.value, str):
            return value.value.startswith(("/", "?", "#"))
    return False
