"""What a value from outside can do where it is used, and what keeps it from doing so."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import cached_property

from chutes_cli.project.schemas import Shape
from chutes_cli.project.values import Known, Value


class Threat(Enum):
    """What a caller can make of a value that reaches a place unchecked.

    Attributes:
        SHELL: Run commands of the caller's.
        CODE: Run Python of the caller's.
        PATH: Name files outside the folder that was meant.
        SQL: Change the meaning of a query.
        URL: Choose the host that is called.
        DATA: Feed a decoder that runs what it decodes.
        SIZE: Take as much memory as the caller likes.
    """

    SHELL = "shell"
    CODE = "code"
    PATH = "path"
    SQL = "sql"
    URL = "url"
    DATA = "data"
    SIZE = "size"

    @cached_property
    def attacks(self) -> tuple[str, ...]:
        """Texts that do it; a pattern that lets none of them through is a check."""
        return _ATTACKS[self]


# Short, so that no pattern of the audited code can take long over them.
_ATTACKS: dict[Threat, tuple[str, ...]] = {
    Threat.SHELL: ("a;id", "$(id)", "`id`", "a|id", "a\nid", "a&&id"),
    Threat.CODE: ("print(1)", "a()", "a.b()", "[a()]"),
    Threat.PATH: ("../a", "/etc/passwd", "a/../../b", ".."),
    Threat.SQL: ("' or 1=1--", "1 or 1=1", "1;drop table a"),
    Threat.URL: ("http://127.0.0.1/", "http://10.0.0.1/a", "http://[::1]/", "https://a.b/"),
    Threat.DATA: ("gASVAA==", "cos\nsystem\n(", "!!python/object"),
    Threat.SIZE: ("aaaaaaaaaaaaaaaaaaaa",),
}

_CARRIES_TEXT = frozenset({"str", "bytes", "any", "dict", "list", "set", "tuple", "union", "model"})
_SIZED = frozenset({"str", "bytes", "list", "set", "dict"})
_BUILT = {Threat.URL: ("Url", "Dsn", "UrlConstraints"), Threat.PATH: ("Path",)}
"""Annotations of pydantic and pathlib whose values still name a host or a file."""
_LONGEST_PATTERN = 300


def admits(shape: Shape | None, threat: Threat, annotation: str = "") -> bool:
    """Say whether a field of a shape can carry a threat.

    Args:
        shape: What pydantic lets through; None for a value that nothing validated.
        threat: What is asked about.
        annotation: The annotation's last name, for shapes of kind ``other``.
    """
    if shape is None:
        return True
    if shape.kind == "other":
        return annotation.endswith(_BUILT.get(threat, ("\0",)))
    if shape.kind not in _CARRIES_TEXT:
        return False
    if shape.kind in ("union", "list", "set", "tuple") and shape.items:
        inside = any(admits(item, threat) for item in shape.items)
        if threat is not Threat.SIZE or shape.kind == "union":
            return inside
    if threat is Threat.SIZE:
        return shape.kind not in _SIZED or "max_length" not in shape.bounds
    return passes(shape.bounds.get("pattern"), threat, re.search)


def passes(pattern: Value | None, threat: Threat, matched: Callable[[str, str], object]) -> bool:
    """Say whether a threat passes a pattern that a value must match.

    Args:
        pattern: The pattern; None for no pattern. One that is not known passes nothing.
        threat: What must not pass.
        matched: How it is applied: `re.search`, `re.match` or `re.fullmatch`.
    """
    if pattern is None:
        return True
    return not _known_answers(pattern, threat, matched, wanted=False)


def stopped(pattern: Value, threat: Threat, matched: Callable[[str, str], object]) -> bool:
    """Say whether a pattern that a value must *not* match stops every form of a threat."""
    return _known_answers(pattern, threat, matched, wanted=True)


def replaced(pattern: Value, replacement: Value, threat: Threat) -> bool:
    """Say whether ``re.sub(pattern, replacement, text)`` takes the threat out of a text."""
    match pattern, replacement:
        case Known(value=str(wanted)), Known(value=str(instead)) if len(wanted) < _LONGEST_PATTERN:
            try:
                return not any(
                    _is_still(re.sub(wanted, instead, attack), threat) for attack in threat.attacks
                )
            except re.error:
                return False
        case _:
            return True  # what it takes out cannot be told


def _known_answers(
    pattern: Value, threat: Threat, matched: Callable[[str, str], object], *, wanted: bool
) -> bool:
    match pattern:
        case Known(value=str(text)) if len(text) < _LONGEST_PATTERN:
            try:
                return all(bool(matched(text, attack)) is wanted for attack in threat.attacks)
            except re.error:
                return False
        case _:
            return True  # a pattern that nobody can see is taken for a check


def _is_still(text: str, threat: Threat) -> bool:
    marks = {
        Threat.SHELL: r"[;|&`$\n]",
        Threat.CODE: r"[()]",
        Threat.PATH: r"/|\.\.",
        Threat.SQL: r"'|\bor\b|;|--",
        Threat.URL: r"://",
    }.get(threat)
    return marks is None or re.search(marks, text) is not None
