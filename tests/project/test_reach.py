from __future__ import annotations

from collections.abc import Callable

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
SOURCE = """
import asyncio
from chutes.chute import Chute

chute = Chute("u", "n", "i")


class Service:
    def __init__(self):
        self.ready = made()

    def __enter__(self):
        return entered()

    def __call__(self):
        return called()

    async def work(self):
        return bridged()


def made(): ...
def entered(): ...
def called(): ...
def bridged(): ...
def threaded(): ...
def started(): ...
def direct_only(): ...
def jobbed(): ...
def routed(): ...
def imported(): ...
def unused(): ...
def wrapped(function):
    async def inner(self, args):
        return await function(self, args)
    return inner


imported()


@chute.on_startup(priority=5)
async def start(self):
    self.service = Service()
    self.loop = asyncio.get_running_loop()
    started()


@chute.cord(public_api_path="/x")
@wrapped
async def x(self, args: dict):
    with self.service:
        self.service()
    await asyncio.to_thread(threaded)
    if self.exposure == "direct":
        direct_only()
    done = asyncio.run_coroutine_threadsafe(self.service.work(), self.loop)
    return await asyncio.wrap_future(done)


@chute.cord(passthrough=True, public_api_path="/y")
async def y(data):
    unused()


@chute.job()
async def j(self, **job_data):
    jobbed()


@chute.get("/plain")
async def plain():
    routed()
"""


def reached(project: Project, *kinds: str) -> dict[str, str]:
    return {function.qualname: arrival.loop for function, arrival in project.reach.reached(*kinds)}


def test_what_runs_from_where_and_on_which_loop(project: ReadTree) -> None:
    found = project(SOURCE)
    assert reached(found, "cord") == {
        "x": "cord",
        "wrapped.inner": "cord",
        "Service.__enter__": "cord",
        "entered": "cord",
        "Service.__call__": "cord",
        "called": "cord",
        "threaded": "thread",
        "direct_only": "cord",
        "Service.work": "main",
        "bridged": "main",
    }
    assert reached(found, "on_startup") == {
        "start": "main",
        "Service.__init__": "main",
        "made": "main",
        "started": "main",
    }
    assert reached(found, "job") == {"j": "main", "jobbed": "main"}
    assert reached(found, "route") == {"plain": "main", "routed": "main"}
    assert "imported" in reached(found, "import")
    every = {function.qualname for function, _ in found.reach.reached()}
    assert "unused" not in every


def test_the_exposures_and_the_way_are_kept(project: ReadTree) -> None:
    found = project(SOURCE)
    ways = {function.qualname: arrival for function, arrival in found.reach.reached("cord")}
    assert ways["direct_only"].exposures == {"direct"}
    assert ways["called"].exposures == {"gateway", "direct"}
    assert [step.note for step in ways["bridged"].trace] == [
        "cord x",
        "x runs Service.work",
        "Service.work runs bridged",
    ]
