from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account

Findings = Callable[..., list[Finding]]
NAME = "chute-name"
TEE = "chute-name-tee"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.chute.template.vllm import build_vllm_chute

SELECTOR = NodeSelector(gpu_count=1)
"""
REVISION = "a" * 40


def made(name: str, more: str = "") -> str:
    call = f"Chute('you', {name}, 'u/i:1', node_selector=SELECTOR, {more})"
    return f"{HEAD}chute = {call}\n"


BAD = ["''", "'ab'", "'a' + 'b'", "'my service'", "'-service'", "'service!'", "'/'", "f'{1}'",
       f"'{'a' * 128}'", "None", "5", "b'service'"]  # fmt: skip
GOOD = ["'abc'", f"'{'a' * 127}'", "'you/My-Service_1.0'", "'a.b/c-d/e_f'", "'7b-model'"]
UNKNOWN = ["os.environ['NAME']", "os.getenv('NAME', '!')", "f'{os.getenv(\"X\")}!'", "'{{ name }}'"]


@pytest.mark.parametrize("name", BAD)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(made(name), NAME)
    assert found.severity is Severity.ERROR
    assert found.message.startswith("Chute: the name ")
    assert "must" in found.message


def test_points_the_way_out(findings: Findings) -> None:
    assert "in quotes" in findings(made("5"), NAME)[0].help
    assert '"my-service"' in findings(made("'!'"), NAME)[0].help


@pytest.mark.parametrize("name", [*GOOD, *UNKNOWN])
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(made(name), NAME) == []


@pytest.mark.parametrize(
    "call",
    [
        "build_diffusion_chute('you', 'a b', 'm/m', SELECTOR)",
        f"build_vllm_chute('you', 'a b', SELECTOR, revision='{REVISION}')",
        "Chute(**{'username': 'you', 'name': 'a b', 'image': 'i'})",
    ],
)
def test_fires_however_it_is_given(call: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", NAME)
    assert "'a b' must match" in found.message
    assert "as of 2025-10" in found.message


@pytest.mark.parametrize(
    "call",
    [
        "build_diffusion_chute('you', 'svc', 'a model with blanks', SELECTOR)",
        f"build_vllm_chute('you', 'org/Model-7B', SELECTOR, revision='{REVISION}')",
        "Chute('you', image='i')",
    ],
)
def test_other_names_are_no_names(call: str, findings: Findings) -> None:
    assert findings(f"{HEAD}chute = {call}\n", NAME) == []


@pytest.mark.parametrize("name", ["'you/affine-1'", "'hieroglyphs'", "'VOCENCE'"])
def test_reserved_words_are_for_registered_accounts(name: str, findings: Findings) -> None:
    (found,) = findings(made(name), NAME)
    assert "reserved for registered accounts as of 2026-05-12" in found.message
    assert "--account privileged" in found.help
    assert findings(made(name), NAME, account=Account.PRIVILEGED) == []


def test_a_rule_for_everybody_is_for_privileged_accounts_too(findings: Findings) -> None:
    assert len(findings(made("'my affine'"), NAME, account=Account.PRIVILEGED)) == 1


@pytest.mark.parametrize("username", ["'ab'", "''", "'a b c'", "None", f"'{'a' * 16}'"])
def test_a_username_nobody_has(username: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = Chute({username}, 'svc', 'i')\n", NAME)
    assert found.severity is Severity.INFO
    assert "no account can have the username" in found.message


@pytest.mark.parametrize("username", ["'your-username'", "'a_1'", "os.getenv('USER', '')"])
def test_a_username(username: str, findings: Findings) -> None:
    assert findings(f"{HEAD}chute = Chute({username}, 'svc', 'i')\n", NAME) == []
    assert findings(f"{HEAD}chute = Chute(name='svc', image='i')\n", NAME) == []


@pytest.mark.parametrize("account", Account)
@pytest.mark.parametrize(
    ("name", "more"),
    [("'my-TEE-service'", ""), ("'committee'", ""), ("'svc-tee'", "tee=False"),
     ("'svc-tee'", "tee=None")],
)  # fmt: skip
def test_tee_in_the_name_alone(name: str, more: str, account: Account, findings: Findings) -> None:
    (found,) = findings(made(name, more), TEE, account=account)
    assert found.snippet == name
    assert "as of 2026-05-12" in found.message


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("'svc-TEE'", "tee=True"),
        ("'svc-TEE'", "tee=bool(os.getenv('TEE'))"),
        ("'svc-TEE'", "**settings()"),
        ("'svc-TEE'", ")\nchute.tee = bool(1"),
        ("'tee-time'", ""),
        ("'Steep'", ""),
        ("os.getenv('NAME', 'x-TEE')", ""),
        ("5", ""),
    ],
)
def test_no_tee_in_the_name_alone(name: str, more: str, findings: Findings) -> None:
    assert findings(made(name, more), TEE) == []
    assert findings(f"{HEAD}chute = Chute('you', image='i')\n", TEE) == []


def test_tee_in_the_name_a_builder_takes(findings: Findings) -> None:
    call = f"build_vllm_chute('you', 'org/Model-TEE', SELECTOR, revision='{REVISION}')"
    (found,) = findings(f"{HEAD}chute = {call}\n", TEE)
    assert found.message.startswith("build_vllm_chute: ")


@pytest.mark.sdk
def test_the_platforms_schema_agrees(deploys: Callable[[str], str | None]) -> None:
    for name in BAD:
        assert deploys(made(name)), name
    for name in GOOD:
        assert deploys(made(name)) is None, name
