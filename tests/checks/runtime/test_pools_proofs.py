"""Two failed calls empty a pool of two under the real SDK; with finally they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize(("fixture", "last"), [("example", 429), ("instead", 200)])
def test_failed_calls_empty_the_pool(judge: Judge, fixture: str, last: int) -> None:
    source = getattr(check("pool-slot-leaks").docs, fixture)
    calls = [("POST", "/work", {"n": n}) for n in (4, 0, 0, 4)]
    answers = judge.calls(source, *calls)
    assert [status for status, _ in answers] == [200, 500, 500, last]
