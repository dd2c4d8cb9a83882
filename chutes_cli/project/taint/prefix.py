"""What stands at the beginning of a text, such as the host of an address, and is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    FormattedText,
    Operation,
)
from chutes_cli.project.module import Module
from chutes_cli.project.taint.spot import Spot
from chutes_cli.project.values import Known

_SCHEME_AND_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\s@]+[/?#]")

_BELOW_HOST = re.compile(r"/[^/\\]")
"""What begins like this is below the host that a client was made for."""

_FIELD = re.compile(r"{[^{}]*}")
_MARK = re.compile(r"%(?:\(\w*\))?[-#0 +\d.*]*([a-zA-Z])")
_SHOWN = frozenset("radif")
"""Conversions of ``%`` that give a literal."""


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
        elif _SCHEME_AND_HOST.match(fixed) or _BELOW_HOST.match(fixed):
            return ()
        elif not fixed and _begins_path(evaluator, spot, parts[index + 1 : index + 2]):
            return parts[: index + 1]  # `f"{self.base_url}/{x}"`
        else:
            return parts
    return ()


def has_fixed_host(evaluator: Evaluator, spot: Spot, text: Expression) -> bool:
    """Say whether an address that ``format`` or ``join`` makes begins with a host that is fixed."""
    match text:
        case Call(
            function=Attribute(value=separator, attribute="join"),
            arguments=(Argument(value=Collection(items=(first, *_))),),
        ):
            start = _text(evaluator, spot.module, spot.scope, first)
            between = _text(evaluator, spot.module, spot.scope, separator)
            return bool(_SCHEME_AND_HOST.match(f"{start or ''}{between or ''}"))
        case _:
            start = known_start(evaluator, spot.module, spot.scope, text)
            return bool(_SCHEME_AND_HOST.match(start))


def known_start(evaluator: Evaluator, module: Module, scope: int, text: Expression) -> str:
    """Return what a text that is put together begins with, as far as that is known."""
    start = ""
    for part in _flat((text,)):
        known = _text(evaluator, module, scope, part)
        if known is None:
            return start + _pattern_start(evaluator, module, scope, part)
        start += known
    return start


def _text(evaluator: Evaluator, module: Module, scope: int, part: Expression) -> str | None:
    value = evaluator.value(module, scope, part)
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None


def _pattern_start(evaluator: Evaluator, module: Module, scope: int, part: Expression) -> str:
    """Return what stands before the first gap of ``"…{}".format(x)`` and ``"…%s" % x``."""
    match part:
        case Call(function=Attribute(value=pattern, attribute="format")):
            gap = "{"
        case Operation(operator="%", operands=(pattern, _)):
            gap = "%"
        case _:
            return ""
    return (_text(evaluator, module, scope, pattern) or "").partition(gap)[0]


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


def formats_by_repr(template: str) -> bool:
    """Say whether ``template.format(…)`` shows all it is given by ``repr``: ``{!r}``."""
    fields = _FIELD.findall(template.replace("{{", "").replace("}}", ""))
    return all("!r" in each or "!a" in each for each in fields)


def prints_by_repr(template: str) -> bool:
    """Say whether ``template % values`` shows all it is given by ``repr``: ``%r``."""
    return _SHOWN.issuperset(_MARK.findall(template.replace("%%", "")))
