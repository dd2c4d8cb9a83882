"""Under the real SDK calls wait for one another behind a breaker's lock, and not without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize(("fixture", "at_once"), [("example", False), ("instead", True)])
def test_calls_run_at_the_same_time(judge: Judge, fixture: str, at_once: bool) -> None:
    source = getattr(check("breaker-serialises").docs, fixture).replace(
        "    time.sleep(0.3)\n    return len(prompt)",
        "    running.append(1)\n    most.append(len(running))\n    time.sleep(0.3)\n"
        "    running.pop()\n    return max(most)",
    ).replace("def length(", "running = []\nmost = []\n\n\ndef length(")  # fmt: skip
    calls = [("POST", "/ask", {"prompt": "a"})] * 4
    answers = judge.calls(source, *calls, at_once=True)
    assert [status for status, _ in answers] == [200] * 4
    assert (max(json.loads(text)["length"] for _, text in answers) > 1) is at_once
