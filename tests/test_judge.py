"""The judge itself: what it says of a sound chute and of broken ones."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.sdk

SOUND = """
from chutes.chute import Chute, NodeSelector
from pydantic import BaseModel

chute = Chute(username="u", name="n", image="u/n:1.0", node_selector=NodeSelector(gpu_count=1))

class Input(BaseModel):
    n: int

@chute.cord(public_api_path="/double", public_api_method="POST")
async def twice(self, args: Input) -> dict:
    return {"n": args.n * 2}

@chute.cord(public_api_path="/model", public_api_method="POST")
async def model(self, args: Input) -> Input:
    return args
"""


def test_imports(judge: Any) -> None:
    assert judge.imports(SOUND) is None
    assert judge.imports(SOUND, context="LOCAL") is None
    broken = SOUND.replace("gpu_count=1", "gpu_count=9")
    assert judge.imports(broken).startswith("ValidationError: ")


def test_calls_differ_between_dev_and_production(judge: Any) -> None:
    assert judge.calls(SOUND, ("POST", "/double", {"n": 3}), way="dev") == [(200, '{"n":6}')]
    answers = judge.calls(SOUND, ("POST", "/twice", {"n": 3}), ("POST", "/twice", {"n": "x"}),
                          ("POST", "/model", {"n": 3}))  # fmt: skip
    assert answers[0] == (200, '{"n":6}')
    assert [status for status, _ in answers] == [200, 400, 500]


def test_deploys(judge: Any) -> None:
    error, body = judge.deploys(SOUND)
    assert error is None
    assert (body["name"], body["image"]) == ("n", "u/n:1.0")
    assert [each["public_api_path"] for each in body["cords"]] == ["/double", "/model"]
    image = "from chutes.image import Image\n" + SOUND.replace(
        'image="u/n:1.0"', 'image=Image("u", "n", "1.0").add("app.py", "/app/")'
    )
    error, body = judge.deploys(image)
    assert error is None
    assert len(body["image"]) == 36
    without = SOUND.replace(", node_selector=NodeSelector(gpu_count=1)", "")
    assert judge.imports(without, context="LOCAL") is None
    assert judge.deploys(without)[0].startswith("AttributeError: ")


def test_what_kills_or_hangs_a_case_is_told(judge: Any) -> None:
    assert judge.imports("import os\nos._exit(3)\n").startswith("Died: ")
    assert judge.imports(SOUND) is None


def test_calls_sent_at_once_meet(judge: Any) -> None:
    meeting = (
        SOUND.replace("class Input", "import threading\ngate = threading.Barrier(2)\n\nclass Input")
        .replace("    return {", "    gate.wait(timeout=2)\n    return {")
        .replace("image=", "concurrency=4, image=")
    )
    pair = [("POST", "/twice", {"n": 1}), ("POST", "/twice", {"n": 2})]
    assert [status for status, _ in judge.calls(meeting, *pair)] == [500, 500]
    assert judge.calls(meeting, *pair, at_once=True) == [(200, '{"n":2}'), (200, '{"n":4}')]
