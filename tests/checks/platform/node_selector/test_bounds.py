from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.core.finding import Finding

ID = "node-selector-out-of-range"
BAD = [
    "gpu_count=0", "gpu_count=9", "gpu_count=-1", "min_vram_gb_per_gpu=15",
    "min_vram_gb_per_gpu=141", "max_hourly_price_per_gpu=0", "max_hourly_price_per_gpu=10",
    "max_hourly_price_per_gpu=10.5", "gpu_count='12'", "**{'gpu_count': 12}", "gpu_count=4 * 3",
    "gpu_count=COUNT", "gpu_count=Settings.count", "max_hourly_price_per_gpu=float('nan')",
]  # fmt: skip
GOOD = [
    "gpu_count=1", "gpu_count=8", "min_vram_gb_per_gpu=16", "min_vram_gb_per_gpu=140",
    "max_hourly_price_per_gpu=9.99", "max_hourly_price_per_gpu=None", "gpu_count='8'",
    "gpu_count=int(os.environ.get('GPUS', '1'))", "gpu_count=OK",
]  # fmt: skip
HEAD = """\
import os
from chutes.chute import NodeSelector
COUNT = 99
OK = 2
class Settings:
    count = 12
"""


@pytest.mark.parametrize("arguments", BAD)
def test_fires(arguments: str, findings: Callable[..., list[Finding]]) -> None:
    source = f"{HEAD}from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    found = findings(f"{source}NodeSelector({arguments})\n", ID)
    assert [each.check for each in found] == [ID]


@pytest.mark.parametrize("arguments", GOOD)
def test_stays_silent(arguments: str, findings: Callable[..., list[Finding]]) -> None:
    source = f"{HEAD}from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    assert findings(f"{source}NodeSelector({arguments})\n", ID) == []


def test_an_environment_default_is_no_certainty(findings: Callable[..., list[Finding]]) -> None:
    source = f"{HEAD}from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    assert findings(f"{source}NodeSelector(gpu_count=int(os.getenv('GPUS', '99')))\n", ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(tmp_path: Path) -> None:
    lines = [HEAD, "from pydantic import ValidationError", "verdicts = []"]
    for arguments in BAD + GOOD:
        lines.append(
            f"try:\n    NodeSelector({arguments}); verdicts.append('ok')\n"
            "except ValidationError:\n    verdicts.append('refused')"
        )
    lines.append("print(' '.join(verdicts))")
    (tmp_path / "trial.py").write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, str(tmp_path / "trial.py")],
        env=os.environ | {"CHUTES_EXECUTION_CONTEXT": "REMOTE"},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["refused"] * len(BAD) + ["ok"] * len(GOOD)
