from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Fired = Callable[..., list[Finding]]
Findings = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("calls", "fires"),
    [
        (["set_user('root')"], True),
        (["set_user('0')"], True),
        (["set_user(0)"], True),
        (["set_user('root:root')"], True),
        (
            ["set_user('chutes')", "run_command('ls')", "set_user('root')", "run_command('ls')"],
            True,
        ),
        (["set_user('root')", "run_command('ls')", "set_user('chutes')"], False),
        (["set_user('root')", "set_user(os.environ['USER'])"], False),
        (["set_user(1000)"], False),
        (["run_command('ls')"], False),
    ],
)
def test_ends_as_root(calls: list[str], fires: bool, fired: Fired) -> None:
    found = fired("image-ends-as-root", *calls)
    assert [each.snippet for each in found] == ["set_user"] * fires


APT = "run_command('apt-get update && apt-get install -y git')"


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        ([APT], 8),
        (["run_command('apt update')", "run_command('apt install -y git')"], 9),
        (["apt_install('git')", "apt_install('curl')"], 8),
        (["apt_remove('git')"], 8),
        (["with_python('3.12.1')"], 8),
        (["from_base('parachutes/python:3.12')", APT], 9),
        (["from_base('python:3.12')", "set_user('app')", APT], 10),
        (["set_user('root')", APT, "set_user('chutes')", "apt_install('git')"], 11),
        (["set_user(1000)", APT], 9),
        (["set_user('root')", APT], None),
        (["set_user('0')", APT], None),
        (["set_user(os.environ['USER'])", APT], None),
        (["from_base('python:3.12')", APT], None),
        (["from_base(os.environ['BASE'])", APT], None),
        (["run_command('ls')", "with_env('A', 'b')"], None),
        (["run_command('sudo apt-get install -y git')", "set_workdir('/x')"], None),
    ],
)
def test_needs_root(calls: list[str], line: int | None, fired: Fired) -> None:
    found = fired("image-needs-root", *calls)
    assert [each.location.line for each in found] == ([line] if line else [])


def test_says_who_may_not(fired: Fired) -> None:
    (found,) = fired("image-needs-root", "set_user('app')", APT)
    assert "the user app" in found.message


def test_a_user_under_a_condition_is_not_known(findings: Findings) -> None:
    source = (
        "from chutes.chute import Chute\nfrom chutes.image import Image\n"
        "image = Image('you', 'nnn', 'tt')\nif image.tag:\n    image.set_user('app')\n"
        "image.apt_install('git')\nchute = Chute('you', 'nnn', image)\n"
    )
    assert findings(source, "image-needs-root") == []


def test_entrypoints_never_run_on_the_platform(fired: Fired) -> None:
    (found,) = fired("image-entrypoint", "with_entrypoint(['x'])", "run_command('ls')")
    assert (found.severity, found.confidence) == (Severity.INFO, Confidence.MEDIUM)
    assert "as of 2026-05" in found.message
    assert fired("image-entrypoint", "run_command('ls')") == []
