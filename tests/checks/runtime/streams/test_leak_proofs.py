"""Under the real runtime, readers that leave an item-wise stream take the workers with them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from chutes_cli.loadtest.target import serve
from chutes_cli.registry import check

pytestmark = [pytest.mark.sdk, pytest.mark.slow]
BODY = {"text": "x" * 4000}


def left_by(url: str, readers: int) -> None:
    for _ in range(readers):
        with httpx.stream("POST", f"{url}/spell", json=BODY, timeout=15, trust_env=False) as answer:
            next(answer.iter_raw())


def answers(url: str) -> bool:
    try:
        answer = httpx.post(f"{url}/spell", json={"text": "ab"}, timeout=8, trust_env=False)
    except httpx.TimeoutException:
        return False
    return answer.status_code == 200


@pytest.mark.parametrize(("which", "alive"), [("example", False), ("instead", True)])
def test_four_readers_leave(which: str, alive: bool, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(getattr(check("stream-worker-leak").docs, which))
    with serve(str(tmp_path)) as served:
        url = served.info.url
        assert answers(url)
        left_by(url, 4)
        assert answers(url) is alive
        assert httpx.post(f"{url}/_ping", json={}, timeout=8, trust_env=False).status_code == 200
