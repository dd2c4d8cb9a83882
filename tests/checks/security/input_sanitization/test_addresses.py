"""Addresses that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "request-forgery"
FIRES = [
    "import urllib.request\nurllib.request.build_opener().open(args.name)",
    "requests.Session().send(requests.Request('GET', args.name).prepare())",
    "httpx.AsyncClient(base_url=args.name)",
    "httpx.get(args.name)",
    "requests.post(url=args.name)",
    "requests.request('GET', args.name)",
    "httpx.Client().get(args.name)",
    "client = httpx.AsyncClient()\nawait client.get(args.name)",
    "async with httpx.AsyncClient() as client:\n    await client.get(args.name)",
    "async with aiohttp.ClientSession() as session:\n    await session.get(args.name)",
    "urllib.request.urlopen(args.name)",
    "urllib.request.urlopen(f'http://{args.name}/x')",
    "await asyncio.to_thread(requests.get, args.name)",
]
SILENT = [
    "requests.Request('GET', 'https://a.b/', data=args.name)",
    "httpx.AsyncClient(timeout=args.count)",
    "httpx.get('https://a.example/x')",
    "httpx.get('https://a.example/x', params={'q': args.name})",
    "httpx.post('https://a.example/x', json={'q': args.name})",
    "httpx.get(f'https://a.example/{args.name}')",
    "requests.get(f'{self.base}/{args.name}')",
    "self.store.get(args.name)",
    "{}.get(args.name)",
]


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body), ID)
    assert [each.check for each in found] == [ID]
    assert "the caller of cord x" in found[0].message
    assert found[0].trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body), ID) == []


def test_stays_silent_where_no_caller_is(findings: Findings) -> None:
    unreached = f"async def other(args):\n    {FIRES[0]}\n"
    assert findings(source("return 1", before=unreached), ID) == []
    start = (
        f"@chute.on_startup()\nasync def start(self):\n    args = Input(name='a')\n    {FIRES[0]}\n"
    )
    assert findings(source("return 1", before=start), ID) == []
