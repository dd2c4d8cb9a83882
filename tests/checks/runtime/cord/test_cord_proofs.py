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
    leave = 'sys.exit("too many")'
    threaded = docs.example.replace(leave, "await asyncio.to_thread(sys.exit, 1)")
    apart = docs.example.replace(leave, "Thread(target=sys.exit).start()")
    assert threaded != docs.example != apart
    for name, source, seen in (
        ("bad", docs.example, [200, 0, 0]),
        ("awaited_thread", f"import asyncio\n{threaded}", [200, 0, 0]),
        ("thread_apart", f"from threading import Thread\n{apart}", [200, 200, 200]),
        ("good", docs.instead, [200, 400, 200]),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(source)
        with serve(str(tmp_path / name)) as served:
            assert [status(served.info.url, n) for n in (1, 99, 1)] == seen


def test_a_task_that_a_cord_starts_is_cancelled_when_it_returns(judge: Any) -> None:
    docs = check("task-started-in-cord").docs
    calls = [("POST", "/note", {"text": "x"})] * 3
    for source, kept in ((docs.example, [0, 0, 0]), (docs.instead, [0, 1, 2])):
        # Each call gives the tasks of those before it the time they need.
        slow = source.replace("\n    asyncio.", "\n    time.sleep(1)\n    asyncio.")
        seen = [text for _, text in judge.calls("import time\n" + slow, *calls)]
        assert seen == [f'{{"kept":{count}}}' for count in kept]


def test_middleware_in_a_cord_fails_the_call(judge: Any) -> None:
    docs = check("middleware-added-in-cord").docs
    call = ("POST", "/compress", {"smallest": 500})
    assert judge.calls(docs.example, call)[0][0] == 500
    assert judge.calls(docs.instead, call)[0][0] == 200


def test_a_context_variable_is_seen_by_another_caller(judge: Any) -> None:
    docs = check("context-variable-leaks").docs
    calls = [("POST", "/greet", {"tenant": tenant}) for tenant in ("anna", "", "")]
    leaked = [text for _, text in judge.calls(docs.example, *calls)]
    assert '{"hello":"anna"}' in leaked[1:]
    clean = [text for _, text in judge.calls(docs.instead, *calls)]
    assert clean[1:] == ['{"hello":"nobody"}'] * 2


def test_what_startup_sets_is_not_set_in_a_cord(judge: Any) -> None:
    docs = check("context-variable-unset").docs
    call = ("POST", "/region", None)
    assert judge.calls(docs.example, call)[0][1] == '{"region":"unknown"}'
    assert judge.calls(docs.instead, call)[0][1] == '{"region":"eu"}'


@pytest.mark.parametrize("way", ["production", "dev"])
@pytest.mark.parametrize("is_async", [False, True])
def test_what_middleware_sets_is_not_set_in_a_cord(
    judge: Any, app: App, way: str, is_async: bool
) -> None:
    module = (
        "VAR = contextvars.ContextVar('v', default='nobody')\n"
        "@chute.middleware('http')\nasync def tag(request, call_next):\n"
        "    VAR.set('anna')\n    return await call_next(request)\n"
    )
    source = app("return {'user': VAR.get()}", module, is_async=is_async)
    (answer,) = judge.calls(source, ("POST", "/x", {"a": 1}), way=way)
    assert answer == (200, '{"user":"nobody"}')
