from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "readiness-by-name"


def app(*returned: str) -> str:
    head = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\ndef done(x, item):\n"
    *first, last = returned
    lines = [f"    if item == {n}:\n        {each}\n" for n, each in enumerate(first)]
    return f"{head}{''.join(lines)}    {last}\n"


HEALTH, ERRORS = "return hasattr(x, 'health_checker')", "return hasattr(x, 'error_handler')"

FIRES = {
    "guide": (HEALTH, ERRORS, "return False"),
    "true": (HEALTH, ERRORS, "return True"),
    "among_others": (HEALTH, ERRORS, "return x.ready", "return False"),
}
SILENT = {
    "one": (HEALTH, "return False"),
    "no_default": (HEALTH, ERRORS),
    "asked": (HEALTH, ERRORS, "return x.ready"),
    "other_default": (HEALTH, ERRORS, "return 0"),
    "nothing": (HEALTH, ERRORS, "return"),
    "computed_names": ("return hasattr(x, item)", "return hasattr(x, item)", "return False"),
    "other_questions": ("return x.get('a', 1)", "return get(x, 'b')", "return False"),
    "of_a_method": ("return x.hasattr(x, 'a')", "return x.hasattr(x, 'b')", "return False"),
    "no_return": ("pass",),
    "not_returned": ("a = hasattr(x, 'a')", "b = hasattr(x, 'b')", "return False"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(*FIRES[name]), ID)
    assert found.snippet == HEALTH


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(*FIRES["guide"])}, ID) == []
