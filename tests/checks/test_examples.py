"""Every check's docstring is its first pair of fixtures: it fires, and it stays silent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.check import CATEGORIES, Check, parse_docs
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Account, Exposure
from chutes_cli.registry import checks

every_check = pytest.mark.parametrize("check", checks(), ids=lambda check: check.id)
Findings = Callable[..., list[Finding]]

# Checks of what ordinary accounts may not do at all: their examples are for privileged ones.
PRIVILEGED = {
    "node-selector-dropped-gpu",
    "node-selector-narrow",
    "node-selector-restricted",
}


# Checks of what the gateway lets nobody see: their examples are served directly.
DIRECT = {"api-key-in-query", "cors-wildcard"}


def exposure(check: Check) -> Exposure:
    return Exposure.DIRECT if check.id in DIRECT else Exposure.GATEWAY


def account(check: Check) -> Account:
    return Account.PRIVILEGED if check.id in PRIVILEGED else Account.ORDINARY


@every_check
def test_fires_on_its_example(check: Check, findings: Findings) -> None:
    found = findings(check.docs.example, check.id, account=account(check), exposure=exposure(check))
    assert [each.check for each in found] == [check.id]
    assert found[0].severity is check.severity
    assert found[0].message
    assert found[0].help


@every_check
def test_example_has_no_other_fault(
    check: Check, findings: Findings, absence: frozenset[str]
) -> None:
    found = findings(check.docs.example, account=account(check), exposure=exposure(check))
    assert {each.check for each in found} == {check.id} - absence


@every_check
def test_stays_silent_on_its_instead(check: Check, findings: Findings) -> None:
    assert findings(check.docs.instead, account=account(check), exposure=exposure(check)) == []
    assert (
        findings(check.docs.instead, check.id, account=account(check), exposure=exposure(check))
        == []
    )


@every_check
def test_is_named_and_placed_by_convention(check: Check) -> None:
    assert check.id == check.id.lower().replace("_", "-")
    assert check.category in CATEGORIES
    module = type(check).__module__
    assert module.startswith(f"chutes_cli.checks.{check.category}."), module


def test_a_docstring_without_a_section_is_refused() -> None:
    with pytest.raises(ValueError, match="no section Use instead"):
        parse_docs("x", "Rule.\n\n## What it does\na\n## Why it matters\nb\n"
                        "## Example\n```python\n1\n```\n## Source\nc\n")  # fmt: skip
