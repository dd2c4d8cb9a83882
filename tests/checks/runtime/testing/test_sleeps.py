from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.clocks import CLOCKS, SLEEPS
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "test-sleeps"


def files(body: str, name: str = "tests/test_app.py") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    app = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    head = "# of chutes\nimport anyio, asyncio, time, trio\nfrom time import sleep\n"
    return {"app.py": app, name: f"{head}async def test_it(client, start, n):\n{lines}"}


FIRES = {
    "sleep": ("time.sleep(5)", "5"),
    "imported": ("sleep(30.5)", "30.5"),
    "awaited": ("await asyncio.sleep(60)", "60"),
    "loop": ("while time.time() - start < 30:\n    client.get('/')", "30"),
    "at_most": ("while time.monotonic() - start <= 5:\n    client.get('/')", "5"),
    "loop_with_more": ("while n and time.time() - start < 30:\n    client.get('/')", "30"),
}
SILENT = {
    "short": "time.sleep(4.9)",
    "computed": "time.sleep(n)",
    "text": "time.sleep('30')",
    "nothing": "time.sleep()",
    "another": "client.sleep(30)",
    "short_loop": "while time.time() - start < 2:\n    client.get('/')",
    "condition": "if time.time() - start < 30:\n    return",
    "asserted": "assert time.time() - start < 30",
    "another_loop": "while n:\n    if time.time() - start < 30:\n        return",
    "deadline": "while client.get('/') != 1:\n    assert time.time() - start < 30",
    "later": "while time.time() > 30:\n    client.get('/')",
    "no_clock": "while n - start < 30:\n    n += 1",
    "another_clock": "while client.time() - start < 30:\n    client.get('/')",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    body, seconds = FIRES[name]
    (found,) = findings(files(body), ID)
    assert found.message == f"this test waits {seconds} seconds"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(files(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", sorted(SLEEPS))
def test_every_sleep(name: str, findings: Findings) -> None:
    assert len(findings(files(f"{name}(30)"), ID)) == 1


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_every_clock(name: str, findings: Findings) -> None:
    assert len(findings(files(f"while {name}() - start < 30:\n    client.get('/')"), ID)) == 1


def test_only_tests(findings: Findings) -> None:
    assert findings(files(FIRES["sleep"][0], "probe.py"), ID) == []
