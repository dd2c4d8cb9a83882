"""Patterns that limit how long a text can be."""

from __future__ import annotations

import re

from chutes_cli.project.values import Known, Value

_LITERALS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_ENDLESS = re.compile(r"[*+]|\{\d*,\}")
_GROUP = re.compile(r"\([^()]*\)")
_STARTS, _ENDS = ("^", "\\A"), ("$", "\\Z", "\\z")


def limits_length(pattern: Value) -> bool:
    """Say whether no text of any length matches: anchored at both ends, nothing without end.

    A pattern that is not known counts as a limit.
    """
    match pattern:
        case Known(value=str(text)):
            plain = _LITERALS.sub("a", text.removeprefix("\\A"))
            anchored = text.startswith(_STARTS) and text.endswith(_ENDS)
            return anchored and not _ENDLESS.search(plain) and "|" not in _without_groups(plain)
        case _:
            return True


def _without_groups(plain: str) -> str:
    while _GROUP.search(plain):
        plain = _GROUP.sub("a", plain)
    return plain
