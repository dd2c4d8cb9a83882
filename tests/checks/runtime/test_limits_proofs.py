"""Comparing with a limit that was left out fails the call under the real SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize(("fixture", "status"), [("example", 500), ("instead", 200)])
def test_a_limit_of_none_fails_the_call(judge: Judge, fixture: str, status: int) -> None:
    source = getattr(check("limit-may-be-none").docs, fixture)
    (answer,) = judge.calls(source, ("POST", "/count", {"prompt": "a b"}), way="dev")
    assert answer[0] == status
