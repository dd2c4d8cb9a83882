from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "sdk-internals-patched"
HEAD = (
    "import chutes.chute.cord\nfrom chutes.chute import Chute, Cord\n"
    "from unittest import mock\nfrom unittest.mock import patch\n"
    "chute = Chute('u', 'n', 'i')\n"
)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("chutes.chute.cord._is_async = print", "'_is_async' of chutes.chute.cord"),
        ("chutes.chute.cord._user_code_executor: object = None", "'_user_code_executor'"),
        ("Cord._request_handler = print", "'_request_handler' of chutes.chute.cord.Cord"),
        ("Chute.cord = print", "'cord' of chutes.chute.base.Chute"),
        ("Chute._on_event, x = print, 1", "'_on_event' of chutes.chute.base.Chute"),
        ("import chutes.util.auth as a\na.sign_request += 1", "'sign_request' of chutes.util.auth"),
        ("setattr(Cord, 'path', 1)", "'path' of chutes.chute.cord.Cord"),
        ("patch.object(Cord, 'path', 1)", "'path' of chutes.chute.cord.Cord"),
        ("mock.patch.object(chutes.chute.cord, '_is_async')", "'_is_async' of chutes.chute.cord"),
        ("patch('chutes.chute.cord._is_async').start()", "'_is_async' of chutes.chute.cord"),
        ("patch('chutes.chute.Chute.cord').start()", "'cord' of chutes.chute.base.Chute"),
        ("def f():\n    Cord.path = 1\n", "'path' of chutes.chute.cord.Cord"),
        ("Chute.cord.note = 1", "'note' of chutes.chute.base.Chute.cord"),
    ],
)
def test_replaces(source: str, message: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.MEDIUM)
    assert f"this replaces {message}" in found.message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("chute._startup_hooks = []", "'_startup_hooks' of a Chute"),
        ("@chute.on_startup()\nasync def h(self):\n    self._name = 'x'", "'_name' of a Chute"),
        ("Cord(chute)._method = 'GET'", "'_method' of a Cord"),
    ],
)
def test_sets_private_state(source: str, message: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert found.severity is Severity.INFO
    assert message in found.message


@pytest.mark.parametrize(
    "source",
    [
        "print(chute._shutdown_hooks, chutes.chute.cord._is_async)",
        "chute.concurrency = 4",
        "chute._mine = 1",
        "chute.state.x = 1",
        "from chutes.chute import NodeSelector\nNodeSelector()._iter = 1",
        "chutes.chute.cord.mine = 1",
        "Chute.mine = 1",
        "setattr(Chute, 'mine', 1)",
        "setattr(chute, 'x', 1)",
        "setattr(Chute)",
        "getattr(Chute, 'cord')",
        "patch('chutes.chute.Chute.deploy').start()",
        "patch('json.loads').start()",
        "patch('chutes.nowhere.x').start()",
        "patch(unknown).start()",
        "patch.object(unknown, 'x')",
        "import json\njson.loads = 1",
        "class Mine(Cord):\n    def _request_handler(self): ...",
        "unknown._startup_hooks = []",
        "def helper(name): ...\nhelper('chutes.chute.Chute.cord')",
        "print('chutes.chute.Chute.cord')",
    ],
)
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{source}\n", ID) == []


@pytest.mark.parametrize("file", ["test_app.py", "app_test.py", "conftest.py", "tests/x.py",
                                  "test/x.py"])  # fmt: skip
def test_tests_may_patch(file: str, findings: Findings) -> None:
    patched = f"{HEAD}Cord.path = 1\npatch('chutes.chute.cord._is_async').start()\n"
    assert findings({file: patched, "app.py": HEAD}, ID) == []
    assert len(findings({"other.py": patched}, ID)) == 2
