"""Twins: a chute with one fault and its healthy near-copy, written without a look at the checks."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure
from chutes_cli.registry import checks

TWINS = Path(__file__).parents[1] / "fixtures" / "twins"
JUDGED = ("runtime", "security")
"""The categories of checks that the twins judge."""


@dataclass(frozen=True)
class Twin:
    """One fault, in a tree that has it and in one that does not."""

    folder: Path

    @cached_property
    def says(self) -> dict[str, str]:
        """What its author says of it."""
        return tomllib.loads((self.folder / "twin.toml").read_text("utf-8"))

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.folder.name

    def findings(self, which: str) -> list[Finding]:
        """Audit the faulty or the healthy tree, in a copy: what lies below tests is one."""
        exposure = Exposure(self.says.get("exposure", "gateway"))
        with TemporaryDirectory() as made:
            copied = shutil.copytree(self.folder / which, Path(made) / which)
            report = engine.audit([copied], checks(), Circumstances(exposure))
        assert not report.errors, report.errors
        return list(report.findings)

    def accused(self) -> list[Finding]:
        """Return what is said of the healthy tree in the categories judged."""
        return [
            each
            for each in self.findings("healthy")
            if each.category in JUDGED and each.severity is not Severity.INFO
        ]

    def found(self, ids: frozenset[str]) -> bool:
        """Say whether one of some checks finds the fault, and not in the healthy tree as well."""
        faulty = [each for each in self.findings("faulty") if each.check in ids]
        healthy = {_what(each) for each in self.findings("healthy")}
        return any(_what(each) not in healthy for each in faulty)


def _what(finding: Finding) -> tuple[str, ...]:
    return finding.check, finding.severity.value, finding.symbol, finding.snippet


def twins(folder: Path = TWINS) -> Iterator[Twin]:
    """Yield every twin."""
    for path in sorted(folder.iterdir()):
        if (path / "twin.toml").exists():
            yield Twin(path)
