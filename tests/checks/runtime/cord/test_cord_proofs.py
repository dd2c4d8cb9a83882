"""The real SDK on what the body of a cord may not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from chutes_cli.loadtest.target import serve
from chutes_cli.registry import check

pytestmark = pytest.mark.sdk

App = Callable[..., str]


@pytest.mark.slow
def test_stop_iteration_leaves_no_answer(judge: Any) -> None:
    docs = check("stop-iteration-escapes").docs
    found, missing = ("POST", "/voice", {"prefix": "o"}), ("POST", "/voice", {"prefix": "x"})
    assert judge.calls(docs.example, found, way="dev")[0][0] == 200
    assert judge.calls(docs.example, missing, way="dev")[0][0] == "error"
    answers = judge.calls(docs.instead, found, missing, way="dev")
    assert [status for status, _ in answers] == [200, 400]


@pytest.mark.slow
def test_a_sync_cord_that_raises_it_leaves_no_answer_and_an_async_one_500(
    judge: Any, app: App
) -> None:
    call = ("POST", "/x", {"a": 1})
    assert judge.calls(app("raise StopIteration"), call, way="dev")[0][0] == "error"
    assert judge.calls(app("raise StopIteration", is_async=True), call, way="dev")[0][0] == 500


def status(url: str, n: int) -> int:
    try:
        answer = httpx.post(url + "/order", json={"n": n}, timeout=5, trust_env=False)
    except httpx.TransportError:
        return 0
    return answer.status_code


@pytest.mark.slow
def test_exit_stops_the_whole_service(tmp_path: Path) -> None:
    docs = check("exit-in-cord").docs
    for name, source, seen in (
        ("bad", docs.example, [200, 0, 0]),
        ("good", docs.instead, [200, 400, 200]),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(source)
        with serve(str(tmp_path / name)) as served:
            assert [status(served.info.url, n) for n in (1, 99, 1)] == seen
