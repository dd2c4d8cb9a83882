from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]
ID = "image-secret-literal"
VALUE = "correct-horse-battery"
HF = "hf_abcdefghijklmnopqrstuvwxyzABCDEF"

BAD = [
    (f"with_env('DB_PASSWORD', '{VALUE}')", "the value of DB_PASSWORD"),
    (f"with_env(key='HF_TOKEN', value='{VALUE}')", "the value of HF_TOKEN"),
    (f"with_env('WHATEVER', '{HF}')", "a key, as the value of WHATEVER,"),
    (f"with_env(os.name, '{HF}')", "a key"),
    (f"run_command('HF_TOKEN={VALUE} hf download a/b')", "the value of HF_TOKEN"),
    (f"run_command('export X=1 && export HF_TOKEN={VALUE}')", "the value of HF_TOKEN"),
    (f"run_command('hf auth login --token {VALUE}')", "the value of --token"),
    (f"run_command('hf auth login --token={VALUE}')", "the value of --token"),
    (f"run_command('x --hf-token {VALUE}')", "the value of --hf-token"),
    (f"run_command('x --password {VALUE} y')", "the value of --password"),
    (f"run_command('x --secret {VALUE}')", "the value of --secret"),
    (f"run_command('x --api-key {VALUE}')", "the value of --api-key"),
    (f"run_command('x --access-key {VALUE}')", "the value of --access-key"),
    (f"run_command('hf auth login {HF}')", "a key"),
    (f"run_command('sh -c \"HF_TOKEN={VALUE} x\"')", "the value of HF_TOKEN"),
    (f"run_command('it{chr(92)}{chr(39)}s odd {HF}')", "a key"),
]
GOOD = [
    "with_env('DB_PASSWORD', '')",
    "with_env('DB_PASSWORD', '$DB_PASSWORD')",
    f"with_env('GREETING', '{VALUE}')",
    "with_env('API_TOKEN', 5)",
    "with_env('API_TOKEN')",
    "with_env('API_TOKEN', load())",
    "with_env('API_TOKEN', settings.token)",
    "with_env('API_TOKEN', 'a' if settings else load())",
    "with_env('REGION', os.environ['REGION'])",
    "with_env('API_TOKEN', settings['x'])",
    "run_command('HF_TOKEN=$HF_TOKEN hf download a/b')",
    "run_command('hf auth login --token $HF_TOKEN')",
    "run_command('x --token --other')",
    "run_command('x --token')",
    "run_command('x --token your-token-here')",
    f"run_command('x --tokenizer {VALUE}')",
    f"run_command('x LEVEL={VALUE}')",
    "run_command(f'HF_TOKEN={load()} x')",
    f"set_workdir('{HF}')",
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_fires_and_never_shows_the_value(call: str, message: str, fired: Fired) -> None:
    (found,) = fired(ID, "run_command('ls')", call)
    assert message in found.message
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.HIGH)
    assert found.location.line == 9
    shown = json.dumps([found.message, found.help, found.snippet])
    assert VALUE not in shown
    assert HF not in shown


@pytest.mark.parametrize("call", GOOD)
def test_stays_silent(call: str, fired: Fired) -> None:
    assert fired(ID, call, above="def load(): ...\nsettings = load()") == []


@pytest.mark.parametrize(
    "value",
    [
        "os.environ['HF_TOKEN']",
        "os.getenv('HF_TOKEN')",
        "os.environ.get('HF_TOKEN', 'x')",
        "os.environ.get('HF_TOKEN') or ''",
        "token",
    ],
)
def test_a_value_of_the_building_machine(value: str, fired: Fired) -> None:
    above = "token = other = os.environ['HF_TOKEN']"
    (found,) = fired(ID, f"with_env('HF_TOKEN', {value})", above=above)
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.MEDIUM)
    assert "on the building machine" in found.message


def test_names_that_go_in_circles(fired: Fired) -> None:
    assert (
        fired(ID, "with_env('HF_TOKEN', token)", above="other = 1\ntoken = other\nother = token")
        == []
    )


@pytest.mark.sdk
def test_the_sdk_writes_it_into_the_dockerfile(chain: Chain, judge: Any) -> None:
    shown = chain(BAD[0][0], BAD[4][0]) + "raise SystemExit(str(image))\n"
    assert judge.imports(shown).count(VALUE) == 2
