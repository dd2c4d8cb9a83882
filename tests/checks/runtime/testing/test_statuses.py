from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "test-accepts-any-status"


def files(body: str, name: str = "tests/test_app.py") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    app = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    return {"app.py": app, name: f"# of chutes\ndef test_it(client, r, statuses):\n{lines}"}


FIRES = {
    "list": "assert r.status_code in [200, 500]",
    "tuple": "assert r.status_code in (200, 400)",
    "set": "assert r.status in {302, 404}",
    "edges": "assert r.status_code in [399, 400]",
    "outermost": "assert r.status_code in [100, 599]",
    "all": "assert all(status in [200, 500, 503] for status in statuses)",
    "with_a_message": "assert r.status_code in [200, 500], 'it answers'",
}
SILENT = {
    "one": "assert r.status_code == 200",
    "successes": "assert r.status_code in [200, 201]",
    "failures": "assert r.status_code in [400, 415, 422]",
    "no_statuses": "assert r.json()['n'] in [1, 500]",
    "beyond": "assert r.json()['n'] in [200, 600]",
    "texts": "assert r.json()['status'] in ['healthy', 'degraded']",
    "among_others": "assert r.status_code in [200, 500, 'x']",
    "computed": "assert r.status_code in [200, 500, r.other]",
    "neither": "assert r.status_code not in [200, 500]",
    "not_asserted": "if r.status_code in [200, 500]:\n    return",
    "of_a_name": "assert r.status_code in statuses",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(files(FIRES[name]), ID)
    assert found.symbol == "test_it"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(files(SILENT[name]), ID) == []


def test_only_tests(findings: Findings) -> None:
    assert findings(files(FIRES["list"], "probe.py"), ID) == []
