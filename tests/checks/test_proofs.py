"""The running SDK is the judge: each bad example misbehaves under it, each good one does not."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from chutes_cli.loadtest.target import ServedChute, serve
from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


def written(folder: Path, source: str) -> Path:
    folder.mkdir()
    (folder / "app.py").write_text(source)
    return folder


@contextmanager
def both(tmp_path: Path, check_id: str) -> Iterator[tuple[ServedChute, ServedChute]]:
    """Serve a check's bad and good example side by side."""
    docs = check(check_id).docs
    folders = [written(tmp_path / "bad", docs.example), written(tmp_path / "good", docs.instead)]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        contexts = [serve(str(folder)) for folder in folders]
        bad, good = pool.map(stack.enter_context, contexts)
        yield bad, good


def client(served: ServedChute) -> httpx.Client:
    return httpx.Client(base_url=served.info.url, trust_env=False, timeout=20)


def statuses(served: ServedChute, path: str, bodies: list[object]) -> list[int | str]:
    """POST every body at once, each on a connection of its own."""

    def post(body: object) -> int | str:
        try:
            return httpx.post(
                served.info.url + path, json=body, timeout=15, trust_env=False
            ).status_code
        except httpx.TimeoutException:
            return "hangs"

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


@pytest.mark.parametrize(
    ("check_id", "error"),
    [
        ("chute-unknown-argument", "TypeError: .*unexpected keyword argument 'min_instances'"),
        ("node-selector-out-of-range", "ValidationError: 1 validation error for NodeSelector"),
        ("syntax-error", "SyntaxError: '\\(' was never closed"),
    ],
)
def test_import_fails(judge: Any, check_id: str, error: str) -> None:
    docs = check(check_id).docs
    assert re.match(error, judge.imports(docs.example) or "")
    assert judge.imports(docs.instead) is None


def test_cord_method_without_public_method_stays_post(tmp_path: Path) -> None:
    with both(tmp_path, "cord-method-without-public-method") as (bad, good):
        with client(bad) as calls:
            assert calls.get("/health").status_code == 405
            assert calls.post("/health", json={}).status_code == 200
        with client(good) as calls:
            assert calls.get("/health").status_code == 200


def test_cord_signature_fails_every_call(tmp_path: Path) -> None:
    body = {"prompt": "hi", "max_tokens": 3}
    with both(tmp_path, "cord-signature") as (bad, good):
        with client(bad) as calls:
            assert calls.post("/generate", json=body).status_code == 500
        with client(good) as calls:
            assert calls.post("/generate", json=body).json() == body


def test_cord_status_code_leaves_the_instance_as_it_is(tmp_path: Path) -> None:
    """What the gateway then makes of it is the platform's rule, cited in the check."""
    with both(tmp_path, "cord-status-code") as (bad, good):
        assert statuses(bad, "/lookup", [{"word": "x"}]) == [404]
        assert statuses(good, "/lookup", [{"word": "x"}]) == [400]


def test_unbounded_input_field_accepts_megabytes(tmp_path: Path) -> None:
    with both(tmp_path, "unbounded-input-field") as (bad, good):
        body = {"prompt": "x" * 5_000_000}
        assert statuses(bad, "/measure", [body]) == [200]
        assert statuses(good, "/measure", [body]) == [400]


def test_loop_bound_object_shared_fails_under_load(tmp_path: Path) -> None:
    with both(tmp_path, "loop-bound-object-shared") as (bad, good):
        at_once: list[object] = [{"n": number} for number in range(8)]
        # One at a time it works, which is why nobody notices before production.
        assert statuses(bad, "/work", [{"n": 1}]) == [200]
        assert set(statuses(bad, "/work", at_once)) & {500, "hangs"}
        assert statuses(good, "/work", at_once) == [200] * 8


def test_on_shutdown_never_runs(tmp_path: Path) -> None:
    with both(tmp_path, "on-shutdown-never-runs") as (bad, good):
        ended = {}
        for name, served in (("bad", bad), ("good", good)):
            (process,) = psutil.Process(served.process._guard.pid).children()
            process.send_signal(signal.SIGTERM)
            ended[name] = served.process.wait(30)
        assert not (tmp_path / "bad" / "closed.txt").exists()
        assert (tmp_path / "good" / "closed.txt").exists()
        assert ended["good"] == 0
        assert ended["bad"] != 0
