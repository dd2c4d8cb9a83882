"""The real SDK on objects shared between loops: the bad examples fail, the good ones do not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk

App = Callable[..., str]


class Upstream(BaseHTTPRequestHandler):
    """Answers, and keeps the connection open, as an engine beside the chute does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"42")

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def upstream() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def statuses(judge: Any, source: str, path: str, body: object, times: int, **how: Any) -> list[Any]:
    calls = [("POST", path, body)] * times
    how = {"way": "dev", **how}
    return [status for status, _ in judge.calls(source, *calls, **how)]


def test_a_shared_async_client_fails_every_other_call(judge: Any, upstream: str) -> None:
    docs = check("async-client-shared").docs
    bad, good = (
        each.replace("http://127.0.0.1:8080", upstream) for each in (docs.example, docs.instead)
    )
    assert set(statuses(judge, bad, "/ask", {"text": "x"}, 4)) == {200, 500}
    assert statuses(judge, good, "/ask", {"text": "x"}, 4) == [200] * 4
    assert statuses(judge, good, "/ask", {"text": "x"}, 4, at_once=True) == [200] * 4


def test_a_shared_session_fails_every_call(judge: Any, upstream: str, app: App) -> None:
    source = app(
        "self.s = aiohttp.ClientSession()",
        f"async with self.s.post({upstream!r}, data=b'x') as r:\n"
        "    return {'a': await r.text()}",
        "import aiohttp\n",
    )
    assert statuses(judge, source, "/x", {}, 3) == [500] * 3


@pytest.mark.parametrize(
    ("startup", "cord"),
    [
        ("self.f = asyncio.get_running_loop().create_future()", "return await self.f"),
        ("self.t = asyncio.create_task(asyncio.sleep(60))", "return await self.t"),
        (
            "self.g = asyncio.TaskGroup()\nawait self.g.__aenter__()",
            "return {'n': await self.g.create_task(asyncio.sleep(0.1))}",
        ),
    ],
)
def test_other_objects_of_the_main_loop(judge: Any, app: App, startup: str, cord: str) -> None:
    (answer,) = judge.calls(app(startup, cord), ("POST", "/x", {}), way="dev")
    assert answer[0] in (500, "error")


def test_a_direct_use_breaks_the_bridged_ones(judge: Any) -> None:
    docs = check("loop-object-mixed-use").docs
    calls = [("POST", path, {"n": 1}) for _ in range(4) for path in ("/quick", "/work")]
    bridged = [("POST", "/work", {"n": 1})] * 8
    # Calls that wait for a lock that nobody wakes them from end with no answer at all.
    answers = judge.calls(docs.example, *calls, at_once=True, way="dev")
    assert {status for status, _ in answers} & {500, "error"}
    only = judge.calls(docs.instead, *calls, at_once=True, way="dev")
    assert [status for status, _ in only] == [200] * 8
    alone = judge.calls(docs.example, *bridged, at_once=True, way="dev")
    assert [status for status, _ in alone] == [200] * 8


def test_counts_are_lost_between_read_and_write(judge: Any) -> None:
    docs = check("shared-counter-race").docs
    calls = [("POST", "/work", {"n": 1})] * 8
    lost = judge.calls(docs.example, *calls, at_once=True, way="dev")
    assert max(json.loads(text)["served"] for _, text in lost) < 8
    kept = judge.calls(docs.instead, *calls, at_once=True, way="dev")
    assert sorted(json.loads(text)["served"] for _, text in kept) == list(range(1, 9))


def test_a_failed_call_keeps_its_slot(judge: Any) -> None:
    docs = check("slot-leaks-on-error").docs
    calls = [("POST", "/work", {"n": n}) for n in (0, 0, 1)]
    for source, running in ((docs.example, 2), (docs.instead, 0)):
        answers = judge.calls(source, *calls)
        assert [status for status, _ in answers] == [500, 500, 200]
        assert json.loads(answers[-1][1])["running"] == running
