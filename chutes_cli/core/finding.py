"""What a check says: a finding, at a place, with the way that leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    """It breaks, is refused by the platform, or can be abused."""
    WARNING = "warning"
    """It works today and fails under load, at the next change, or in part."""
    INFO = "info"
    """Worth knowing; nothing fails."""

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: lower is worse."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure a check is that the finding is true."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A range of source text.

    Attributes:
        path: POSIX path, relative to the project root.
        line: First line, 1-based.
        column: First column, 1-based, in code points.
        end_line: Last line, 1-based.
        end_column: Column after the last character, 1-based (so the end is exclusive).
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step on the way from an entry point to a finding.

    Attributes:
        path: POSIX path, relative to the project root.
        line: 1-based line.
        note: What happens there, such as ``called from cord generate``.
    """

    path: str
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, at a place.

    Attributes:
        check: Id of the check, kebab-case.
        category: The check's category, such as ``platform``.
        severity: How bad it is.
        confidence: How sure the check is.
        item: Id of the checklist item the finding speaks of, if any.
        location: Where it is.
        symbol: Qualified name of the enclosing function or class, or the job or target in a file
            that is not Python; empty where there is none.
        message: What is wrong, in one sentence.
        help: What to do instead, in one sentence.
        trace: How execution gets there, outermost first.
        snippet: The source text at the location, whitespace-normalised.
    """

    check: str
    category: str
    severity: Severity
    confidence: Confidence
    item: str | None
    location: Location
    symbol: str
    message: str
    help: str
    trace: tuple[TraceStep, ...] = ()
    snippet: str = ""

    @property
    def sort_key(self) -> tuple[Location, str, str]:
        """Orders findings by place, then check, then message."""
        return (self.location, self.check, self.message)
