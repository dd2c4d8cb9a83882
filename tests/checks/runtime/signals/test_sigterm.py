from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "no-sigterm-handling"

HEAD = """\
import asyncio
import os
import signal
from signal import SIGTERM, Signals
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


@chute.cord()
def x(self, args: dict):
    return args


def stop(*args):
    os._exit(0)
"""
HOOK = "@chute.on_startup()\nasync def start(self):\n    "
HEARS = {
    "loop": HOOK + "asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)\n",
    "signal": HOOK + "signal.signal(signal.SIGTERM, stop)\n",
    "name": HOOK + "signal.signal(SIGTERM, stop)\n",
    "member": HOOK + "signal.signal(Signals.SIGTERM, stop)\n",
    "number": HOOK + "signal.signal(15, stop)\n",
    "module_level": "signal.signal(SIGTERM, stop)\n",
    "loop_over_signals": HOOK + "for each in (signal.SIGINT, signal.SIGTERM):\n"
    "        asyncio.get_running_loop().add_signal_handler(each, stop)\n",
    "computed_signal": "NUMBER = int('15')\n" + HOOK + "signal.signal(NUMBER, stop)\n",
    "unknown_signal": HOOK + "signal.signal(self.signal, stop)\n",
    "helper": "def install(loop):\n    loop.add_signal_handler(SIGTERM, stop)\n\n"
    + HOOK + "install(asyncio.get_running_loop())\n",
    "method": "class Service:\n    def start(self, loop):\n"
    "        loop.add_signal_handler(SIGTERM, stop)\n\n" + HOOK
    + "Service().start(asyncio.get_running_loop())\n",
    "startup_event": "@chute.on_event('startup')\nasync def start():\n"
    "    signal.signal(SIGTERM, stop)\n",
    "library": "from graceful import handle_signals\n\n" + HOOK + "handle_signals(self)\n",
}  # fmt: skip
DEAF = {
    "nothing": "",
    "another_signal": HOOK + "signal.signal(signal.SIGINT, stop)\n",
    "another_signal_of_the_loop": HOOK
    + "asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)\n",
    "another_number": HOOK + "signal.signal(2, stop)\n",
    "never_called": "def install():\n    signal.signal(SIGTERM, stop)\n",
    "as_a_script": "if __name__ == '__main__':\n    signal.signal(SIGTERM, stop)\n",
    "in_a_shutdown_hook": "@chute.on_shutdown()\ndef end(self):\n"
    "    signal.signal(SIGTERM, stop)\n",
    "in_a_cord": "@chute.cord()\ndef y(self, args: dict):\n    signal.signal(SIGTERM, stop)\n",
    "another_library": "import loading\n\n" + HOOK + "loading.load(self)\n",
    "sent": HOOK + "signal.raise_signal(SIGTERM)\n",
    "asked": HOOK + "signal.getsignal(SIGTERM)\n",
}


@pytest.mark.parametrize("name", HEARS)
def test_hears(name: str, findings: Findings) -> None:
    assert findings(HEAD + HEARS[name], ID) == []


@pytest.mark.parametrize("name", DEAF)
def test_is_deaf(name: str, findings: Findings) -> None:
    (found,) = findings(HEAD + DEAF[name], ID)
    assert (found.check, found.item) == (ID, "graceful-shutdown")
    assert found.snippet == 'Chute("u", "my-service", "i")'


def test_hears_in_another_module(findings: Findings) -> None:
    files = {
        "app.py": HEAD + "from stopping import install\n\n" + HOOK + "install()\n",
        "stopping.py": "import signal\n\n\ndef install():\n    signal.signal(15, print)\n",
    }
    assert findings(files, ID) == []


def test_each_chute_has_its_own_hooks(findings: Findings) -> None:
    other = (
        "\nother = Chute('u', 'other', 'i')\n\n\n@other.cord()\ndef y(self, args: dict): ...\n"
        "@other.on_startup()\ndef begin(self):\n    signal.signal(SIGTERM, stop)\n"
    )
    (found,) = findings(HEAD + other, ID)
    assert found.snippet == 'Chute("u", "my-service", "i")'


def test_hooks_of_tests_do_not_count(findings: Findings) -> None:
    files = {
        "app.py": HEAD,
        "tests/test_app.py": "import signal\nfrom app import chute, stop\n"
        "@chute.on_startup()\ndef start(self):\n    signal.signal(15, stop)\n",
    }
    assert [each.location.path for each in findings(files, ID)] == ["app.py"]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("", 0),
        ("@pack.chute.cord()\ndef x(self, args: dict): ...\n", 1),
        ("@pack.chute.on_startup()\ndef start(self): ...\n", 1),
        ("@pack.chute.get('/x')\ndef x(): ...\n", 1),
    ],
)
def test_a_template_only_with_code_of_its_own(source: str, count: int, findings: Findings) -> None:
    head = (
        "from chutes.chute.template.vllm import build_vllm_chute\n"
        "pack = build_vllm_chute(username='u', model_name='m/n', revision='r')\n"
    )
    assert len(findings(head + source, ID)) == count


def test_jobs_end_by_themselves(findings: Findings) -> None:
    head = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    job = "@chute.job()\nasync def j(self, **data): ...\n"
    assert findings(head + job, ID) == []
    assert len(findings(head + job + "@chute.cord()\ndef x(self, args: dict): ...\n", ID)) == 1
    assert len(findings(head, ID)) == 1


def test_chutes_of_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": HEAD}, ID) == []
