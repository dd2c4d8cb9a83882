from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chutes_cli.core.finding import Confidence, Finding, Location, Severity, TraceStep
from chutes_cli.core.report import (
    CheckError,
    ChuteSummary,
    CordSummary,
    Exposure,
    Report,
    Skipped,
    in_order,
)
from chutes_cli.output.audit import formats, json_v1, text

FINDING = Finding(
    check="on-shutdown-never-runs",
    category="runtime",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    item="graceful-shutdown",
    location=Location("chute.py", 12, 1, 12, 20),
    symbol="stop",
    message="the SDK never calls it [not markup] — é",
    help="install a handler",
    trace=(TraceStep("chute.py", 3, "cord x"), TraceStep("b.py", 4, "x runs y")),
    snippet="@chute.on_shutdown()",
)
REPORT = Report(
    exposure=Exposure.GATEWAY,
    findings=(
        FINDING,
        replace(FINDING, location=Location("chute.py", 14, 1, 14, 20), severity=Severity.WARNING),
    ),
    chutes=(
        ChuteSummary("n", "chute.py", 2, (CordSummary("x", "/x", "/x", "POST", False),)),
        ChuteSummary(None, "other.py", 1, ()),
    ),
    files_read=3,
    skipped=(Skipped("big.py", "larger than 1 MB [x]"),),
    errors=(CheckError("some-check", "KeyError: 'x'"),),
    sdk_contract="0.6.9",
    tool_version="1.2.3",
)


def test_every_format_has_a_name_and_renders() -> None:
    assert set(formats()) >= {"json", "text"}
    for renderer in formats().values():
        assert renderer.render(REPORT, color=False).endswith("\n")


def test_json_is_the_documented_schema() -> None:
    found = json.loads(json_v1.render(REPORT))
    assert list(found) == [
        "schema_version", "tool", "exposure", "ready_for_production", "score", "categories",
        "items", "findings", "chutes", "skipped", "errors",
    ]  # fmt: skip
    assert found["schema_version"] == 1
    assert found["tool"] == {"name": "chutes-prod", "version": "1.2.3", "sdk_contract": "0.6.9"}
    assert (found["items"], found["score"], found["ready_for_production"]) == ([], None, None)
    first, second = found["findings"]
    assert first.pop("fingerprint") + "-2" == second["fingerprint"]
    assert first == {
        "check": "on-shutdown-never-runs", "category": "runtime", "severity": "error",
        "confidence": "high", "item": "graceful-shutdown", "path": "chute.py", "line": 12,
        "column": 1, "end_line": 12, "end_column": 20, "symbol": "stop",
        "trace": [{"path": "chute.py", "line": 3, "note": "cord x"},
                  {"path": "b.py", "line": 4, "note": "x runs y"}],
        "message": FINDING.message, "help": "install a handler", "fixable": False,
        "suppressed": None,
    }  # fmt: skip
    assert found["chutes"][0]["cords"] == [
        {"function": "x", "path": "/x", "public_api_path": "/x", "public_api_method": "POST",
         "stream": False}
    ]  # fmt: skip
    assert found["skipped"] == [{"path": "big.py", "line": None, "reason": "larger than 1 MB [x]"}]
    assert found["errors"] == [{"check": "some-check", "message": "KeyError: 'x'"}]


def test_text_shows_everything_once() -> None:
    shown = text.render(REPORT)
    for part in (
        "chute.py",
        "12:1  error  on-shutdown-never-runs",
        "the SDK never calls it [not markup] — é",
        "via b.py:4  x runs y",
        "help: install a handler",
        "skipped big.py: larger than 1 MB [x]",
        "check some-check crashed: KeyError: 'x'",
        "Looked at 3 files: 2 chutes, 1 cord (exposure gateway, SDK contract 0.6.9).",
        "Found 1 error, 1 warning.",
    ):
        assert part in shown
    assert "\x1b" not in shown
    assert "\x1b" in text.render(REPORT, color=True)


@pytest.mark.parametrize("color", [True, False])
def test_text_of_a_crashed_audit_claims_nothing(color: bool) -> None:
    shown = text.render(replace(REPORT, findings=()), color=color)
    assert "No errors" not in shown
    assert "incomplete" in shown


def test_findings_are_ordered_and_not_repeated() -> None:
    later = replace(FINDING, location=Location("a.py", 99, 1, 99, 2))
    assert in_order([FINDING, later, FINDING]) == (later, FINDING)
