from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "loop-bound-object-shared"
HEAD = """\
import asyncio
import collections
import multiprocessing
import threading
import types
from asyncio import Lock as AsyncLock
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
STARTUP = "@chute.on_startup()\nasync def start(self):\n"
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def app(startup: str = "pass", cord: str = "pass", module: str = "") -> str:
    def body(text: str) -> str:
        return "".join(f"    {line}\n" for line in text.splitlines())

    return f"{HEAD}{module}\n{STARTUP}{body(startup)}\n{CORD}{body(cord)}"


WORK = "async def work(): ...\n"
ENGINE = (
    "class Engine:\n    def __init__(self, lock: asyncio.Lock):\n        self.lock = lock\n"
    "    @classmethod\n    def made(cls, lock: asyncio.Lock):\n        return cls(lock)\n"
    "    async def run(self):\n        async with self.lock:\n            return 1\n"
)
QUEUE = "queue = asyncio.Queue()\nqueue.put_nowait(1)\n"
FIRES = {
    "kept_with_others": app(
        "self.lock, self.n = asyncio.Lock(), 0", "async with self.lock:\n    pass"
    ),
    "on_a_shared_namespace": app(
        "self.state = types.SimpleNamespace()",
        "self.state.lock = asyncio.Lock()\nasync with self.state.lock:\n    pass",
    ),
    "lock": app("self.lock = asyncio.Lock()", "async with self.lock:\n    pass"),
    "alias": app("self.lock = AsyncLock()", "async with self.lock:\n    pass"),
    "module_level": app(module="LOCK = asyncio.Lock()\n", cord="async with LOCK:\n    return {}"),
    "queue": app("self.queue = asyncio.Queue(64)", "await self.queue.put(args)"),
    "queue_no_wait": app("self.queue = asyncio.Queue()", "self.queue.put_nowait(args)"),
    "event": app("self.ready = asyncio.Event()", "await self.ready.wait()"),
    "future": app("self.f = asyncio.Future()", "return await self.f"),
    "semaphore": app("self.slots = asyncio.Semaphore(4)", "async with self.slots:\n    return 1"),
    "on_chute_at_import": app(
        module="chute.lock = asyncio.Lock()\n", cord="async with self.lock:\n    pass"
    ),
    "acquire": app("self.lock = asyncio.Lock()", "await self.lock.acquire()"),
    "made_lazily_by_a_cord": app(
        cord="if not hasattr(self, 'lock'):\n    self.lock = asyncio.Lock()\n"
        "async with self.lock:\n    return 1"
    ),
    "wait_for": app(
        "self.queue = asyncio.Queue()", "return await asyncio.wait_for(self.queue.get(), 1)"
    ),
    "per_key": app(
        "self.locks = collections.defaultdict(asyncio.Lock)",
        "async with self.locks[args['key']]:\n    return {}",
    ),
    "given_to_what_makes_its_holder": app(
        "self.engine = Engine.made(asyncio.Lock())", "await self.engine.run()", ENGINE
    ),
    "given_by_name_to_what_makes_its_holder": app(
        "lock = asyncio.Lock()\nself.engine = made(lock=lock)",
        "await self.engine.run()",
        ENGINE + "def made(lock):\n    return Engine(lock)\n",
    ),
    "given_to_what_keeps_it": app(
        "keep(self, asyncio.Lock())",
        "async with self.lock:\n    return {}",
        "def keep(chute: Chute, lock):\n    chute.lock = lock\n",
    ),
    "annotated": app("self.lock: asyncio.Lock = asyncio.Lock()", "async with self.lock:\n  pass"),
    "global_set_by_a_cord": app(
        module="LOCK = None\n",
        cord="global LOCK\nLOCK = asyncio.Lock()\nasync with LOCK:\n    return {}",
    ),
    "created_by_the_loop": app(
        "self.f = asyncio.get_running_loop().create_future()", "return await self.f"
    ),
    "created_by_a_loop_kept": app(
        "loop = asyncio.get_event_loop()\nself.f = loop.create_future()", "await self.f"
    ),
    "task_awaited": app("self.t = asyncio.create_task(work())", "await self.t", WORK),
    "task_waited_for": app(
        "self.t = asyncio.create_task(work())", "await asyncio.wait_for(self.t, 5)", WORK
    ),
    "group": app("self.g = asyncio.TaskGroup()", "self.g.create_task(work())", WORK),
    "runner": app("self.r = asyncio.Runner()", "self.r.run(work())", WORK),
    "in_a_dictionary": app(
        "self.locks = {}",
        "if args['k'] not in self.locks:\n    self.locks[args['k']] = asyncio.Lock()\n"
        "async with self.locks[args['k']]:\n    return {}",
    ),
    "put_in_by_default": app(
        "self.locks = {}",
        "async with self.locks.setdefault(args['k'], asyncio.Lock()):\n    return {}",
    ),
    "picked": app(
        "self.locks = {'a': asyncio.Lock()}", "async with self.locks.get('a'):\n    return {}"
    ),
    "field_of_a_dataclass": app(
        "self.state = State()",
        "async with self.state.lock:\n    return {}",
        "import dataclasses\n@dataclasses.dataclass\nclass State:\n"
        "    lock: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)\n",
    ),
    "in_a_thread": app(
        "self.queue = asyncio.Queue()",
        "await asyncio.to_thread(put)",
        "def put():\n    chute.queue.put_nowait(1)\n",
    ),
    "in_a_nested_wait": app(
        "self.queue = asyncio.Queue()",
        "done, _ = await asyncio.wait({asyncio.create_task(self.queue.get())})",
    ),
    "global_set_at_startup": app(
        "global LOCK\nLOCK = asyncio.Lock()", "async with LOCK:\n    pass", module="LOCK = None\n"
    ),
}
SILENT = {
    "given_by_each_call_to_what_makes_its_holder": app(
        cord="await Engine.made(asyncio.Lock()).run()", module=ENGINE
    ),
    "given_by_each_call_to_what_drops_it": app(
        cord="lock = asyncio.Lock()\nkeep(self, lock)\nasync with lock:\n    return {}",
        module="def keep(chute: Chute, lock):\n    chute.lock = 1\n",
    ),
    "bound_method_of_a_helper": app(
        "self.queue = asyncio.Queue()",
        "return taker()()",
        "def taker():\n    return chute.queue.get_nowait\n",
    ),
    "on_a_namespace_of_the_call": app(
        cord="state = types.SimpleNamespace()\nstate.lock = asyncio.Lock()\n"
        "async with state.lock:\n    pass"
    ),
    "made_with_something_kept": app(
        cord="lock, self.last = asyncio.Lock(), 1\nasync with lock:\n    pass"
    ),
    "measured_by_a_helper": app(
        cord="self.last = size()",
        module="def size():\n    queue = asyncio.Queue()\n    queue.put_nowait(1)\n"
        "    return queue.qsize()\n",
    ),
    "written_out_in_the_call": app(cord=QUEUE + "self.last = str(queue)"),
    "a_name_that_another_function_keeps": app(
        "lock = threading.Lock()\nself.lock = lock",
        "lock = asyncio.Lock()\nasync with lock:\n    pass",
    ),
    "measured_into_a_shared_list": app(
        "self.sizes = []", QUEUE + "self.sizes.append(queue.qsize())"
    ),
    "handed_to_a_method_that_keeps_nothing": app(cord=QUEUE + "self.log.info(queue)"),
    "threading": app("self.lock = threading.Lock()", "with self.lock:\n    return {}"),
    "threading_per_key": app(
        "self.locks = collections.defaultdict(threading.Lock)",
        "with self.locks[args['key']]:\n    return {}",
    ),
    "per_call": app(cord="lock = asyncio.Lock()\nasync with lock:\n    return {}"),
    "bridged": app(
        "self.queue = asyncio.Queue()\nself.loop = asyncio.get_running_loop()",
        "done = asyncio.run_coroutine_threadsafe(self.queue.put(args), self.loop)\n"
        "return done.result()",
    ),
    "only_at_startup": app(
        "self.lock = asyncio.Lock()\nasync with self.lock:\n    pass", "return {}"
    ),
    "asked_only": app("self.lock = asyncio.Lock()", "return self.lock.locked()"),
    "someone_elses": app("self.lock = Lock()", "async with self.lock:\n    pass"),
    "asked_for_its_place": app("self.lock = asyncio.Lock()", "lock = self.lock\nreturn {}"),
    "threading_method": app("self.lock = threading.Lock()", "self.lock.acquire()"),
    "another_library": app("self.lock = multiprocessing.Lock()", "self.lock.acquire()"),
    "not_bound_before_use": app("self.reader = asyncio.StreamReader()", "self.reader.get()"),
    "shadows_a_global": app(
        module="lock = None\n", cord="lock = asyncio.Lock()\nasync with lock:\n    return {}"
    ),
    "never_made": app(
        module="def never():\n    chute.lock = asyncio.Lock()\n",
        cord="async with self.lock:\n    return {}",
    ),
    "kept_by_an_object_of_the_call": app(
        module="class Call:\n    pass\n",
        cord="call = Call()\ncall.lock = asyncio.Lock()\nasync with call.lock:\n    return {}",
    ),
    "unpacked": app(cord="lock, other = asyncio.Lock(), 1\nasync with lock:\n    return {}"),
    "only_known_by_annotation": app(
        module="async def locked(lock: asyncio.Lock):\n    async with lock:\n        return {}\n",
        cord="return await locked(args['lock'])",
    ),
    "task_asked": app(
        "self.t = asyncio.create_task(work())",
        "return {'failed': self.t.done() and self.t.exception() is not None}",
        WORK,
    ),
    "task_result": app("self.t = asyncio.create_task(work())", "return self.t.result()", WORK),
    "printed": app("self.lock = asyncio.Lock()", "print(self.lock)"),
    "a_client": app("self.c = httpx.AsyncClient()", "await self.c.get('u')", "import httpx\n"),
    "an_item_of_a_queue": app(
        "queue = asyncio.Queue()\nself.item = queue.get_nowait()", "self.item.set()"
    ),
    "measured_in_the_call": app(
        cord="queue = asyncio.Queue()\nawait queue.put(1)\nself.last = queue.qsize()"
    ),
    "helper_used_at_startup_too": app(
        "await work()",
        "await work()",
        "async def work():\n    lock = asyncio.Lock()\n    async with lock:\n        return 1\n",
    ),
    "from_a_thread": app(
        "self.queue = asyncio.Queue()",
        "self.loop.call_soon_threadsafe(self.queue.put_nowait, args)",
    ),
    "soon": app(
        "self.queue = asyncio.Queue()",
        "self.loop.call_soon_threadsafe(lambda: self.queue.put_nowait(args))",
    ),
    "field_of_a_dataclass_of_the_call": app(
        cord="state = State()\nasync with state.lock:\n    return {}",
        module="import dataclasses\n@dataclasses.dataclass\nclass State:\n"
        "    lock: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)\n",
    ),
    "an_entry": app(
        cord="locks = {}\nlocks['a'] = asyncio.Lock()\nasync with locks['a']:\n    return {}"
    ),
}

METHODS = (
    "acquire", "release", "wait", "wait_for", "notify", "notify_all", "set", "get", "put",
    "get_nowait", "put_nowait", "join", "task_done", "result", "set_result", "set_exception",
)  # fmt: skip
REPLACEMENTS = {
    "Lock": "threading.Lock",
    "Semaphore": "threading.BoundedSemaphore",
    "BoundedSemaphore": "threading.BoundedSemaphore",
    "Condition": "threading.Condition",
    "Event": "threading.Event",
    "Queue": "queue.Queue",
    "LifoQueue": "queue.LifoQueue",
    "PriorityQueue": "queue.PriorityQueue",
    "Barrier": "threading.Barrier",
    "Future": "concurrent.futures.Future",
}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_that_waits_or_wakes(method: str, findings: Findings) -> None:
    source = app("self.thing = asyncio.Condition()", f"self.thing.{method}()")
    assert [each.check for each in findings(source, ID)] == [ID]


@pytest.mark.parametrize("kind", REPLACEMENTS)
def test_every_primitive_with_its_replacement(kind: str, findings: Findings) -> None:
    (found,) = findings(app(f"self.thing = asyncio.{kind}(1)", "self.thing.get()"), ID)
    assert f"asyncio.{kind} is shared" in found.message
    assert f"use {REPLACEMENTS[kind]}," in found.help


@pytest.mark.parametrize("made", ["locks.Lock", "queues.Queue", "futures.Future"])
def test_by_the_module_that_defines_it(made: str, findings: Findings) -> None:
    source = app(f"self.thing = asyncio.{made}()", "self.thing.get()", module="import asyncio.x\n")
    assert [each.check for each in findings(source, ID)] == [ID]


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = app(
        "self.lock = asyncio.Lock()",
        "if self.exposure == 'direct':\n    return await locked(self)",
        module="async def locked(app):\n    async with chute.lock:\n        return {}\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


SERVICE = {
    "app.py": HEAD
    + "from worker import Service\n\n"
    + STARTUP
    + "    self.service = Service()\n\n"
    + CORD
    + "    return await self.service.run()\n",
    "worker.py": """\
import asyncio


class Service:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def run(self):
        return await self._locked()

    async def _locked(self):
        async with self.lock:
            return 1
""",
}


def test_follows_objects_kept_on_the_chute(findings: Findings) -> None:
    (found,) = findings(SERVICE, ID)
    assert (found.location.path, found.symbol) == ("worker.py", "Service._locked")
    assert found.trace[0].note == "asyncio.Lock is made here"
    assert found.trace[-1].note == "Service.run runs Service._locked"


def test_an_object_made_by_each_call_is_its_own(findings: Findings) -> None:
    files = dict(SERVICE)
    files["app.py"] = (
        HEAD + "from worker import Service\n\n" + CORD + "    return await Service().run()\n"
    )
    assert findings(files, ID) == []


def test_a_bridged_method_runs_on_the_main_loop(findings: Findings) -> None:
    files = dict(SERVICE)
    files["app.py"] = (
        HEAD
        + "from worker import Service\n\n"
        + STARTUP
        + "    self.service = Service()\n    self.loop = asyncio.get_running_loop()\n\n"
        + CORD
        + "    done = asyncio.run_coroutine_threadsafe(self.service.run(), self.loop)\n"
        "    return await asyncio.wrap_future(done)\n"
    )
    assert findings(files, ID) == []
