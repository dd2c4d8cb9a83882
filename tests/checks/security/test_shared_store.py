from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """\
import os
import pickle
import httpx
import redis
import redis.asyncio
import requests
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
CACHE = redis.Redis.from_url(os.environ["CACHE_URL"])
"""
PICKLE, CONFIG, AWAITED = (
    "pickle-from-shared-store", "shared-store-reconfigured", "sync-client-awaited",
)  # fmt: skip
FIRES = {
    "at_once": (PICKLE, "def f():\n    return pickle.loads(CACHE.get('a'))"),
    "kept": (PICKLE, "def f():\n    data = CACHE.hget('a', 'b')\n    return pickle.loads(data)"),
    "awaited": (PICKLE, "C = redis.asyncio.Redis()\nasync def f():\n"
                "    data = await C.get('a')\n    return pickle.loads(data)"),
    "by_name": (PICKLE, "class A:\n    def __init__(self, client):\n        self.redis = client\n"
                "    def f(self):\n        return pickle.loads(self.redis.get('a'))"),
    "on_self": (PICKLE, "class A:\n    def __init__(self):\n        self.c = redis.Redis()\n"
                "    def f(self):\n        return pickle.loads(self.c.get('a'))"),
    "config": (CONFIG, "CACHE.config_set('maxmemory', '1gb')"),
    "config_by_name": (CONFIG, "async def f(client):\n    await client.config_set('a', 'b')"),
    "get": (AWAITED, "async def f():\n    return await CACHE.get('a')"),
    "local": (AWAITED, "async def f():\n    c = redis.Redis()\n    return await c.ping()"),
    "self": (AWAITED, "class A:\n    def __init__(self):\n        self.c = redis.from_url('x')\n"
             "    async def f(self):\n        await self.c.set('a', 1)"),
    "requests": (AWAITED, "async def f():\n    return await requests.get('x')"),
    "httpx": (AWAITED, "async def f():\n    return await httpx.post('x')"),
    "httpx_client": (AWAITED, "C = httpx.Client()\nasync def f():\n    return await C.get('x')"),
}  # fmt: skip
SILENT = {
    "file": (PICKLE, "def f(file):\n    return pickle.loads(file.read())"),
    "dictionary": (PICKLE, "HELD = {}\ndef f():\n    return pickle.loads(HELD.get('a'))"),
    "other_client": (PICKLE, "def f():\n    return pickle.loads(httpx.Client().get('a'))"),
    "own_class_by_name": (PICKLE, "class Redis:\n    def get(self, key):\n        return b''\n"
                          "redis_like = Redis()\ndef f():\n"
                          "    return pickle.loads(redis_like.get('a'))"),
    "own_class_that_is_called_as_one": (
        PICKLE, "class Own:\n    def get(self, key):\n        return b''\n"
        "redis_client = Own()\ndef f():\n    return pickle.loads(redis_client.get('a'))"),
    "not_a_read": (PICKLE, "def f():\n    return pickle.loads(CACHE.ping())"),
    "json": (PICKLE, "import json\ndef f():\n    return json.loads(CACHE.get('a'))"),
    "nothing": (PICKLE, "def f():\n    return pickle.loads()"),
    "main_block": (PICKLE, "if __name__ == '__main__':\n    pickle.loads(CACHE.get('a'))"),
    "config_read": (CONFIG, "CACHE.config_get('maxmemory')"),
    "own": (CONFIG, "class S:\n    def config_set(self, a):\n        pass\nS().config_set(1)"),
    "not_awaited": (AWAITED, "async def f():\n    return CACHE.get('a')"),
    "asynchronous": (AWAITED, "C = redis.asyncio.Redis()\nasync def f():\n    await C.get('a')"),
    "either": (AWAITED, "C = redis.asyncio.Redis() if os.name else redis.Redis()\n"
               "async def f():\n    await C.get('a')"),
    "unknown": (AWAITED, "async def f(client):\n    await client.get('a')"),
    "no_call": (AWAITED, "async def f(task):\n    await task"),
    "plain_name": (AWAITED, "async def g():\n    pass\n\nasync def f():\n    await g()"),
    "in_a_thread": (AWAITED, "import asyncio\nasync def f():\n"
                    "    await asyncio.to_thread(CACHE.get, 'a')"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    check, source = FIRES[name]
    assert [each.check for each in findings(f"{HEAD}{source}\n", check)] == [check]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    check, source = SILENT[name]
    assert findings(f"{HEAD}{source}\n", check) == []
