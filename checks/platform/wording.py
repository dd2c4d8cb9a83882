"""How messages call things; shared by the checks of this folder."""

from __future__ import annotations

import re

_AS_YOU = re.compile(r"u[sn]i|us[aeu]|eu|one", re.IGNORECASE)
"""Begins with a vowel's letter, and sounds like `you` or `won`."""


def article(name: str) -> str:
    """Return a class's name with its indefinite article: `an Input`, `a UserInput`."""
    vowel = name[:1].lower() in tuple("aeiou") and not _AS_YOU.match(name)
    return f"{'an' if vowel or name.startswith('HTTP') else 'a'} {name}"
