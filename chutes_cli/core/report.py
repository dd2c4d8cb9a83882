"""The report of an audit: findings, chutes, what was skipped and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chutes_cli.core.finding import Finding, Severity


class Exposure(StrEnum):
    """Where a chute is reached from; decides what the platform provides."""

    GATEWAY = "gateway"
    """Deployed on the platform, behind its gateway."""
    DIRECT = "direct"
    """The dev runtime, self-hosted, or behind a proxy of one's own."""
    BOTH = "both"


class Account(StrEnum):
    """Who deploys; decides which dated policies of the platform apply (PLATFORM F86)."""

    ORDINARY = "ordinary"
    PRIVILEGED = "privileged"
    """An account the platform exempts from the policies for ordinary ones."""


@dataclass(frozen=True, slots=True)
class CordSummary:
    """A cord as the report lists it; unknown values are None.

    Attributes:
        function: Name of the decorated function.
        path: Internal path, by default the function's name.
        public_api_path: Path on the chute's host name, None when it has none.
        public_api_method: HTTP method of the public path.
        stream: Whether the cord streams.
    """

    function: str
    path: str | None
    public_api_path: str | None
    public_api_method: str | None
    stream: bool | None


@dataclass(frozen=True, slots=True)
class ChuteSummary:
    """A chute as the report lists it; ``name`` is None when it is not known statically."""

    name: str | None
    path: str
    line: int
    cords: tuple[CordSummary, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, or a place in one that could not be followed, and why.

    Attributes:
        path: The file.
        reason: Why.
        line: The place, 1-based; None for a whole file.
    """

    path: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CheckError:
    """A check that crashed: its id and what it raised."""

    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one audit found.

    Attributes:
        exposure: The exposure the code was judged for.
        findings: Everything wrong, in order of place.
        chutes: The chutes found, in order of place.
        files_read: Number of files read, Python and others.
        skipped: What was not read, and why.
        errors: Checks that crashed.
        sdk_contract: Version of the SDK contract the code was held against.
        tool_version: Version of chutes-prod.
    """

    exposure: Exposure
    findings: tuple[Finding, ...]
    chutes: tuple[ChuteSummary, ...]
    files_read: int
    skipped: tuple[Skipped, ...]
    errors: tuple[CheckError, ...]
    sdk_contract: str
    tool_version: str

    def count(self, severity: Severity) -> int:
        """Return the number of findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def reaches(self, threshold: Severity) -> bool:
        """Say whether any finding is at least as bad as ``threshold``."""
        return any(finding.severity.rank <= threshold.rank for finding in self.findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without repeats, in order of place."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))
