"""What is kept as empty is worked out again, and with a comparison it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chutes_cli.registry import check

if TYPE_CHECKING:
    from tests.conftest import Judge

pytestmark = pytest.mark.sdk


def counting(source: str) -> str:
    """Let an example say how often it has worked something out."""
    return (
        source.replace("class Ask(", "runs = []\n\n\nclass Ask(")
        .replace("return [word", "runs.append(text)\n    return [word")
        .replace('{"names": found}', '{"names": found, "runs": len(runs)}')
    )


@pytest.mark.parametrize(("fixture", "runs"), [("example", [1, 2, 3]), ("instead", [1, 1, 1])])
def test_an_empty_answer_is_kept_for_nothing(judge: Judge, fixture: str, runs: list[int]) -> None:
    source = counting(getattr(check("cache-truthiness").docs, fixture))
    calls = [("POST", "/names", {"prompt": "no name in here"})] * 3
    answers = judge.calls(source, *calls)
    assert [status for status, _ in answers] == [200] * 3
    assert [json.loads(text)["runs"] for _, text in answers] == runs


@pytest.mark.parametrize("fixture", ["example", "instead"])
def test_a_full_answer_is_found(judge: Judge, fixture: str) -> None:
    source = counting(getattr(check("cache-truthiness").docs, fixture))
    answers = judge.calls(source, *[("POST", "/names", {"prompt": "Ada and Bob"})] * 2)
    assert [json.loads(text) for _, text in answers] == [{"names": ["Ada", "Bob"], "runs": 1}] * 2
