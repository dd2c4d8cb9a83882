from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "pool-slot-leaks"

HEAD = """\
import contextlib
import queue
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
pool = queue.Queue()
"""


def app(cord: str, rest: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{rest}\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{body}"
    )


def used(
    take: str = "pool.get()", work: str = "out = m.run(args)", give: str = "pool.put(m)"
) -> str:
    return f"m = {take}\n{work}\n{give}\nreturn out"


FIRES = {
    "queue": used(),
    "without_waiting": used("pool.get_nowait()", give="pool.put_nowait(m)"),
    "asyncio": used("await self.pool.get()", give="await self.pool.put(m)"),
    "timeout": used("pool.get(timeout=args['t'])"),
    "literal": used("pool.get(True, 5)"),
    "database": used("self.pool.getconn()", give="self.pool.putconn(m)"),
    "awaited_release": used("await self.pool.acquire()", give="await self.pool.release(m)"),
    "balancer": used("await self.b.get_model_instance()", give="await self.b.release_model(m)"),
    "take": used("b.take()", give="b.give_back(m)"),
    "borrow": used("b.borrow()", give="b.return_object(m)"),
    "checkout": used("b.checkout()", give="b.checkin(m)"),
    "check_out": used("b.check_out()", give="b.check_in(m)"),
    "lease": used("b.lease()", give="b.free(m)"),
    "reserve": used("b.reserve()", give="b.restore(m)"),
    "claim": used("b.claim()"  , give="b.put_back(m)"),
    "awaits": used(work="out = await args"),
    "raises": used(work="if args:\n    raise ValueError\nout = 1"),
    "another_caught": used(work="try:\n    out = m.run()\nexcept KeyError:\n    out = 1"),
    "fails_before_the_last": "m = pool.get()\nif args:\n    pool.put(m)\n    return 1\n"
                             "out = m.run()\npool.put(m)\nreturn out",
    "with_more": used(give="pool.put(m, timeout=5)"),
    "taken_in_a_try": "try:\n    m = pool.get_nowait()\nexcept queue.Empty:\n    return 1\n"
                      "out = m.run()\npool.put(m)",
}  # fmt: skip
SILENT = {
    "finally": "m = pool.get()\ntry:\n    return m.run()\nfinally:\n    pool.put(m)",
    "handler_too": "m = pool.get()\ntry:\n    out = m.run()\nexcept Exception:\n    pool.put(m)\n"
                   "    raise\npool.put(m)\nreturn out",
    "handed_out": "m = pool.get()\nreturn m",
    "handed_on": "m = pool.get()\nm.run()\nreturn Lease(pool, m)",
    "nothing_fails": used(work="out = m"),
    "caught": used(work="try:\n    out = m.run()\nexcept Exception:\n    out = 1"),
    "passed": used(work="out = 1\ntry:\n    m.run()\nexcept Exception:\n    pass"),
    "only_the_taking_fails": "try:\n    m = pool.get_nowait()\nexcept queue.Empty:\n"
                             "    raise ValueError(args)\nout = m\npool.put(m)\nreturn out",
    "another_pool": used(give="other.put(m)"),
    "another_thing": used(give="pool.put(out)"),
    "something_of_it": used(give="pool.put(m.key)"),
    "nothing_given": used(give="pool.put()"),
    "another_method": used(give="pool.log(m)"),
    "looked_up": used("pool.get(args['id'])"),
    "another_way_of_taking": used("pool.find()"),
    "a_function": used("get()"),
    "given_by_a_function": used(give="put(m)"),
    "kept_elsewhere": used().replace("m = ", "self.m = ").replace("put(m)", "put(self.m)"),
    "added": "m = 1\nm += pool.get()\nm.run()\npool.put(m)",
    "two_things": "m, n = pool.get()\nm.run()\npool.put(m)",
    "lock": used("lock.acquire()", give="lock.release(m)"),
    "given_in_a_return": "m = pool.get()\nm.run()\nreturn pool.put(m)",
    "given_first": "pool.put(m)\nm = pool.get()\nm.run()",
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.message.startswith("m is taken from ")


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


def helper(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"class Service:\n    def work(self, pool, args):\n{lines}"


def test_follows_helpers(findings: Findings) -> None:
    (found,) = findings(app("return Service().work(pool, args)", helper(used())), ID)
    assert found.symbol == "Service.work"
    assert len(found.trace) == 2


def test_what_nothing_runs_is_left_alone(findings: Findings) -> None:
    assert findings(app("return 1", helper(used())), ID) == []


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    cord = "if self.exposure == 'direct':\n    return Service().work(pool, args)"
    source = app(cord, helper(used()))
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


THREAD = "threading.Thread(target=run, args=(args,)).start()"
MAIN = "asyncio.run_coroutine_threadsafe(later(args), loop)"


@pytest.mark.parametrize("hand", [THREAD, MAIN])
def test_threads_and_the_main_loop_count(hand: str, findings: Findings) -> None:
    body = "".join(f"    {line}\n" for line in used().splitlines())
    rest = f"import asyncio, threading\ndef run(args):\n{body}\nasync def later(args):\n{body}"
    assert len(findings(app(hand, rest), ID)) == 1
