from __future__ import annotations

from collections.abc import Callable

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]

BRIDGED = """
import asyncio
from chutes.chute import Chute

chute = Chute("u", "n", "i")


class Runner:
    def submit(self, coro):
        return asyncio.run_coroutine_threadsafe(coro, self.loop)

    async def call(self, coro):
        return await asyncio.wrap_future(self.submit(coro))

    def make(self, what, *args):
        return asyncio.run_coroutine_threadsafe(what(*args), self.loop)

    def again(self, coro):
        return self.again(coro)


def work(): ...
def made(): ...
def given(): ...
def first(): ...
def flagged(): ...
def pushed(): ...
def pooled(): ...


@chute.on_startup()
async def start(self):
    self.runner = Runner()


@chute.cord(public_api_path="/x")
async def x(self, args: dict):
    await self.runner.call(work(await first()))
    self.runner.make(made)
    self.runner.again(given())
    self.loop.call_soon_threadsafe(flagged)
    self.loop.call_soon_threadsafe(lambda: pushed())
    await asyncio.get_running_loop().run_in_executor(None, lambda: pooled())
"""


def loops_of(project: Project) -> dict[str, str]:
    return {function.qualname: arrival.loop for function, arrival in project.reach.reached("cord")}


def test_what_a_helper_bridges_runs_on_the_main_loop(project: ReadTree) -> None:
    found = loops_of(project(BRIDGED))
    assert {name: found[name] for name in ("work", "made", "flagged", "pushed")} == dict.fromkeys(
        ("work", "made", "flagged", "pushed"), "main"
    )
    assert (found["first"], found["given"], found["pooled"]) == ("cord", "cord", "thread")


DECORATED = """
import asyncio
import functools

from chutes.chute import Chute

chute = Chute("u", "n", "i")


def at_home(method):
    @functools.wraps(method)
    async def call(self, *args):
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(method(self, *args), self.loop)
        )
    return call


def at_home_within(seconds):
    def around(method):
        async def call(self, *args):
            job = asyncio.run_coroutine_threadsafe(method(self, *args), self.loop)
            return await asyncio.wait_for(asyncio.wrap_future(job), seconds)
        return call
    return around


def timed(method):
    async def call(self, *args):
        return await method(self, *args)
    return call


class Store:
    @at_home
    async def read(self): ...

    @at_home_within(5)
    async def write(self): ...

    @timed
    async def count(self): ...

    async def _unit(self, work):
        await work(self)

    async def run(self, work):
        return asyncio.run_coroutine_threadsafe(self._unit(work), self.loop)

    async def keep(self, work):
        return work


async def carried(store): ...
async def kept(store): ...


@chute.on_startup()
async def start(self):
    self.store = Store()


@chute.cord(public_api_path="/x")
async def x(self, args):
    await self.store.read()
    await self.store.write()
    await self.store.count()
    await self.store.run(carried)
    await self.store.keep(work=kept)
"""


def test_what_decorators_and_helpers_bring_to_the_main_loop(project: ReadTree) -> None:
    loops = loops_of(project(DECORATED))
    methods = {name: loop for name, loop in loops.items() if "." in name and "call" not in name}
    assert methods == {
        "Store.read": "main",
        "Store.write": "main",
        "Store.count": "cord",
        "Store._unit": "main",
        "Store.run": "cord",
        "Store.keep": "cord",
    }
    assert (loops["carried"], loops["kept"]) == ("main", "cord")
