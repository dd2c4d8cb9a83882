from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
BOUNDS = "job-value-out-of-bounds"
UNCHECKED = "job-port-unchecked"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.job import Port
chute = Chute('u', 'n', 'i')
TIMEOUT = 10
NUMBERS = [9000]
WEB = Port(name='web', port=8080, proto='tcp')
SSH = {'name': 'ssh', 'port': 2202, 'proto': 'tcp'}
LISTED = [WEB, SSH]
def given(name): return os.environ.get(name, '60')
"""
JOB = "@chute.job({})\nasync def train(self, **job_data): ...\n"
WEB = "'name': 'web', 'proto': 'tcp'"
BAD = [
    "timeout=29", "timeout=86401", "timeout=0", "timeout=-1", "timeout=60.0", "timeout='60'",
    "timeout=True", "timeout=TIMEOUT", "**{'timeout': 10}", "timeout=[60]",
    "ports=None", "ports=()", "ports=(9000,)", "ports=(WEB,)", "ports={}", "ports={'port': 9000}",
    "ports={'port': int(given('X'))}", "ports=8080", "ports='web'", "ports={9000}", "ports=False",
    "ports=[9000]", "ports=['web']", "ports=[None]", "ports=[[9000]]", "ports=NUMBERS",
    "ports=[{}]", f"ports=[{{{WEB}}}]", f"ports=[{{{WEB}, 'port': 8001}}]",
    f"ports=[{{{WEB}, 'port': 80}}]", f"ports=[{{{WEB}, 'port': 65536}}]",
    f"ports=[{{{WEB}, 'port': '80'}}]", f"ports=[{{{WEB}, 'port': 'web'}}]",
    f"ports=[{{{WEB}, 'port': 9000.5}}]", f"ports=[{{{WEB}, 'port': None}}]",
    f"ports=[{{{WEB}, 'port': True}}]", "ports=[dict(name='a', proto='tcp', port=80)]",
    "ports=[Port(name='a', proto='tcp', port=80)]", "ports=[Port(name='a', proto='tcp')]",
    "ports=[Port(name=5, proto='tcp', port=9000)]", "ports=[Port(name='a', proto=6, port=9000)]",
    "ports=[{'name': None, 'proto': 'tcp', 'port': 9000}]", "ports=[WEB, WEB]",
    f"ports=[WEB, {{{WEB}, 'port': '8080'}}]", "ports=[SSH, WEB, SSH]",
]  # fmt: skip
GOOD = [
    "", "timeout=30", "timeout=86400", "timeout=None", "timeout=int(given('TIMEOUT'))",
    "ports=[]", "ports=[WEB]", "ports=[SSH]", "ports=LISTED", "ports=[WEB, SSH]",
    f"ports=[{{{WEB}, 'port': 2202}}]", f"ports=[{{{WEB}, 'port': 8002}}]",
    f"ports=[{{{WEB}, 'port': 65535}}]", f"ports=[{{{WEB}, 'port': '9000'}}]",
    f"ports=[{{{WEB}, 'port': 9000.0}}]", "ports=[Port(name=b'a', proto='tcp', port=9000)]",
    f"ports=[{{{WEB}, 'port': 9000 + int(given('X'))}}]", "ports=list(LISTED)",
    f"ports=[{{{WEB}, 'port': int('9000')}}, {{{WEB}, 'port': 9001 + int(given('X'))}}, "
    f"{{{WEB}, 'port': 9002 + int(given('X'))}}]",
    "ports=[Port(**dict(name=given('X'), port=9000, proto='tcp'))]",
]  # fmt: skip


@pytest.mark.parametrize("arguments", BAD)
def test_fires(arguments: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(arguments), BOUNDS)
    assert "at import" in found.message


@pytest.mark.parametrize("arguments", GOOD)
def test_stays_silent(arguments: str, findings: Findings) -> None:
    assert findings(HEAD + JOB.format(arguments), BOUNDS) == []


@pytest.mark.parametrize(
    "arguments",
    [
        # What only a run can tell, and what another check tells.
        "timeout=int(os.getenv('X', '10'))", "ports=os.getenv('X')", "ports=[*load()]",
        "ports=[load()]", "ports=[Port(**load())]", "ports=[Port(9000)]",
    ],
)  # fmt: skip
def test_says_nothing_of_the_rest(arguments: str, findings: Findings) -> None:
    assert findings(HEAD + JOB.format(arguments), BOUNDS) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("timeout=10", "job timeout must be between 30 and 86400, not 10"),
        ("timeout=60.0", "job timeout must be a whole number, not 60.0"),
        ("ports=(WEB,)", "not a tuple: TypeError"),
        ("ports={}", "not a dictionary"),
        ("ports=None", "not None"),
        ("ports=[9000]", "hold 9000, which is no port: AssertionError"),
        ("ports=[WEB, WEB]", "port 8080 is listed twice"),
        ("ports=[{}]", "Port has no number"),
        ("ports=[{'port': 80}]", "port must be between 8002 and 65535, not 80"),
        ("ports=[{'port': 'web'}]", "port must be a whole number, not 'web'"),
        ("ports=[{'port': 9000, 'name': 5}]", "the name of a port must be a text, not 5"),
    ],
)
def test_says_what_is_wrong(arguments: str, message: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(arguments), BOUNDS)
    assert message in found.message


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", BAD)
def test_the_sdk_refuses_it(arguments: str, judge: Any) -> None:
    error = judge.imports(HEAD + JOB.format(arguments))
    assert error.split(":")[0] in ("AssertionError", "TypeError", "ValidationError", "ValueError")


@pytest.mark.sdk
@pytest.mark.parametrize("arguments", GOOD)
def test_the_sdk_takes_it(arguments: str, judge: Any) -> None:
    assert judge.imports(HEAD + JOB.format(arguments)) is None


INCOMPLETE = [
    ("Port(port=9000)", "no name and no proto"),
    ("Port(name='a', port=9000)", "no proto"),
    ("{'port': 9000, 'proto': 'tcp'}", "no name"),
]
ODD = [
    ("Port(name='BAD NAME', port=9000, proto='tcp')", "name of a port must match"),
    ("Port(name='1a', port=9000, proto='tcp')", "name of a port must match"),
    ("Port(name='a', port=9000, proto='icmp')", "proto of a port must be one of tcp, udp, http"),
    ("{'name': 'a', 'port': 9000, 'proto': 'TCP'}", "proto of a port must be one of"),
]
COMPLETE = [
    "Port(name='web1', port=9000, proto='udp')", "WEB", "SSH",
    "{'name': given('X'), 'port': 9000, 'proto': given('X')}",
    "Port(name=b'a', port=9000, proto='tcp')",
]  # fmt: skip
SENT = """
from types import SimpleNamespace
import chutes.util.auth as auth
auth.get_config = lambda: SimpleNamespace(
    auth=SimpleNamespace(user_id="u", hotkey_ss58address="h", hotkey_seed="00" * 32)
)
auth.sign_request({"ports": [{"name": p.name, "proto": p.proto} for p in chute.jobs[0].ports]})
"""


@pytest.mark.parametrize(("port", "message"), INCOMPLETE)
def test_left_out(port: str, message: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(f"ports=[{port}]"), UNCHECKED)
    assert found.severity is Severity.ERROR
    assert message in found.message


@pytest.mark.parametrize(("port", "message"), ODD)
def test_not_enforced(port: str, message: str, findings: Findings) -> None:
    (found,) = findings(HEAD + JOB.format(f"ports=[{port}]"), UNCHECKED)
    assert found.severity is Severity.WARNING
    assert message in found.message


def test_a_port_is_judged_once_wherever_it_is_made(findings: Findings) -> None:
    source = "BARE = Port(port=9000)\n" + JOB.format("ports=[BARE, WEB]")
    assert len(findings(HEAD + source, UNCHECKED)) == 1


@pytest.mark.parametrize(
    "port",
    [
        *COMPLETE, "Port(9000)", "{}", "5", "Port(port=9000, **load())", "load()",
        "Port(name=5, port=9000, proto=6)",
    ],
)  # fmt: skip
def test_nothing_to_say(port: str, findings: Findings) -> None:
    assert findings(HEAD + JOB.format(f"ports=[{port}]"), UNCHECKED) == []


@pytest.mark.sdk
@pytest.mark.parametrize(("port", "_"), INCOMPLETE)
def test_deploy_cannot_send_it(port: str, _: str, judge: Any) -> None:
    error = judge.imports(HEAD + JOB.format(f"ports=[{port}]") + SENT)
    assert "Type is not JSON serializable" in error


@pytest.mark.sdk
@pytest.mark.parametrize("port", [*(each for each, _ in ODD), *COMPLETE])
def test_deploy_sends_it(port: str, judge: Any) -> None:
    assert judge.imports(HEAD + JOB.format(f"ports=[{port}]") + SENT) is None
