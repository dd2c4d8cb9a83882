"""`--serve` under the real SDK."""

from __future__ import annotations

import json
import signal
import time
from importlib.util import find_spec

import pytest

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(find_spec("chutes") is None, reason="the SDK is not installed"),
]

HEAD = """
import asyncio, os, time
from helper import greeting
from pydantic import BaseModel
from chutes.chute import Chute, NodeSelector

chute = Chute(username="u", name="n", image="u/n:1", node_selector=NodeSelector(gpu_count=1))

class Input(BaseModel):
    prompt: str

@chute.cord(public_api_path="/greet", public_api_method="POST")
async def greet(self, data: Input) -> dict:
    return {"text": greeting() + data.prompt}

@chute.cord(public_api_path="/hang", public_api_method="POST")
async def hang(self, data: Input) -> dict:
    await asyncio.sleep(3600)

@chute.cord(public_api_path="/die", public_api_method="POST")
async def die(self, data: Input) -> dict:
    os._exit(7)
"""
FAILS = """
@chute.on_startup()
async def load(self):
    raise LookupError("the weights are gone")
"""
BLOCKS = """
@chute.on_startup()
async def load(self):
    time.sleep(3600)
"""
LOAD = ("--rate", "10", "--duration", "2s")


def send(path):
    return ("--request", f'POST {path} {{"prompt": "you"}}')


@pytest.fixture
def project(tmp_path):
    def make(more=""):
        (tmp_path / "helper.py").write_text("def greeting():\n    return 'hello '\n")
        (tmp_path / "chute.py").write_text(HEAD + more)
        return tmp_path

    return make


def test_a_chute_is_served_loaded_and_stopped(start, project, tmp_path_factory):
    report = tmp_path_factory.mktemp("report") / "out.json"
    folder = project()
    run = start(
        *("--serve", str(folder), *send("/greet"), *LOAD, "--slo", "error_rate<1%"),
        *("--format", f"json={report}"),
    )
    output, errors = run.process.communicate(timeout=120)
    assert run.process.returncode == 0, errors
    result = json.loads(report.read_text())
    assert result["target"]["kind"] == "served"
    assert result["target"]["chute"] == "chute:chute"
    assert result["target"]["url"].startswith("http://127.0.0.1:")
    assert result["endpoints"][0]["by_outcome"] == {"ok": 20}
    assert output == ""
    assert run.gone_within(10)
    # Nothing was written into the project, no bytecode either.
    assert sorted(file.name for file in folder.iterdir()) == ["chute.py", "helper.py"]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        (FAILS, "LookupError: the weights are gone"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "died at start-up"),
    ],
)
def test_a_chute_that_dies_at_start_up_is_named_and_not_waited_for(start, project, more, name):
    begun = time.monotonic()
    run = start("--serve", str(project(more)), *send("/greet"), *LOAD)
    output, errors = run.process.communicate(timeout=100)
    # The SDK itself sleeps 60 s after such an error.
    assert time.monotonic() - begun < 50
    assert (run.process.returncode, output) == (3, "")
    assert name in next(line for line in errors.splitlines() if line.startswith("error:"))
    assert "Traceback" not in errors
    if name == "LookupError: the weights are gone":
        assert "chute.py:26 in load: raise LookupError" in errors
    assert run.gone_within(10)


def test_a_chute_that_is_never_ready(start, project):
    run = start("--serve", str(project(BLOCKS)), *send("/greet"), *LOAD, "--startup-timeout", "8s")
    _, errors = run.process.communicate(timeout=100)
    assert run.process.returncode == 3
    assert "error: the chute was not ready within 8 s" in errors
    assert "--startup-timeout" in errors
    assert run.gone_within(10)


def test_a_cord_that_never_answers_is_a_violated_objective(start, project):
    run = start("--serve", str(project()), *send("/hang"), *LOAD, "--timeout", "1s")
    output, _ = run.process.communicate(timeout=100)
    assert run.process.returncode == 1
    assert "timeout" in output
    assert run.gone_within(10)


def test_a_chute_that_dies_under_load(start, project):
    run = start("--serve", str(project()), *send("/die"), *LOAD)
    output, errors = run.process.communicate(timeout=100)
    assert run.process.returncode == 3
    assert output.startswith("INVALID")
    assert "the chute died during the run" in output
    assert "the end of the chute's log" in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_chute_goes_with_chutes_prod(start, project, eventually, number):
    run = start("--serve", str(project()), *send("/greet"), "--duration", "1m")
    # script, guard and chute, guard and locust
    assert eventually(lambda: len(run.descendants()) >= 5, 60)
    run.process.send_signal(number)
    run.process.communicate(timeout=30)
    assert run.gone_within(30)


def test_during_start_up_too(start, project, eventually):
    run = start("--serve", str(project(BLOCKS)), *send("/greet"))
    assert eventually(lambda: len(run.descendants()) >= 3, 60)
    run.process.send_signal(signal.SIGINT)
    run.process.communicate(timeout=30)
    assert run.process.returncode == 130
    assert run.gone_within(30)


DERIVED = """
import json
from typing import Annotated, Literal
from pydantic import BaseModel, Field
from chutes.chute import Chute, NodeSelector

chute = Chute(username="u", name="n", image="u/n:1", node_selector=NodeSelector(gpu_count=1))

class Style(BaseModel):
    tone: Literal["plain", "warm"]
    strength: float = Field(gt=0, lt=1)

class Input(BaseModel, extra="forbid", strict=True):
    prompt: str = Field(min_length=60, max_length=70)
    count: Annotated[int, Field(ge=64, multiple_of=32)]
    styles: list[Style] = Field(min_length=2)
    seed: int | None = None

class Wish(BaseModel):
    loud: bool = False

@chute.cord(public_api_path="/make", public_api_method="POST")
async def make(self, data: Input) -> dict:
    return {"text": data.prompt}

@chute.cord(public_api_path="/wish", public_api_method="POST")
async def wish(self, data: Wish) -> dict:
    return {"loud": data.loud}

@chute.cord(public_api_path="/checked", public_api_method="POST", input_schema=Wish)
async def checked(self, data) -> dict:
    return {"loud": data.loud}

@chute.cord(public_api_path="/stream", public_api_method="POST", stream=True)
async def stream(self, data: Wish):
    for number in range(3):
        yield f"data: {json.dumps(number)}\\n\\n"

@chute.cord(public_api_path="/count", public_api_method="POST")
async def count(self) -> dict:
    return {"count": 1}

@chute.cord(public_api_path="/health", public_api_method="GET")
async def health(self) -> dict:
    return {"status": "ok"}

@chute.cord(public_api_path="/raw", public_api_method="POST")
async def raw(self, data: dict) -> dict:
    return {"text": data["text"]}
"""


def test_without_requests_they_come_from_the_cords(start, tmp_path, tmp_path_factory):
    report = tmp_path_factory.mktemp("report") / "out.json"
    (tmp_path / "chute.py").write_text(DERIVED)
    run = start("--serve", str(tmp_path), "--rate", "20", "--duration", "3s",
                "--format", "text", "--format", f"json={report}")  # fmt: skip
    output, errors = run.process.communicate(timeout=100)
    assert run.process.returncode == 0, (output, errors)
    assert '  POST /wish {"loud": false}\n' in errors
    assert "  GET /health\n" in errors
    assert """cord raw: 'data' is no pydantic model""" in errors
    assert """write --request 'POST /raw {"...": "..."}'""" in errors
    endpoints = {each["name"]: each for each in json.loads(report.read_text())["endpoints"]}
    assert set(endpoints) == {
        "POST /make", "POST /wish", "POST /checked", "POST /stream", "POST /count", "GET /health"
    }  # fmt: skip
    assert all(set(each["by_outcome"]) == {"ok"} for each in endpoints.values()), endpoints


def test_quiet_keeps_silent_about_what_is_sent_but_not_about_what_is_not(start, tmp_path):
    (tmp_path / "chute.py").write_text(DERIVED)
    run = start("--serve", str(tmp_path), "--rate", "5", "--duration", "2s", "--quiet")
    output, errors = run.process.communicate(timeout=100)
    assert run.process.returncode == 0, (output, errors)
    assert "POST /make" not in errors
    assert "cord raw" in errors
