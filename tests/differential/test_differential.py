"""What the audit calls broken breaks under the real SDK; what it passes is accepted.

`generator` makes the chutes; each is executed and audited. A part of them runs in
`make test`, all of them in `make test-all`; `make differential` writes the page
`docs/differential.md` as well.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from generator import Case, all_cases
from generator.page import page
from generator.verdict import BEYOND, JUDGED_ELSEWHERE, Outcome, judged, judged_elsewhere

pytestmark = pytest.mark.sdk
PAGE = Path(__file__).resolve().parents[2] / "docs" / "differential.md"
ONE_IN = 6

_seen: dict[str, Outcome] = {}


def is_quick(case: Case) -> bool:
    """Say whether a case belongs to the part that runs every time."""
    return zlib.crc32(case.id.encode()) % ONE_IN == 0


def outcome(case: Case, judge: Any, folder: Path) -> Outcome:
    if case.id not in _seen:
        _seen[case.id] = judged(case, judge, folder)
    return _seen[case.id]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=() if is_quick(case) else pytest.mark.slow)
        for case in all_cases()
    ],
)
def test_the_sdk_and_the_audit_agree(case: Case, judge: Any, tmp_path: Path) -> None:
    found = outcome(case, judge, tmp_path)
    assert found.agrees, f"\n{found}"


@pytest.mark.slow
def test_the_page_lists_what_the_sdk_is_silent_about(judge: Any, tmp_path: Path) -> None:
    outcomes = []
    for number, case in enumerate(all_cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcomes.append(outcome(case, judge, folder))
    text = page(outcomes)
    if os.environ.get("DIFFERENTIAL_WRITE"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run `make differential`"
    used = {judged_elsewhere(each.case, one) for each in outcomes for one in each.errors}
    assert set(JUDGED_ELSEWHERE) - used == set(), "entries that are no longer needed"
    ids = [case.id for case in all_cases()]
    assert [one for one in BEYOND if not any(re.fullmatch(one, each) for each in ids)] == []
