"""A loopback server that misbehaves on demand, and the installed script."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("chutes-prod")


class Service(ThreadingHTTPServer):
    """Answers by path; counts requests; can stall as a whole, once."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.hits: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.stall_at: int | None = None
        self.stall_s = 1.0
        self._stalled_until = 0.0
        self._lock = threading.Lock()

    def finish_request(self, request, client_address):
        self.connections += 1
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass

    def hit(self, path: str, headers: dict[str, str]) -> None:
        with self._lock:
            self.hits.append((path, headers))
            if len(self.hits) == self.stall_at:
                self._stalled_until = time.monotonic() + self.stall_s
        time.sleep(max(0.0, self._stalled_until - time.monotonic()))

    def loaded(self) -> int:
        return sum(path != "/" for path, _ in self.hits)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Service

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.hit(self.path, dict(self.headers.items()))
        behave = getattr(self, "on_" + self.path.strip("/").partition("?")[0], None)
        if behave is not None:
            behave()
        else:
            self.answer(int(self.path[1:]) if self.path[1:].isdigit() else 200)

    def answer(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(b"{}")

    do_HEAD = do_GET

    def on_redirect(self) -> None:
        self.answer(302, ("Location", "/elsewhere"))

    def on_slow(self) -> None:
        time.sleep(3.0)
        self.answer(200)

    def on_drip(self) -> None:
        """Never silent for long, never done: only a total deadline ends it."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def on_reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # http.server holds the socket in several places; this closes the real one.
        os.close(self.connection.detach())
        self.close_connection = True

    def on_hangup(self) -> None:
        self.close_connection = True

    def on_truncated(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        self.close_connection = True

    def on_garbage(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.close_connection = True

    def on_chunked(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.wfile.write(b"2\r\n{}\r\n0\r\n\r\n")

    def on_cut(self) -> None:
        """A chunked answer that lacks its end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
        self.close_connection = True

    def on_untilclose(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\nto the end")
        self.close_connection = True

    def on_continued(self) -> None:
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        self.wfile.flush()
        time.sleep(0.05)
        self.answer(503)

    def on_die(self) -> None:
        os._exit(7)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def loadtest() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the installed script to its end."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SCRIPT), "loadtest", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | environment,
            check=False,
        )

    return run


class Started:
    """A running script whose descendants can be found, whoever their parent is by then."""

    def __init__(self, *arguments: str, temporary: Path) -> None:
        self.mark = f"CHUTES_PROD_TEST={uuid.uuid4()}"
        name, _, value = self.mark.partition("=")
        self.process = subprocess.Popen(
            [str(SCRIPT), "loadtest", *arguments],
            # After SIGKILL nobody is left to remove the logs.
            env=os.environ | {name: value, "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def descendants(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    if self.mark.encode() in (folder / "environ").read_bytes():
                        found.append(int(folder.name))
                except OSError:
                    continue
        return found

    def gone_within(self, seconds: float) -> bool:
        return eventually(lambda: not self.descendants(), seconds)


def eventually(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Started]]:
    """Start the installed script and leave it running."""
    started: list[Started] = []

    def go(*arguments: str) -> Started:
        started.append(Started(*arguments, temporary=tmp_path_factory.mktemp("temporary")))
        return started[-1]

    yield go
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., bool]:
    return eventually
