"""The verbs of cords: `method`, `public_api_method`, and what dev mode answers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nPATH = '/x'\nVERB = 'GET'\nchute = Chute('u', 'n', 'i')\n"
METHOD = "cord-method-without-public-method"
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def cord(arguments: str) -> str:
    return f"{HEAD}@chute.cord({arguments})\nasync def x(self): return {{'a': 1}}\n"


@pytest.mark.parametrize(
    ("arguments", "severity"),
    [
        ("public_api_path='/x', method='GET'", ERROR),
        ("public_api_path='/x', method='get'", ERROR),
        ("public_api_path=PATH, method=VERB", ERROR),
        ("public_api_path=unknown(), method='GET'", ERROR),
        ("public_api_path='/x', passthrough=True, method='GET'", WARNING),
        ("public_api_path='/x', passthrough=True, method='OPTION'", None),
        ("public_api_path='/x', method='POST'", None),
        ("public_api_path='/x', method='post'", None),
        ("public_api_path='/x', method='GET', public_api_method='GET'", None),
        ("public_api_path='/x', method='GET', public_api_method='POST'", None),
        ("public_api_path='/x', passthrough=unknown(), method='GET'", None),
        ("public_api_path='/x'", None),
        ("method='GET'", None),
        ("public_api_path='/x', method=unknown()", None),
        ("public_api_path='/x', method='GET', **more()", None),
    ],
)
def test_method(arguments: str, severity: Severity | None, findings: Findings) -> None:
    found = findings(cord(arguments), METHOD)
    assert [each.severity for each in found] == ([severity] if severity else [])
    if severity:
        assert "public_api_method='GET'" in found[0].help
        assert ("upstream" in found[0].message) == (severity is WARNING)


def test_any_other_verb_changes_nothing_either(findings: Findings) -> None:
    found = findings(cord("public_api_path='/x', method='OPTION'"), METHOD)
    assert len(found) == 1


REFUSED = ["'get'", "'BANANA'", "'OPTIONS'", "None", "5", "''", "['GET']"]
ACCEPTED = ["'GET'", "'POST'", "'PUT'", "'PATCH'", "'DELETE'", "'HEAD'"]


@pytest.mark.parametrize("method", REFUSED)
def test_refused_public_method(method: str, findings: Findings) -> None:
    source = cord(f"public_api_path='/x', public_api_method={method}")
    (found,) = findings(source, "cord-public-method")
    assert f"public_api_method={method} is refused" in found.message
    assert "as of 2026-05-12: Unsupported public API method" in found.message
    assert found.help == ("write 'GET'" if method == "'get'" else found.help)
    assert found.help.startswith("write") == (method == "'get'")
    assert findings(source, "cord-public-method", exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize(
    "arguments",
    [
        *(f"public_api_path='/x', public_api_method={method}" for method in ACCEPTED),
        "public_api_path='/x'",
        "public_api_path='/x', public_api_method=unknown()",
        "public_api_path='/x', **unknown()",
        "public_api_method='get'",  # says nothing: cord-without-public-path
    ],
)
def test_accepted_public_method(arguments: str, findings: Findings) -> None:
    assert findings(cord(arguments), "cord-public-method") == []


@pytest.mark.sdk
def test_dev_mode_takes_any_method(judge: Any) -> None:
    """So nobody notices before the deployment is refused."""
    for method in ("'get'", "'BANANA'"):
        source = cord(f"public_api_path='/x', public_api_method={method}")
        assert judge.calls(source, (method.strip("'").upper(), "/x", None), way="dev") == [
            (200, '{"a":1}')
        ]


@pytest.mark.sdk
def test_method_leaves_the_public_path_post(judge: Any) -> None:
    source = cord("public_api_path='/x', method='GET'")
    get, post = judge.calls(source, ("GET", "/x", None), ("POST", "/x", {}), way="dev")
    assert (get[0], post[0]) == (405, 200)
