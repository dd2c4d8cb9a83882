"""Python and httpx are the judges: awaiting what is no awaitable raises, whatever it is."""

from __future__ import annotations

import asyncio
import pickle
import posixpath

import httpx
import pytest


class Hostile:
    """What somebody puts into the store."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return posixpath.join, ("run", "by whoever wrote it")


def test_a_plain_client_cannot_be_awaited() -> None:
    async def call() -> None:
        transport = httpx.MockTransport(lambda request: httpx.Response(200))
        with httpx.Client(transport=transport) as client:
            await client.get("https://store.test")  # type: ignore[misc] - the fault it shows

    with pytest.raises(TypeError, match="can't be used in 'await' expression"):
        asyncio.run(call())


def test_unpickling_runs_what_the_bytes_say() -> None:
    assert pickle.loads(pickle.dumps(Hostile())) == "run/by whoever wrote it"
