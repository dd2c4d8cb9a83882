from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]

REFUSED = {
    "apt_install('curl=7.88')": "apt-get install -y 'curl=7.88'\")",
    "apt_install('g++')": "apt-get install -y 'g++'",
    "apt_remove('python3.11')": "apt-get remove -y 'python3.11'",
    "apt_install(['git', 'g++', 'x.y'])": "'g++'",
    "apt_install(('git', 'g++'))": "'g++'",
    "apt_install({'g++'})": "'g++'",
    "apt_install('git curl')": "pass a list",
    "apt_install('')": "''",
    "apt_install(package='g++')": "'g++'",
    "apt_install(' git')": "run_command",
}
FINE = [
    "apt_install('git')",
    "apt_install(['git', 'lib-x_1:i386', 'python3*'])",
    "apt_remove(['git'])",
    "apt_install([])",
]
UNKNOWN = [
    "apt_install(os.environ['X'])",
    "apt_install(['g++', os.environ['X']])",
    "apt_install()",
    "apt_install([5])",
    "set_user('g++')",
]


@pytest.mark.parametrize("call", REFUSED)
def test_names_the_sdk_refuses(call: str, fired: Fired) -> None:
    (found,) = fired("image-apt-package", call)
    assert "AssertionError at import" in found.message
    assert REFUSED[call] in found.help


@pytest.mark.parametrize("call", FINE + UNKNOWN)
def test_fine_names(call: str, fired: Fired) -> None:
    assert fired("image-apt-package", call) == []


@pytest.mark.sdk
def test_the_sdk_agrees(chain: Chain, judge: Any) -> None:
    for call in REFUSED:
        assert judge.imports(chain(call)).startswith("AssertionError: Invalid apt package"), call
    for call in FINE:
        assert judge.imports(chain(call)) is None, call
    updates = chain("apt_install('git')") + "raise SystemExit(str(image))\n"
    assert judge.imports(updates).endswith("\nRUN apt-get -y install git")


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        (["apt_install('git')", "apt_install('curl')"], 8),
        (["run_command('ls')", "run_command('apt-get install -y git')"], 9),
        (["run_command('apt install -y git')"], 8),
        (["apt_remove('git')", "set_user('root')", "apt_install('git')"], 10),
        (["run_command('apt-get update')", "apt_install('git')"], None),
        (["run_command('apt update && apt install -y git')"], None),
        (["run_command('apt-get update')", "run_command('apt-get install -y git')"], None),
        (["run_command(os.environ['X'])", "apt_install('git')"], None),
        (["with_python('3.12.1')", "apt_install('git')"], None),
        (["run_command('ls')", "run_command('npm install x')"], None),
        (["run_command('apt-get clean')"], None),
    ],
)
def test_without_update(calls: list[str], line: int | None, fired: Fired) -> None:
    found = fired("image-apt-without-update", *calls)
    assert [each.location.line for each in found] == ([line] if line else [])
    assert all(each.severity is Severity.INFO for each in found)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("apt-get install git", "apt-get install"),
        ("apt install git", "apt install"),
        ("apt-get -q install git", "apt-get install"),
        ("sudo apt-get install git", "apt-get install"),
        ("apt-get update && apt-get upgrade", "apt-get upgrade"),
        ("apt-get dist-upgrade", "apt-get dist-upgrade"),
        ("apt-get remove git", "apt-get remove"),
        ("apt-get purge git", "apt-get purge"),
        ("apt-get autoremove", "apt-get autoremove"),
        ("apt-get install git; apt-get install curl", "apt-get install"),
        ("apt-get install --no-install-recommends git", "apt-get install"),
        ("apt-get install -y git", None),
        ("apt-get -y install git", None),
        ("apt-get -qy install git", None),
        ("apt-get -yq install git", None),
        ("apt-get -qq install git", None),
        ("apt-get install git --yes", None),
        ("apt-get install git --assume-yes", None),
        ("yes | apt-get install git", None),
        ("yes | { apt-get update; apt-get install git; }", None),
        ("yes | sh -c 'apt-get install git'", None),
        ("yes > answers; apt-get install git", "apt-get install"),
        ("apt-get update", None),
        ("apt-get clean", None),
        ("dnf install git", None),
    ],
)
def test_without_yes(text: str, action: str | None, fired: Fired) -> None:
    found = fired("image-apt-without-yes", f"run_command({text!r})")
    assert [each.help for each in found] == ([f"write {action} -y"] if action else [])


def test_unknown_commands(fired: Fired) -> None:
    assert fired("image-apt-without-yes", "run_command(os.environ['X'])") == []
    assert fired("image-apt-without-yes", "set_workdir(command='apt install x')") == []
