from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "breaker-serialises"

HEAD = """\
import pybreaker
import purgatory
from pybreaker import CircuitBreaker
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
breaker = CircuitBreaker(fail_max=5)
other = purgatory.SyncCircuitBreakerFactory()
"""
STATES = """\
    def __init__(self):
        self.failures = 0
        self.state = "closed"

"""


def home_made(body: str, states: str = STATES, parameters: str = "self, func, *rest") -> str:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{HEAD}\n\nclass Breaker:\n{states}    async def call({parameters}):\n{lines}"


LOCKED = "async with self._lock:\n    return await func(*rest)"
FIRES = {
    "awaited": home_made(LOCKED),
    "sync": home_made("with self.lock:\n    out = func()\nreturn out"),
    "mutex": home_made(LOCKED.replace("_lock", "mutex")),
    "class_lock": home_made(LOCKED.replace("self._lock", "Breaker.LOCK")),
    "in_a_try": home_made("with self.lock:\n    try:\n        return func()\n"
                          "    except OSError:\n        self.failures += 1\n        raise"),
    "errors_and_open": home_made(
        LOCKED, "    def __init__(self):\n        self.errors = 0\n        self.opened_at = 0\n\n"
    ),
    "library": HEAD + "\ndef ask(x):\n    return breaker.call(work, x)\n",
    "library_on_self": HEAD + "\n@chute.on_startup()\nasync def start(self):\n"
                       "    self.b = pybreaker.CircuitBreaker()\n\n\n"
                       "@chute.cord()\nasync def x(self):\n    return self.b.call(work)\n",
    "decorated": HEAD + "\n@breaker\ndef ask(x):\n    return x\n",
    "sync_of_the_tree": HEAD + "\ndef work():\n    return 1\n\ndef ask():\n"
                        "    return breaker.call(work)\n",
}  # fmt: skip
SILENT = {
    "lock_for_the_state_only": home_made("with self.lock:\n    self.state = 'open'\nreturn func()"),
    "semaphore": home_made(LOCKED.replace("_lock", "_slots")),
    "timed": home_made(LOCKED.replace("async with self._lock", "with timeout(self._lock)")),
    "under_a_condition": home_made("if self._lock:\n    return func()"),
    "calls_something_else": home_made("with self.lock:\n    return other(func)"),
    "calls_a_method": home_made("with self.lock:\n    return func.run()"),
    "no_failures": home_made(LOCKED, "    def __init__(self):\n        self.state = 1\n\n"),
    "no_state": home_made(LOCKED, "    def __init__(self):\n        self.failures = 1\n\n"),
    "another_class": home_made(LOCKED, "") + "\n\nclass Other:\n" + STATES,
    "another_library": HEAD + "\ndef ask(x):\n    return other.call(work, x)\n",
    "another_method": HEAD + "\ndef ask(x):\n    return breaker.add_listener(x)\n",
    "called_without_anything": HEAD + "\ndef ask(x):\n    return breaker.call()\n",
    "async_of_the_tree": HEAD + "\nasync def work():\n    return 1\n\nasync def ask():\n"
                         "    return await breaker.call(work)\n",
    "async_method": HEAD + "\nclass Work:\n    async def run(self):\n        return 1\n\n"
                    "async def ask():\n    return await breaker.call(Work().run)\n",
    "async_decorated": HEAD + "\n@breaker\nasync def ask(x):\n    return x\n",
    "decorated_by_another": HEAD + "\n@other\ndef ask(x):\n    return x\n",
    "calling": HEAD + "\ndef ask(x):\n    with breaker.calling():\n        return x\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(FIRES[name], ID)
    assert "holds its lock" in found.message


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_follows_other_modules(findings: Findings) -> None:
    files = {"app.py": HEAD, "kept.py": "from app import breaker\n@breaker\ndef f():\n    pass\n"
             "# chutes\n"}  # fmt: skip
    (found,) = findings(files, ID)
    assert found.location.path == "kept.py"


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": FIRES["awaited"]}, ID) == []
