from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.async_clients import CLIENTS
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "async-client-shared"

HTTPX = "import httpx\n"
REDIS = "import redis.asyncio as redis\n"
SQL = "from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine\n"
CACHED = (
    HTTPX + "class Service:\n    @functools.cached_property\n    def c(self):\n"
    "        return httpx.AsyncClient()\n"
)
# (start-up, cord, module)
FIRES = {
    "httpx": ("self.c = httpx.AsyncClient()", "return (await self.c.get('u')).json()", HTTPX),
    "on_module": ("pass", "await C.get('u')", HTTPX + "C = httpx.AsyncClient()\n"),
    "request_as_context": (
        "self.s = aiohttp.ClientSession()",
        "async with self.s.get('u') as r:\n    return await r.text()",
        "import aiohttp\n",
    ),
    "awaited_pool": (
        "self.pool = await asyncpg.create_pool('d')",
        "async with self.pool.acquire() as c:\n    return await c.fetch('q')",
        "import asyncpg\n",
    ),
    "connection_kept": (
        "pool = await asyncpg.create_pool('d')\nself.conn = await pool.acquire()",
        "return await self.conn.fetch('q')",
        "import asyncpg\n",
    ),
    "engine": (
        "self.e = create_async_engine('d')",
        "async with self.e.connect() as c:\n    await c.execute('q')",
        SQL,
    ),
    "engine_by_sessionmaker": (
        "engine = create_async_engine('d')\nself.maker = async_sessionmaker(engine)",
        "async with self.maker() as s:\n    await s.execute('q')",
        SQL,
    ),
    "sessionmaker_with_begin": (
        "engine = create_async_engine('d')\nself.maker = async_sessionmaker(bind=engine)",
        "async with self.maker.begin() as s:\n    await s.execute('q')",
        SQL,
    ),
    "session_of_a_shared_engine": (
        "self.e = create_async_engine('d')",
        "async with AsyncSession(self.e) as s:\n    await s.execute('q')",
        SQL,
    ),
    "long_chain": (
        "self.o = AsyncOpenAI()",
        "return await self.o.chat.completions.create(model='m')",
        "from openai import AsyncOpenAI\n",
    ),
    "database_of_a_client": (
        "self.m = AsyncIOMotorClient('u')\nself.db = self.m['things']",
        "return await self.db.users.find_one({})",
        "from motor.motor_asyncio import AsyncIOMotorClient\n",
    ),
    "database_by_method": (
        "self.m = AsyncIOMotorClient('u')\nself.db = self.m.get_database('things')",
        "return await self.db['users'].find_one({})",
        "from motor.motor_asyncio import AsyncIOMotorClient\n",
    ),
    "pipeline": (
        "self.r = redis.from_url('u')", "p = self.r.pipeline()\nawait p.execute()", REDIS,
    ),
    "class_method": ("self.r = redis.Redis.from_url('u')", "await self.r.get('k')", REDIS),
    "client_over_a_shared_pool": (
        "self.p = redis.ConnectionPool()",
        "async with redis.Redis(connection_pool=self.p) as r:\n    await r.get('k')",
        REDIS,
    ),
    "stub": (
        "self.stub = GreeterStub(grpc.aio.insecure_channel('u'))",
        "return await self.stub.SayHello({})",
        "import grpc.aio\nfrom pb import GreeterStub\n",
    ),
    "websocket_read": (
        "self.w = await websockets.connect('u')",
        "async for each in self.w:\n    return each",
        "import websockets\n",
    ),
    "lazily_on_the_chute": (
        "self.c = None",
        "if self.c is None:\n    self.c = httpx.AsyncClient()\nawait self.c.get('u')",
        HTTPX,
    ),
    "lazily_in_a_global": (
        "pass",
        "await client().get('u')",
        HTTPX + "_c = None\ndef client():\n    global _c\n    if _c is None:\n"
        "        _c = httpx.AsyncClient()\n    return _c\n",
    ),
    "cached_function": (
        "pass",
        "await client().get('u')",
        HTTPX + "@functools.lru_cache\ndef client():\n    return httpx.AsyncClient()\n",
    ),
    "cached_with_size": (
        "pass",
        "await client().get('u')",
        HTTPX + "@functools.lru_cache(maxsize=1)\ndef client():\n    return httpx.AsyncClient()\n",
    ),
    "cached_for_ever": (
        "pass",
        "await client().get('u')",
        HTTPX + "@functools.cache\ndef client():\n    return httpx.AsyncClient()\n",
    ),
    "cached_by_a_library": (
        "pass",
        "await (await client()).get('u')",
        HTTPX + "from async_lru import alru_cache\n@alru_cache\nasync def client():\n"
        "    return httpx.AsyncClient()\n",
    ),
    "cached_by_a_shared_object": ("self.s = Service()", "await self.s.c.get('u')", CACHED),
    "class_attribute_of_an_object_of_the_call": (
        "pass",
        "await Service().c.get('u')",
        HTTPX + "class Service:\n    c = httpx.AsyncClient()\n",
    ),
    "session_of_a_local_sessionmaker": (
        "maker = async_sessionmaker(create_async_engine('d'))\nself.s = maker()",
        "await self.s.execute('q')",
        SQL,
    ),
    "kept_in_a_pair": (
        "self.cs = []",
        "c = httpx.AsyncClient()\nself.cs.append((c, 1))\nawait c.get('u')",
        HTTPX,
    ),
    "subclass": (
        "self.c = Mine()", "await self.c.get('u')", HTTPX + "class Mine(httpx.AsyncClient): ...\n",
    ),
    "class_attribute": (
        "self.s = Service()",
        "await self.s.c.get('u')",
        HTTPX + "class Service:\n    c = httpx.AsyncClient()\n",
    ),
    "lazily_in_a_shared_service": (
        "self.s = Service()",
        "await self.s.fetch()",
        HTTPX + "class Service:\n    c = None\n    async def fetch(self):\n"
        "        if self.c is None:\n            self.c = httpx.AsyncClient()\n"
        "        return await self.c.get('u')\n",
    ),
    "in_a_closure": (
        "pass",
        "pass",
        HTTPX + "def build(chute):\n    c = httpx.AsyncClient()\n"
        "    @chute.cord(public_api_path='/y')\n    async def y(self, args: dict):\n"
        "        return await c.get('u')\nbuild(chute)\n",
    ),
    "in_a_decorator": (
        "pass",
        "await work(1)",
        HTTPX + "def using(function):\n    c = httpx.AsyncClient()\n"
        "    async def inner(given):\n        await c.get('u')\n        await function(given)\n"
        "    return inner\n@using\nasync def work(one):\n    return one\n",
    ),
    "in_what_a_decorator_with_arguments_returns": (
        "pass",
        "await work(1)",
        HTTPX + "def using(times):\n    def wrap(function):\n        c = httpx.AsyncClient()\n"
        "        async def inner(given):\n            await c.get('u')\n"
        "            await function(given)\n        return inner\n    return wrap\n"
        "@using(3)\nasync def work(one):\n    return one\n",
    ),
    "gathered": (
        "self.c = httpx.AsyncClient()",
        "return await asyncio.gather(*(self.c.get(u) for u in args))",
        HTTPX,
    ),
    "inside_with": (
        "self.c = httpx.AsyncClient()", "async with self.c:\n    pass", HTTPX,
    ),
    "awaited_before_the_bridge": (
        "self.c = httpx.AsyncClient()",
        "asyncio.run_coroutine_threadsafe(work(await self.c.get('u')), self.loop)",
        HTTPX + "async def work(x): ...\n",
    ),
    "another_pool": (
        "self.e = create_async_engine('d', poolclass=StaticPool)",
        "async with self.e.connect() as c:\n    await c.execute('q')",
        SQL + "from sqlalchemy.pool import StaticPool\n",
    ),
    "stub_of_the_tree": (
        "self.stub = GreeterStub(grpc.aio.insecure_channel('u'))",
        "return await self.stub.SayHello({})",
        "import grpc.aio\nclass GreeterStub:\n    def __init__(self, channel):\n"
        "        self.SayHello = channel.unary_unary('/x')\n",
    ),
    "stub_of_the_tree_that_a_library_makes": (
        "self.stub = GreeterStub(grpc.aio.insecure_channel('u'))",
        "return await self.stub.SayHello({})",
        "import grpc.aio\nfrom pb import Base\nclass GreeterStub(Base): ...\n",
    ),
    "entered_at_startup": (
        "self.c = await httpx.AsyncClient().__aenter__()", "await self.c.get('u')", HTTPX,
    ),
}  # fmt: skip
SILENT = {
    "per_call_in_a_closure": (
        "pass",
        "c = httpx.AsyncClient()\nasync def ask():\n    return await c.get('u')\nawait ask()",
        HTTPX,
    ),
    "per_call_of_a_helper_that_start_up_calls_too": (
        "await helped()",
        "await helped()",
        HTTPX + "async def helped():\n    c = httpx.AsyncClient()\n    async def ask():\n"
        "        return await c.get('u')\n    return await ask()\n",
    ),
    "per_call": ("pass", "async with httpx.AsyncClient() as c:\n    await c.get('u')", HTTPX),
    "per_call_service": (
        "pass",
        "return await Service().fetch()",
        HTTPX + "class Service:\n    def __init__(self):\n        self.c = httpx.AsyncClient()\n"
        "    async def fetch(self):\n        return await self.c.get('u')\n",
    ),
    "cached_by_an_object_of_the_call": ("pass", "await Service().c.get('u')", CACHED),
    "per_call_of_a_decorated_helper": (
        "pass",
        "async with made() as c:\n    await c.get('u')",
        HTTPX + "from tenacity import retry\n@retry\ndef made():\n"
        "    return httpx.AsyncClient()\n",
    ),
    "per_call_of_a_helper_that_calls_itself": (
        "pass",
        "async with made(3) as c:\n    await c.get('u')",
        HTTPX + "def made(n):\n    return made(n - 1) if n else httpx.AsyncClient()\n",
    ),
    "an_answer_kept_by_the_call": (
        "pass", "async with httpx.AsyncClient() as c:\n    self.last = await c.get('u')", HTTPX,
    ),
    "part_of_an_answer_put_into_a_shared_list": (
        "self.all = []",
        "async with httpx.AsyncClient() as c:\n    self.all.append((await c.get('u')).json())",
        HTTPX,
    ),
    "sync": ("self.c = httpx.Client()", "return self.c.get('u').json()", HTTPX),
    "null_pool": (
        "self.e = create_async_engine('d', poolclass=NullPool)",
        "async with self.e.connect() as c:\n    await c.execute('q')",
        SQL + "from sqlalchemy.pool import NullPool\n",
    ),
    "bridged": (
        "self.c = httpx.AsyncClient()\nself.loop = asyncio.get_running_loop()",
        "return asyncio.run_coroutine_threadsafe(self.c.get('u'), self.loop).result()",
        HTTPX,
    ),
    "bridged_by_a_helper": (
        "self.c = httpx.AsyncClient()",
        "return await on_main(self, self.c.get('u'))",
        HTTPX + "async def on_main(app, coro):\n"
        "    done = asyncio.run_coroutine_threadsafe(coro, app.loop)\n"
        "    return await asyncio.wrap_future(done)\n",
    ),
    "bridged_as_an_argument": (
        "self.c = httpx.AsyncClient()",
        "asyncio.run_coroutine_threadsafe(work(self.c.get('u')), self.loop)",
        HTTPX + "async def work(coro): ...\n",
    ),
    "only_known_by_annotation": (
        "pass",
        "await fetch(args['c'])",
        HTTPX + "async def fetch(c: httpx.AsyncClient):\n    return await c.get('u')\n",
    ),
    "a_wrapper_only_known_by_annotation": (
        "pass",
        "await fetch(args['c'])",
        REDIS + "async def fetch(c: redis.Redis):\n    return await c.get('k')\n",
    ),
    "a_stub_only_known_by_annotation": (
        "pass",
        "await fetch(args['c'])",
        "class GreeterStub: ...\n"
        "async def fetch(c: GreeterStub):\n    return await c.SayHello({})\n",
    ),
    "a_subclass_only_known_by_annotation": (
        "pass",
        "await fetch(args['c'])",
        HTTPX + "class Mine(httpx.AsyncClient): ...\n"
        "async def fetch(c: Mine):\n    return await c.get('u')\n",
    ),
    "a_primitive": ("self.lock = asyncio.Lock()", "async with self.lock:\n    pass", ""),
    "only_closed": ("self.c = httpx.AsyncClient()", "await self.c.aclose()", HTTPX),
    "only_asked": ("self.c = httpx.AsyncClient()", "return self.c.is_closed", HTTPX),
    "an_answer_is_no_client": (
        "self.r = redis.from_url('u')\nself.models = await self.r.get('models')",
        "return self.models.split()",
        REDIS,
    ),
    "a_part_of_an_answer": (
        "c = httpx.AsyncClient()\nself.config = (await c.get('u')).json()",
        "return self.config.get('x')",
        HTTPX,
    ),
    "only_at_startup": ("self.c = httpx.AsyncClient()\nawait self.c.get('u')", "pass", HTTPX),
    "in_a_job": (
        "self.c = httpx.AsyncClient()",
        "pass",
        HTTPX + "@chute.job()\nasync def j(self, **data):\n    await self.c.get('u')\n",
    ),
    "never_run": (
        "pass",
        "await self.c.get('u')",
        HTTPX + "def never():\n    chute.c = httpx.AsyncClient()\n",
    ),
    "someone_elses": (
        "self.c = AsyncClient()", "await self.c.get('u')", "from mylib import AsyncClient\n",
    ),
    "sync_session": (
        "self.maker = sessionmaker(create_engine('d'))",
        "with self.maker() as s:\n    s.execute('q')",
        "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n",
    ),
    "kept_in_one_place_per_call_in_another": (
        "pass",
        "return await Service().fetch()",
        HTTPX + "class Service:\n    c = None\n    async def fetch(self):\n"
        "        if self.c is None:\n            self.c = httpx.AsyncClient()\n"
        "        return await self.c.get('u')\n",
    ),
    "for_another_thread": (
        "self.c = httpx.AsyncClient()", "self.later = lambda: self.c.get('u')", HTTPX,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    assert {each.check for each in findings(app(*FIRES[name]), ID)} == {ID}


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client(name: str, findings: Findings, app: App) -> None:
    module = ".".join(part for part in name.split(".")[:-1] if part[:1].islower())
    source = app(f"self.c = {name}('u')", "await self.c.fetch('k')", f"import {module}\n")
    (found,) = findings(source, ID)
    assert name in found.message
    assert CLIENTS[name] in found.help


@pytest.mark.parametrize(("helpers", "count"), [(1, 1), (8, 1), (9, 0)])
def test_follows_a_few_helpers(helpers: int, count: int, findings: Findings, app: App) -> None:
    made = "".join(
        f"def made{each}():\n    return made{each + 1}()\n" for each in range(1, helpers)
    )
    last = f"def made{helpers}():\n    return httpx.AsyncClient()\n"
    source = app("self.c = made1()", "await self.c.get('u')", HTTPX + made + last)
    assert len(findings(source, ID)) == count


def test_once_per_function(findings: Findings, app: App) -> None:
    source = app(
        "self.c = httpx.AsyncClient()", "await self.c.get('u')\nawait self.c.get('v')", HTTPX
    )
    assert len(findings(source, ID)) == 1


def test_without_anything_to_put_in_its_place(findings: Findings, app: App) -> None:
    source = app(
        "self.c = await nats.connect('u')", "await self.c.publish('k', b'')", "import nats\n"
    )
    (found,) = findings(source, ID)
    assert found.help.startswith("reach it through asyncio.run_coroutine_threadsafe")


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app(
        "self.c = httpx.AsyncClient()",
        "if self.exposure == 'direct':\n    await fetch()",
        HTTPX + "async def fetch():\n    await chute.c.get('u')\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings, app: App) -> None:
    files = {"tests/app.py": app(*FIRES["httpx"]), "app.py": app()}
    assert findings(files, ID) == []
