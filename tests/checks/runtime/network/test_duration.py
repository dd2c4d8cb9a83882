from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.clocks import SPANS, UNITS
from chutes_cli.contract.libraries.waiting import LIMITS, SLEEPS, STARTERS
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "work-past-gateway-limit"
HEAD = """\
import asyncio
import os
import requests
import subprocess
import threading
import time
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
LONG = 20 * 60
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
WAIT = "async def wait():\n    await asyncio.sleep(900)\n"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


CLOCK = """\
class Clock:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        return self.end - time.monotonic()
"""
LEFT = "clock = Clock({})\nwhile clock.left() > 0:\n    step()"
UNTIL = "def until(end):\n    while time.monotonic() < end:\n        step()\n"
NOW = "def now():\n    return time.monotonic()\n"
DATES = "from datetime import datetime, timedelta\n"
DATED = "end = datetime.now() + timedelta({})\nwhile datetime.now() < end:\n    step()"


def busy(condition: str, more: str = "") -> str:
    return app(
        f"since = time.monotonic()\nend = since + LONG\nwhile {condition}:\n    step()", more
    )


def left(body: str, start: str = "time.monotonic()") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return app(f"since = {start}\nfor n in args:\n{lines}")


FIRES = {
    **{
        f"while {condition}": busy(condition)
        for condition in (
            "time.monotonic() < end",
            "time.monotonic() <= end",
            "end > time.monotonic()",
            "end >= time.monotonic()",
            "time.monotonic() - since < LONG",
            "time.monotonic() - LONG < since",
            "(left := end - time.monotonic()) > 0",
            "args and time.monotonic() < end",
            "not time.monotonic() > end",
            "not time.monotonic() >= end",
            "not end < time.monotonic()",
            "not end <= time.monotonic()",
            "not (args or time.monotonic() > end)",
        )
    },
    "own_clock": busy("now() < end", NOW),
    "clock_of_a_class": app(LEFT.format("LONG"), CLOCK),
    "deadline_passed_on": app("until(time.monotonic() + LONG)", UNTIL),
    "dates": app(DATED.format("minutes=15"), DATES),
    "dates_of_two_parts": app(DATED.format("minutes=5, seconds=LONG"), DATES),
    "leaves_by_what_it_has_read": left("now = time.monotonic()\nif now - since > LONG:\n    break"),
    "leaves_by_one_of_two": left("if n or time.monotonic() - since > LONG:\n    return 1"),
    "leaves_by_raising": left("if time.monotonic() - since > LONG:\n    raise ValueError"),
    "leaves_unless": left("if not time.monotonic() - since < LONG:\n    return 1"),
    "leaves_the_inner_loop": left(
        "began = time.monotonic()\nwhile True:\n    if time.monotonic() - began > LONG:\n"
        "        break"
    ),
    "deadline": app(
        "until = time.monotonic() + LONG\nwhile time.monotonic() < until:\n"
        "    await asyncio.sleep(5)"
    ),
    "deadline_that_leaves_a_loop": app(
        "until = time.monotonic() + LONG\nfor n in args:\n    if time.monotonic() > until:\n"
        "        break"
    ),
    "deadline_that_leaves_an_endless_loop": app(
        "until = time.monotonic() + LONG\nwhile True:\n    if time.monotonic() > until:\n"
        "        break"
    ),
    "deadline_beside_another_look_at_the_clock": app(
        "until = time.monotonic() + LONG\nfor n in args:\n"
        "    if time.monotonic() > until or log(time.monotonic()):\n        break"
    ),
    "sleep": app("await asyncio.sleep(900)"),
    "sync_sleep": app("time.sleep(601)"),
    "constant": app("await asyncio.sleep(LONG)"),
    "wait_for": app("await asyncio.wait_for(self.done(), 1200)"),
    "wait_for_by_name": app("await asyncio.wait_for(self.done(), timeout=1200)"),
    "request": app("requests.get('http://127.0.0.1/x', timeout=900)"),
    "request_with_two": app("requests.get('http://127.0.0.1/x', timeout=(5, 900.5))"),
    "process": app("subprocess.run(['a'], timeout=3600)"),
    "helper": app("await wait()", WAIT),
    **{
        f"in a loop over {over}": app(f"for n in {over}:\n    time.sleep(10)")
        for over in (
            "range(61)",
            "range(2, 63)",
            "range(0, 122, 2)",
            "range(61, 0, -1)",
            "islice(args, 61)",
        )
    },
    "in_two_loops": app("for n in range(6):\n    for m in range(11):\n        time.sleep(10)"),
    "in_a_loop_in_another": app("for n in args:\n    for m in range(61):\n        time.sleep(10)"),
    "long_in_an_unknown_loop": app("for n in range(args['n']):\n    time.sleep(601)"),
    "long_in_no_loop": app("for n in range(9, 9, 0):\n    time.sleep(601)"),
    "long_in_a_strange_loop": app("for n in range(True):\n    time.sleep(601)"),
    "long_in_a_loop_of_nothing": app("for n in range():\n    time.sleep(601)"),
    "long_in_a_loop_of_too_much": app("for n in range(0, 0, 1, 1):\n    time.sleep(601)"),
}
SILENT = {
    **{
        f"while {condition}": busy(condition)
        for condition in (
            "args or time.monotonic() < end",
            "not (args and time.monotonic() > end)",
            "time.time() < end",
            "time.monotonic() > end",
            "time.monotonic() - since == LONG",
            "time.monotonic() < since",
            "time.monotonic() + time.monotonic() < end",
            "time.monotonic() < later()",
            "later() < end",
            "since < end",
        )
    },
    "near_date": app(DATED.format("minutes=5"), DATES),
    "date_of_no_name": app(DATED.format("1"), DATES),
    "unknown_date": app(DATED.format("minutes=args"), DATES),
    "near_deadline_of_a_class": app(LEFT.format("60"), CLOCK),
    "names_for_each_other": app(
        "first = second\nsecond = first\nwhile time.monotonic() < first:\n    step()"
    ),
    "only_logs": left("if time.monotonic() - since > LONG:\n    print(n)"),
    "leaves_by_both_of_two": left("if n and time.monotonic() - since > LONG:\n    return 1"),
    "began_in_the_turn": left(
        "began = time.monotonic()\nif time.monotonic() - began > LONG:\n    break"
    ),
    "begins_again": left(
        "if time.monotonic() - since > LONG:\n    break\nsince = time.monotonic()"
    ),
    "measured_outside": left("if now - since > LONG:\n    break").replace(
        "for n", "now = time.monotonic()\n    for n"
    ),
    "tested_elsewhere": left("if time.monotonic() - since > LONG:\n    pass\nelse:\n    return 1"),
    "near_deadline": app(
        "until = time.monotonic() + 300\nwhile time.monotonic() < until:\n"
        "    await asyncio.sleep(5)"
    ),
    "near_deadline_that_leaves_a_loop": app(
        "until = time.monotonic() + 300\nfor n in args:\n    if time.monotonic() > until:\n"
        "        break"
    ),
    "unknown_deadline_that_leaves_a_loop": app(
        "until = later()\nfor n in args:\n    if time.monotonic() > until:\n        break"
    ),
    "deadline_that_was_passed": app(
        "until = time.monotonic() + LONG\nif time.monotonic() > until:\n    return None"
    ),
    "deadline_that_is_near": app(
        "until = time.monotonic() + LONG\nfor n in args:\n    if time.monotonic() < until:\n"
        "        break"
    ),
    "unknown_deadline": app(
        "until = time.monotonic() + args['s']\nwhile time.monotonic() < until:\n"
        "    await asyncio.sleep(5)"
    ),
    "another_clock": app(
        "until = time.time() + LONG\nwhile time.monotonic() < until:\n    await asyncio.sleep(5)"
    ),
    "no_clock": app("while len(args) < LONG:\n    await asyncio.sleep(5)"),
    "short": app("await asyncio.sleep(600)"),
    **{
        f"in a loop over {over}": app(f"for n in {over}:\n    time.sleep(10)")
        for over in ("range(60)", "range(2, 62)", "range(0, 120, 2)", "range('61')",
                     "range(2, 1.5)", "range(61, args)", "args", "enumerate(61)",
                     "islice(args, 100, 160)", "islice('abc', 61)")
    },
    "in_a_while": app("while range(61):\n    time.sleep(10)"),
    "after_a_loop": app("for n in range(61):\n    pass\ntime.sleep(10)"),
    "limit_in_a_loop": app("for n in range(9):\n    requests.get('http://a', timeout=100)"),
    "unknown": app("await asyncio.sleep(args['n'])"),
    "none": app("requests.get('http://127.0.0.1/x', timeout=None)"),
    "flag": app("requests.get('http://127.0.0.1/x', timeout=True)"),
    "no_numbers": app("requests.get('http://127.0.0.1/x', timeout=('a', None))"),
    "nothing": app("requests.get('http://127.0.0.1/x')"),
    "something_else": app("print(900)\nself.wait(900, timeout=900)"),
    "url_by_position": app("requests.get(900)"),
    "stream": app("yield 'a'\nawait asyncio.sleep(900)").replace("'/x'", "'/x', stream=True"),
    "perhaps_a_stream": app("await wait()", WAIT).replace("'/x'", "'/x', stream=STREAMS"),
    "direct": app("if self.exposure == 'direct':\n    time.sleep(900)"),
    "startup": HEAD + "@chute.on_startup()\nasync def start(self):\n    time.sleep(900)\n" + CORD
    + "    return 1\n",
    "job": HEAD + "@chute.job()\nasync def work(self, **data):\n    time.sleep(900)\n",
    "thread": app(
        "threading.Thread(target=wait).start()", "def wait():\n    time.sleep(900)\n"
    ),
    "bridged": app("asyncio.run_coroutine_threadsafe(wait(), self.loop)", WAIT),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_says_that_a_loop_may_end_before(findings: Findings) -> None:
    (always,) = findings(FIRES["sync_sleep"], ID)
    (perhaps,) = findings(FIRES["in a loop over range(61)"], ID)
    assert "cord x sleeps for 601 s" in always.message
    assert "cord x may sleep for 610 s" in perhaps.message


@pytest.mark.parametrize("starter", sorted(STARTERS))
def test_nobody_waits_for_a_task(starter: str, findings: Findings) -> None:
    assert findings(app(f"self.group.{starter}(wait())", WAIT), ID) == []
    bare = app(f"{starter}(wait())", f"from asyncio import {starter}\n{WAIT}")
    assert findings(bare, ID) == []
    assert len(findings(app(f"self.made()(wait())\n{starter}", WAIT), ID)) == 1


@pytest.mark.parametrize("name", sorted({*SLEEPS, *LIMITS}))
def test_every_call(name: str, findings: Findings) -> None:
    owner, _, method = name.rpartition(".")
    place = {"asyncio.wait_for": "self.done(), 900"}.get(name, "900")
    arguments = place if name in SLEEPS or LIMITS[name] else "timeout=900"
    if owner.rpartition(".")[2][:1].isupper() or owner == "requests.session":
        source = app(f"import {owner.rpartition('.')[0]}\n{owner}().{method}({arguments})")
    else:
        source = app(f"import {owner}\n{name}({arguments})")
    assert len(findings(source, ID)) == 1


def test_says_how_long(findings: Findings) -> None:
    (found,) = findings(FIRES["sleep"], ID)
    assert found.message == "cord x sleeps for 900 s: a plain call may be cut after 600 seconds"
    (found,) = findings(FIRES["request_with_two"], ID)
    assert found.message.startswith("cord x allows 900.5 s")


@pytest.mark.parametrize("name", sorted(UNITS))
def test_every_clock(name: str, findings: Findings) -> None:
    clock = name.replace("_loop.", "_loop().")
    ticks = int(601 / UNITS[name])
    far = f"datetime.timedelta(seconds={ticks})" if "datetime" in name else str(ticks)
    source = app(
        f"end = {clock}() + {far}\nwhile {clock}() < end:\n    step()", "import datetime\n"
    )
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize("name", sorted(SPANS))
def test_every_span(name: str, findings: Findings) -> None:
    far = 601 / SPANS[name]
    assert len(findings(app(DATED.format(f"{name}={far}"), DATES), ID)) == 1
    near = app(DATED.format(f"{name}={599 / SPANS[name]}"), DATES)
    assert findings(near, ID) == []
