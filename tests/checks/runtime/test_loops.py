from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "loop-bound-object-shared"
HEAD = """\
import asyncio
import collections
import threading
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


FIRES = {
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
    "annotated": app("self.lock: asyncio.Lock = asyncio.Lock()", "async with self.lock:\n  pass"),
    "global_set_at_startup": app(
        "global LOCK\nLOCK = asyncio.Lock()", "async with LOCK:\n    pass", module="LOCK = None\n"
    ),
}
SILENT = {
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
}


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
