from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "signal-handler-in-cord"

HEAD = """\
import asyncio
import signal
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


def install():
    signal.signal(signal.SIGTERM, print)


async def install_on_main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)
"""
CORD = "@chute.cord()\nasync def x(self, args: dict):\n    "
FIRES = {
    "signal": CORD + "signal.signal(signal.SIGUSR1, print)\n",
    "loop": CORD + "asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)\n",
    "main_loop": CORD + "self.loop.add_signal_handler(signal.SIGTERM, print)\n",
    "helper": CORD + "install()\n",
    "thread": CORD + "await asyncio.to_thread(install)\n",
}
SILENT = {
    "startup": "@chute.on_startup()\ndef start(self):\n    install()\n",
    "bridged": CORD + "asyncio.run_coroutine_threadsafe(install_on_main(), self.loop)\n",
    "asked": CORD + "return str(signal.getsignal(signal.SIGTERM))\n",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(HEAD + FIRES[name], ID)
    assert (found.check, found.trace[0].note) == (ID, "cord x")


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(HEAD + SILENT[name], ID) == []
