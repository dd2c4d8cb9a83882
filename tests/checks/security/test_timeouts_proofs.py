"""The real SDK and the real libraries against a server that accepts and never answers."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from chutes_cli.registry import check

DOCS = check("no-outbound-timeout").docs


@pytest.fixture
def mute() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.sdk
@pytest.mark.slow
def test_a_cord_without_a_timeout_never_answers(judge: Any, mute: str) -> None:
    asked = ("POST", "/load", {})
    bad = DOCS.example.replace("127.0.0.1:8001", mute)
    ((status, _),) = judge.calls(bad, asked)
    assert status in ("error", 499)  # whoever asked gave up
    good = DOCS.instead.replace("127.0.0.1:8001", mute).replace("timeout=5", "timeout=0.5")
    ((status, _),) = judge.calls(good, asked)
    assert status == 500


async def _with_aiohttp(url: str, timeout: Any) -> None:
    async with aiohttp.ClientSession() as session:
        await session.get(url, timeout=timeout)


CALLS: dict[str, tuple[bool, Callable[[str], object]]] = {
    "requests": (True, requests.get),
    "requests_given": (False, lambda url: requests.get(url, timeout=0.3)),
    "urllib": (False, urllib.request.urlopen),
    "urllib3": (False, lambda url: urllib3.PoolManager(retries=False).request("GET", url)),
    "httpx": (True, lambda url: httpx.get(url, timeout=None)),
    "httpx_pieces": (True, lambda url: httpx.get(url, timeout=httpx.Timeout(None, connect=0.3))),
    "httpx_read": (False, lambda url: httpx.get(url, timeout=httpx.Timeout(None, read=0.3))),
    "aiohttp": (True, lambda url: asyncio.run(_with_aiohttp(url, None))),
    "aiohttp_without_total": (
        True,
        lambda url: asyncio.run(_with_aiohttp(url, aiohttp.ClientTimeout(connect=0.3))),
    ),
    "aiohttp_read": (
        False,
        lambda url: asyncio.run(_with_aiohttp(url, aiohttp.ClientTimeout(sock_read=0.3))),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_the_default_of_sockets_limits(name: str, mute: str) -> None:
    endless, call = CALLS[name]
    before = socket.getdefaulttimeout()
    ended = threading.Event()

    def attempt() -> None:
        try:
            call(f"http://{mute}/")
        except (OSError, httpx.HTTPError, urllib3.exceptions.HTTPError, aiohttp.ClientError):
            ended.set()

    socket.setdefaulttimeout(0.3)
    try:
        threading.Thread(target=attempt, daemon=True).start()
        assert ended.wait(2.0) is not endless
    finally:
        socket.setdefaulttimeout(before)
