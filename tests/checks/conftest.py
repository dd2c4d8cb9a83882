from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances, files_of
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Account, Exposure
from chutes_cli.registry import check, checks

Findings = Callable[..., list[Finding]]

# Checks of what a whole service lacks. Examples and fixtures are fragments, which lack it
# all: these checks run where a test names them, and not where it runs all.
ABSENCE = frozenset({"no-sigterm-handling"})


@pytest.fixture
def findings(tmp_path: Path) -> Findings:
    """Audit source text, or several files, with one check or all but `ABSENCE`."""

    def run(
        source: str | dict[str, str],
        check_id: str | None = None,
        *,
        exposure: Exposure = Exposure.GATEWAY,
        account: Account = Account.ORDINARY,
    ) -> list[Finding]:
        files = source if isinstance(source, dict) else files_of(source)
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        every = tuple(each for each in checks() if each.id not in ABSENCE)
        chosen = every if check_id is None else (check(check_id),)
        report = engine.audit([tmp_path], chosen, Circumstances(exposure, account))
        assert not report.errors, report.errors
        return list(report.findings)

    return run


@pytest.fixture(scope="session")
def absence() -> frozenset[str]:
    """The checks that `findings` leaves out where none is named."""
    return ABSENCE
