from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]

CUT = {
    "\n    pip install x==1\n    ls -l\n": "pip",
    "mkdir x\nls -l": "ls",
    "mkdir x && \\\nls -l\nrm x": "rm",
    "\n  mkdir x && \\\n  ls -l\n": "mkdir",
    "mkdir x\n\n# note\nenv A=b ls": "env",
    "RUN\nRUNNER x": "RUNNER",
    "mkdir x\nRUN ls\nls -l": "ls",
}
INSTRUCTIONS = [
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
    "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
]  # fmt: skip
WHOLE = [
    "mkdir x",
    "mkdir x\n",
    "mkdir x && \\\n  ls -l\n",
    "mkdir x && \\\n\n  # note\n  ls -l",
    "mkdir x && \\ \t\n ls -l",
    "mkdir x\n# note\n\n",
    "cat > x <<EOF\nhello\nEOF",
    *(f"mkdir x\n{each} y" for each in INSTRUCTIONS),
]


@pytest.mark.parametrize("text", CUT)
def test_lines_that_break_off(text: str, fired: Fired) -> None:
    (found,) = fired("image-command-line-break", f"run_command({text!r})")
    assert f"starts with {CUT[text]!r}" in found.message
    assert found.severity is Severity.ERROR
    behind = text.startswith("\n  mkdir")
    assert ("behind the opening quotes" in found.help) == behind


@pytest.mark.parametrize("text", WHOLE)
def test_whole_commands(text: str, fired: Fired) -> None:
    assert fired("image-command-line-break", f"run_command({text!r})") == []


def test_unknown_commands(fired: Fired) -> None:
    for check in ("image-command-line-break", "image-pipe-to-shell"):
        assert fired(check, "run_command(os.environ['X'])", "run_command(['a\\nb'])") == []
        assert fired(check, "set_workdir('a\\nb')") == []


@pytest.mark.sdk
def test_the_sdk_writes_the_text_as_it_is(chain: Chain, judge: Any) -> None:
    for text in (*CUT, *WHOLE):
        shown = chain(f"run_command({text!r})") + "raise SystemExit(str(image))\n"
        assert judge.imports(shown).endswith(f"\nRUN {text}")


PIPED = {
    "curl -LsSf https://x/install.sh | sh": "sh",
    "wget -qO- https://x | bash": "bash",
    "curl https://x | dash": "dash",
    "curl https://x | zsh": "zsh",
    "curl https://x | sudo -E bash -s -- -y": "bash",
    "curl https://x | env A=b /bin/sh": "sh",
    "apt-get update && curl https://x | gunzip | sh": "sh",
    "curl https://x | python3 -": "python3",
    "curl $(cat address) | sh": "sh",
    "curl https://x | echo $(sh)": "sh",
    "(ls; curl https://x) | sh": "sh",
    "curl https://x | { read first; sh; }": "sh",
    "curl https://x | if ls; then sh; fi": "sh",
    "curl https://x | python": "python",
    "bash <(curl -s https://x)": "bash",
    'sh -c "$(curl -fsSL https://x)"': "sh",
    'bash -c "`wget -O- https://x`"': "bash",
    'bash -c "`curl https://x`"': "bash",
    'bash -c "$(wget -O- https://x)"': "bash",
    'sh -c "ls; curl https://x | sh"': "sh",
}
NOT_PIPED = [
    "curl -o x.sh https://x && sh x.sh",
    "curl https://x | tar xz",
    "curl https://x | python3 -c 'import json'",
    "curl https://x; echo ls | sh",
    "curl https://x | cat; sh",
    "echo $(curl https://x); sh -c ls",
    "echo ls | sh",
    "curl https://x | tee x && sh x",
    "echo '<(curl x)'",
    "bash x.sh",
    "sh -c 'echo curl'",
    "tar xz <(curl https://x)",
    "echo 'curl | sh",
]


@pytest.mark.parametrize("text", PIPED)
def test_downloads_that_are_run(text: str, fired: Fired) -> None:
    (found,) = fired("image-pipe-to-shell", f"run_command({text!r})")
    assert found.message.startswith(f"{PIPED[text]} runs a downloaded script")


@pytest.mark.parametrize("text", NOT_PIPED)
def test_other_downloads(text: str, fired: Fired) -> None:
    assert fired("image-pipe-to-shell", f"run_command({text!r})") == []
