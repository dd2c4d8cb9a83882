from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = "import asyncio, signal\nfrom chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


@pytest.mark.parametrize(
    "source",
    [
        "@chute.on_shutdown()\nasync def stop(self): ...\n",
        "@chute.on_shutdown(priority=10)\ndef stop(self): ...\n",
        "@chute.on_shutdown\ndef stop(self): ...\n",
        "def stop(self): ...\nchute.on_shutdown()(stop)\n",
        "class App:\n    chute = chute\n@App.chute.on_shutdown()\ndef stop(self): ...\n",
    ],
)
def test_on_shutdown_fires(source: str, findings: Findings) -> None:
    found = findings(HEAD + source, "on-shutdown-never-runs")
    assert [each.check for each in found] == ["on-shutdown-never-runs"]


def test_hooks_that_start_up_runs_itself_do_run(findings: Findings) -> None:
    source = HEAD + (
        "@chute.on_shutdown()\nasync def stop(self): ...\n"
        "@chute.on_startup()\nasync def start(self):\n"
        "    async def drain():\n"
        "        for _, hook in sorted(self._shutdown_hooks):\n            await hook()\n"
        "    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, drain)\n"
    )
    assert findings(source, "on-shutdown-never-runs") == []


def test_fastapis_own_event_is_another_thing(findings: Findings) -> None:
    source = HEAD + "@chute.on_event('shutdown')\nasync def stop(): ...\n"
    assert findings(source, "on-shutdown-never-runs") == []
