"""What pydantic makes of a value where the SDK's models let it convert (its lax mode).

`NodeSelector` and `Port` are such models: ``"2"``, ``2.0`` and ``True`` are whole numbers to
them, ``2.5`` and ``None`` are not, and a tuple or a set is as good as a list.
"""

from __future__ import annotations

import re

_WHOLE = re.compile(r"\s*[+-]?\d(?:_?\d){0,99}(?:\.0+)?\s*", re.ASCII)


def whole_number(value: object) -> int | None:
    """Return the whole number a value becomes, None where pydantic refuses it."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, int):
        return int(value)
    text = written(value)
    if text is None or not _WHOLE.fullmatch(text):
        return None
    return int(text.partition(".")[0])


def number(value: object) -> float | None:
    """Return the number a value becomes, None where pydantic refuses it."""
    text = written(value)
    if text is not None and not text.isascii():
        return None
    given = value if isinstance(value, int | float) else text
    try:
        return None if given is None else float(given)
    except (ValueError, OverflowError):
        return None


def written(value: object) -> str | None:
    """Return the text a value becomes, None where pydantic refuses it."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    return value if isinstance(value, str) else None
