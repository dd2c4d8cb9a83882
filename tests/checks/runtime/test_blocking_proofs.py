"""The real SDK while its main loop is blocked."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from chutes_cli.loadtest.target import serve
from chutes_cli.registry import check

pytestmark = [pytest.mark.sdk, pytest.mark.slow]


def slowest(folder: Path, source: str) -> float:
    folder.mkdir()
    (folder / "app.py").write_text(source)
    seen = []
    with serve(str(folder)) as served:
        url = served.info.url
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            for _ in range(30):
                started = time.monotonic()
                assert client.get("/load").status_code == 200
                seen.append(time.monotonic() - started)
                time.sleep(0.1)
    return max(seen)


def test_every_caller_waits_while_the_main_loop_is_blocked(tmp_path: Path) -> None:
    docs = check("blocking-call-on-main-loop").docs
    often = ("asyncio.sleep(5)", "asyncio.sleep(1)")
    assert slowest(tmp_path / "bad", docs.example.replace(*often)) > 0.7
    assert slowest(tmp_path / "good", docs.instead.replace(*often)) < 0.7
