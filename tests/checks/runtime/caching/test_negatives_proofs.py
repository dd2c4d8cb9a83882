"""A None that is kept is looked for again, and one told apart from nothing is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize(("fixture", "runs"), [("example", 3), ("instead", 1)])
def test_a_kept_none_is_no_hit(judge: Judge, fixture: str, runs: int) -> None:
    source = (
        getattr(check("negative-cache-never-hits").docs, fixture)
        .replace("class Ask(", "runs = []\n\n\nclass Ask(")
        .replace("    return max(", "    runs.append(text)\n    return max(")
        .replace('{"name": value}', '{"name": value, "runs": len(runs)}')
        .replace('{"name": found}', '{"name": found, "runs": len(runs)}')
    )
    body = {"prompt": "no name in here", "keep_misses": True}
    answers = judge.calls(source, *[("POST", "/name", body)] * 3)
    assert [status for status, _ in answers] == [200] * 3
    assert json.loads(answers[-1][1]) == {"name": None, "runs": runs}
