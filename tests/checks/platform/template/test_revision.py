from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "template-revision"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.chute.template.embedding import build_embedding_chute
from chutes.chute.template.sglang import build_sglang_chute
from chutes.chute.template.vllm import build_vllm_chute
HASH = "0123456789abcdef0123456789abcdef01234567"
BRANCH = "main"
NODES = NodeSelector(gpu_count=1)
"""
BUILDERS = ["build_vllm_chute", "build_sglang_chute", "build_embedding_chute"]
LOUD = ["", "revision=None", "revision=''", "revision=0", "**{'revision': ''}"]
REFUSED_BY_THE_PLATFORM = [
    "revision='main'", "revision=BRANCH", "revision='v1.0'", "revision=HASH[:7] or 'abcdef0'",
    "revision='0123456789abcdef'", f"revision='{'g' * 40}'", "revision=1234567",
]  # fmt: skip
SOUND = ["revision=HASH", "revision=HASH.upper()", f"revision='{'A' * 40}'"]


def source(builder: str, arguments: str) -> str:
    return f"{HEAD}chute = {builder}('u', 'o/m', NODES, {arguments})\n"


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("arguments", LOUD)
def test_none(builder: str, arguments: str, findings: Findings) -> None:
    (found,) = findings(source(builder, arguments), ID)
    assert builder in found.message
    assert "ValueError at import" in found.message


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("arguments", [each for each in REFUSED_BY_THE_PLATFORM if "[" not in each])
def test_no_commit(builder: str, arguments: str, findings: Findings) -> None:
    (found,) = findings(source(builder, arguments), ID)
    assert "is no commit hash" in found.message
    assert "as of 2025-10" in found.message


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize(
    "arguments", [*SOUND, "revision=os.getenv('REVISION', 'main')", "**load()", "revision=HASH[:7]"]
)
def test_stays_silent(builder: str, arguments: str, findings: Findings) -> None:
    assert findings(source(builder, arguments), ID) == []


@pytest.mark.parametrize(
    "call",
    [
        "build_diffusion_chute('u', 'n', 'o/m', NODES)",
        "build_diffusion_chute('u', 'n', 'o/m', NODES, revision='main')",
        "Chute('u', 'n', 'i', standard_template='vllm')",
    ],
)
def test_who_needs_none(call: str, findings: Findings) -> None:
    assert findings(f"{HEAD}chute = {call}\n", ID) == []


@pytest.mark.sdk
@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("arguments", LOUD)
def test_the_sdk_refuses_it(builder: str, arguments: str, judge: Any) -> None:
    offline = "import os\nos.environ['HF_HUB_OFFLINE'] = '1'\n"
    error = judge.imports(offline + source(builder, arguments))
    assert error.startswith("ValueError: You must specify revision=")


@pytest.mark.sdk
@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("arguments", REFUSED_BY_THE_PLATFORM + SOUND)
def test_the_sdk_takes_it(builder: str, arguments: str, judge: Any) -> None:
    assert judge.imports(source(builder, arguments)) is None
