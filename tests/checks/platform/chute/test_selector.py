from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-without-node-selector"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.image import Image

SELECTOR = NodeSelector(gpu_count=1)
NOTHING = None
LONG = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
CONFIG = {"username": "u", "name": "svc", "image": "u/i:1"}
"""
BAD = {
    "Chute('u', 'svc', 'u/i:1')": "no node selector",
    "Chute(**CONFIG)": "no node selector",
    "Chute('u', 'svc', 'u/i:1', node_selector=None)": "is None",
    "Chute('u', 'svc', 'u/i:1', node_selector=NOTHING)": "is None",
    "Chute('u', 'svc', 'u/i:1', node_selector={'gpu_count': 1})": "is {'gpu_count': 1}",
    "Chute('u', 'svc', 'u/i:1', node_selector={'gpu_count': int(os.getenv('N', '1'))})": "a dict",
    "Chute('u', 'svc', 'u/i:1', node_selector=[NodeSelector()])": "is a list",
    "Chute('u', 'svc', 'u/i:1', node_selector=dict(gpu_count=int('1')))": "is {'gpu_count': 1}",
    "Chute('u', 'svc', 'u/i:1', node_selector=dict([('gpu_count', 1)]))": "is {'gpu_count': 1}",
    "Chute('u', 'svc', 'u/i:1', node_selector=1)": "is 1",
    "Chute('u', 'svc', 'u/i:1', node_selector=LONG)": f"is '{'a' * 59}…,",
    "Chute('u', 'svc', 'u/i:1', node_selector=NodeSelector)": "is the class NodeSelector",
    "Chute('u', 'svc', 'u/i:1', node_selector=Image('u', 'i', '1'))": "is an Image",
    "Chute('u', 'svc', 'u/i:1', node_selector=Chute('u', 'm', 'u/i:1', node_selector=SELECTOR))": (
        "is a Chute"
    ),
    "build_diffusion_chute('u', 'svc', 'm', node_selector=None)": "build_diffusion_chute: ",
}
GOOD = [
    "Chute('u', 'svc', 'u/i:1', node_selector=NodeSelector(gpu_count=1))",
    "Chute('u', 'svc', 'u/i:1', node_selector=SELECTOR)",
    "Chute('u', 'svc', 'u/i:1', '', '', None, None, SELECTOR)",
    "Chute(**CONFIG, **{'node_selector': SELECTOR})",
    "Chute('u', 'svc', 'u/i:1', node_selector=SELECTOR if os.getenv('ONE', '1') else None)",
    "build_diffusion_chute('u', 'svc', 'm', node_selector=SELECTOR)",
]
UNKNOWN = [
    "Chute(**settings())",
    "Chute('u', 'svc', 'u/i:1', node_selector=settings())",
    "Chute('u', 'svc', 'u/i:1', node_selector=os)",
    # The template's own checks tell that.
    "build_diffusion_chute('u', 'svc', 'm')",
    # Given afterwards.
    "Chute('u', 'svc', 'u/i:1')\nchute._node_selector = SELECTOR",
]


@pytest.mark.parametrize(("call", "words"), BAD.items())
def test_fires(call: str, words: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", ID)
    assert words in found.message
    assert found.location.line == 10


@pytest.mark.parametrize("call", [*GOOD, *UNKNOWN])
def test_stays_silent(call: str, findings: Findings) -> None:
    assert findings(f"{HEAD}chute = {call}\n", ID) == []


def test_points_at_the_argument(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = Chute('u', 'svc', 'u/i:1', node_selector=None)\n", ID)
    assert found.snippet == "node_selector=None"


@pytest.mark.sdk
def test_the_sdk_agrees(deploys: Callable[[str], str | None]) -> None:
    for call in BAD:
        error = deploys(f"{HEAD}chute = {call}\n") or ""
        assert error.startswith(("AttributeError: ", "TypeError: ")), (call, error)
    for call in [*GOOD, UNKNOWN[-1]]:
        assert deploys(f"{HEAD}chute = {call}\n") is None, call
