from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.blocking import FUNCTIONS, METHODS, WITH_INTERVAL
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "blocking-call-on-main-loop"

HEAD = """\
import asyncio
import queue
import time
import psutil
import requests
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


async def tick():
    time.sleep(1)


def below():
    time.sleep(1)
"""
HOOK = "\n\n@chute.on_startup()\nasync def start(self):\n    "
CORD = "\n\n@chute.cord()\nasync def x(self, args: dict):\n    "
SERVICE = "\n\nclass Service:\n    async def run(self):\n        time.sleep(1)\n"
FIRES = {
    "task": HOOK + "asyncio.create_task(tick())\n",
    "task_that_a_handler_cancels": HOOK
    + "self.task = asyncio.create_task(tick())\n    def stop():\n        self.task.cancel()\n"
    "    self.stop = stop\n",
    "kept_task": HOOK + "self.task = asyncio.get_running_loop().create_task(tick())\n",
    "ensure_future": HOOK + "asyncio.ensure_future(tick())\n",
    "deeper": "\n\nasync def work():\n    below()\n" + HOOK + "asyncio.create_task(work())\n",
    "method": SERVICE + HOOK + "asyncio.create_task(Service().run())\n",
    "bridged_by_startup": HOOK + "asyncio.run_coroutine_threadsafe(tick(), self.loop)\n",
    "job": "\n\n@chute.job()\nasync def j(self, **data):\n    time.sleep(1)\n",
    "middleware": "\n\n@chute.middleware('http')\nasync def seen(request, call_next):\n"
    "    requests.get('u')\n    return await call_next(request)\n",
    "middleware_class": "\n\nfrom starlette.middleware.base import BaseHTTPMiddleware\n"
    "class Seen(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n"
    "        time.sleep(1)\nchute.add_middleware(Seen)\n",
    "route": "\n\n@chute.get('/plain')\nasync def plain():\n    below()\n",
    "route_with_other_decorators": "\n\ndef tagged(function):\n    return function\n"
    "def named(name):\n    return tagged\n@chute.get('/plain')\n@tagged\n@named('x')\n"
    "async def plain():\n    time.sleep(1)\n",
    "bridged": CORD + "asyncio.run_coroutine_threadsafe(tick(), self.loop)\n",
    "soon": CORD + "self.loop.call_soon_threadsafe(below)\n",
    "on_self": "\n\nasync def ask(self):\n    chute.http.get('u')\n"
    + HOOK + "self.http = requests.Session()\n    asyncio.create_task(ask(self))\n",
    "interval_by_place": "\n\nasync def watch():\n    psutil.cpu_percent(0.5)\n"
    + HOOK + "asyncio.create_task(watch())\n",
    "queue_forever": "\n\nq = queue.Queue()\nasync def drain():\n    q.get()\n"
    + HOOK + "asyncio.create_task(drain())\n",
}  # fmt: skip
SILENT = {
    "threadpool": "from starlette.concurrency import run_in_threadpool as off\n"
    "@chute.middleware('http')\nasync def m(request, call_next):\n    await off(below)\n"
    "    return await call_next(request)\n",
    "hook_itself": HOOK + "time.sleep(1)\n    below()\n",
    "awaited_by_the_hook": HOOK + "await tick()\n    await asyncio.create_task(tick())\n",
    "cord": CORD + "time.sleep(1)\n    below()\n    await tick()\n",
    "task_of_a_cord": CORD + "await asyncio.create_task(tick())\n",
    "plain_route": "\n\n@chute.get('/plain')\ndef plain():\n    time.sleep(1)\n",
    "startup_event": "\n\n@chute.on_event('startup')\nasync def begin():\n    time.sleep(1)\n",
    "thread": "\n\nasync def work():\n    await asyncio.to_thread(below)\n"
    "    await asyncio.to_thread(time.sleep, 1)\n"
    "    await asyncio.get_running_loop().run_in_executor(None, lambda: below())\n"
    + HOOK + "asyncio.create_task(work())\n",
    "no_interval": "\n\nasync def watch():\n    psutil.cpu_percent()\n"
    "    psutil.cpu_percent(interval=None)\n    psutil.cpu_percent(interval=0)\n"
    + HOOK + "asyncio.create_task(watch())\n",
    "unknown_interval": "\n\nasync def watch(n):\n    psutil.cpu_percent(n)\n"
    + HOOK + "asyncio.create_task(watch(self.n))\n",
    "asyncio_sleep": "\n\nasync def work():\n    await asyncio.sleep(1)\n"
    + HOOK + "asyncio.create_task(work())\n",
    "queue_without_waiting": "\n\nq = queue.Queue()\nasync def drain():\n    q.get(False)\n"
    "    q.get_nowait()\n" + HOOK + "asyncio.create_task(drain())\n",
    "lambda": "\n\nasync def work():\n    chute.later = lambda: time.sleep(1)\n"
    + HOOK + "asyncio.create_task(work())\n",
    "own_sleep": "\n\nfrom mine import sleep\nasync def work():\n    sleep(1)\n"
    + HOOK + "asyncio.create_task(work())\n",
    "at_import": "\n\ntime.sleep(1)\n",
    "shutdown_hook": "\n\n@chute.on_shutdown()\nasync def end(self):\n    time.sleep(1)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(HEAD + FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(HEAD + SILENT[name], ID) == []


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_every_call_that_blocks(name: str, findings: Findings) -> None:
    parts = name.split(".")
    made = ".".join(parts[:-1])
    is_class = name in METHODS
    call = f"{made}().{parts[-1]}()" if is_class else f"{name}()"
    if name.endswith(".submit.result"):
        call = "concurrent.futures.ThreadPoolExecutor().submit(print).result()"
    module = {"concurrent": "concurrent.futures", "urllib": "urllib.request"}.get(
        parts[0], parts[0]
    )
    source = f"import {module}\n{HEAD}\n\nasync def work():\n    {call}\n{HOOK}" + (
        "asyncio.create_task(work())\n"
    )
    (found,) = findings(source, ID)
    assert found.message.startswith(f"{name}() blocks the main loop")
    assert found.help == f"use {({**FUNCTIONS, **METHODS})[name]}"


@pytest.mark.parametrize("name", WITH_INTERVAL)
def test_every_call_with_an_interval(name: str, findings: Findings) -> None:
    call = name.replace("Process.", "Process().")
    source = f"{HEAD}\n\nasync def work():\n    {call}(interval=1)\n{HOOK}"
    (found,) = findings(source + "asyncio.create_task(work())\n", ID)
    assert found.help == f"use {WITH_INTERVAL[name]}"


def test_says_how_it_gets_there(findings: Findings) -> None:
    (found,) = findings(HEAD + FIRES["deeper"], ID)
    assert [step.note for step in found.trace] == [
        "start-up hook start",
        "start runs work",
        "work runs below",
    ]


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = HEAD + HOOK + "if self.exposure == 'direct':\n        asyncio.create_task(tick())\n"
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": HEAD + FIRES["task"]}, ID) == []
