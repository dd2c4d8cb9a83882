"""`scripts/demo.py`: it stops where a step fails, and touches no folder but its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Stands in for the installed program: notes its words and fails where it is told to.
PROGRAM = """\
#!{python}
import pathlib, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(words[0] + "\\n")
if words[0] == "new":
    project = pathlib.Path(words[words.index("--output-dir") + 1], words[1])
    project.mkdir()
    (project / "chute.py").write_text("")
elif {reports}:
    (report,) = (word.removeprefix("json=") for word in words if word.startswith("json="))
    pathlib.Path(report).write_text("{{}}")
print("the output of", words[0])
sys.exit({code} if words[0] == {failing!r} else 0)
"""


class Demo:
    """The demo with a stand-in for the program."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.log = folder / "log"
        self.program = folder / "program"
        self.workdir = folder / "work"

    def run(
        self, *, failing: str = "", code: int = 1, reports: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the demo once with one step failing."""
        self.log.write_text("")
        facts = {"log": str(self.log), "failing": failing, "code": code, "reports": reports}
        self.program.write_text(PROGRAM.format(python=sys.executable, **facts))
        self.program.chmod(0o755)
        options = ["--workdir", str(self.workdir), "--program", str(self.program)]
        return subprocess.run(
            [sys.executable, "-P", str(self.root / "scripts" / "demo.py"), *options],
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def steps(self) -> list[str]:
        """The commands that ran."""
        return self.log.read_text().split()


@pytest.fixture
def demo(root: Path, tmp_path: Path) -> Demo:
    return Demo(root, tmp_path)


def test_three_steps_and_where_the_reports_are(demo: Demo) -> None:
    result = demo.run()
    assert (result.returncode, result.stderr) == (0, "")
    assert demo.steps == ["new", "audit", "loadtest"]
    assert result.stdout.index("the output of audit") > result.stdout.index("2/3  Audit it")
    assert str(demo.workdir / "audit.json") in result.stdout
    assert str(demo.workdir / "loadtest.json") in result.stdout
    assert "no errors" in result.stdout
    assert "ready" not in result.stdout, "an audit without findings is not readiness"


@pytest.mark.parametrize(
    ("failing", "ran"),
    [
        ("new", ["new"]),
        ("audit", ["new", "audit"]),
        ("loadtest", ["new", "audit", "loadtest"]),
    ],
)
def test_it_stops_at_the_first_step_that_fails(demo: Demo, failing: str, ran: list[str]) -> None:
    result = demo.run(failing=failing, code=3)
    assert result.returncode == 1
    assert demo.steps == ran
    assert "(exit 3)" in result.stdout.splitlines()[-1]
    assert "done" not in result.stdout


def test_a_report_that_was_not_written_is_a_failure(demo: Demo) -> None:
    result = demo.run(reports=False)
    assert result.returncode == 1
    assert demo.steps == ["new", "audit"]
    assert "audit.json" in result.stdout.splitlines()[-1]


def test_it_replaces_its_own_earlier_output(demo: Demo) -> None:
    assert demo.run().returncode == 0
    (demo.workdir / "demo-service" / "left-over").write_text("")
    (demo.workdir / "notes.txt").write_text("the user's")
    assert demo.run().returncode == 0
    assert not (demo.workdir / "demo-service" / "left-over").exists()
    assert (demo.workdir / "notes.txt").read_text() == "the user's"


def test_it_leaves_the_users_folders_alone(demo: Demo) -> None:
    (demo.workdir / "demo-service").mkdir(parents=True)
    (demo.workdir / "demo-service" / "precious").write_text("")
    result = demo.run()
    assert result.returncode == 2
    assert "--workdir" in result.stderr
    assert demo.steps == []
    assert (demo.workdir / "demo-service" / "precious").exists()


def test_a_file_in_the_way(demo: Demo) -> None:
    demo.workdir.write_text("")
    result = demo.run()
    assert result.returncode == 2
    assert "is not a folder" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell runs the set-up")
class TestPreflight:
    """`scripts/preflight.sh` names what a machine lacks."""

    def run(self, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it with nothing in the environment but what is given."""
        return subprocess.run(
            ["/bin/sh", str(root / "scripts" / "preflight.sh")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_bare_machine(self, root: Path, tmp_path: Path) -> None:
        result = self.run(root, PATH=str(tmp_path))
        assert result.returncode == 1
        assert result.stdout == ""
        assert "Python 3.11, 3.12 or 3.13" in result.stderr
        assert (
            "apt-get install python3 python3-venv python3-dev git build-essential" in result.stderr
        )

    def test_an_old_python_is_passed_over(self, root: Path, tmp_path: Path) -> None:
        self.script(tmp_path / "python3.11", "exit 1")
        result = self.run(root, PATH=str(tmp_path))
        assert "tried: python3.11 python3.12 python3.13 python3" in result.stderr

    def test_a_python_without_its_debian_parts(self, root: Path, tmp_path: Path) -> None:
        # Knows its version, and has neither ensurepip nor headers.
        self.script(
            tmp_path / "python3.12",
            'case "$2" in *version_info*print* | *print*version_info*) echo python3.12;;'
            " *ensurepip* | *Python.h*) exit 1;; esac",
        )
        for tool in ("git", "cc"):
            self.script(tmp_path / tool, "exit 0")
        result = self.run(root, PATH=str(tmp_path))
        assert result.returncode == 1
        assert "apt-get install python3.12-venv python3.12-dev\n" in result.stderr

    def test_the_named_python_is_taken(self, root: Path, tmp_path: Path) -> None:
        for tool in ("git", "cc"):
            self.script(tmp_path / tool, "exit 0")
        result = self.run(root, PATH=str(tmp_path), PYTHON=sys.executable)
        if result.returncode == 0:  # this machine may lack the headers
            assert result.stdout.strip() == sys.executable
        else:
            assert "-dev" in result.stderr

    @staticmethod
    def script(path: Path, body: str) -> None:
        """Write a program for the shell."""
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
