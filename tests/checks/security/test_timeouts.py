from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.timeouts import ASKS, BY_SOCKET, CLIENTS, DEADLINES, PROGRAMS
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "no-outbound-timeout"
HEAD = """\
import asyncio
import os
import socket
import subprocess
import urllib.request
import aiohttp
import httpx
import openai
import redis
import requests
import urllib3
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
START = "@chute.on_startup()\nasync def start(self):\n"
ASK = "def ask():\n    return requests.get(os.environ['ENGINE'])\n"
ASK_LATER = (
    "async def ask():\n"
    "    async with aiohttp.ClientSession() as session:\n"
    "        return await session.get(os.environ['ENGINE'], timeout=None)\n"
)
KEPT = "client = httpx.AsyncClient(timeout=None)\n"
MADE = "s = requests.Session()\n"
TYPED = "def ask(session: requests.Session):\n    return session.get('http://a/b')\n"
MINE = "class Mine(requests.Session):\n    pass\n"
LIMITED = "class Limited(requests.adapters.HTTPAdapter):\n    pass\n"
FIELD = (
    "from dataclasses import dataclass, field\n"
    "@dataclass\nclass Kept:\n"
    "    session: requests.Session = field(default_factory={})\n"
    "    other: dict = field(default_factory=dict)\n"
    "kept = Kept()\n"
)
POOL = (
    "from dataclasses import dataclass, field\n"
    "@dataclass\nclass Keeper:\n"
    "    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager({}))\n"
    "keeper = Keeper()\n"
)


def body(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def app(cord: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}{body(cord)}"


def start(text: str) -> str:
    return f"{HEAD}{START}{body(text)}\n{CORD}    return 1\n"


FIRES = {
    "partial": app(
        "ask('u')", "import functools\nask = functools.partial(requests.get, stream=True)\n"
    ),
    "partial_without_end": app(
        "ask('u')", "import functools\nask = functools.partial(requests.get, timeout=None)\n"
    ),
    "nothing_given": app("requests.post('http://a/b', json=args)"),
    "none": app("requests.get('http://a/b', timeout=None)"),
    "constant": app("requests.get('http://a/b', timeout=LIMIT)", "LIMIT = None\n"),
    "spread": app("requests.get('http://a/b', **OPTIONS)", "OPTIONS = {'verify': True}\n"),
    "alias": app("fetch('http://a/b')", "from requests import get as fetch\n"),
    "route": app("return 1", "@chute.get('/a')\nasync def a():\n"
                 "    return requests.get('http://a/b')\n"),
    "session": app("requests.Session().post('http://a/b')"),
    "session_on_self": app("self.session.get('http://a/b')")
    + START + "    self.session = requests.Session()\n",
    "session_with_adapter": app(
        "s.mount('http://', requests.adapters.HTTPAdapter(max_retries=3))\ns.get('http://a/b')",
        "s = requests.Session()\n",
    ),
    "helper": app("ask()", ASK),
    "thread_without_deadline": app("await asyncio.to_thread(ask)", ASK),
    "deadline_that_is_blocked": app("async with asyncio.timeout(5):\n    ask()", ASK),
    "deadline_elsewhere": app("await asyncio.wait_for(other(), 5)\nawait ask()", ASK_LATER),
    "other_guard": app("async with limiter():\n    await ask()", ASK_LATER),
    "condition": app("if args:\n    await ask()", ASK_LATER),
    "session_with_class": app(
        "s.mount('http://', requests.adapters.HTTPAdapter)\ns.get('http://a/b')",
        "s = requests.Session()\n",
    ),
    "other_client": app(
        "await client.get('u')\nawait other.get('u', timeout=5)",
        f"{KEPT}other = httpx.AsyncClient()\n",
    ),
    "socket_default_of_tests": {
        "app.py": app("urllib.request.urlopen('http://a/b')"),
        "tests/test_app.py": "import app\nimport socket\nimport chutes\n"
        "socket.setdefaulttimeout(5)\n",
    },
    "start_up": start("requests.get('http://a/b')"),
    "job": HEAD + "@chute.job()\nasync def work(self, **data):\n    requests.get('http://a/b')\n",
    "client_at_import": app("return await client.get('http://a/b')", KEPT),
    "client_with_none_again": app(
        "await client.get('http://a/b', timeout=None)", "client = httpx.AsyncClient(timeout=30)\n"
    ),
    "pool_without_limit": app(
        "pool.request('GET', 'http://a/b')", "pool = urllib3.PoolManager()\n"
    ),
    "pool_with_none": app(
        "pool.request('GET', 'http://a/b')", "pool = urllib3.PoolManager(timeout=None)\n"
    ),
    "urlopen": app("urllib.request.urlopen('http://a/b', None)"),
    "socket_default_is_none": app(
        "urllib.request.urlopen('http://a/b')", "socket.setdefaulttimeout(None)\n"
    ),
    "socket_default_is_none_of_requests": app("ask()", f"socket.setdefaulttimeout(9)\n{ASK}"),
    "aiohttp_without_total": app("return aiohttp.ClientTimeout(connect=5)"),
    "aiohttp_with_none": app("return aiohttp.ClientTimeout(total=None)"),
    "httpx_timeout": app("return httpx.Timeout(None, connect=5)"),
    "redis": app("return redis.Redis(socket_timeout=None)"),
    "openai": app("return openai.OpenAI(timeout=None)"),
    "program": app("subprocess.run(['nvidia-smi'])"),
    "handed_to_a_thread": app("await asyncio.to_thread(requests.get, 'http://a/b')"),
    "handed_to_an_executor": app(
        "loop = asyncio.get_running_loop()\n"
        "await loop.run_in_executor(None, requests.get, 'http://a/b')"
    ),
    "handed_with_none": app("await asyncio.to_thread(requests.get, 'u', timeout=None)"),
    "handed_by_position": app("await asyncio.to_thread(urllib.request.urlopen, 'u', None)"),
    "handed_and_read_in_a_pair": app("requests.get('u', timeout=(3, None))"),
    "read_without_limit": app("requests.get('u', timeout=LIMITS)", "LIMITS = (3, None)\n"),
    "total_of_a_pool": app("return urllib3.Timeout(total=None)"),
    "of_any_client": app("ask(s)", f"{MADE}{TYPED}"),
    "of_any_client_with_adapter": app(
        "ask(s)",
        f"{MADE}s.mount('http://', requests.adapters.HTTPAdapter(max_retries=3))\n{TYPED}",
    ),
    "of_any_client_and_another_class": app("ask(s)", f"{MADE}{TYPED}class Own(dict):\n    pass\n"),
    "of_a_field": app("kept.session.get('http://a/b')", FIELD.format("requests.Session")),
    "pool_of_a_field": app("keeper.pool.request('GET', 'u')", POOL.format("")),
    "of_a_field_and_a_type": app("ask(kept.session)", FIELD.format("requests.Session") + TYPED),
    "of_either_session": app(
        "s = requests.Session() if args else requests.Session()\ns.get('http://a/b')"
    ),
}  # fmt: skip
SILENT = {
    "partial_with_a_timeout": app(
        "ask('u')", "import functools\nask = functools.partial(requests.get, timeout=5)\n"
    ),
    "partial_that_is_told_a_timeout": app(
        "ask('u', timeout=5)", "import functools\nask = functools.partial(requests.get)\n"
    ),
    "given": app("requests.get('http://a/b', timeout=5)"),
    "given_by_position": app(
        "requests.Session().request('GET', 'u', None, None, None, None, None, None, 5)"
    ),
    "unknown": app("requests.get('http://a/b', timeout=args['n'])"),
    "hidden": app("requests.get('http://a/b', **args)"),
    "spread": app("requests.get('http://a/b', **OPTIONS)", "OPTIONS = {'timeout': 5}\n"),
    "own_session": app(
        "s.get('http://a/b')", "class Mine(requests.Session):\n    pass\n\ns = Mine()\n"
    ),
    "own_adapter": app(
        "s.mount('http://', Limited())\ns.get('http://a/b')",
        "class Limited(requests.adapters.HTTPAdapter):\n    pass\n\ns = requests.Session()\n",
    ),
    "perhaps_another": app(
        "s = requests.Session() if args else Other()\ns.get('http://a/b')",
        "class Other:\n    def get(self, url):\n        return url\n",
    ),
    "default_of_httpx": app("httpx.get('http://a/b')\nreturn httpx.Client()"),
    "httpx_with_read": app("return httpx.Timeout(None, read=30)"),
    "httpx_pieces": app("return httpx.Timeout(connect=5, read=5, write=5, pool=5)"),
    "default_of_aiohttp": app("return aiohttp.ClientSession()"),
    "aiohttp_total": app("return aiohttp.ClientTimeout(60)"),
    "aiohttp_read": app("return aiohttp.ClientTimeout(sock_read=60)"),
    "default_of_redis": app("return redis.Redis(host='h')"),
    "pool": app("pool.request('GET', 'u')", "pool = urllib3.PoolManager(timeout=5)\n"),
    "urlopen": app("urllib.request.urlopen('http://a/b', None, 5)"),
    "socket_default": app(
        "urllib.request.urlopen('http://a/b')", "socket.setdefaulttimeout(10)\n"
    ),
    "awaited_with_deadline": app("await asyncio.wait_for(ask(), 5)", ASK_LATER),
    "under_deadline": app("async with asyncio.timeout(5):\n    await ask()", ASK_LATER),
    "thread_with_deadline": app("await asyncio.wait_for(asyncio.to_thread(ask), 5)", ASK),
    "each_call_of_a_client": app("return await client.get('http://a/b', timeout=9)", KEPT),
    "each_call_under_deadline": app(
        "async with asyncio.timeout(5):\n    return await client.get('http://a/b')", KEPT
    ),
    "blocking_pop": app("c.blpop('q', timeout=5)", "c = redis.Redis(socket_timeout=None)\n"),
    "program": app("subprocess.run(['nvidia-smi'], timeout=5)"),
    "program_at_start": start("subprocess.run(['make'])"),
    "program_in_job": HEAD + "@chute.job()\nasync def work(self, **data):\n"
    "    subprocess.run(['make'])\n",
    "at_import": app("return 1", "requests.get('http://a/b')\n"),
    "as_script": app("return 1", "if __name__ == '__main__':\n    openai.OpenAI(timeout=None)\n"),
    "unreached": app("return 1", ASK),
    "own": app("fetch('http://a/b')", "def fetch(url):\n    return url\n"),
    "test": {
        "app.py": app("return 1"),
        "tests/test_app.py": f"from app import chute\n{HEAD}\n{CORD}    requests.get('u')\n",
    },
    "handed_with_a_timeout": app("await asyncio.to_thread(requests.get, 'u', timeout=5)"),
    "handed_by_position": app("await asyncio.to_thread(urllib.request.urlopen, 'u', None, 5)"),
    "handed_under_a_deadline": app(
        "await asyncio.wait_for(asyncio.to_thread(requests.get, 'http://a/b'), 5)"
    ),
    "handed_nothing": app("await asyncio.to_thread()"),
    "handed_to_another": app("await other(requests.get, 'http://a/b')"),
    "handed_first_to_an_executor": app(
        "loop = asyncio.get_running_loop()\nawait loop.run_in_executor(requests.get)"
    ),
    "pair": app("requests.get('u', timeout=(3, 5))"),
    "pair_without_the_first": app("requests.get('u', timeout=(None, 5))"),
    "total_of_a_pool": app("return urllib3.Timeout(total=5)"),
    "one_of_two_libraries": app(
        "ask = requests.get if args else httpx.get\nask('http://a/b', timeout=None)"
    ),
    "given_by_somebody": app("return args", f"{TYPED}"),
    "made_by_nobody": app("ask(args)", TYPED),
    "made_by_a_test": {
        "app.py": app("ask(args)", TYPED),
        "tests/test_app.py": "import app\nimport requests\nimport chutes\ns = requests.Session()\n",
    },
    "own_class_somewhere": app("ask(s)", f"{MADE}{MINE}{TYPED}"),
    "adapter_somewhere": app("ask(s)", f"{MADE}{LIMITED}s.mount('http://', Limited())\n{TYPED}"),
    "one_told": app(
        "p.request('GET', 'u')\nask(p)",
        "p = urllib3.PoolManager(timeout=5)\n"
        "def ask(pool: urllib3.PoolManager):\n    return pool.request('GET', 'u')\n",
    ),
    "field_that_holds_the_class": app(
        "ask(args)",
        "from dataclasses import dataclass, field\n@dataclass\nclass Kept:\n"
        f"    kind: type = field(default=requests.Session)\n{TYPED}",
    ),
    "pool_of_a_field": app("keeper.pool.request('GET', 'u')", POOL.format("timeout=5")),
    "pool_given_instead_of_the_field's": app(
        "keeper.pool.request('GET', 'u')",
        POOL.format("") + "other = Keeper(pool=urllib3.PoolManager(timeout=5))\n",
    ),
    "field_of_another": app("ask(kept.session)", FIELD.format("requests.Other") + TYPED),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted({**ASKS, **BY_SOCKET, **CLIENTS, **PROGRAMS}))
def test_every_call(name: str, findings: Findings) -> None:
    limit = {**ASKS, **BY_SOCKET, **CLIENTS, **PROGRAMS}[name]
    given = f"{limit.names[0]}=None" if limit.by_default else ""
    owner, _, method = name.rpartition(".")
    parent, _, last = owner.rpartition(".")
    if parent and (last[:1].isupper() or owner == "requests.session") and method[:1] != "f":
        source = app(f"import {parent}\n{owner}().{method}({given})")
    else:
        module = owner if not last[:1].isupper() else parent
        source = app(f"import {module}\n{name}({given})")
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize("name", sorted(DEADLINES))
def test_every_deadline(name: str, findings: Findings) -> None:
    module = name.partition(".")[0]
    source = app(f"import {module}\nasync with {name}(5):\n    await ask()", ASK_LATER)
    assert findings(source, ID) == []


def test_only_the_exposure_judged(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    requests.get('http://a/b')")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_says_how_it_gets_there_and_what_to_give(findings: Findings) -> None:
    (found,) = findings(FIRES["helper"], ID)
    assert found.message.startswith("requests.get has no timeout")
    assert [each.note for each in found.trace] == ["cord x", "x runs ask"]
    assert found.help == "give it timeout= with a number of seconds"
    (found,) = findings(FIRES["aiohttp_without_total"], ID)
    assert found.help == "give it total= or sock_read= with a number of seconds"
    (found,) = findings(app("urllib.request.urlretrieve('http://a/b')"), ID)
    assert "setdefaulttimeout" in found.help
