from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
SYNC = "job-sync-function"
SIGNATURE = "job-signature"
HEAD = """\
import asyncio
import json
from chutes.chute import Chute, NodeSelector
chute = Chute('u', 'n', 'i')
async def work(self, **job_data):
    return {"done": len(job_data)}
def retried(function): return function
class Worker:
    async def work(self, **job_data):
        return {"done": len(job_data)}
    async def run(self, chute, **job_data):
        return {"done": len(job_data)}
    async def narrow(self, chute): ...
    def plain(self, chute, **job_data): ...
    @retried
    def decorated(self, chute, **job_data): ...
worker = Worker()
def settings():
    return {}
def traced(function):
    async def wrapper(self, **job_data):
        return await work(self, **job_data)
    return wrapper
"""
RUN = """
job = chute.jobs[0]
done = asyncio.run(job.run(**{"dataset": "x", "_disk_gb": 10}))
assert done["status"] == "complete", done["detail"].splitlines()[0]
"""


def job(definition: str) -> str:
    return f"{HEAD}@chute.job(timeout=60)\n{definition}\n"


PLAIN = [
    "def train(self, **job_data): return {'done': 1}",
    "def train(self, **job_data): ...",
    "def train(self, **job_data): return json.dumps({})",
    "def train(self, **job_data):\n    return Worker()",
    "def train(self, **job_data):\n    result = 5\n    return result",
    "def train(self, **job_data):\n    work(self)\n    return {}",
    "def train(self, **job_data): return settings()",
    "def train(self, **job_data): return worker.plain(self)",
]
YIELDING = ["async def train(self, **job_data):\n    yield 1"]
COROUTINES = [
    "async def train(self, **job_data): return {'done': 1}",
    "def train(self, **job_data): return work(self, **job_data)",
    "def train(self, **job_data): return worker.work(**job_data)",
    "def train(self, **job_data):\n    return asyncio.wait_for(work(self, **job_data), 5)",
    "def train(self, **job_data):\n    if not job_data: return {}\n    return work(self)",
    "@traced\ndef train(self, **job_data): return {}",
]


@pytest.mark.parametrize("definition", PLAIN)
def test_a_plain_function(definition: str, findings: Findings) -> None:
    (found,) = findings(job(definition), SYNC)
    assert "a coroutine was expected" in found.message
    assert found.snippet == "train"


@pytest.mark.parametrize("definition", [*YIELDING, "def train(self, **job_data):\n    yield 1"])
def test_one_that_yields(definition: str, findings: Findings) -> None:
    (found,) = findings(job(definition), SYNC)
    assert "yields" in found.message


@pytest.mark.parametrize("definition", COROUTINES)
def test_a_coroutine_function(definition: str, findings: Findings) -> None:
    assert findings(job(definition), SYNC) == []


WRAPPED = """
def timed(function):
    def run(*args, **kwargs):
        async def inner():
            return await function(*args, **kwargs)
        {}
    return run


@chute.job()
@timed
async def train(self, **job_data): ...
"""


@pytest.mark.parametrize(
    ("source", "symbol"),
    [
        ("chute.job()(worker.plain)", "Worker.plain"),
        (WRAPPED.format("return asyncio.new_event_loop().run_until_complete(inner())"),
         "timed.run"),
        (WRAPPED.format("return asyncio.run(inner())"), "timed.run"),
    ],
)  # fmt: skip
def test_methods_and_wrappers(source: str, symbol: str, findings: Findings) -> None:
    (found,) = findings(f"import asyncio\n{HEAD}{source}\n", SYNC)
    assert found.symbol == symbol


PLAINLY = """
def logged(function):
    {} run(*args, **kwargs):
        {}
    return run


@chute.job()
@logged
{}
def train(self, **job_data): ...
"""


@pytest.mark.parametrize(
    "body",
    ["return function(*args)", "print(function(*args))", "print(1)\n        return function()"],
)
def test_wrapped_by_what_gives_it_as_it_is(body: str, findings: Findings) -> None:
    for more in ("", "@logged"):
        (found,) = findings(HEAD + PLAINLY.format("def", body, more), SYNC)
        assert found.symbol == "train"


@pytest.mark.parametrize(
    ("kind", "body", "more"),
    [
        ("async def", "return function(*args)", ""),
        ("def", "return work(*args)", ""),
        ("def", "done = function(*args)\n        return done", ""),
        ("def", "return asyncio.to_thread(function)", ""),
        ("def", "return function(*args) if args else work(*args)", ""),
        ("def", "return function(*args)", "@asyncio.coroutine"),
        ("def", "return function(*args)", "@retried"),
    ],
)
def test_wrapped_by_what_may_make_a_coroutine(
    kind: str, body: str, more: str, findings: Findings
) -> None:
    assert findings(HEAD + PLAINLY.format(kind, body, more), SYNC) == []


@pytest.mark.parametrize(
    "body", ["return inner()", "return function(*args)", "pass", "return asyncio.ensure_future(1)"]
)
def test_wrappers_that_may_return_a_coroutine(body: str, findings: Findings) -> None:
    assert findings(f"import asyncio\n{HEAD}{WRAPPED.format(body)}\n", SYNC) == []


def test_coroutine_methods(findings: Findings) -> None:
    assert findings(f"{HEAD}chute.job()(worker.run)\n", SYNC) == []


@pytest.mark.parametrize(
    "source",
    [
        "chute.job()(lambda self, **job_data: work(self))",
        "def helper(self): ...",
        "chute.job()(worker.decorated)",
        "@chute.cord()\ndef serve(self): ...",
    ],
)
def test_no_plain_function_of_a_job(source: str, findings: Findings) -> None:
    assert findings(HEAD + source, SYNC) == []


def test_registered_without_a_decorator(findings: Findings) -> None:
    source = "def train(self): ...\nchute.job()(train)\nchute.job()(train)\n"
    assert len(findings(HEAD + source, SYNC)) == 1
    assert len(findings(HEAD + source, SIGNATURE)) == 1


@pytest.mark.parametrize(("kind", "count"), [("def", 1), ("async def", 0)])
def test_made_by_a_function(kind: str, count: int, findings: Findings) -> None:
    source = (
        "import functools\ndef logged(function):\n    @functools.wraps(function)\n"
        f"    {kind} run(self, output_dir, **job_data):\n        return function(self)\n"
        "    return run\ndef train(self): ...\nchute.job()(logged(train))\n"
    )
    assert len(findings(HEAD + source, SYNC)) == count


def test_defined_in_a_class(findings: Findings) -> None:
    source = "class Jobs:\n    @chute.job()\n    def train(self): ...\n"
    assert len(findings(HEAD + source, SYNC)) == 1
    assert len(findings(HEAD + source, SIGNATURE)) == 1


@pytest.mark.sdk
@pytest.mark.parametrize("definition", [*PLAIN, *YIELDING])
def test_the_sdk_fails_after_having_called_it(definition: str, judge: Any) -> None:
    assert "a coroutine was expected" in judge.imports(job(definition) + RUN)


@pytest.mark.sdk
@pytest.mark.parametrize("definition", COROUTINES)
def test_the_sdk_runs_it(definition: str, judge: Any) -> None:
    assert judge.imports(job(definition) + RUN) is None


NARROW = [
    ("async def train(self): ...", "neither output_dir nor"),
    ("async def train(self, dataset): ...", "neither output_dir nor"),
    ("async def train(self, *rest): ...", "neither output_dir nor"),
    ("async def train(self, *output_dir): ...", "neither output_dir nor"),
    ("async def train(output_dir, dataset): ...", "neither output_dir nor"),
    ("async def train(): ...", "no parameter for the chute"),
    ("async def train(**job_data): ...", "no parameter for the chute"),
    ("async def train(*, output_dir): ...", "no parameter for the chute"),
]
NARROW_ON_THE_PLATFORM = [
    "async def train(self, output_dir, dataset): ...",
    "async def train(self, *, output_dir, dataset): ...",
]
WIDE = [
    "async def train(self, **job_data): ...",
    "async def train(self, dataset, output_dir, **job_data): ...",
    "async def train(self, *rest, output_dir, **job_data): ...",
    "async def train(self, dataset, output_dir, _disk_gb): ...",
    "async def train(self, dataset, *, output_dir, _disk_gb=10): ...",
    "async def train(*chute, **job_data): ...",
    "@traced\nasync def train(self): ...",
]


@pytest.mark.parametrize(("definition", "message"), NARROW)
def test_no_room(definition: str, message: str, findings: Findings) -> None:
    (found,) = findings(job(definition), SIGNATURE)
    assert message in found.message
    assert found.confidence is Confidence.HIGH
    assert found.snippet == "train"


@pytest.mark.parametrize("definition", NARROW_ON_THE_PLATFORM)
def test_no_room_for_what_the_platform_adds(definition: str, findings: Findings) -> None:
    (found,) = findings(job(definition), SIGNATURE)
    assert "adds '_disk_gb'" in found.message
    assert "as of 2026" in found.message
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("definition", WIDE)
def test_room_for_everything(definition: str, findings: Findings) -> None:
    assert findings(job(definition), SIGNATURE) == []


def test_a_method_has_its_first_parameter_filled(findings: Findings) -> None:
    assert findings(f"{HEAD}chute.job()(worker.narrow)\n", SIGNATURE) == []


@pytest.mark.sdk
@pytest.mark.parametrize("definition", [*(each for each, _ in NARROW), *NARROW_ON_THE_PLATFORM])
def test_the_sdk_cannot_call_it(definition: str, judge: Any) -> None:
    assert judge.imports(job(definition) + RUN).startswith("TypeError")


@pytest.mark.sdk
@pytest.mark.parametrize("definition", WIDE)
def test_the_sdk_calls_it(definition: str, judge: Any) -> None:
    assert judge.imports(job(definition) + RUN) is None


ALONE = "chute.job(timeout=60)"
START = "asyncio.run(chute.initialize())\n"


def test_no_function_at_all(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{ALONE}\n", SIGNATURE)
    assert "no function" in found.message
    assert found.snippet == ALONE


@pytest.mark.parametrize(
    "source",
    [
        f"register = {ALONE}\nregister(work)", f"{ALONE}(work)", f"print({ALONE})",
        f"{ALONE}(lambda self, **job_data: work(self))", "chute.cord()",
    ],
)  # fmt: skip
def test_a_function_may_follow(source: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{source}\n", SIGNATURE) == []


MODEL = """\
from typing import Optional
from pydantic import BaseModel
class Settings(BaseModel):
    steps: int
"""


def test_a_model_never_arrives(findings: Findings) -> None:
    definition = (
        "async def train(self, settings: Settings, *, more: Settings, steps: int, **job_data):\n"
        "    return {'type': type(settings).__name__}"
    )
    found = findings(MODEL + job(definition), SIGNATURE)
    assert [each.snippet for each in found] == ["settings", "more"]
    assert {each.severity for each in found} == {Severity.WARNING}
    assert "Settings.model_validate" in found[0].help


@pytest.mark.sdk
def test_the_sdk_passes_a_dictionary(judge: Any) -> None:
    definition = "async def train(self, settings: Settings, **job_data): return settings.steps"
    run = "print(asyncio.run(chute.jobs[0].run(settings={'steps': 1}))['detail'][:60])\n"
    assert judge.imports(MODEL + job(definition) + run) is None
    failed = run.replace("print(", "raise SystemExit(")
    assert "'dict' object has no attribute 'steps'" in judge.imports(
        MODEL + job(definition) + failed
    )


@pytest.mark.sdk
def test_the_sdk_does_not_start_without_a_function(judge: Any) -> None:
    assert judge.imports(f"{HEAD}{ALONE}\n{START}").startswith("AttributeError")
    assert judge.imports(f"{HEAD}{ALONE}(work)\n{START}") is None
