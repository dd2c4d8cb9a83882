"""Shared clients that are followed through collections, parameters, results and fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.project.callers import MOST_CALLS

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "async-client-shared"

HTTPX = "import httpx\n"
REDIS = "import redis.asyncio as redis\n"
SQL = "from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine\n"
LAMBDA = (
    HTTPX + "@dataclasses.dataclass\nclass Box:\n"
    "    c: object = dataclasses.field(default_factory=lambda: httpx.AsyncClient(timeout=5))\n"
)
# (start-up, cord, module)
FIRES = {
    "made_of_a_parameter": (
        "self.c = made(httpx.AsyncClient)",
        "await self.c.get('u')",
        HTTPX + "def made(make):\n    return make(timeout=5)\n",
    ),
    "made_by_a_helper": (
        "self.c = made()",
        "await self.c.get('u')",
        HTTPX + "def made():\n    return httpx.AsyncClient()\n",
    ),
    "made_by_a_helper_with_a_name": (
        "self.c = made()",
        "await self.c.get('u')",
        HTTPX + "def made():\n    c = httpx.AsyncClient()\n    return c\n",
    ),
    "local_name_then_kept": (
        "c = httpx.AsyncClient()\nself.c = c", "await self.c.get('u')", HTTPX,
    ),
    "in_a_dictionary": (
        "self.cs = {}\nself.cs['a'] = httpx.AsyncClient()", "await self.cs['a'].get('u')", HTTPX,
    ),
    "in_a_display": (
        "self.cs = {'a': httpx.AsyncClient()}", "await self.cs.get('a').get('u')", HTTPX,
    ),
    "in_a_list": (
        "self.cs = [httpx.AsyncClient() for _ in range(4)]",
        "for c in self.cs:\n    await c.get('u')",
        HTTPX,
    ),
    "appended": (
        "self.cs = []\nself.cs.append(httpx.AsyncClient())",
        "await random.choice(self.cs).get('u')",
        HTTPX,
    ),
    "inserted": (
        "self.cs = []\nself.cs.insert(0, httpx.AsyncClient())",
        "await self.cs[0].get('u')",
        HTTPX,
    ),
    "appended_on_the_left": (
        "self.cs = collections.deque()\nself.cs.appendleft(httpx.AsyncClient())",
        "await self.cs[0].get('u')",
        HTTPX,
    ),
    "added_to_a_set": (
        "self.cs = set()\nself.cs.add(httpx.AsyncClient())",
        "for c in self.cs:\n    await c.get('u')",
        HTTPX,
    ),
    "per_key_by_a_cord": (
        "self.cs = {}",
        "c = self.cs.setdefault(args['k'], httpx.AsyncClient())\nawait c.get('u')",
        HTTPX,
    ),
    "handed_to_a_function": (
        "self.c = httpx.AsyncClient()",
        "await fetch(self.c, 'u')",
        HTTPX + "async def fetch(c, url):\n    return await c.get(url)\n",
    ),
    "handed_to_a_method": (
        "self.c = httpx.AsyncClient()\nself.s = Service()",
        "await self.s.fetch('u', c=self.c)",
        HTTPX + "class Service:\n    async def fetch(self, url, c):\n"
        "        return await c.get(url)\n",
    ),
    "handed_to_a_constructor": (
        "self.s = Service(httpx.AsyncClient())",
        "await self.s.fetch('u')",
        HTTPX + "class Service:\n    def __init__(self, c):\n        self.c = c\n"
        "    async def fetch(self, url):\n        return await self.c.get(url)\n",
    ),
    "field_of_a_dataclass": (
        "self.box = Box('n', httpx.AsyncClient())",
        "await self.box.c.get('u')",
        HTTPX + "@dataclasses.dataclass\nclass Box:\n    name: str\n    c: httpx.AsyncClient\n",
    ),
    "field_of_a_dataclass_that_has_a_default": (
        "self.a = Box('a')\nself.b = Box('b', httpx.AsyncClient())",
        "await self.b.c.get('u')",
        HTTPX + "@dataclasses.dataclass\nclass Box:\n    name: str\n    c: object = None\n",
    ),
    "lambda_of_a_dataclass": ("self.box = Box()", "await self.box.c.get('u')", LAMBDA),
    "factory_of_a_dataclass": (
        "self.box = Box()",
        "await self.box.c.get('u')",
        HTTPX + "@dataclasses.dataclass\nclass Box:\n"
        "    c: httpx.AsyncClient = dataclasses.field(default_factory=httpx.AsyncClient)\n",
    ),
    "in_a_dictionary_of_comprehension": (
        "self.cs = {k: httpx.AsyncClient() for k in 'ab'}", "await self.cs['a'].get('u')", HTTPX,
    ),
    "factory_of_a_model": (
        "self.box = Box()",
        "await self.box.c.get('u')",
        HTTPX + "import pydantic\nclass Box(pydantic.BaseModel):\n"
        "    c: httpx.AsyncClient = pydantic.Field(default_factory=httpx.AsyncClient)\n",
    ),
    "in_a_list_display": (
        "self.cs = [httpx.AsyncClient()]", "for c in self.cs:\n    await c.get('u')", HTTPX,
    ),
    "in_a_global_dictionary": (
        "CS['a'] = httpx.AsyncClient()", "await CS['a'].get('u')", HTTPX + "CS = {}\n",
    ),
    "in_a_global_display": (
        "pass", "await CS[0].get('u')", HTTPX + "CS = [httpx.AsyncClient()]\n",
    ),
    "connection_of_one_of_several_pools": (
        "self.pools = {'a': await asyncpg.create_pool('d')}\n"
        "self.conn = await self.pools['a'].acquire()",
        "return await self.conn.fetch('q')",
        "import asyncpg\n",
    ),
    "database_by_a_helper": (
        "pass",
        "return await things().users.find_one({})",
        "from motor.motor_asyncio import AsyncIOMotorClient\nC = AsyncIOMotorClient('u')\n"
        "def things():\n    return C.get_database('things')\n",
    ),
    "bound_method_of_a_helper": (
        "self.c = httpx.AsyncClient()",
        "await getter()('u')",
        HTTPX + "def getter():\n    return chute.c.get\n",
    ),
    "factory_of_a_dataclass_by_a_function": (
        "self.box = Box()",
        "await self.box.c.get('u')",
        HTTPX + "def made():\n    return httpx.AsyncClient(timeout=5)\n"
        "@dataclasses.dataclass\nclass Box:\n"
        "    c: httpx.AsyncClient = dataclasses.field(default_factory=made)\n",
    ),
    "in_a_global_comprehension": (
        "pass",
        "await random.choice(CS).get('u')",
        HTTPX + "CS = [httpx.AsyncClient() for _ in range(4)]\n",
    ),
    "in_a_name_of_a_hook": (
        "cs = [httpx.AsyncClient() for _ in range(4)]\nself.cs = cs",
        "await random.choice(self.cs).get('u')",
        HTTPX,
    ),
    "entry_of_a_name_of_a_hook": (
        "cs = {}\ncs['a'] = httpx.AsyncClient()\nself.cs = cs",
        "await self.cs['a'].get('u')",
        HTTPX,
    ),
    "appended_to_a_name_of_a_hook": (
        "cs = []\ncs.append(httpx.AsyncClient())\nself.cs = cs",
        "await self.cs[0].get('u')",
        HTTPX,
    ),
    "among_the_values": (
        "self.cs = {'a': httpx.AsyncClient()}",
        "for c in self.cs.values():\n    await c.get('u')",
        HTTPX,
    ),
    "among_the_items": (
        "pass",
        "for name, c in CS.items():\n    await c.get('u')",
        HTTPX + "CS = {'a': httpx.AsyncClient()}\n",
    ),
}  # fmt: skip
SILENT = {
    "lambda_of_a_dataclass_of_the_call": ("pass", "await Box().c.get('u')", LAMBDA),
    "lambda_that_gives_a_class": (
        "self.box = Box()", "await self.box.c().get('u')", LAMBDA.replace("(timeout=5)", ""),
    ),
    "per_call_helper_also_at_startup": (
        "await fetch()",
        "await fetch()",
        HTTPX + "async def fetch():\n    async with httpx.AsyncClient() as c:\n"
        "        return await c.get('u')\n",
    ),
    "per_call_factory_also_at_startup": (
        "async with made() as c:\n    await c.get('u')",
        "async with made() as c:\n    await c.get('u')",
        HTTPX + "def made():\n    return httpx.AsyncClient()\n",
    ),
    "per_call_handed_on": (
        "pass",
        "async with httpx.AsyncClient() as c:\n    await fetch(c)",
        HTTPX + "async def fetch(c):\n    return await c.get('u')\n",
    ),
    "a_dictionary_of_the_same_name": (
        "cs = {}\ncs['a'] = self.c = httpx.AsyncClient()",
        "cs = dict(args)\nawait cs['a'].get('u')",
        HTTPX,
    ),
    "nothing_put_in": (
        "self.cs = {}\nself.cs.setdefault('a')\nself.cs.append()", "await self.cs['a'].get('u')",
        HTTPX,
    ),
    "a_list_that_is_counted": (
        "self.cs = [httpx.AsyncClient()]", "return self.cs.count(1).bit_length()", HTTPX,
    ),
    "a_list_that_is_written_out": (
        "self.cs = [httpx.AsyncClient()]", "return str(self.cs).encode()", HTTPX,
    ),
    "names_in_a_circle": ("pass", "await c.get('u')", "c = d = None\nc = d\nd = c\n"),
    "local_names_in_a_circle": (
        "pass",
        "c = httpx.AsyncClient()\nwhile args:\n    d = c\n    c = d\nawait c.get('u')",
        HTTPX,
    ),
    "appended_to_a_local_list": (
        "pass", "cs = []\ncs.append(httpx.AsyncClient())\nawait cs[0].get('u')", HTTPX,
    ),
    "lists_in_a_circle": ("pass", "for c in a:\n    await c.get('u')", "a = []\na = b\nb = a\n"),
    "collections_in_a_circle": (
        "self.a = {}\nself.b = {}\nself.a['k'] = self.b['k']\nself.b['k'] = self.a['k']",
        "await self.a['k'].get('u')",
        "",
    ),
    "factory_that_makes_a_function": (
        "self.box = Box()",
        "await self.box.c.get('u')",
        "def made():\n    return print\n@dataclasses.dataclass\nclass Box:\n"
        "    c: object = dataclasses.field(default_factory=made)\n",
    ),
    "deleted_entry": ("self.cs = {}\ndel self.cs['a']", "await self.cs['b'].get('u')", HTTPX),
    "class_in_a_dataclass": (
        "self.box = Box()",
        "async with self.box.c() as c:\n    await c.get('u')",
        HTTPX + "@dataclasses.dataclass\nclass Box:\n"
        "    c: type = dataclasses.field(default=httpx.AsyncClient)\n",
    ),
    "a_list_that_is_cut": (
        "self.cs = [httpx.AsyncClient()]", "return self.cs.index(args).bit_length()", HTTPX,
    ),
    "local_dictionary": (
        "pass", "cs = {}\ncs['a'] = httpx.AsyncClient()\nawait cs['a'].get('u')", HTTPX,
    ),
    "other_dictionary": (
        "self.cs = {}\nself.cs['a'] = httpx.AsyncClient()", "return self.ds['a'].get('u')", HTTPX,
    ),
    "a_list_of_another_name": (
        "cs = [httpx.AsyncClient()]", "for c in args['cs']:\n    c.get('u')", HTTPX,
    ),
    "handed_to_what_keeps_nothing": (
        "await warm(httpx.AsyncClient())",
        "pass",
        HTTPX + "async def warm(c):\n    await c.get('u')\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    assert {each.check for each in findings(app(*FIRES[name]), ID)} == {ID}


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_says_where_it_is_made_and_how_it_gets_there(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["handed_to_a_constructor"]), ID)
    assert found.symbol == "Service.fetch"
    assert [step.note for step in found.trace] == [
        "httpx.AsyncClient is made here",
        "cord x",
        "x runs Service.fetch",
    ]
    assert found.help.startswith("use httpx.Client, or reach it")


@pytest.mark.parametrize(("calls", "count"), [(MOST_CALLS, 1), (MOST_CALLS + 1, 0)])
def test_looks_at_a_few_calls(calls: int, count: int, findings: Findings, app: App) -> None:
    """What is called from everywhere is given anything."""
    helper = app(
        "self.c = httpx.AsyncClient()",
        "await fetch(self.c)\n" + "await fetch(1)\n" * (calls - 1),
        HTTPX + "async def fetch(c):\n    await c.get('u')\n",
    )
    assert len(findings(helper, ID)) == count
    dataclass = app(
        "self.box = Box(httpx.AsyncClient())\n" + "Box(1)\n" * (calls - 1),
        "await self.box.c.get('u')",
        HTTPX + "@dataclasses.dataclass\nclass Box:\n    c: object\n",
    )
    assert len(findings(dataclass, ID)) == count


def used_in(source: str, findings: Findings) -> list[str | None]:
    return sorted(str(each.symbol) for each in findings(source, ID))


def test_what_a_helper_takes_from_a_client_is_of_the_client(findings: Findings, app: App) -> None:
    assert used_in(app(*FIRES["database_by_a_helper"]), findings) == ["things", "x"]


def test_what_a_helper_was_answered_is_not(findings: Findings, app: App) -> None:
    source = app(
        "self.r = redis.from_url('u')",
        "return (await models()).split()",
        REDIS + "async def models():\n    return await chute.r.get('models')\n",
    )
    assert used_in(source, findings) == ["models"]


def test_what_a_helper_connects_is_of_the_client(findings: Findings, app: App) -> None:
    source = app(
        "self.pool = await asyncpg.create_pool('d')",
        "return await (await connection()).fetch('q')",
        "import asyncpg\nasync def connection():\n    return await chute.pool.acquire()\n",
    )
    assert "x" in used_in(source, findings)


def test_what_a_helper_takes_while_it_awaits_another_is(findings: Findings, app: App) -> None:
    source = app(
        "self.m = AsyncIOMotorClient('u')",
        "return await (await things()).users.find_one({})",
        "from motor.motor_asyncio import AsyncIOMotorClient\nasync def things():\n"
        "    return chute.m.get_database(await chute.settings.name())\n",
    )
    assert "x" in used_in(source, findings)


def test_a_collection_of_the_same_name_in_another_module(findings: Findings, app: App) -> None:
    files = {
        "other.py": "import httpx\nCS = {}\nCS['a'] = httpx.AsyncClient()\n",
        "app.py": app("pass", "await CS['a'].get('u')", "import other\nCS = {}\n"),
    }
    assert findings(files, ID) == []
