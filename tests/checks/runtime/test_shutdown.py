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


def test_start_up_that_does_other_things_runs_none(findings: Findings) -> None:
    source = HEAD + (
        "@chute.on_shutdown()\nasync def stop(self): ...\n"
        "@chute.on_startup()\nasync def start(self):\n    print(self.title)\n"
    )
    assert len(findings(source, "on-shutdown-never-runs")) == 1


def test_another_chute_runs_only_its_own(findings: Findings) -> None:
    source = HEAD + (
        "other = Chute('u', 'm', 'i')\n"
        "@chute.on_shutdown()\nasync def stop(self): ...\n"
        "@other.on_startup()\nasync def start(self):\n    print(self._shutdown_hooks)\n"
        "@other.on_shutdown()\nasync def stop_other(self): ...\n"
    )
    (found,) = findings(source, "on-shutdown-never-runs")
    assert found.location.line == 5


def test_an_inner_function_nobody_is_seen_to_call(findings: Findings) -> None:
    source = HEAD + (
        "@chute.on_shutdown()\nasync def stop(self): ...\n"
        "@chute.on_startup()\nasync def start(self):\n"
        "    class Drain:\n        def later(_):\n            return self._shutdown_hooks\n"
        "    self.drain = Drain\n"
    )
    assert findings(source, "on-shutdown-never-runs") == []


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
