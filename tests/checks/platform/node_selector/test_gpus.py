from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
UNKNOWN = "node-selector-unknown-gpu"
TOO_MANY = "node-selector-too-many-excluded"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
chute = Chute('u', 'n', 'i')
GPUS = ['rtx4090', 'h100']
SOUND = ('h100', 'a100')
SET = {'rtx4090'}
TUPLE = ('rtx4090',)
GPU = 'rtx4090'
NUMBER = 5
TEXT = 'rtx'
FIVE = ['3090', '4090', '5090', 'l4', 'a10']
"""


@pytest.mark.parametrize("field", ["include", "exclude"])
@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("['rtx4090']", '"4090"'), ("['h100', 'a100-80gb']", '"a100"'), ("('rtx3090',)", '"3090"'),
        ("{'a100_80gb'}", '"a100"'), ("[GPU]", '"4090"'), ("GPUS", '"4090"'), ("SET", '"4090"'),
        ("[*GPUS]", '"4090"'),
        ("TUPLE", '"4090"'), ("['rtx' + '4090']", '"4090"'),
        ("SOUND[:1] or ['rtx4090']", None), ("['zzz-qqq-x']", "choose"),
        ("[os.getenv('GPU'), 'rtx4090']", '"4090"'), ("['h100 ']", '"h100"'), ("['']", "choose"),
        ("list(SOUND)", None), ("['h100', 'b300', 'pro_6000']", None), ("SOUND", None),
        ("[*SOUND]", None), ("[*NUMBER]", None), ("[*TEXT]", None), ("[5]", None), ("NUMBER", None),
        ("os.getenv('GPU', 'rtx4090')", None), ("None", None), ("'rtx4090'", None),
    ],
)  # fmt: skip
def test_names(field: str, written: str, help: str | None, findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector({field}={written})\n", UNKNOWN)
    assert len(found) == (help is not None)
    for each in found:
        assert each.severity is Severity.ERROR
        assert "the platform knows no GPU" in each.message
        assert "as of 20" in each.message
        assert (help or "") in each.help


def test_points_to_the_name(findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector(include=['rtx4090', 'h100', 'rtx3090'])\n", UNKNOWN)
    assert [each.snippet for each in found] == ["'rtx4090'", "'rtx3090'"]


def test_upper_case_fails_in_include_and_does_nothing_in_exclude(findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector(include=['A100'], exclude=['H100'])\n", UNKNOWN)
    assert [(each.severity, each.help) for each in found] == [
        (Severity.ERROR, 'write "a100"'),
        (Severity.WARNING, 'write "h100"'),
    ]
    assert "KeyError" in found[0].message
    assert "excludes nothing" in found[1].message


def test_other_fields_name_no_gpu(findings: Findings) -> None:
    assert findings(f"{HEAD}NodeSelector(regions=['eu'])\n", UNKNOWN) == []


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("exclude=[*FIVE, 'l40']", 1), ("exclude=FIVE + ['l40']", 1), ("exclude=(*FIVE, 'l40')", 1),
        ("exclude={'3090', '4090', '5090', 'l4', 'a10', 'l40'}", 1), ("exclude=FIVE", 0),
        ("exclude={'3090', '4090', '5090', 'l4', 'a10', 'a10'}", 0), ("", 0),
        ("include=[*FIVE, 'l40']", 0), ("exclude=[*FIVE, os.getenv('GPU')]", 0),
        ("exclude='pro_6000'", 0), ("exclude=None", 0),
    ],
)  # fmt: skip
def test_excluded(arguments: str, count: int, findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector({arguments})\n", TOO_MANY)
    assert len(found) == count


@pytest.mark.sdk
def test_the_sdk_takes_any_name(judge: Any) -> None:
    lines = "NodeSelector(include=['rtx4090', 'H100'], exclude=[*FIVE, 'l40'])\n"
    assert judge.imports(HEAD + lines) is None
