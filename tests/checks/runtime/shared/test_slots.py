from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "slot-leaks-on-error"

WORK = "async def work(): ...\ndef done(): ...\n"
FIRES = {
    "counter": ("self.n += 1\nr = await work()\nself.n -= 1\nreturn r", WORK),
    "call": ("self.n += 1\nr = done()\nself.n -= 1\nreturn r", WORK),
    "raise": ("self.n += 1\nif args:\n    raise ValueError\nself.n -= 1", WORK),
    "assigned": ("self.n = self.n + 1\nawait work()\nself.n = self.n - 1", WORK),
    "down_to_zero": ("self.n += 1\nawait work()\nself.n = max(0, self.n - 1)", WORK),
    "entry": ("self.n['a'] += 1\nawait work()\nself.n['a'] -= 1", WORK),
    "global": ("global N\nN += 1\nawait work()\nN -= 1", WORK + "N = 0\n"),
    "locked_updates": (
        "with self.lock:\n    self.n += 1\nawait work()\nwith self.lock:\n    self.n -= 1", WORK,
    ),
    "lock": ("self.lock.acquire()\nawait work()\nself.lock.release()", WORK),
    "tested": (
        "if not self.slots.acquire(blocking=False):\n    return 1\n"
        "await work()\nself.slots.release()",
        WORK,
    ),
    "assigned_acquire": (
        "ok = self.slots.acquire(timeout=1)\nawait work()\nself.slots.release()", WORK,
    ),
    "awaited_acquire": ("await self.slots.acquire()\nawait work()\nself.slots.release()", WORK),
    "try_without_finally": (
        "self.n += 1\ntry:\n    await work()\nexcept ValueError:\n    pass\nself.n -= 1", WORK,
    ),
    "helper": (
        "await counted(self)",
        WORK + "async def counted(app):\n    chute.n += 1\n    await work()\n    chute.n -= 1\n",
    ),
}  # fmt: skip
SILENT = {
    "finally": ("self.n += 1\ntry:\n    await work()\nfinally:\n    self.n -= 1", WORK),
    "finally_with_lock": (
        "self.n += 1\ntry:\n    await work()\nfinally:\n    with self.lock:\n        self.n -= 1",
        WORK,
    ),
    "released_in_finally": (
        "self.lock.acquire()\ntry:\n    await work()\nfinally:\n    self.lock.release()", WORK,
    ),
    "with": ("with self.lock:\n    await work()", WORK),
    "handler_too": (
        "self.n += 1\ntry:\n    await work()\nexcept Exception:\n    self.n -= 1\n    raise\n"
        "self.n -= 1",
        WORK,
    ),
    "nothing_in_between": ("self.n += 1\nm = self.n\nself.n -= 1", ""),
    "all_caught_in_between": (
        "self.n += 1\ntry:\n    await work()\nexcept Exception:\n    r = None\nself.n -= 1", WORK,
    ),
    "counts_only": ("self.n += 1\nawait work()", WORK),
    "acquired_only": ("self.lock.acquire()\nawait work()", WORK),
    "down_twice": ("self.n -= 1\nawait work()\nself.n -= 1", WORK),
    "down_then_up": ("self.n -= 1\nawait work()\nself.n += 1", WORK),
    "local": ("n = 0\nn += 1\nawait work()\nn -= 1", WORK),
    "local_lock": (
        "lock = threading.Lock()\nlock.acquire()\nawait work()\nlock.release()", WORK,
    ),
    "another_counter": ("self.n += 1\nawait work()\nself.m -= 1", WORK),
    "another_lock": ("self.a.acquire()\nawait work()\nself.b.release()", WORK),
    "multiplied": ("self.n *= 2\nawait work()\nself.n -= 1", WORK),
    "another_method": ("self.lock.take()\nawait work()\nself.lock.release()", WORK),
    "another_end": ("self.lock.acquire()\nawait work()\nself.lock.locked()", WORK),
    "two_targets": ("self.n = self.m = self.n + 1\nawait work()\nself.n -= 1", WORK),
    "another_sum": ("self.n = self.m + 1\nawait work()\nself.n -= 1", WORK),
    "looped": (
        "for self.n in range(self.n + 1):\n    await work()\nself.n -= 1", WORK,
    ),
    "released_before": ("self.lock.release()\nawait work()\nself.lock.acquire()", WORK),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    cord, module = FIRES[name]
    assert [each.check for each in findings(app(cord=cord, module=module), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    cord, module = SILENT[name]
    assert findings(app(cord=cord, module=module), ID) == []


def test_says_which_slot(findings: Findings, app: App) -> None:
    (found,) = findings(app(cord=FIRES["counter"][0], module=WORK), ID)
    assert found.message.startswith("self.n is counted up here and counted down in no finally")
    assert found.help == "put what follows into try and count it down in finally"
    (found,) = findings(app(cord=FIRES["lock"][0], module=WORK), ID)
    assert found.message.startswith("self.lock is acquired here and released in no finally")
    assert "release it in finally" in found.help
    assert found.snippet == "self.lock"


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app(
        cord="if self.exposure == 'direct':\n    await counted()",
        module=WORK
        + "async def counted():\n    chute.n += 1\n    await work()\n    chute.n -= 1\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
