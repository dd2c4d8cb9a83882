from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Account

Findings = Callable[..., list[Finding]]
ID = "account-policy"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.vllm import build_vllm_chute

"""
SOUND = "gpu_count=1, include=['pro_6000']"


def made(selector: str = SOUND, more: str = "tee=True") -> str:
    return (
        f"{HEAD}chute = Chute('you', 'svc', 'u/i:1', "
        f"node_selector=NodeSelector({selector}), {more})\n"
    )


@pytest.mark.parametrize(
    ("more", "snippet"),
    [
        ("", "Chute('you', 'svc', 'u/i:1', node_selector="),
        ("tee=False", "tee=False"),
        ("tee=None", "tee=None"),
        ("**{'tee': 0}", "'tee': 0"),
    ],
)
def test_without_tee(more: str, snippet: str, findings: Findings) -> None:
    (found,) = findings(made(more=more), ID)
    assert found.snippet.startswith(snippet)
    assert found.message == "Chute: ordinary accounts can deploy only TEE chutes as of 2026-05-12"
    assert found.help.startswith("write `tee=True`; ")
    assert "`--account privileged`" in found.help


@pytest.mark.parametrize(
    "more",
    [
        "tee=True",
        "tee=os.getenv('TEE', 'true') == 'true'",
        "**settings()",
        ")\nchute.tee = bool(os.environ",
        # The name has the fault then.
        "**{'tee': False}), Chute('you', 'svc-tee', 'u/i:1', tee=True",
    ],
)
def test_with_tee(more: str, findings: Findings) -> None:
    source = made(more=more)
    if "svc-tee" in source:
        source = source.replace("'svc',", "'svc-TEE',")
    assert findings(source, ID) == []


@pytest.mark.parametrize(
    ("selector", "message", "snippet"),
    [
        ("", "NodeSelector names no GPU in include; ordinary accounts get only pro_6000 as of "
         "2026-05-12", "NodeSelector()"),
        ("gpu_count=1", "names no GPU in include", "NodeSelector(gpu_count=1)"),
        ("include=None", "names no GPU in include", "include=None"),
        ("include=[]", "names no GPU in include", "include=[]"),
        ("include=['h100']", "includes 'h100'; ordinary", "include=['h100']"),
        ("include=['pro_6000', 'h100']", "includes 'h100', 'pro_6000';",
         "include=['pro_6000', 'h100']"),
        ("include={'b200'}", "includes 'b200'", "include={'b200'}"),
        (f"{SOUND[13:]}, gpu_count=2", "for ordinary accounts gpu_count must be 1, not 2, as of "
         "2026-05-12", "gpu_count=2"),
        (f"{SOUND[13:]}, gpu_count='8'", "gpu_count must be 1, not 8", "gpu_count='8'"),
    ],
)  # fmt: skip
def test_another_selector(selector: str, message: str, snippet: str, findings: Findings) -> None:
    (found,) = findings(made(selector), ID)
    assert message in found.message
    assert found.snippet == snippet
    assert "`--account privileged`" in found.help


@pytest.mark.parametrize(
    ("selector", "messages"),
    [
        ("include=['h200'], min_vram_gb_per_gpu=97",
         ["includes 'h200'", "min_vram_gb_per_gpu must be at most 96, not 97"]),
        ("include=FROM_ENV, min_vram_gb_per_gpu=97", ["min_vram_gb_per_gpu must be at most 96"]),
        ("include=['PRO_6000'], min_vram_gb_per_gpu=97",
         ["min_vram_gb_per_gpu must be at most 96"]),
        ("max_hourly_price_per_gpu=1.79",
         ["names no GPU", "max_hourly_price_per_gpu must be at least 1.8, not 1.79"]),
        ("include=['h100'], gpu_count=4, min_vram_gb_per_gpu=140, max_hourly_price_per_gpu='1'",
         ["includes", "gpu_count", "min_vram_gb_per_gpu", "max_hourly_price_per_gpu"]),
    ],
)  # fmt: skip
def test_every_field_at_fault(selector: str, messages: list[str], findings: Findings) -> None:
    source = made(selector).replace("chute =", "FROM_ENV = os.environ\nchute =", 1)
    found = findings(source, ID)
    assert len(found) == len(messages)
    for message, each in zip(messages, sorted(found, key=lambda f: f.location.column), strict=True):
        assert message in each.message


@pytest.mark.parametrize(
    "selector",
    [
        SOUND,
        "include=['pro_6000']",
        "include=['pro_6000', 'pro_6000'], gpu_count='1'",
        "include=('pro_6000',), min_vram_gb_per_gpu=96, max_hourly_price_per_gpu=1.8",
        "include=os.environ['GPUS'].split(','), gpu_count=int(os.getenv('N', '2'))",
        "include=os.getenv('GPU', 'h100')",
        "**settings()",
        # What the SDK or the platform refuses of any account.
        "include='h100'",
        "include=5",
        "include=['PRO_6000']",
        "include=['rtx4090', 'h100']",
        "include=['h100', 5]",
        "include=[['h100']]",
        "include=['pro_6000'], gpu_count=9",
        "include=['pro_6000'], gpu_count='many'",
        "include=['pro_6000'], min_vram_gb_per_gpu=97",
        "include=['pro_6000'], max_hourly_price_per_gpu=1",
        "include=FROM_ENV, min_vram_gb_per_gpu=141",
        "include=FROM_ENV, min_vram_gb_per_gpu=96, max_hourly_price_per_gpu=1.8",
        "include=['pro_6000'], exclude=['h100']",
    ],
)
def test_a_selector_that_is_not_at_fault(selector: str, findings: Findings) -> None:
    source = made(selector).replace("chute =", "FROM_ENV = os.environ\nchute =", 1)
    assert findings(source, ID) == []


@pytest.mark.parametrize(
    "source",
    [
        "SELECTOR = NodeSelector(gpu_count=2, include=['pro_6000'])\n"
        "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, tee=True)",
        "from helper import selector\n"
        "chute = Chute('you', 'svc', 'u/i:1', node_selector=selector(), tee=True)",
        "CONFIG = {'node_selector': NodeSelector(gpu_count=2, include=['pro_6000']), 'tee': True}\n"
        "chute = Chute('you', 'svc', 'u/i:1', **CONFIG)",
        "chute = build_vllm_chute('you', 'a/b', tee=True,\n"
        "    node_selector=NodeSelector(gpu_count=2, include=['pro_6000']))",
        # One selector of two chutes has its fault once.
        "SELECTOR = NodeSelector(gpu_count=2, include=['pro_6000'])\n"
        "one = Chute('you', 'one', 'u/i:1', node_selector=SELECTOR, tee=True)\n"
        "two = Chute('you', 'two', 'u/i:1', node_selector=SELECTOR, tee=True)",
    ],
)
def test_finds_the_selector(source: str, findings: Findings) -> None:
    helper = "from chutes.chute import NodeSelector\ndef selector():\n"
    helper += "    return NodeSelector(gpu_count=2, include=['pro_6000'])\n"
    files = {"app.py": f"{HEAD}{source}\n"} | ({"helper.py": helper} if "helper" in source else {})
    (found,) = findings(files, ID)
    assert found.snippet == "gpu_count=2"


def test_points_the_way_out(findings: Findings) -> None:
    found = findings(made("include=['pro_6000', 'h100'], gpu_count=2, min_vram_gb_per_gpu=97"), ID)
    assert sorted(each.help.split("; ")[0] for each in found) == [
        "leave it out",
        "write `gpu_count=1`",
        'write `include=["pro_6000"]`',
    ]


def test_a_selector_of_no_chute_is_no_deployment(findings: Findings) -> None:
    source = f"{made()}spare = NodeSelector(gpu_count=8)\n"
    assert findings(source, ID) == []
    assert findings(f"{HEAD}chute = Chute('you', 'svc', 'u/i:1', tee=True)\n", ID) == []


def test_a_template_without_tee(findings: Findings) -> None:
    (found,) = findings(
        f"{HEAD}chute = build_vllm_chute('you', 'a/b', NodeSelector({SOUND}))\n", ID
    )
    assert found.message.startswith("build_vllm_chute: ordinary accounts")


def test_a_privileged_account_is_free(findings: Findings) -> None:
    assert findings(made("gpu_count=8", ""), ID, account=Account.PRIVILEGED) == []
