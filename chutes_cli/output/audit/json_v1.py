"""JSON, version 1: stable, documented in docs/audit.md; never a dump of internals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import ChuteSummary, Report

NAME = "json"


def render(report: Report, *, color: bool = False) -> str:
    """Return the report as JSON text; ``color`` is for terminals and ignored here.

    The ledger's keys are there from the first version on: until the ledger exists there
    are no items and no score, and readiness is null, which is not a pass.
    """
    document = {
        "schema_version": 1,
        "tool": {
            "name": "chutes-prod",
            "version": report.tool_version,
            "sdk_contract": report.sdk_contract,
        },
        "exposure": report.exposure.value,
        "ready_for_production": None,
        "score": None,
        "categories": {},
        "items": [],
        "findings": list(_findings(report.findings)),
        "chutes": [_chute(chute) for chute in report.chutes],
        "skipped": [
            {"path": each.path, "line": each.line, "reason": each.reason} for each in report.skipped
        ],
        "errors": [{"check": each.check, "message": each.message} for each in report.errors],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _findings(findings: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    seen: dict[str, int] = {}
    for finding in findings:
        base = fingerprint(finding)
        seen[base] = seen.get(base, 0) + 1
        # The same text twice in one function: told apart by order, not by line.
        unique = base if seen[base] == 1 else f"{base}-{seen[base]}"
        yield _finding(finding, unique)


def fingerprint(finding: Finding) -> str:
    """Return a finding's identity over edits elsewhere: check, path, symbol and snippet."""
    parts = (finding.check, finding.location.path, finding.symbol, finding.snippet)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _finding(finding: Finding, identity: str) -> dict[str, Any]:
    place = finding.location
    return {
        "check": finding.check,
        "category": finding.category,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "item": finding.item,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "symbol": finding.symbol,
        "trace": [
            {"path": step.path, "line": step.line, "note": step.note} for step in finding.trace
        ],
        "message": finding.message,
        "help": finding.help,
        "fixable": False,
        "suppressed": None,
        "fingerprint": identity,
    }


def _chute(chute: ChuteSummary) -> dict[str, Any]:
    return {
        "name": chute.name,
        "path": chute.path,
        "line": chute.line,
        "cords": [
            {
                "function": cord.function,
                "path": cord.path,
                "public_api_path": cord.public_api_path,
                "public_api_method": cord.public_api_method,
                "stream": cord.stream,
            }
            for cord in chute.cords
        ],
    }
