"""Known or Unknown: what an expression evaluates to, when the source alone tells."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

LONGEST_TEXT = 1_000_000
_MOST_PARTS = 10_000
_MOST_BITS = 4_096


@dataclass(frozen=True, slots=True)
class Known:
    """A value the source fixes."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value only a run can tell. ``likely`` is a default it falls back to, if any.

    A check never calls something wrong because of an Unknown, nor of its ``likely``.
    """

    likely: Any = None


Value = Known | Unknown

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "|": operator.or_,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}  # fmt: skip
"""Those of two operands that have no branches."""

CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "builtins.int": int,
    "builtins.float": float,
    "builtins.str": str,
    "builtins.dict": dict,
    "builtins.frozenset": set,
    "builtins.list": list,
    "builtins.set": set,
    "builtins.tuple": tuple,
    "types.MappingProxyType": dict,
}
"""What calls with one argument make of it."""


def applied(symbol: str, left: Any, right: Any) -> Value:
    """Return what one of `OPERATORS` makes of two values, Unknown where it fails or may grow."""
    if symbol == "%" and isinstance(left, str | bytes):
        return Unknown()  # a width in the text could ask for any amount of memory
    if symbol == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return Unknown()
    try:
        return Known(OPERATORS[symbol](left, right))
    except (TypeError, ValueError, ArithmeticError):
        return Unknown()


def hashable(value: Any) -> bool:
    """Say whether a value can be a key of a dictionary, or stand in a set."""
    return isinstance(value, str | bytes | int | float | complex | tuple | None)


def is_small(value: Any) -> bool:
    """Say whether a value is of a size that people write.

    Twenty lines of ``b = [a, a]``, ``c = [b, b]``… make one that nobody can print.
    """
    waiting, parts = [value], 0
    while waiting:
        each = waiting.pop()
        match each:
            case str() | bytes():
                if len(each) > LONGEST_TEXT:
                    return False
            case int():
                if each.bit_length() > _MOST_BITS:
                    return False
            case dict():
                parts += len(each)
                waiting += [*each, *each.values()] if parts <= _MOST_PARTS else ()
            case list() | tuple() | set():
                parts += len(each)
                waiting += each if parts <= _MOST_PARTS else ()
        if parts > _MOST_PARTS:
            return False
    return True


def seconds_of(given: Sequence[tuple[str | None, Value]]) -> Value:
    """Return the seconds of a ``timedelta`` made with some arguments, named or in order."""
    names = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    numbers = {
        name or place: value.value
        for (name, value), place in zip(given, names, strict=False)
        if isinstance(value, Known) and isinstance(value.value, int | float)
    }
    if len(numbers) < len(given) or not numbers.keys() <= set(names):
        return Unknown()
    try:
        return Known(timedelta(**numbers).total_seconds())
    except OverflowError:
        return Unknown()
