"""The real SDK with a client for each call, and with one for all."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


class Upstream(ThreadingHTTPServer):
    """Counts the connections that are made to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(("which", "connections"), [("example", 4), ("instead", 1)])
def test_connections_of_four_calls(
    which: str, connections: int, judge: Any, upstream: Upstream
) -> None:
    source = getattr(check("client-per-call").docs, which)
    source = source.replace("127.0.0.1:8080", f"127.0.0.1:{upstream.server_port}")
    answers = judge.calls(source, *[("GET", "/models", None)] * 4, way="dev")
    assert [status for status, _ in answers] == [200] * 4
    assert upstream.connections == connections
