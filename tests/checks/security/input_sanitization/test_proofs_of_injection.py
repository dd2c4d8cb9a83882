"""What the examples let a caller do is really done under the SDK, and not by the good ones."""

from __future__ import annotations

import base64
import json
import os
import pickle
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


def answer(judge: Any, source: str, path: str, body: object) -> tuple[int | str, str]:
    (found,) = judge.calls(source, ("POST", path, body), way="production")
    assert isinstance(found, tuple)
    return found


def both(
    judge: Any, check_id: str, path: str, body: object, *, instead: tuple[str, str] = ("", "")
) -> tuple[tuple[int | str, str], tuple[int | str, str]]:
    """Send one body to a check's bad and good example; return both answers."""
    docs = check(check_id).docs
    old, new = instead
    bad, good = (text.replace(old, new) if old else text for text in (docs.example, docs.instead))
    return answer(judge, bad, path, body), answer(judge, good, path, body)


def test_a_caller_runs_a_command(judge: Any) -> None:
    bad, good = both(judge, "shell-injection", "/convert", {"file": "x; echo pwn$((1 + 1))"})
    assert bad[0] == 200
    assert "pwn2" in json.loads(bad[1])["kind"]
    assert good[0] == 400


def test_a_caller_runs_python(judge: Any) -> None:
    body = {"expression": "__import__('os').getpid() > 0"}
    bad, good = both(judge, "code-injection", "/compute", body)
    assert bad == (200, '{"value":true}')
    assert good[0] == 400


def test_a_caller_reads_any_file(judge: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "secret").write_text("sesame")
    bad, good = both(
        judge, "path-traversal", "/read", {"name": "../secret"},
        instead=("/data", str(tmp_path / "data")),
    )  # fmt: skip
    assert bad == (200, '{"text":"sesame"}')
    assert good[0] == 400


def test_a_caller_reads_every_row(judge: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "app.db")
    with sqlite3.connect(path) as database:
        database.execute("create table users (id, name)")
        database.execute("insert into users values (1, 'a'), (2, 'b')")
    bad, good = both(
        judge, "sql-injection", "/find", {"name": "x' or 1=1 --"}, instead=("/data/app.db", path)
    )
    assert bad == (200, '{"ids":[1,2]}')
    assert good == (200, '{"ids":[]}')


class Private(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"private")

    def log_message(self, *_arguments: Any) -> None: ...


@pytest.fixture
def private() -> Iterator[str]:
    """Serve something on the instance's own loopback."""
    server = HTTPServer(("127.0.0.1", 0), Private)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_caller_reaches_the_loopback(judge: Any, private: str) -> None:
    bad, good = both(judge, "request-forgery", "/fetch", {"url": private})
    assert bad == (200, f'{{"length":{len("private")}}}')
    assert good[0] == 400


class Payload:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._path),)


def test_a_caller_runs_code_by_a_pickle(judge: Any, tmp_path: Path) -> None:
    made = tmp_path / "made"
    state = base64.b64encode(pickle.dumps(Payload(made))).decode()
    bad = answer(judge, check("unsafe-deserialisation").docs.example, "/restore", {"state": state})
    assert bad[0] == 200
    assert made.is_dir()
    made.rmdir()
    good = answer(judge, check("unsafe-deserialisation").docs.instead, "/restore", {"state": state})
    assert good[0] == 400
    assert not made.exists()


def test_base64_of_any_size_is_decoded(judge: Any) -> None:
    body = {"image": "A" * 12_000_000}
    bad, good = both(judge, "unbounded-base64", "/measure", body)
    assert bad == (200, '{"bytes":9000000}')
    assert good[0] == 400
