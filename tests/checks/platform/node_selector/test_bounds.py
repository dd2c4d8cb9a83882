from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "node-selector-out-of-range"
BAD = [
    "gpu_count=0", "gpu_count=9", "gpu_count=-1", "min_vram_gb_per_gpu=15",
    "min_vram_gb_per_gpu=141", "max_hourly_price_per_gpu=0", "max_hourly_price_per_gpu=10",
    "max_hourly_price_per_gpu=10.5", "gpu_count='12'", "**{'gpu_count': 12}", "gpu_count=4 * 3",
    "gpu_count=COUNT", "gpu_count=Settings.count", "max_hourly_price_per_gpu=float('nan')",
    # Types pydantic does not convert.
    "gpu_count='two'", "gpu_count=''", "gpu_count=1.5", "gpu_count='2.5'", "gpu_count='2.'",
    "gpu_count='2e0'", "gpu_count='1__0'", "gpu_count='1_0'", "gpu_count='٣'", "gpu_count=None",
    "gpu_count=[1]", "gpu_count=2j", "gpu_count=1e20", "gpu_count=float('inf')", "gpu_count=b'x'",
    "gpu_count=b'\\xff'", "min_vram_gb_per_gpu='24GB'", "min_vram_gb_per_gpu=None",
    "max_hourly_price_per_gpu='$2'", "max_hourly_price_per_gpu=[2]",
    "max_hourly_price_per_gpu='nan'", "max_hourly_price_per_gpu='٣'",
    f"max_hourly_price_per_gpu={10**400}", "max_hourly_price_per_gpu=2j",
    "include='h100'", "include=b'h100'", "include=5", "include=True", "include={'h100': 1}",
    "include=[5]", "include=['h100', None]", "include=[['h100']]", "include=[b'\\xff']",
    "exclude='h100'", "exclude=(5,)", "include=NAME",
]  # fmt: skip
GOOD = [
    "gpu_count=1", "gpu_count=8", "min_vram_gb_per_gpu=16", "min_vram_gb_per_gpu=140",
    "max_hourly_price_per_gpu=9.99", "max_hourly_price_per_gpu=None", "gpu_count='8'",
    "gpu_count=int(os.environ.get('GPUS', '1'))", "gpu_count=OK",
    # Types pydantic converts.
    "gpu_count=2.0", "gpu_count=' 2 '", "gpu_count='2.00'", "gpu_count='+2'", "gpu_count='0_2'",
    "gpu_count=True", "gpu_count=b'2'", "max_hourly_price_per_gpu='1e0'",
    "max_hourly_price_per_gpu=b'2'", "max_hourly_price_per_gpu=True",
    "include=None", "exclude=None", "include=[]", "include=['h100']", "include=('h100',)",
    "include={'h100'}", "include=[b'h100']", "include=(name for name in ['h100'])",
    # Not a field: another check's.
    "colour='red'",
]  # fmt: skip
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
COUNT = 99
OK = 2
NAME = "h100"
class Settings:
    count = 12
chute = Chute('u', 'n', 'i')
"""


@pytest.mark.parametrize("arguments", BAD)
def test_fires(arguments: str, findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector({arguments})\n", ID)
    assert [each.check for each in found] == [ID]


@pytest.mark.parametrize("arguments", GOOD)
def test_stays_silent(arguments: str, findings: Findings) -> None:
    assert findings(f"{HEAD}NodeSelector({arguments})\n", ID) == []


@pytest.mark.parametrize(
    "arguments",
    [
        # An environment default is no certainty.
        "gpu_count=int(os.getenv('GPUS', '99'))",
        "include=os.getenv('GPU', 'h100')",
        "include=[os.getenv('GPU'), 5]",
    ],
)
def test_what_only_a_run_can_tell(arguments: str, findings: Findings) -> None:
    assert findings(f"{HEAD}NodeSelector({arguments})\n", ID) == []


@pytest.mark.parametrize(
    ("arguments", "message", "help"),
    [
        ("gpu_count=9", "gpu_count must be between 1 and 8, not 9", "between 1 and 8"),
        ("gpu_count='two'", "gpu_count must be a whole number, not 'two'", "between 1 and 8"),
        ("gpu_count=None", "gpu_count must be a whole number, not None", "the default, 1"),
        ("max_hourly_price_per_gpu=[2]", "must be a number, not [2]", "greater than 0"),
        ("include='h100'", "include must be a list of GPU names, not 'h100'", "`['h100']`"),
        ("exclude=5", "exclude must be a list of GPU names, not 5", '`["h100"]`'),
        ("include=[5]", "include holds 5", "by a text"),
    ],
)
def test_says_what_is_wrong(arguments: str, message: str, help: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}NodeSelector({arguments})\n", ID)
    assert message in found.message
    assert help in found.help


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    lines = [HEAD, "from pydantic import ValidationError", "verdicts = []"]
    for arguments in BAD + GOOD:
        lines.append(
            f"try:\n    NodeSelector({arguments}); verdicts.append('ok')\n"
            "except ValidationError:\n    verdicts.append('refused')"
        )
    lines.append("raise SystemExit(' '.join(verdicts))")
    verdicts = judge.imports("\n".join(lines)).removeprefix("SystemExit: ").split()
    assert verdicts == ["refused"] * len(BAD) + ["ok"] * len(GOOD)
