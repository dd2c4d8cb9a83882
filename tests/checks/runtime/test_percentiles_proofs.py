"""A percentile past the end fails the call under the real SDK; a limited one does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize(("fixture", "status"), [("example", 500), ("instead", 200)])
def test_a_percentile_past_the_end_fails(judge: Judge, fixture: str, status: int) -> None:
    source = getattr(check("percentile-out-of-range").docs, fixture)
    (answer,) = judge.calls(source, ("GET", "/stats", None), way="dev")
    assert answer[0] == status
