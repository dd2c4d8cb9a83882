from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
ID = "image-unpinned-pip"

LOOSE = {
    "pip install torch": "torch",
    "pip install torch numpy==1.0 scipy": "torch, scipy",
    "pip install -U torch": "torch",
    "pip install --upgrade --no-cache-dir torch": "torch",
    "pip3 install torch": "torch",
    "pip3.12 install torch": "torch",
    "/opt/python/bin/pip install torch": "torch",
    "python -m pip install torch": "torch",
    "python3.12 -m pip --no-cache-dir install torch": "torch",
    "uv pip install --system torch": "torch",
    "pip install 'torch>=2'": "torch>=2",
    "pip install torch~=2.0": "torch~=2.0",
    "pip install 'torch!=2.0'": "torch!=2.0",
    "pip install torch==2.*": "torch==2.*",
    "pip install 'torch;python_version==\"3.12\"'": 'torch;python_version=="3.12"',
    "pip install 'torch[all]'": "torch[all]",
    "pip install pip-tools": "pip-tools",
    "ls && pip install \\\n   torch \\\n   numpy": "torch, numpy",
    "pip install a; pip install b": "a, b",
    "pip install a b c d e f": "a, b, c, d and 2 more",
    "pip install a b c d": "a, b, c, d",
    "pip install -r requirements.txt torch": "torch",
    "pip install -e . torch": "torch",
    "pip install --editable=pkg torch": "torch",
    "pip install --index-url=https://x torch": "torch",
    "pip install httpx>=0.28 torch": "torch",
}
PINNED = [
    "pip install torch==2.1",
    "pip install torch===2.1 'numpy == 1.0'",
    "pip install 'torch[all]==2.1;python_version<\"3.13\"'",
    "pip install 'torch>=2,==2.1'",
    "pip install -r requirements.txt",
    "pip install -rrequirements.txt",
    "pip install --requirement=requirements.txt",
    "pip install .",
    "pip install ./pkg ../pkg /src/pkg pkg/sub",
    "pip install .[all]",
    "pip install -e .",
    "pip install --editable .",
    "pip install -e pkg",
    "pip install --editable pkg",
    "pip install --editable=pkg",
    "pip install pkg.whl pkg.zip pkg.tar.gz",
    "pip install https://x/pkg.whl 'pkg @ https://x/pkg'",
    "pip install torch==$VERSION $PACKAGE `cat x`",
    "pip install -c constraints.txt torch",
    "pip install --constraint constraints.txt torch",
    "pip install --constraint=constraints.txt torch",
    "pip install --upgrade pip uv wheel Wheel",
    "pip install",
    "pip install httpx>=0.28",
    "pip download torch",
    "pipx install torch",
    "uv add install torch",
    "uv install torch",
    "python -m build install torch",
    "python install torch",
    "npm install torch",
    "echo 'pip install torch'",
    "echo pip install torch",
    "echo python -m pip install torch",
]
OPTIONS = [
    "-r", "--requirement", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t",
    "--target", "--platform", "--python-version", "--implementation", "--abi", "--root",
    "--prefix", "--src", "--upgrade-strategy", "-C", "--config-settings", "--global-option",
    "--no-binary", "--only-binary", "--progress-bar", "--report", "--trusted-host", "--cert",
    "--cache-dir", "--log", "--proxy", "--retries", "--timeout", "--exists-action", "--python",
    "-p", "--index", "--default-index", "--index-strategy", "--torch-backend", "--resolution",
    "--prerelease", "--exclude-newer", "--group", "--root-user-action", "--use-feature",
    "--use-deprecated", "--build-constraint",
]  # fmt: skip


@pytest.mark.parametrize("text", LOOSE)
def test_unpinned(text: str, fired: Fired) -> None:
    (found,) = fired(ID, f"run_command({text!r})")
    assert found.message == f"pip chooses the version of {LOOSE[text]} on the day of the build"


@pytest.mark.parametrize("text", PINNED)
def test_pinned(text: str, fired: Fired) -> None:
    assert fired(ID, f"run_command({text!r})") == []


@pytest.mark.parametrize("option", OPTIONS)
def test_values_of_options_are_no_packages(option: str, fired: Fired) -> None:
    assert fired(ID, f"run_command('pip install {option} value torch==2.1')") == []


def test_unknown_commands(fired: Fired) -> None:
    above = "def load(): ..."
    for check in (ID, "image-pip-redirection"):
        assert fired(check, "run_command(f'pip install torch=={load()}')", above=above) == []
        assert fired(check, "run_command(load())", above=above) == []


def test_known_parts_are_filled_in(fired: Fired) -> None:
    (found,) = fired(ID, "run_command(f'pip install {NAME}')", above="NAME = 'torch'")
    assert "torch" in found.message
    assert fired(ID, "run_command('pip install torch==' + V)", above="V = '2.1'") == []


REDIRECTED = {
    "pip install httpx>=0.28": ("'>'", "'=0.28'", "'httpx>=0.28'"),
    "pip install a==1 httpx>0.28": ("'>'", "'0.28'", "'httpx>0.28'"),
    "ls; uv pip install httpx>=$V": ("'>'", "'=$V'", "'httpx>=$V'"),
    "pip install httpx<1": ("'<'", "'1'", "'httpx<1'"),
    "pip install httpx>=0.28,<1": ("'<'", "'1'", "'httpx>=0.28,<1'"),
    "pip install a>=1 httpx>=0.28,<1 b<2": ("'<'", "'1'", "'httpx>=0.28,<1'"),
    "pip install a>=1 b>=0.28,>0": ("'>'", "'=1'", "'a>=1'"),
}
NOT_REDIRECTED = [
    "pip install 'httpx>=0.28'",
    'pip install "httpx>=0.28"',
    "pip install httpx\\>=0.28",
    "pip install httpx==0.28 > log.txt",
    "pip install httpx==0.28 >1",
    "pip install httpx==0.28>log.txt",
    "pip install httpx==0.28 2>&1 2>1",
    "echo x>=1",
    '["pip", "install", "httpx>=0.28"]',
]


@pytest.mark.parametrize("text", REDIRECTED)
def test_bounds_that_the_shell_takes(text: str, fired: Fired) -> None:
    operator, target, requirement = REDIRECTED[text]
    (found,) = fired("image-pip-redirection", f"run_command({text!r})")
    fails = operator == "'<'"
    effect = (
        f"reads a file {target}, which does not exist, so the build fails"
        if fails
        else f"writes to a file {target}, and drops the bound"
    )
    assert found.message == (
        f"the shell takes {operator} in {requirement[1:-1]} for a redirection: it {effect}"
    )
    assert found.help == f"quote the requirement: {requirement}"
    assert found.severity is (Severity.ERROR if fails else Severity.WARNING)


@pytest.mark.parametrize("text", NOT_REDIRECTED)
def test_bounds_in_quotes(text: str, fired: Fired) -> None:
    assert fired("image-pip-redirection", f"run_command({text!r})") == []


@pytest.mark.parametrize("text", [*REDIRECTED, *NOT_REDIRECTED[:5]])
def test_the_shell_agrees(text: str, tmp_path: Path) -> None:
    """A pip that only says what it is given, run by the shell."""
    script = f'pip() {{ echo "GIVEN $*" >&2; }}; uv() {{ pip; }}; V=2; {text}'
    ran = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if text in REDIRECTED:
        assert "=0.28" not in ran.stderr.partition("GIVEN")[2]
        if REDIRECTED[text][0] == "'<'":
            assert ran.returncode != 0
        else:
            assert any(each.name[:1] in "=0" for each in tmp_path.iterdir())
    else:
        assert "=0.28" in ran.stderr
        assert not any(each.name.startswith("=") for each in tmp_path.iterdir())
