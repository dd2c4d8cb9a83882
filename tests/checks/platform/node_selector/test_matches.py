from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding
from chutes_cli.core.report import Account

Findings = Callable[..., list[Finding]]
NOTHING = "node-selector-matches-nothing"
RESTRICTED = "node-selector-restricted"
DROPPED = "node-selector-dropped-gpu"
NARROW = "node-selector-narrow"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
chute = Chute('u', 'n', 'i')
SET = {'h100'}
"""


def told(findings: Findings, arguments: str, check_id: str, account: str) -> list[Finding]:
    return findings(f"{HEAD}NodeSelector({arguments})\n", check_id, account=Account(account))


@pytest.mark.parametrize(
    ("arguments", "at", "help"),
    [
        ("include=['h100'], exclude=['h100']", "exclude=", "out of `exclude`"),
        ("include=SET, exclude=['h100']", "exclude=", "out of `exclude`"),
        (
            "include=['h100'], exclude=None, max_hourly_price_per_gpu=None, "
            "min_vram_gb_per_gpu=100",
            "min_vram", "80 GB or less",
        ),
        ("include=['h100', 'a100'], exclude=('a100', 'h100')", "exclude=", "out of `exclude`"),
        ("include=['3090', 'l40s'], min_vram_gb_per_gpu=80", "min_vram", "48 GB or less"),
        ("include=['3090', 'l40s'], min_vram_gb_per_gpu='80'", "min_vram", "48 GB or less"),
        ("include=['h100', '3090'], exclude=['h100'], min_vram_gb_per_gpu=48", "min_vram", "24"),
        ("include=['h100', 'a100'], max_hourly_price_per_gpu=1", "max_hourly", "allow 1.2 or"),
        (
            "include=['h20', 'h200'], min_vram_gb_per_gpu=100, max_hourly_price_per_gpu=1",
            "max_hourly", "allow 2.75 or",
        ),
        (
            "include=['h100'], exclude=os.getenv('X'), min_vram_gb_per_gpu=100",
            "min_vram", "80 GB or less",
        ),
    ],
)  # fmt: skip
def test_nothing_is_left(arguments: str, at: str, help: str, findings: Findings) -> None:
    for account in ("ordinary", "privileged"):
        (found,) = told(findings, arguments, NOTHING, account)
        assert found.snippet.startswith(at)
        assert help in found.help


def test_only_rates_are_unsure(findings: Findings) -> None:
    dear = "include=['h100'], max_hourly_price_per_gpu=1"
    small = "include=['h100'], min_vram_gb_per_gpu=100"
    (found,) = told(findings, dear, NOTHING, "ordinary")
    assert found.confidence is Confidence.MEDIUM
    assert "as of 2025-10" in found.message
    assert told(findings, small, NOTHING, "ordinary")[0].confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "arguments",
    [
        "", "gpu_count=8", "min_vram_gb_per_gpu=140", "max_hourly_price_per_gpu=0.01",
        "include=['h100'], exclude=['a100']", "include=[], exclude=['h100']",
        "include=None, min_vram_gb_per_gpu=80", "include=['h100'], exclude=None",
        "include=['h100'], min_vram_gb_per_gpu=80", "include=['h100'], max_hourly_price_per_gpu=2",
        "include=['h100'], max_hourly_price_per_gpu=1.79",
        # Unknown memory and rate decide nothing.
        "include=['b300'], min_vram_gb_per_gpu=140, max_hourly_price_per_gpu=0.1",
        # What only a run can tell.
        "include=os.getenv('X', ['h100']), exclude=['h100']",
        "include=['h100'], exclude=[os.getenv('X', 'h100')]",
        "include=['h100'], min_vram_gb_per_gpu=int(os.getenv('X', '100'))",
        "include=['h100'], max_hourly_price_per_gpu=float(os.getenv('X', '1'))",
        "include=['h100'], **load()",
        # Other checks' faults.
        "include=['h100'], min_vram_gb_per_gpu=141", "include='h100', exclude=['h100']",
        "include=['h100'], min_vram_gb_per_gpu='many'", "include=[5], exclude=['h100']",
        "include=['rtx4090'], min_vram_gb_per_gpu=100", "include=['h100'], exclude='h100'",
        "include=[['h100']], exclude=['h100']", "include=['H100'], exclude=['H100']",
        "include=['h100'], max_hourly_price_per_gpu=0", "include={'h100': 1}, exclude=['h100']",
        "include=['h100'], exclude=['h100'], min_vram_gb_per_gpu='many'",
    ],
)  # fmt: skip
def test_something_may_be_left(arguments: str, findings: Findings) -> None:
    assert told(findings, arguments, NOTHING, "ordinary") == []


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("include=['b200']", "'b200'"),
        ("include=['mi300x', 'b200']", "'b200', 'mi300x'"),
        ("include=['h100', 'b200'], exclude=['h100']", "'b200'"),
        ("include=['h100', 'b200'], min_vram_gb_per_gpu=140", "'b200'"),
    ],
)
def test_restricted(arguments: str, names: str, findings: Findings) -> None:
    (found,) = told(findings, arguments, RESTRICTED, "privileged")
    assert names in found.message
    assert told(findings, arguments, RESTRICTED, "ordinary") == []


@pytest.mark.parametrize(
    "arguments",
    [
        "", "include=['h200', 'b200']", "include=['b300']", "exclude=['b200']",
        "include=['b200'], exclude=['b200']", "include=['b200', os.getenv('X')]",
        "include=['b200'], exclude=os.getenv('X')", "include=['B200']",
    ],
)  # fmt: skip
def test_not_restricted(arguments: str, findings: Findings) -> None:
    assert told(findings, arguments, RESTRICTED, "privileged") == []


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("include=['h100', 'a100'], exclude=['h100']", "'h100'"),
        ("include=['3090', 'l4', 'a100'], min_vram_gb_per_gpu=48", "'3090', 'l4'"),
        ("include=['h100', 'a100'], max_hourly_price_per_gpu=1.5", "'h100'"),
        ("include=['mi300x', 'h200']", "'mi300x'"),
    ],
)
def test_dropped(arguments: str, names: str, findings: Findings) -> None:
    (found,) = told(findings, arguments, DROPPED, "privileged")
    assert f"names {names} in include" in found.message
    assert found.snippet.startswith("include=")
    assert told(findings, arguments, DROPPED, "ordinary") == []


@pytest.mark.parametrize(
    "arguments",
    [
        "", "include=['mi300x']", "include=['h100', 'a100'], exclude=['l4']",
        "include=['h100'], exclude=['h100']", "exclude=['l4'], min_vram_gb_per_gpu=48",
        "include=['h100', 'a100'], exclude=['h100', os.getenv('X')], min_vram_gb_per_gpu=24",
        "include=['mi300x', 'h200'], exclude=os.getenv('X')",
    ],
)  # fmt: skip
def test_not_dropped(arguments: str, findings: Findings) -> None:
    assert told(findings, arguments, DROPPED, "privileged") == []


@pytest.mark.parametrize(
    ("arguments", "others"),
    [
        ("include=['a100']", "pro_6000, a100_sxm, h100"),
        ("include=['h100'], min_vram_gb_per_gpu=80", "pro_6000, a100, a100_sxm"),
        ("include=['pro_6000'], gpu_count=2", "h100_nvl, h20, h200"),
        ("include=['h100', 'h200'], exclude=['h200']", "pro_6000, a100, a100_sxm"),
    ],
)
def test_narrow(arguments: str, others: str, findings: Findings) -> None:
    (found,) = told(findings, arguments, NARROW, "privileged")
    assert found.help.endswith(others)
    assert told(findings, arguments, NARROW, "ordinary") == []


@pytest.mark.parametrize(
    "arguments",
    [
        "", "include=['a100', 'h100']", "include=['h200']", "include=['b300']",
        "min_vram_gb_per_gpu=80", "include=['a100', os.getenv('X')]",
        "include=['a100'], exclude=os.getenv('X')",
    ],
)  # fmt: skip
def test_not_narrow(arguments: str, findings: Findings) -> None:
    assert told(findings, arguments, NARROW, "privileged") == []
