"""Bounds, near misses and the reading of contract files; shared by `sdk` and `platform`."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

FLAGS = {
    "IGNORECASE": re.IGNORECASE,
    "MULTILINE": re.MULTILINE,
    "DOTALL": re.DOTALL,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """The numeric limits of one value.

    Attributes:
        ge: The smallest allowed value.
        gt: What the value must exceed.
        le: The largest allowed value.
        lt: What the value must stay below.
    """

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def __str__(self) -> str:
        """Return the limits in words, such as ``between 1 and 8``."""
        if self.ge is not None and self.le is not None:
            return f"between {self.ge:g} and {self.le:g}"
        parts = [
            f"{words} {limit:g}"
            for words, limit in (
                ("at least", self.ge),
                ("greater than", self.gt),
                ("at most", self.le),
                ("less than", self.lt),
            )
            if limit is not None
        ]
        return " and ".join(parts)

    def violation(self, value: object) -> str | None:
        """Say how a value breaks the limits.

        Args:
            value: Any value; only numbers can break a bound, anything else is a question
                of types and not answered here.

        Returns:
            Text such as ``must be between 1 and 8, not 9``, or None when the value holds.
        """
        if not isinstance(value, int | float):
            return None
        # Asked in the positive, so that NaN, which compares as false, is out of bounds.
        holds = (
            (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
        )
        return None if holds else f"must be {self}, not {value!r}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one most likely stands for, or None."""
    by_lower = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def pattern_of(entry: dict[str, Any], key: str = "pattern") -> re.Pattern[str] | None:
    """Compile the regular expression of a contract entry, or None when it has none."""
    if key not in entry:
        return None
    flags = re.NOFLAG
    for name in entry.get("flags", ()):
        flags |= FLAGS[name]
    return re.compile(entry[key], flags)


def read_contract(filename: str) -> dict[str, Any]:
    """Return the content of a JSON file that lies beside this module.

    Args:
        filename: The file's name, such as ``platform.json``.

    Raises:
        FileNotFoundError: The installation lacks the file.
    """
    text = resources.files(__package__).joinpath(filename).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
