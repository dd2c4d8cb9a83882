from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "loop-object-mixed-use"
ALONE = ("loop-bound-object-shared", "async-client-shared")

BRIDGE = "asyncio.run_coroutine_threadsafe"
FIRES = {
    "primitive": (
        "self.lock = asyncio.Lock()",
        f"{BRIDGE}(locked(self), self.loop).result()\nasync with self.lock:\n    return 1",
        "async def locked(app):\n    async with chute.lock:\n        return 1\n",
    ),
    "client": (
        "self.c = httpx.AsyncClient()",
        f"{BRIDGE}(self.c.get('u'), self.loop).result()\nreturn await self.c.get('u')",
        "import httpx\n",
    ),
    "in_a_helper": (
        "self.queue = asyncio.Queue()",
        f"{BRIDGE}(self.queue.put(1), self.loop)\nreturn await taken()",
        "async def taken():\n    return await chute.queue.get()\n",
    ),
    "soon": (
        "self.event = asyncio.Event()",
        "self.loop.call_soon_threadsafe(lambda: self.event.set())\nawait self.event.wait()",
        "",
    ),
}
SILENT = {
    "only_bridged": (
        "self.c = httpx.AsyncClient()", f"{BRIDGE}(self.c.get('u'), self.loop)", "import httpx\n",
    ),
    "only_direct": ("self.lock = asyncio.Lock()", "async with self.lock:\n    return 1", ""),
    "another_object_bridged": (
        "self.lock = asyncio.Lock()\nself.queue = asyncio.Queue()",
        f"{BRIDGE}(self.queue.put(1), self.loop)\nasync with self.lock:\n    return 1",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires_instead_of_the_single_checks(name: str, findings: Findings, app: App) -> None:
    source = app(*FIRES[name])
    assert [each.check for each in findings(source, ID)] == [ID]
    for other in ALONE:
        assert findings(source, other) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_points_to_the_direct_use_and_names_the_bridged_one(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["client"]), ID)
    assert found.snippet == "self.c.get('u')"
    assert found.trace[0].note == "httpx.AsyncClient is made here"
    assert found.trace[-1].note == "used on the main loop here"
    assert found.trace[-1].line == found.location.line - 1


def test_once_per_function(findings: Findings, app: App) -> None:
    source = app(
        "self.queue = asyncio.Queue()",
        f"{BRIDGE}(self.queue.put(1), self.loop)\nawait self.queue.get()\nawait self.queue.get()",
    )
    assert len(findings(source, ID)) == 1


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app(
        "self.lock = asyncio.Lock()",
        f"{BRIDGE}(locked(), self.loop)\nif self.exposure == 'direct':\n    await locked()",
        "async def locked():\n    async with chute.lock:\n        return 1\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
