"""Patterns that limit how long a text can be."""

from __future__ import annotations

import re

from chutes_cli.project.values import Known, Value

_LITERALS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_ENDLESS = re.compile(r"[*+]|\{\d*,\}")
_PARTS = re.compile(_LITERALS.pattern + "|.", re.DOTALL)
_STARTS, _ENDS = ("^", "\\A"), ("$", "\\Z", "\\z")


def limits_length(pattern: Value) -> bool:
    """Say whether no text of any length matches: anchored at both ends, nothing without end.

    A pattern that is not known counts as a limit.
    """
    match pattern:
        case Known(value=str(text)):
            return all(_is_limited(each) for each in _alternatives(text))
        case _:
            return True


def _is_limited(alternative: str) -> bool:
    plain = _LITERALS.sub("a", alternative.removeprefix("\\A"))
    anchored = alternative.startswith(_STARTS) and alternative.endswith(_ENDS)
    return anchored and not _ENDLESS.search(plain)


def _alternatives(text: str) -> list[str]:
    """Return what stands between the bars of a pattern, those in groups left out."""
    found, depth = [""], 0
    for part in _PARTS.findall(text):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += part
    return found
