"""How commands are read: seen through the checks that look at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]

# Each installs `loose` without a version, somewhere.
SEEN = [
    "pip install loose",
    "pip  install\tloose",
    "A=b C='d e' pip install loose",
    "sudo pip install loose",
    "sudo -E pip install loose",
    "env A=b pip install loose",
    "exec pip install loose",
    "time pip install loose",
    "if pip install loose; then ls; fi",
    "if ls; then pip install loose; else ls; fi",
    "if ls; then ls; else pip install loose; fi",
    "for x in 1; do pip install loose; done",
    "! pip install loose",
    "{ pip install loose; }",
    "(pip install loose)",
    "ls; pip install loose",
    "ls && pip install loose",
    "ls || pip install loose",
    "ls | pip install loose",
    "ls & pip install loose",
    "ls\npip install loose",
    "ls &\\\n& pip install loose",
    "pip install \\\n\n  # note\n  loose",
    "pip install 'loose'",
    'pip install "loose"',
    "pip install lo'os'\"e\"",
    "pip install lo\\ose",
    "pip install loose # pinned==1",
    "# note\npip install loose",
    "pip install loose #",
    'echo "a \\" b" && pip install loose',
    'echo "$(ls "x")" && pip install loose',
    'echo "`ls`" && pip install loose',
    "echo `ls ; ls` && pip install loose",
    "echo $(ls | (cat)) && pip install loose",
    "echo $HOME ${A} && pip install loose",
    "echo $# && pip install loose",
    "pip install $(cat $(ls pins)) loose",
    "pip install --requirement=<(cat pins) loose",
    "pip install loose > log",
    "pip install loose>log",
    "pip install loose &> log",
    "pip install loose &>>log",
    "pip install loose 2>&1 | tee log",
    "pip install 2>log loose",
    "pip install <log loose",
    "pip install >|log loose",
    "pip install <>log loose",
    "pip install <&3 loose",
    "diff <(ls) >(cat) && pip install loose",
    "--mount=type=cache,target=/x pip install loose",
    "sh -c 'pip install loose'",
    "bash -lc 'ls; pip install loose'",
    "dash -ec 'pip install loose'",
    "zsh -c 'pip install loose'",
    "su chutes -c 'pip install loose'",
    "bash -x -c 'pip install loose'",
    '["pip", "install", "loose"]',
    ' ["/bin/sh", "-c", "pip install loose"]',
    "[ -d x ] || pip install loose",
    "[1] && pip install loose",
    "[1]; pip install loose",
    "cat <<<x; pip install loose",
    "cat <<EOF && pip install loose\nx\nEOF",
    "echo $(pip install loose)",
    "while read x; do ls; done < <(pip install loose)",
    "name() { pip install loose; }; name",
]
# None of these installs anything that can be told.
UNSEEN = [
    "",
    "# pip install loose",
    "echo 'pip install loose",
    'echo "; pip install loose',
    "cat <<EOF\npip install loose\nEOF",
    "cat <<-EOF\npip install loose\nEOF",
    "echo pip install loose",
    "echo a\\;pip install loose",
    "echo 'x' ';' pip install loose",
    "echo \\\n pip install loose",
    "pip install > loose",
    "pip install 2> loose",
    "python -c 'pip install loose'",
    "sh -e 'pip install loose'",
    "sh 'pip install loose'",
    '["sh", "-e", "pip install loose"]',
    '["pip install loose"]',
    '["pip", "install", "loose", 5]',
    "5",
    '{"pip": 1}',
    "pip install x==1 \\",
    "A=b",
]


@pytest.mark.parametrize("text", SEEN)
def test_seen(text: str, fired: Fired) -> None:
    (found,) = fired("image-unpinned-pip", f"run_command({text!r})")
    assert found.message == "pip chooses the version of loose on the day of the build"


@pytest.mark.parametrize("text", UNSEEN)
def test_unseen(text: str, fired: Fired) -> None:
    assert fired("image-unpinned-pip", f"run_command({text!r})") == []
