"""The best-practices guide's own code, audited: each of its faults is found, and no more.

The blocks lie verbatim in `tests/fixtures/guide/`. They are put together as a reader would:
one module under the imports that they lack, and the test block beside it. What is expected
is written down in `tests/fixtures/guide/expected.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Severity
from chutes_cli.core.report import Exposure
from chutes_cli.registry import checks

GUIDE = Path(__file__).parents[1] / "fixtures" / "guide"
TESTS = "08_comprehensive_testing_strategy.py"
IMPORTS = """\
import asyncio
import hashlib
import json
import logging
import os
import time
import uuid
from typing import Any, Dict, List, Optional

import torch
from chutes.chute import Chute
from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse

"""

Fault = tuple[str, str, str]
"""Check, block and symbol."""


def put_together(folder: Path) -> list[str]:
    """Write the guide's service and its tests; return the block of each line of the service."""
    text, blocks = IMPORTS, ["imports"] * IMPORTS.count("\n")
    for block in sorted(GUIDE.glob("*.py")):
        if block.name != TESTS:
            code = block.read_text().rstrip("\n") + "\n"
            text += code
            blocks += [block.name] * code.count("\n")
    (folder / "app.py").write_text(text)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_app.py").write_text((GUIDE / TESTS).read_text())
    return blocks


def found_in_the_guide(folder: Path) -> Counter[Fault]:
    blocks = put_together(folder)
    report = engine.audit([folder], checks(), Circumstances(Exposure.BOTH))
    assert not report.errors
    found: Counter[Fault] = Counter()
    for each in report.findings:
        if each.category in ("runtime", "security") or (
            each.category == "platform" and each.severity is Severity.ERROR
        ):
            place = each.location
            block = blocks[place.line - 1] if place.path == "app.py" else TESTS
            found[each.check, block, each.symbol] += 1
    return found


def test_every_fault_of_the_guide_is_found_and_nothing_else(tmp_path: Path) -> None:
    rows = tomllib.loads((GUIDE / "expected.toml").read_text())["finding"]
    expected = {(row["check"], row["block"], row["symbol"]): row["count"] for row in rows}
    assert len(expected) == len(rows)
    found = found_in_the_guide(tmp_path)
    missed = {fault: count for fault, count in expected.items() if found[fault] != count}
    assert not missed, f"written down and not found so: {missed}"
    assert not found.keys() - expected.keys()


@pytest.mark.parametrize(
    "check",
    [
        # The last column of the checklist's second part, as far as checks speak of it.
        "factory-returns-nothing", "sdk-unknown-attribute",
        "pydantic-v1-import", "settings-env-ignored", "cors-wildcard",
        "blocking-call-on-main-loop",
        "sync-client-awaited", "pickle-from-shared-store", "shared-store-reconfigured", "weak-hash",
        "home-made-rate-limit", "api-keys-in-plain-text", "jwt-claims-unchecked",
        "api-key-in-query", "headers-missing-on-errors", "localhost-bypass",
        "html-escape-on-input", "length-checked-after-change", "base64-not-validated",
        "url-checked-by-name", "ordinary-words-refused",
        "formatter-returns-no-text", "attribute-shadows-method",
        "test-accepts-any-status", "test-sleeps", "test-client-of-missing-route",
        "readiness-by-name", "torch-memory-ratio", "content-length-trusted", "print-as-logging",
        "cache-truthiness",
        "negative-cache-never-hits",
        "unbounded-module-growth",
    ],
)  # fmt: skip
def test_faults_that_the_checklist_names_are_written_down(check: str) -> None:
    rows = tomllib.loads((GUIDE / "expected.toml").read_text())["finding"]
    assert check in {row["check"] for row in rows}
