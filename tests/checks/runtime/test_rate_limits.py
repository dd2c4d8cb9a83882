from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "home-made-rate-limit"

HEAD = """\
import datetime
import threading
import time
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
lock = threading.Lock()
"""
RESET = "if time.time() - u['since'] > 60:\n    u['n'] = 0\n    u['since'] = time.time()\n"
TEST = "if u['n'] >= limit:\n    return True\n"
COUNT = "u['n'] += 1\nreturn False"


def app(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}def check(self, u, limit):\n{lines}"


def within(around: str, body: str) -> str:
    return f"{around}\n" + "".join(f"    {line}\n" for line in body.splitlines())


FIRES = {
    "guide": RESET + TEST + COUNT,
    "attribute": (RESET + TEST + COUNT).replace("u['n']", "self.n"),
    "now": "now = time.time()\n" + RESET.replace("time.time()", "now") + TEST + COUNT,
    "monotonic": RESET.replace("time.time", "time.monotonic") + TEST + COUNT,
    "perf_counter": RESET.replace("time.time", "time.perf_counter") + TEST + COUNT,
    "datetime": RESET.replace("time.time", "datetime.datetime.now") + TEST + COUNT,
    "utcnow": RESET.replace("time.time", "datetime.datetime.utcnow") + TEST + COUNT,
    "above": RESET + TEST.replace(">=", ">") + COUNT,
    "below": RESET + "if u['n'] < limit:\n    u['n'] += 1\n    return False\nreturn True",
    "at_most": RESET + "if u['n'] <= limit:\n    u['n'] += 1\n    return False\nreturn True",
    "the_other_way_round": RESET + TEST.replace("u['n'] >= limit", "limit <= u['n']") + COUNT,
    "answered": RESET + "u['n'] += 1\nreturn u['n'] > limit",
    "counted_at_length": RESET + TEST + "u['n'] = u['n'] + 1",
}
SILENT = {
    "locked": within("with lock:", RESET + TEST + COUNT),
    "never_reset": TEST + COUNT,
    "reset_by_others": RESET.replace("u['n']", "u['m']") + TEST + COUNT,
    "reset_on_demand": "if limit:\n    u['n'] = 0\n" + TEST + COUNT,
    "set_to_something_else": RESET.replace("= 0", "= 1") + TEST + COUNT,
    "reset_without_a_condition": "u['n'] = 0\n" + TEST + COUNT,
    "another_clock": RESET.replace("time.time", "self.clock") + TEST + COUNT,
    "not_compared": RESET + COUNT,
    "another_compared": RESET + TEST.replace("u['n']", "u['m']") + COUNT,
    "equal": RESET + TEST.replace(">=", "==") + COUNT,
    "counted_down": RESET + TEST + "u['n'] -= 1",
    "not_counted": RESET + TEST,
    "set_to_another_value": RESET.replace("= 0", "= limit") + TEST + COUNT,
    "reset_of_two": (RESET + TEST + COUNT).replace("u['n'] = 0", "u['n'], u['m'] = 0, 0"),
    "in_else_of_nothing": "try:\n    u['n'] = 0\nexcept ValueError:\n    pass\n" + TEST + COUNT,
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "check"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


def test_a_script_counts_for_itself(findings: Findings) -> None:
    source = HEAD + "u = {}\nlimit = 1\n" + RESET + "if u['n'] > limit:\n    print()\nu['n'] += 1\n"
    assert findings(source, ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["guide"])}, ID) == []
