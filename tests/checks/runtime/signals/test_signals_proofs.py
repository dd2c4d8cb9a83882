"""The real SDK on signals: what a service that is told to stop does with its requests."""

from __future__ import annotations

import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from chutes_cli.loadtest.target import serve
from chutes_cli.registry import check

pytestmark = [pytest.mark.sdk, pytest.mark.slow]

SLOW = """

@chute.cord(public_api_path="/slow", public_api_method="GET")
async def slow(self) -> dict:
    await asyncio.sleep(2)
    return {"name": chute.name}
"""


def stopped(folder: Path, source: str) -> tuple[int, bool]:
    """Send SIGTERM while a call runs; return its status, and whether the process has ended."""
    folder.mkdir()
    (folder / "app.py").write_text("import asyncio\n" + source + SLOW)
    with serve(str(folder)) as served, ThreadPoolExecutor(1) as pool:
        (process,) = psutil.Process(served.process._guard.pid).children()
        call: Future[int] = pool.submit(status, served.info.url + "/slow")
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        answer = call.result()
        gone, _ = psutil.wait_procs([process], timeout=8)
        return answer, bool(gone)


def status(url: str) -> int:
    try:
        return httpx.get(url, timeout=15, trust_env=False).status_code
    except httpx.TransportError:
        return 0


def test_without_a_handler_requests_are_cut(tmp_path: Path) -> None:
    docs = check("no-sigterm-handling").docs
    assert stopped(tmp_path / "bad", docs.example) == (0, True)
    assert stopped(tmp_path / "good", docs.instead) == (200, True)


def test_a_handler_that_exits_fails_requests_and_lingers(tmp_path: Path) -> None:
    docs = check("signal-handler-exits").docs
    answer, has_ended = stopped(tmp_path / "bad", docs.example)
    assert answer in (0, 500)
    assert not has_ended
    by_loop = docs.example.replace(
        "signal.signal(", "asyncio.get_running_loop().add_signal_handler("
    )
    by_loop = by_loop.replace("stop(number, frame)", "stop()")
    answer, has_ended = stopped(tmp_path / "loop", by_loop)
    assert answer in (0, 500)
    assert not has_ended
    good = docs.instead.replace("asyncio.sleep(1)", "asyncio.sleep(3)")
    assert stopped(tmp_path / "good", good) == (200, True)


def test_a_cord_cannot_install_a_handler(judge: Any) -> None:
    docs = check("signal-handler-in-cord").docs
    call = ("POST", "/work", {"n": 1})
    assert judge.calls(docs.example, call)[0][0] == 500
    assert judge.calls(docs.instead, call)[0][0] == 200
