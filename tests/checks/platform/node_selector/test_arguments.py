from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "node-selector-unknown-argument"
HEAD = """\
from chutes.chute import Chute, NodeSelector
chute = Chute('u', 'n', 'i')
WHERE = {'regions': ['eu']}
MORE = {'gpu_count': 2}
"""
IGNORED = [
    ("min_vram_gpu_per_gpu=24", "`min_vram_gb_per_gpu`"),
    ("gpu_cout=1", "`gpu_count`"),
    ("exclud=['h100']", "`exclude`"),
    ("num_gpus=1", "use `gpu_count`"),
    ("gpus=1", "use `gpu_count`"),
    ("gpu_type='h100'", "include="),
    ("gpu_model='h100'", "include="),
    ("max_vram_gb_per_gpu=80", "exclude"),
    ("min_memory_gb=64", "min_vram_gb_per_gpu"),
    ("min_cpu_count=8", "processors"),
    ("regions=['eu']", "place"),
    ("preferred_provider='x'", "provider"),
    ("concurrency=4", "Chute(...)"),
    ("stream=True", "@chute.cord(...)"),
    ("tag='1'", "Image(...)"),
    ("zzz_qqq=1", "remove it"),
    ("**WHERE", "place"),
    ("**dict(regions=['eu'])", "place"),
]
REFUSED = [
    "1", "1, 24", "gpu_count=1, **{'gpu_count': 2}", "gpu_count=1, **MORE",
]  # fmt: skip
SOUND = [
    "", "gpu_count=1, min_vram_gb_per_gpu=24, max_hourly_price_per_gpu=2.5, include=['h100'], "
    "exclude=['a100']", "**MORE",
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "help"), IGNORED)
def test_ignored_without_a_word(arguments: str, help: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}NodeSelector({arguments})\n", ID)
    assert found.severity is Severity.WARNING
    assert "ignores it" in found.message
    assert help in found.help


@pytest.mark.parametrize("arguments", REFUSED)
def test_a_type_error(arguments: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}NodeSelector({arguments})\n", ID)
    assert found.severity is Severity.ERROR
    assert "TypeError" in found.message or "twice: the import fails" in found.message


def test_every_fault_is_told(findings: Findings) -> None:
    found = findings(f"{HEAD}NodeSelector(1, 2, regions=1, gpu_type=2)\n", ID)
    assert [each.severity for each in found] == [
        Severity.ERROR, Severity.WARNING, Severity.WARNING,
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [*SOUND, "*load()", "*load(), 2", "**load()"])
def test_stays_silent(arguments: str, findings: Findings) -> None:
    assert findings(f"{HEAD}NodeSelector({arguments})\n", ID) == []


def test_another_node_selector(findings: Findings) -> None:
    source = "from chutes.chute import Chute\nfrom k8s import NodeSelector\n"
    assert findings(f"{source}Chute('u', 'n', 'i')\nNodeSelector(1, colour=2)\n", ID) == []


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", [*(each for each, _ in IGNORED), *SOUND])
def test_the_sdk_takes_it(arguments: str, judge: Any) -> None:
    assert judge.imports(f"{HEAD}NodeSelector({arguments})\n") is None


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", REFUSED)
def test_the_sdk_refuses_it(arguments: str, judge: Any) -> None:
    error = judge.imports(f"{HEAD}NodeSelector({arguments})\n")
    assert error.startswith(("TypeError", "SyntaxError: keyword argument repeated"))


@pytest.mark.sdk
def test_the_sdk_drops_it(judge: Any) -> None:
    source = f"{HEAD}assert 'regions' not in NodeSelector(regions=['eu']).model_dump()\n"
    assert judge.imports(source) is None
