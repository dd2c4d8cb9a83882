"""Starlette is the judge: the host name of a request is what the caller writes."""

from __future__ import annotations

from starlette.requests import Request


def test_the_caller_writes_the_host_name() -> None:
    for host, name in (("localhost", "localhost"), ("127.0.0.1:8000", "127.0.0.1")):
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "scheme": "http",
            "query_string": b"",
            "server": ("203.0.113.9", 8000),
            "client": ("198.51.100.7", 40000),
            "headers": [(b"host", host.encode())],
        }
        assert Request(scope).url.hostname == name
