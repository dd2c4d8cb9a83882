from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-value-out-of-bounds"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.vllm import build_vllm_chute
from pydantic import BaseModel

SELECTOR = NodeSelector(gpu_count=1)
class In(BaseModel):
    a: int
"""
CORD = """
@chute.cord(public_api_path='/x', public_api_method='POST')
async def x(self, args: In) -> dict:
    return {'a': args.a}
"""
HASH = "0123456789abcdefABCDEF0123456789abcdefAB"
REFUSED = {
    "concurrency=257": "must be at most 256, not 257, as of 2025-10",
    "concurrency=1.5": "must be a whole number, not 1.5",
    "concurrency=0.5": "must be a whole number, not 0.5",
    "max_instances=0": "must be between 1 and 100, not 0, as of 2025-10",
    "max_instances=101": "must be between 1 and 100, not 101, as of 2025-10",
    "max_instances=2.5": "must be a whole number, not 2.5",
    "max_instances='many'": "must be a whole number, not 'many'",
    "max_instances=[1]": "must be a whole number, not [1]",
    "scaling_threshold=-0.1": "must be between 0 and 1, not -0.1, as of 2025-10",
    "scaling_threshold=75": "must be between 0 and 1, not 75.0, as of 2025-10",
    "scaling_threshold='high'": "must be a number, not 'high'",
    "shutdown_after_seconds=59": "must be between 60 and 604800, not 59, as of 2025-10",
    "shutdown_after_seconds=604801": "must be between 60 and 604800, not 604801, as of 2025-10",
    "shutdown_after_seconds='5m'": "must be a whole number, not '5m'",
    f"tagline='{'x' * 1025}'": "must have at most 1024 characters, not 1025, as of 2025-10",
    "tagline=5": "must be a text, not 5",
    f"readme='{'x' * 16385}'": "must have at most 16384 characters, not 16385, as of 2025-10",
    "readme=['a']": "must be a text, not ['a']",
    "readme=b'a'": "must be a text, not b'a'",
    "standard_template='sglang'": "must be one of vllm, diffusion, tei, embedding, not 'sglang'",
    "standard_template=''": "must be one of vllm, diffusion, tei, embedding, not ''",
    "standard_template=5": "must be a text, not 5",
    "standard_template='vllm'": "'vllm' needs a revision as of 2025-10",
    "standard_template='vllm', revision=None": "'vllm' needs a revision as of 2025-10",
    "revision='main'": "must match",
    f"revision='{HASH[:-1]}'": "must match",
    f"revision='g{HASH[1:]}'": "must match",
    "revision=''": "must match",
    "revision=40": "must be a text, not 40",
}
IDLE = {
    "concurrency=0": "must be at least 1, not 0: every call is answered 429",
    "concurrency=-1": "must be at least 1, not -1: every call is answered 429",
    "concurrency=False": "must be at least 1, not False: every call is answered 429",
    "concurrency='3'": "must be a number, not '3': an instance compares it",
    f"concurrency='{3:058}'": f"not '{3:058}': an instance compares it",
    f"concurrency='{3:059}'": f"not '{3:059}…: an instance compares it",
    "concurrency=None": "must be a number, not None: an instance compares it",
    "concurrency='abc'": "must be a number, not 'abc': no instance starts",
    "concurrency=[1]": "must be a number, not [1]: no instance starts",
    "concurrency=[]": "must be a number, not []: an instance compares it",
}
GOOD = [
    "concurrency=1",
    "concurrency=256",
    "concurrency=2.0",
    "concurrency=True",
    "max_instances=1",
    "max_instances=100",
    "max_instances='3'",
    "max_instances=None",
    "scaling_threshold=0",
    "scaling_threshold=1",
    "scaling_threshold='0.5'",
    "scaling_threshold=None",
    "shutdown_after_seconds=60",
    "shutdown_after_seconds=604800",
    f"tagline='{'x' * 1024}'",
    "tagline=None",
    "tagline='vllm'",
    f"readme='{'x' * 16384}'",
    "readme=None",
    f"revision='{HASH}'",
    "revision=None",
    f"standard_template='vllm', revision='{HASH}'",
    "standard_template='tei'",
    "standard_template=None",
]
UNKNOWN = [
    "concurrency=int(os.getenv('CONCURRENCY', '999'))",
    "max_instances=limit()",
    "readme=open(os.__file__).read()",
    "standard_template='vllm', revision=os.getenv('REVISION')",
    "**{'standard_template': 'vllm'}, **settings()",
    "title='x' * 2",
]


def made(arguments: str) -> str:
    return f"{HEAD}chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, {arguments})\n"


@pytest.mark.parametrize(("arguments", "message"), (REFUSED | IDLE).items())
def test_fires(arguments: str, message: str, findings: Findings) -> None:
    (found,) = findings(made(arguments), ID)
    assert message in found.message
    assert found.snippet in arguments


@pytest.mark.parametrize("arguments", [*GOOD, *UNKNOWN])
def test_stays_silent(arguments: str, findings: Findings) -> None:
    assert findings(made(arguments), ID) == []


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        ("max_instances=0", "choose a value between 1 and 100"),
        ("concurrency=0", "choose a whole number from 1 on that is at most 256"),
        ("tagline=5", "`readme`"),
        ("readme=5", "link to the rest"),
        ("standard_template='sglang'", "leave it out"),
        ("standard_template='vllm'", "add `revision=`: give the full commit hash"),
        ("revision='main'", "give the full commit hash"),
    ],
)
def test_points_the_way_out(arguments: str, help: str, findings: Findings) -> None:
    (found,) = findings(made(arguments), ID)
    assert help in found.help


@pytest.mark.parametrize(
    "call",
    [
        f"build_vllm_chute('you', 'a/b', SELECTOR, revision='{HASH}', max_instances=0)",
        "Chute(**{'name': 'svc', 'max_instances': 0}, username='you', image='i')",
        "Chute('you', 'svc', 'i', '', '', None, None, SELECTOR, 1, 0)",
    ],
)
def test_fires_however_it_is_given(call: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", ID)
    assert "max_instances must be between" in found.message


def test_what_others_judge(findings: Findings) -> None:
    """The names of chutes, and the revision of a template."""
    source = f"{HEAD}chute = build_vllm_chute('you', '', SELECTOR, revision='main')\n"
    assert findings(source + "other = Chute('you', '!', 'i')\n", ID) == []


@pytest.mark.sdk
def test_the_platforms_schema_agrees(deploys: Callable[[str], str | None]) -> None:
    for arguments in REFUSED:
        assert deploys(made(arguments)), arguments
    for arguments in GOOD:
        assert deploys(made(arguments)) is None, arguments


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    request = ("POST", "/x", {"a": 1})
    for arguments, message in IDLE.items():
        if "no instance starts" in message:
            with pytest.raises(AssertionError, match=r"ValueError|TypeError"):
                judge.calls(made(arguments) + CORD, request)
            continue
        ((status, _),) = judge.calls(made(arguments) + CORD, request)
        assert status == (429 if "429" in message else 500), arguments
    for arguments in GOOD:
        assert judge.calls(made(arguments) + CORD, request) == [(200, '{"a":1}')], arguments
