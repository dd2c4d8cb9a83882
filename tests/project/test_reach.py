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


PROCESS = """
import multiprocessing
from multiprocessing.pool import ThreadPool
from chutes.chute import Chute

chute = Chute("u", "n", "i")


def apart(): ...
def beside(): ...


@chute.cord(public_api_path="/x")
def x(self, args: dict):
    multiprocessing.Process(target=apart).start()
    multiprocessing.get_context("spawn").Process(target=apart).start()
    ThreadPool(2, beside)
"""


def test_what_another_process_runs(project: ReadTree) -> None:
    assert reached(project(PROCESS), "cord") == {"x": "cord", "apart": "process", "beside": "cord"}


TASKS = """
import asyncio
from chutes.chute import Chute

chute = Chute("u", "n", "i")


async def ticks(): await below()
async def below(): ...
async def awaited(): ...
async def named(): ...
async def listed(): ...
async def grouped(): ...
async def kept(): ...
async def gathered(): ...
async def later(): ...
async def bridged(): ...
def called(): ...
def called_from_a_thread(): ...


@chute.on_startup()
async def start(self):
    loop = asyncio.get_running_loop()
    asyncio.create_task(ticks())
    await asyncio.create_task(awaited())
    task = loop.create_task(named())
    await task
    tasks = []
    tasks.append(asyncio.create_task(listed()))
    for each in tasks:
        await each
    async with asyncio.TaskGroup() as group:
        group.create_task(grouped())
    self.task = loop.create_task(kept())
    await asyncio.gather(*[asyncio.ensure_future(gathered())])
    asyncio.create_task(later(await awaited()))
    asyncio.run_coroutine_threadsafe(bridged(), loop)
    loop.call_later(5, called)
    loop.call_soon_threadsafe(called_from_a_thread)
"""


def test_what_runs_in_a_task_that_nothing_waits_for(project: ReadTree) -> None:
    found = project(TASKS)
    tasks = {
        function.qualname: [each.task for each in found.reach.arrivals(function, "on_startup")]
        for function, _ in found.reach.reached("on_startup")
    }
    assert tasks == {
        "start": [False],
        "ticks": [True],
        "below": [True],
        "awaited": [False],
        "named": [False],
        "listed": [False],
        "grouped": [False],
        "kept": [True],
        "gathered": [False],
        "later": [True],
        "bridged": [True],
        "called": [True],
        "called_from_a_thread": [True],
    }


ROUND_ABOUT = """
from functools import cached_property, partial, wraps
from chutes.chute import Chute

chute = Chute("u", "n", "i")


def ran(): ...
def looked(): ...
def counted(): ...
def told(): ...
def never(): ...


class Guard:
    def around(self, function):
        @wraps(function)
        def inner(self, args):
            counted()
            return function(self, args)
        return inner


def logged(kind):
    def wrap(function):
        def inner(self, args):
            told()
            return function(self, args)
        return inner
    return wrap


class Engine:
    def __init__(self):
        ran()

    @cached_property
    def weights(self):
        return looked()

    @property
    def unused(self):
        return never()


guard = Guard()


@chute.on_startup()
def prepare(self):
    self.make = partial(Engine)


@chute.cord(public_api_path="/x")
@guard.around
@logged("x")
def x(self, args):
    engine = self.make()
    return engine.weights
"""


def test_what_partials_properties_and_decorators_run(project: ReadTree) -> None:
    found = project(ROUND_ABOUT)
    names = {function.qualname for function, _ in found.reach.reached("cord")}
    assert {"ran", "looked", "counted", "told"} <= names
    assert "never" not in names
    (cord,) = found.cords
    assert cord.function is not None
    around = [each.qualname for each in found.reach.wrappers(cord.function)]
    assert around == ["Guard.around.inner", "logged.wrap.inner"]
    at_import = {function.qualname for function, _ in found.reach.reached("import")}
    assert {"Guard.around", "logged", "logged.wrap"} <= at_import
    assert "logged.wrap" not in names
