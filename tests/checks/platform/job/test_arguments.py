from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "job-unknown-argument"
HEAD = """\
from chutes.chute import Chute, NodeSelector
from chutes.chute.job import Port
chute = Chute('u', 'n', 'i')
MORE = {'timeout': 60}
PORTS = [{'name': 'web', 'port': 8080, 'protocol': 'tcp'}]
WEB = Port(name='web', port=8081, proto='tcp')
"""
JOB = "@chute.job({})\nasync def train(self, **job_data): ...\n"
REFUSED = [
    ("retry=3", "retry inside"),
    ("retries=3", "retry inside"),
    ("name='x'", "rename the function"),
    ("disk_gb=10", "_disk_gb"),
    ("timeot=60", "`timeout`"),
    ("port=[]", "`ports`"),
    ("gpu_count=1", "NodeSelector(...)"),
    ("concurrency=1", "Chute(...)"),
    ("public_api_path='/x'", "@chute.cord(...)"),
    ("zzz_qqq=1", "remove it"),
    ("app=1", ""),
    ("60", "`ports=...`"),
    ("60, 70", "`ports=...`"),
    ("timeout=60, **MORE", "keep one"),
    ("ports=[Port(9000)]", "`name=...`"),
    ("ports=[Port(port=9000, **{'port': 9001})]", "keep one"),
]
IGNORED = [
    ("ports=[Port(name='a', port=9000, protocol='tcp')]", "`proto`"),
    ("ports=[{'name': 'a', 'port': 9000, 'protocol': 'tcp'}]", "`proto`"),
    ("ports=[dict(name='a', port=9000, protocol='tcp')]", "`proto`"),
    ("ports=PORTS", "`proto`"),
]
SOUND = [
    "", "timeout=60, upload=False, ssh=True, ports=[]", "**MORE", "ports=[WEB]",
    "ports=[{'port': 9000, 'name': 'a', 'proto': 'tcp'}]",
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "help"), REFUSED)
def test_a_type_error(arguments: str, help: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(arguments), ID)
    assert found.severity is Severity.ERROR
    assert "TypeError" in found.message or "twice: the import fails" in found.message
    assert help in found.help


@pytest.mark.parametrize(("arguments", "help"), IGNORED)
def test_a_port_ignores_it(arguments: str, help: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(arguments), ID)
    assert found.severity is Severity.WARNING
    assert "without a word" in found.message
    assert help in found.help


def test_every_fault_is_told(findings: Findings) -> None:
    found = findings(HEAD + JOB.format("60, 70, retry=1, name='x', disk_gb=5"), ID)
    assert [each.snippet for each in found] == ["60", "retry=1", "name='x'", "disk_gb=5"]


def test_a_call_registers_several_functions_and_is_judged_once(findings: Findings) -> None:
    source = "for each in (a, b):\n    chute.job(retry=1)(each)\n"
    functions = "async def a(self, **k): ...\nasync def b(self, **k): ...\n"
    assert len(findings(HEAD + functions + source, ID)) == 1


def test_other_ways_to_register(findings: Findings) -> None:
    source = (
        "def register(app: Chute):\n"
        "    @app.job(retry=3)\n"
        "    async def train(self, **job_data): ...\n"
        "async def work(self, **job_data): ...\n"
        "chute.job(retry=3)(work)\n"
    )
    assert len(findings(HEAD + source, ID)) == 2


def test_without_its_call(findings: Findings) -> None:
    source = "@chute.job\nasync def train(self, **job_data): ...\n"
    (found,) = findings(HEAD + source, ID)
    assert found.help == "write `@chute.job()`"
    for other in ("@chute.job()", "@chute.cord", "@chute.cord()"):
        assert findings(f"{HEAD}{source.replace('@chute.job', other)}", ID) == []
    assert findings(f"{HEAD}register = chute.job\n", ID) == []


@pytest.mark.parametrize("arguments", [*SOUND, "*load()", "*load(), 60", "**load()"])
def test_stays_silent(arguments: str, findings: Findings) -> None:
    assert findings(HEAD + JOB.format(arguments), ID) == []


def test_the_job_of_something_else(findings: Findings) -> None:
    source = "from schedule import every\nevery.job(retry=3)\nChute.job(chute, timeout=60)\n"
    assert findings(HEAD + source, ID) == []


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", [*(each for each, _ in IGNORED), *SOUND])
def test_the_sdk_takes_it(arguments: str, judge: Any) -> None:
    assert judge.imports(HEAD + JOB.format(arguments)) is None


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", [each for each, _ in REFUSED])
def test_the_sdk_refuses_it(arguments: str, judge: Any) -> None:
    assert judge.imports(HEAD + JOB.format(arguments)).startswith("TypeError")


@pytest.mark.sdk
def test_the_sdk_refuses_the_bare_decorator(judge: Any) -> None:
    source = "@chute.job\nasync def train(self, **job_data): ...\n"
    assert judge.imports(HEAD + source).startswith("TypeError")
