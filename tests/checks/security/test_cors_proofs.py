"""Starlette is the judge: with ``*`` and credentials every origin is told that it may."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"allow_origins": ["*"]}, "https://evil.test"),
        ({"allow_origin_regex": ".*"}, "https://evil.test"),
        ({"allow_origins": ["https://app.test"]}, None),
    ],
)
def test_who_may_read_with_cookies(options: dict[str, Any], allowed: str | None) -> None:
    app = CORSMiddleware(PlainTextResponse("secret"), allow_credentials=True, **options)
    headers = [(b"origin", b"https://evil.test"), (b"cookie", b"session=1")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert answered.get("access-control-allow-origin") == allowed
    assert answered["access-control-allow-credentials"] == "true"
