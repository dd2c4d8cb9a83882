from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "shared-counter-race"

SLEEP = "await asyncio.sleep(0)"
WORK = "async def work(): ...\n"
SERVICE = f"""\
class Service:
    n = 0
    async def count(self):
        n = self.n
        {SLEEP}
        self.n = n + 1
"""
BUDGET = """\
class Budget:
    def __init__(self):
        self.by_key = {}
        self.n = 0
    def spent(self, who):
        with self.lock:
            return self.by_key[who]
    def either(self, who):
        found = self.by_key.get(who, 0)
        return found, self.n
    def deeper(self, who):
        return self.spent(who)
    def others(self, who):
        return self.by_key[self.n]
    def count(self, key):
        return sum(self.by_key)
    def keep(self, who, n):
        with self.lock:
            self.by_key[who] = n
    def keep_more(self, who, n):
        self.by_key[who] = n + self.n
    @property
    def now(self):
        return self.n
    def number(self):
        return self.n
"""
MADE = "self.b = Budget()"


def budget(read: str, write: str = "self.b.by_key[k] = n + 1") -> tuple[str, str, str]:
    """A cord that reads a budget, waits and writes it."""
    return MADE, f"k = args['k']\n{read}\n{SLEEP}\n{write}", BUDGET


SERIAL = f"""\
def serial(function):
    async def inner(given):
        with chute.lock:
            return await function(given)
    return inner
@serial
async def count(app):
    n = chute.n
    {SLEEP}
    chute.n = n + 1
"""
FIRES = {
    "added_to": ("pass", "n = self.n\nn += await work()\nself.n = n", WORK),
    "name": ("pass", f"n = self.n\n{SLEEP}\nself.n = n + 1", ""),
    "computed_before": ("pass", f"n = self.n + 1\n{SLEEP}\nself.n = n", ""),
    "name_changed_on_the_way": ("pass", f"n = self.n\n{SLEEP}\nself.n = max(n, 3)", ""),
    "at_once": ("pass", "self.n = self.n + await work()", WORK),
    "augmented": ("pass", "self.n += await work()", WORK),
    "awaited_in_the_write": ("pass", "n = self.n\nself.n = n + await work()", WORK),
    "global": (
        "pass", f"global N\nn = N\n{SLEEP}\nN = n + 1", "N = 0\n",
    ),
    "entry": ("pass", f"n = self.counts['a']\n{SLEEP}\nself.counts['a'] = n + 1", ""),
    "entry_of_a_global": (
        "pass", f"n = COUNTS['a']\n{SLEEP}\nCOUNTS['a'] = n + 1", "COUNTS = {}\n",
    ),
    "by_key": ("pass", f"k = args['k']\nn = self.counts[k]\n{SLEEP}\nself.counts[k] = n + 1", ""),
    "get": ("pass", f"n = self.counts\n{SLEEP}\nself.counts = [*n, 1]", ""),
    "read_by_a_method": budget("n = self.b.spent(k)"),
    "read_by_a_method_of_a_method": budget("n = self.b.deeper(who=k)"),
    "read_among_others": budget("n, m = self.b.either(k)"),
    "read_by_a_property": budget("n = self.b.now", "self.b.n = n + 1"),
    "read_by_get": budget("n = self.b.by_key.get(k, 0)"),
    "read_by_setdefault": budget("n = self.b.by_key.setdefault(k, 0)"),
    "read_by_a_function": (
        "pass", f"n = now()\n{SLEEP}\nCOUNTS['a'] = n + 1",
        "COUNTS = {'a': 0}\ndef now():\n    return COUNTS['a']\n",
    ),
    "written_by_a_method": budget("n = self.b.spent(k)", "self.b.keep(k, n + 1)"),
    "written_by_update": budget("n = self.b.spent(k)", "self.b.by_key.update({k: n + 1})"),
    "computed_from_a_name": budget("n = self.b.spent(k)\nm = n + 1", "self.b.by_key[k] = m"),
    "walrus": ("pass", f"if (n := self.n) < 3:\n    {SLEEP}\n    self.n = n + 1", ""),
    "asked_for_something_else": budget(
        "n = self.b.spent(k)", "if self.b.n == 3:\n    self.b.by_key[k] = n + 1"
    ),
    "asked_before": budget(
        "n = self.b.spent(k)\nif self.b.by_key[k] == n:\n    pass"
    ),
    "async_with": (
        "pass", "n = self.n\nasync with asyncio.timeout(1):\n    pass\nself.n = n + 1", "",
    ),
    "on_a_shared_namespace": (
        "self.s = types.SimpleNamespace(n=0)",
        f"n = self.s.n\n{SLEEP}\nself.s.n = n + 1",
        "import types\n",
    ),
    "on_a_chute_known_by_annotation": (
        "pass",
        "await count(args['app'])",
        f"async def count(app: Chute):\n    n = app.n\n    {SLEEP}\n    app.n = n + 1\n",
    ),
    "on_a_class": ("pass", f"n = Box.n\n{SLEEP}\nBox.n = n + 1", "class Box:\n    n = 0\n"),
    "on_a_shared_object": (
        "self.s = Service()",
        "await self.s.count()",
        SERVICE,
    ),
    "lock_around_the_write_only": (
        "self.lock = threading.Lock()",
        f"n = self.n\n{SLEEP}\nwith self.lock:\n    self.n = n + 1",
        "",
    ),
    "with_something_else_around": (
        "pass", f"with self.timer:\n    n = self.n\n    {SLEEP}\n    self.n = n + 1", "",
    ),
    "if_locked": (
        "pass", f"if self.lock:\n    n = self.n\n    {SLEEP}\n    self.n = n + 1", "",
    ),
    "awaited_with_it": ("pass", "self.n = self.n + await work(self.n)", WORK),
    "read_with_an_annotation": ("pass", f"n: int = self.n\n{SLEEP}\nself.n = n + 1", ""),
    "annotated_again": ("pass", f"n = self.n\nn: int\n{SLEEP}\nself.n = n + 1", ""),
    "read_with_others": ("pass", f"n, m = self.n, 1\n{SLEEP}\nself.n = n + 1", ""),
    "written_with_others": ("pass", f"n = self.n\n{SLEEP}\nself.n, self.m = n + 1, 0", ""),
    "after_something_is_deleted": (
        "pass", f"k = args\ndel k\nn = self.n\n{SLEEP}\nself.n = n + 1", "",
    ),
    "wrapper_holds_no_lock": ("pass", "await count(self)", SERIAL.replace("lock", "timer")),
    "wrapper_holds_a_lock_for_something_else": (
        "pass",
        "await count(self)",
        SERIAL.replace("    return await", "    print(given)\n        return await"),
    ),
    "bridged": (
        "pass",
        "asyncio.run_coroutine_threadsafe(count(), self.loop)",
        f"async def count():\n    n = chute.n\n    {SLEEP}\n    chute.n = n + 1\n",
    ),
}  # fmt: skip
SILENT = {
    "added_to_without_a_wait": ("pass", f"{SLEEP}\nn = self.n\nn += 1\nself.n = n", ""),
    "read_for_another_key": budget("n = self.b.spent('all')"),
    "read_of_another_entry": budget("n = self.b.others(k)"),
    "counted_by_a_method": budget("n = self.b.count(k)"),
    "read_by_a_method_again": budget(
        "n = self.b.spent(k)", "n = self.b.spent(k)\nself.b.by_key[k] = n + 1"
    ),
    "put_back_after_a_method": budget("n = self.b.number()\nself.b.n = 3", "self.b.n = n"),
    "written_by_a_method_that_adds": budget("n = self.b.spent(k)", "self.b.keep_more(k, n + 1)"),
    "written_by_a_method_elsewhere": budget("n = self.b.spent(k)", "self.b.keep('all', n + 1)"),
    "several_updated": budget("n = self.b.spent(k)", "self.b.by_key.update({k: n, 'all': n})"),
    "computed_by_a_call": budget("n = self.b.spent(k)\nm = hash(n)", "self.b.by_key[k] = m"),
    "asked_again": budget(
        "n = self.b.spent(k)", "if self.b.by_key[k] == n:\n    self.b.by_key[k] = n + 1"
    ),
    "no_await": ("pass", "n = self.n\nself.n = n + 1", ""),
    "augmented": ("pass", f"self.n += 1\n{SLEEP}", ""),
    "await_before": ("pass", f"{SLEEP}\nn = self.n\nself.n = n + 1", ""),
    "await_after": ("pass", f"n = self.n\nself.n = n + 1\n{SLEEP}", ""),
    "awaited_first": ("pass", "self.n = await work() + self.n", WORK),
    "awaited_value": ("pass", "n = await work()\nself.n += n", WORK),
    "locked": (
        "self.lock = threading.Lock()",
        f"with self.lock:\n    n = self.n\n    {SLEEP}\n    self.n = n + 1",
        "",
    ),
    "augmented_locked": (
        "pass", "with self.mutex:\n    self.n += await work()", WORK,
    ),
    "at_once_locked": (
        "pass", "with self.mutex:\n    self.n = self.n + await work()", WORK,
    ),
    "read_again": ("pass", f"n = self.n\n{SLEEP}\nn = self.n\nself.n = n + 1", ""),
    "put_back": ("pass", f"old = self.mode\nself.mode = 1\n{SLEEP}\nself.mode = old", ""),
    "another_place": ("pass", f"n = self.n\n{SLEEP}\nself.m = n + 1", ""),
    "another_value": ("pass", f"n = self.n\n{SLEEP}\nself.n = args['n']", ""),
    "local": ("pass", f"n = 0\nm = n\n{SLEEP}\nn = m + 1", ""),
    "shadowed_global": ("pass", f"N = 0\nn = N\n{SLEEP}\nN = n + 1", "N = 0\n"),
    "object_of_the_call": (
        "pass",
        "await Service().count()",
        SERVICE,
    ),
    "namespace_of_the_call": (
        "pass",
        f"s = types.SimpleNamespace(n=0)\nn = s.n\n{SLEEP}\ns.n = n + 1",
        "import types\n",
    ),
    "object_that_nobody_is_seen_to_make": (
        "pass",
        "await run(args['s'])",
        SERVICE + "async def run(s: Service):\n    await s.count()\n",
    ),
    "unpacked": ("pass", f"n, m = self.n, 1\n{SLEEP}\nself.k = n + 1", ""),
    "counted_in_between": ("pass", f"n = self.n\n{SLEEP}\nn += 1\nself.k = n", ""),
    "a_loop_variable": ("pass", f"for n in self.n:\n    pass\n{SLEEP}\nself.n = n + 1", ""),
    "only_at_startup": (f"n = self.n\n{SLEEP}\nself.n = n + 1", "pass", ""),
    "read_of_an_awaited_part": (
        "pass", "n = (await work(self.n)).n\nself.n = n + 1", "async def work(n): ...\n",
    ),
    "another_place_at_once": ("pass", "self.n = self.m + await work()", WORK),
    "deleted": ("pass", f"n = self.n\n{SLEEP}\ndel self.n", ""),
    "read_afterwards": (
        "pass", "n = args['n']\nself.n = n + await work()\nn = self.n", WORK,
    ),
    "put_back_while_others_are_counted": (
        "pass", f"n = self.n\nm = 0\n{SLEEP}\nm += 1\nself.m += 1\nself.n = n", "",
    ),
    "read_with_others": ("pass", f"n, m = self.n, 1\n{SLEEP}\nself.n = m + 1", ""),
    "bound_by_a_loop_since": (
        "pass", f"n = self.n\nfor n in args:\n    {SLEEP}\nself.n = n + 1", "",
    ),
    "wrapper_holds_a_lock": ("pass", "await count(self)", SERIAL),
    "unpacking_target": ("pass", f"n = self.n\n{SLEEP}\n(self.n, self.m) = n, n", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    assert [each.check for each in findings(app(*FIRES[name]), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_names_the_place(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["by_key"]), ID)
    assert found.message.startswith("self.counts[k] is read, and written after an await")
    assert found.trace[0].note == "cord x"


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app(
        cord="if self.exposure == 'direct':\n    await count()",
        module=f"async def count():\n    n = chute.n\n    {SLEEP}\n    chute.n = n + 1\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
