from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "template-unknown-argument"
HEAD = """\
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.chute.template.embedding import build_embedding_chute
from chutes.chute.template.sglang import build_sglang_chute
from chutes.chute.template.vllm import build_vllm_chute
HASH = "0123456789abcdef0123456789abcdef01234567"
NODES = NodeSelector(gpu_count=1)
MORE = {'tee': True}
"""
VLLM = "build_vllm_chute(username='u', model_name='o/m', node_selector=NODES, revision=HASH, {})"
SGLANG = VLLM.replace("vllm", "sglang")
EMBEDDING = VLLM.replace("vllm", "embedding")
DIFFUSION = (
    "build_diffusion_chute(username='u', name='n', model_name_or_url='o/m', "
    "node_selector=NODES, {})"
)
LONG = "build_vllm_chute('u', 'o/m', NODES, 'i', '', '', 1, None, HASH, 1, 0.7, 300, False, True{})"
REFUSED = [
    (VLLM.format("name='x'"), "use `model_name`"),
    (SGLANG.format("model='x'"), "use `model_name`"),
    (VLLM.format("revison='x'"), "`revision`"),
    (EMBEDDING.format("max_embed_length=1"), "`max_embed_len`"),
    (DIFFUSION.format("model_name='x'"), "`model_name_or_url`"),
    (DIFFUSION.format("engine_args=''"), "no engine"),
    (DIFFUSION.format("allow_external_egress=True"), "remove it"),
    (VLLM.format("gpu_count=1"), "NodeSelector(...)"),
    (VLLM.format("zzz_qqq=1"), "remove it"),
    *(
        (SGLANG.format(f"{name}=1"), "each request")
        for name in ("temperature", "top_p", "max_tokens")
    ),
    *(
        (DIFFUSION.format(f"{name}=1"), "each request")
        for name in ("num_inference_steps", "guidance_scale", "width", "height")
    ),
    *(
        (VLLM.format(f"{name}=1"), f"`engine_args`: `--{name.replace('_', '-')} ...`")
        for name in (
            "max_model_len", "max_num_seqs", "gpu_memory_utilization", "tensor_parallel_size",
            "trust_remote_code", "quantization", "dtype", "enforce_eager",
        )
    ),
    (LONG.format(", 1"), "by name"),
    (LONG.format(", 1, 2"), "by name"),
    (VLLM.format("tee=True, **MORE"), "keep one"),
    ("build_vllm_chute('u', 'o/m', NODES, username='x', revision=HASH)", "keep one"),
    ("build_vllm_chute('u', revision=HASH)", "give each of them a value"),
    ("build_diffusion_chute(username='u')", "give each of them a value"),
]  # fmt: skip
SOUND = [
    VLLM.format("engine_args=None, tee=True"), SGLANG.format("**MORE"), LONG.format(""),
    EMBEDDING.format("pooling_type='MEAN', max_embed_len=512"),
    DIFFUSION.format("version='1', pipeline_args={}"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "help"), REFUSED)
def test_a_type_error(call: str, help: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", ID)
    assert "TypeError" in found.message or "twice: the import fails" in found.message
    assert help in found.help


def test_an_engine_flag_of_a_builder_without_an_engine(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {DIFFUSION.format('dtype=1')}\n", ID)
    assert found.help == "remove it"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("build_vllm_chute('u')", "build_vllm_chute() lacks model_name, node_selector"),
        (LONG.format(", 1"), "build_vllm_chute() takes 14 arguments at most"),
        (VLLM.format("tee=True, **MORE"), "build_vllm_chute() is given tee twice"),
        (DIFFUSION.format("steps=1"), "build_diffusion_chute() has no argument 'steps'"),
    ],
)
def test_says_what_is_wrong(call: str, message: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", ID)
    assert message in found.message


@pytest.mark.parametrize(
    "call",
    [
        *SOUND, VLLM.format("**load()"), "build_vllm_chute(**load())", "build_vllm_chute(*load())",
        "Chute('u', 'n', 'i', colour='red')",
    ],
)  # fmt: skip
def test_stays_silent(call: str, findings: Findings) -> None:
    assert findings(f"{HEAD}chute = {call}\n", ID) == []


def test_every_fault_is_told(findings: Findings) -> None:
    call = LONG.format(", 1, 2, dtype=1, temperature=2, username='x'")
    found = findings(f"{HEAD}chute = {call}\n", ID)
    assert [each.snippet for each in found] == ["1", "dtype=1", "temperature=2", "username='x'"]


def test_what_is_misnamed_is_not_missing_as_well(findings: Findings) -> None:
    call = "build_diffusion_chute(username='u', model_name='o/m', node_selector=NODES)"
    found = findings(f"{HEAD}chute = {call}\n", ID)
    assert [each.message for each in found] == [
        "build_diffusion_chute() lacks name: TypeError at import",
        "build_diffusion_chute() has no argument 'model_name': TypeError at import",
    ]


def test_sees_through_an_alias(findings: Findings) -> None:
    source = (
        "import chutes.chute.template as t\n"
        "from chutes.chute.template.sglang import build_sglang_chute as build\n"
        "one = build('u', 'm', None, temperature=1)\n"
        "two = t.build_vllm_chute('u', 'm', None, temperature=1)\n"
    )
    assert len(findings(source, ID)) == 2


@pytest.mark.sdk
@pytest.mark.parametrize("call", [each for each, _ in REFUSED])
def test_the_sdk_refuses_it(call: str, judge: Any) -> None:
    assert judge.imports(f"{HEAD}chute = {call}\n").startswith("TypeError")


@pytest.mark.sdk
@pytest.mark.parametrize("call", SOUND)
def test_the_sdk_takes_it(call: str, judge: Any) -> None:
    assert judge.imports(f"{HEAD}chute = {call}\n") is None
