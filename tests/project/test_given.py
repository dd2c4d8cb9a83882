"""The node selector and the image a chute is given, however they reach it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = """\
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.vllm import build_vllm_chute
from chutes.image import Image

"""
HELPER = """\
from chutes.chute import NodeSelector
from chutes.image import Image

def selector(count: int) -> NodeSelector:
    return NodeSelector(gpu_count=count)

IMAGE = Image("u", "i", "1").run_command("true")
"""


@pytest.mark.parametrize(
    "source",
    [
        "chute = Chute('u', 'n', Image('u', 'i', '1'), node_selector=NodeSelector(gpu_count=1))",
        "SELECTOR = NodeSelector(gpu_count=1)\nIMAGE = Image('u', 'i', '1')\n"
        "chute = Chute('u', 'n', image=IMAGE, node_selector=SELECTOR)",
        "from helper import IMAGE, selector\n"
        "chute = Chute('u', 'n', image=IMAGE, node_selector=selector(1))",
        "CONFIG = {'image': Image('u', 'i', '1'), 'node_selector': NodeSelector(gpu_count=1)}\n"
        "chute = Chute('u', 'n', **CONFIG)",
        "def make():\n    image = Image('u', 'i', '1')\n    image.run_command('true')\n    return "
        "Chute('u', 'n', image, node_selector=NodeSelector(gpu_count=1))\nchute = make()",
        "chute = build_vllm_chute('u', 'm', NodeSelector(gpu_count=1), Image('u', 'i', '1'))",
        "image = (Image('u', 'i', '1').from_base('b:1').run_command('true'))\n"
        "chute = Chute('u', 'n', image, node_selector=NodeSelector(gpu_count=1))",
    ],
)
def test_followed_to_its_call(source: str, project: ReadTree) -> None:
    found = project({"app.py": HEAD + source, "helper.py": HELPER if "helper" in source else ""})
    (chute,) = found.chutes
    assert (found.node_selector_of(chute), found.image_of(chute)) == (
        found.node_selectors[0],
        found.images[0],
    )


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "image='u/i:1', node_selector=None",
        "image=load(), node_selector=load()",
        "image=Image if FLAG else Image('u', 'i', '1'), node_selector=ONE if FLAG else TWO",
        "image=ONE, node_selector=Image('u', 'i', '1')",
        "image=Image, node_selector=NodeSelector",
    ],
)
def test_not_told(arguments: str, project: ReadTree) -> None:
    found = project(
        f"{HEAD}FLAG = input()\nONE = NodeSelector(gpu_count=1)\nTWO = NodeSelector(gpu_count=2)\n"
        f"chute = Chute('u', 'n', {arguments})\n"
    )
    (chute,) = found.chutes
    assert (found.node_selector_of(chute), found.image_of(chute)) == (None, None)
