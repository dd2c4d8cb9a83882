"""One text, number or count within a field's bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from chutes_cli.project.values import Known, Value

TEXT = "Write one short sentence about the sea."
SHORT = 5
"""How long a text is when its upper bound exists and cannot be told."""
LONGEST = 200_000
"""A field that asks for more than this needs a body somebody thought about."""

Number = int | float
Bounds = Mapping[str, Value]


class NoSample(Exception):
    """There is no value that is sure to be accepted; never leaves the load test's room.

    Args:
        reason: Why.
        path: The field it is about, outermost name first.
    """

    def __init__(self, reason: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return f"field {'.'.join(self.path)!r}: {self.reason}" if self.path else self.reason

    def inside(self, name: str) -> NoSample:
        """Return the same for the field that holds this one."""
        return NoSample(self.reason, (name, *self.path))


def text(bounds: Bounds) -> str:
    """Return a short English text that honours the bounds.

    Raises:
        NoSample: It must match a pattern, or a bound cannot be told or met.
    """
    if _given(bounds, "pattern"):
        raise NoSample("must match a pattern")
    least = count(bounds, "min_length") or 0
    limit = bounds.get("max_length")
    if limit is None or isinstance(limit, Known):
        most = count(bounds, "max_length")
        most = max(least, len(TEXT)) if most is None else most
        if most < least:
            raise NoSample("has a max_length below its min_length")
    else:
        most = SHORT  # a limit of somebody's choice (settings.max_prompt) allows that much
    length = max(least, min(most, len(TEXT)))
    words = (f"{TEXT} " * (length // len(TEXT) + 1))[:length]
    # White space at the end may be stripped before the length is looked at.
    return f"{words[:-1]}." if words.endswith(" ") else words


def count(bounds: Bounds, name: str) -> int | None:
    """Return a bound on a length, None when there is none.

    Raises:
        NoSample: It cannot be told, is not a number of items, or is very large.
    """
    if not _given(bounds, name):
        return None
    found = _known(bounds, name)
    if not isinstance(found, int):
        raise NoSample(f"has a {name} that is not a whole number")
    if name == "min_length" and found > LONGEST:
        raise NoSample(f"must be very large ({name}={found})")
    return found


def number(bounds: Bounds, *, whole: bool) -> Number:
    """Return a number that honours the bounds, 1 when it may be.

    Raises:
        NoSample: A bound cannot be told, is not a number, or leaves no room.
    """
    limits = {name: _limit(bounds, name) for name in ("ge", "gt", "le", "lt", "multiple_of")}
    known = {name: limit for name, limit in limits.items() if limit is not None}
    step = known.get("multiple_of") or (1 if whole else None)
    ends = [limit for name, limit in known.items() if name != "multiple_of"]
    try:
        for value in _candidates(ends, step):
            found = int(value) if whole else float(value)
            if _fits(found, known):
                return found
    except (OverflowError, ZeroDivisionError):
        pass  # a bound no float can hold: nothing is found
    raise NoSample("has bounds that no tried number meets")


def _candidates(ends: list[Number], step: Number | None) -> Iterator[Number]:
    """Yield 1, the ends of the range, and what lies next to and between them."""
    away = step or 1
    starts = [1, *ends, *(end + away for end in ends), *(end - away for end in ends)]
    if len(ends) == 2:
        starts.append(sum(ends) / 2)
    for start in starts:
        if step is None:
            yield start
        else:
            yield -(-start // step) * step
            yield start // step * step


def _fits(value: Number, limits: Mapping[str, Number]) -> bool:
    step = limits.get("multiple_of")
    return (
        value >= limits.get("ge", value)
        and value <= limits.get("le", value)
        and ("gt" not in limits or value > limits["gt"])
        and ("lt" not in limits or value < limits["lt"])
        and (not step or math.isclose(round(value / step) * step, value, abs_tol=1e-12))
    )


def _limit(bounds: Bounds, name: str) -> Number | None:
    if not _given(bounds, name):
        return None
    found = _known(bounds, name)
    if isinstance(found, float) and not math.isfinite(found):
        return None  # `le=inf` forbids nothing
    if not isinstance(found, int | float):
        raise NoSample(f"has a bound {name} that is not a number")
    return found


def _given(bounds: Bounds, name: str) -> bool:
    found = bounds.get(name)
    return found is not None and not (isinstance(found, Known) and found.value is None)


def _known(bounds: Bounds, name: str) -> object:
    found = bounds[name]
    if isinstance(found, Known):
        return found.value
    raise NoSample(f"has a bound {name} that cannot be told from the source")
