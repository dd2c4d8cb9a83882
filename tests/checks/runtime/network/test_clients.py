from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.pools import CLIENTS, POOLS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "client-per-call"
HEAD = """\
import functools
import aiohttp
import httpx
import redis
import redis.asyncio
import requests
from chutes.chute import Chute
from pydantic import BaseModel, Field

class Ask(BaseModel):
    key: str = Field(max_length=100)

chute = Chute("u", "my-service", "i")
"""
CORD = "@chute.cord(public_api_path='/x')\ndef x(self, args: Ask):\n"
MADE = "httpx.Client(timeout=9)"
ENGINE = """\
class Engine:
    def __init__(self):
        self.client = httpx.Client(timeout=9)

"""


def app(cord: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}" + "".join(f"    {line}\n" for line in cord.splitlines())


FIRES = {
    "local": app(f"client = {MADE}"),
    "with": app(f"with {MADE} as client:\n    client.get('/a')"),
    "on_self": app(f"self.client = {MADE}"),
    "in_place": app("requests.Session().get('/a')"),
    "async_cord": app(f"client = {MADE}").replace("def x", "async def x"),
    "alias": app("Made()", "from httpx import Client as Made\n"),
    "helper": app("ask()", f"def ask():\n    return {MADE}\n"),
    "constructor": app("Engine().client.get('/a')", ENGINE),
    "other_module": {
        "ask.py": "import httpx\ndef ask():\n    return httpx.Client()\n",
        "app.py": app("ask()", "from ask import ask\n"),
    },
    "other_condition": app(f"if args.key == 'a':\n    client = {MADE}"),
}
SILENT = {
    "start_up": app("return self.client.get('/a')")
    + f"@chute.on_startup()\nasync def start(self):\n    self.client = {MADE}\n",
    "module": app("return CLIENT.get('/a')", f"CLIENT = {MADE}\n"),
    "async": app("httpx.AsyncClient()\naiohttp.ClientSession()\nredis.asyncio.from_url('r')"),
    "lazy": app(f"if self.client is None:\n    self.client = {MADE}"),
    "cached": app("ask()", f"@functools.lru_cache\ndef ask():\n    return {MADE}\n"),
    "callers": app("httpx.Client(headers={'x-key': args.key})"),
    "callers_text": app("key = f'Bearer {args.key}'\nhttpx.Client(headers={'x-key': key})"),
    "one_engine": app("ENGINE.client.get('/a')", f"{ENGINE}\nENGINE = Engine()\n"),
    "own": app("Client()", "class Client:\n    pass\n"),
    "unreached": app("return 1", f"def ask():\n    return {MADE}\n"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted(CLIENTS | POOLS))
def test_every_client(name: str, findings: Findings) -> None:
    parts = name.split(".")
    modules = ".".join(each for each in parts[:-1] if each[0].islower())
    (found,) = findings(app(f"import {modules}\n{name}('a')"), ID)
    assert found.severity is (Severity.WARNING if name in POOLS else Severity.INFO)


def test_only_the_exposure_judged(findings: Findings) -> None:
    source = app(f"if self.exposure == 'direct':\n    client = {MADE}")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_says_how_it_gets_there(findings: Findings) -> None:
    (found,) = findings(FIRES["helper"], ID)
    assert [each.note for each in found.trace] == ["cord x", "x runs ask"]
    assert found.message == (
        "httpx.Client is made anew for every call of cord x, with connections that no other "
        "call can use"
    )
