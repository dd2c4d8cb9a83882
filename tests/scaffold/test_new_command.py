"""`chutes-prod new` as its users meet it: output, exit codes, terminals, full disks."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-P", "-m", "chutes_cli", "new", "demo", "--no-input"]
New = Callable[..., "Outcome"]  # noqa: F821 - defined in conftest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_it_writes_a_project_and_says_what_next(new: New, tmp_path: Path) -> None:
    outcome = new("my-service", "--output-dir", tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    project = tmp_path / "my-service"
    assert (project / "my_service" / "weights.safetensors").stat().st_size > 100_000
    for step in (f"cd {project}", "make test", "audit .", "make serve", "loadtest --serve ."):
        assert step in outcome.out
    assert [path.name for path in tmp_path.iterdir()] == ["my-service"]


def test_the_answers_file_makes_the_same_project_again(new: New, tmp_path: Path) -> None:
    new("demo", "--output-dir", tmp_path / "a", "--set", "username=ada", "--set", "concurrency=7")
    answers = tmp_path / "a" / "demo" / ".chutes-prod" / "answers.toml"
    assert new("demo", "--output-dir", tmp_path / "b", "--answers", answers).code == 0
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in "ab"
    )
    assert first == second
    content = tomllib.loads(answers.read_text())
    assert content["answers"]["username"] == "ada"
    assert content["answers"]["concurrency"] == 7


def test_dry_run_shows_all_and_writes_nothing(new: New, tmp_path: Path) -> None:
    outcome = new("demo", "--output-dir", tmp_path / "x", "--dry-run")
    assert outcome.code == 0
    assert "chute.py" in outcome.out
    assert "nothing was written" in outcome.out
    assert list(tmp_path.iterdir()) == []
    new("demo", "--output-dir", tmp_path)
    listed = {line.split()[-1] for line in outcome.out.splitlines()[1:-1]}
    assert listed == {
        path.relative_to(tmp_path / "demo").as_posix()
        for path in (tmp_path / "demo").rglob("*")
        if path.is_file()
    }


def test_conflicts_exit_2_with_or_without_dry_run(new: New, tmp_path: Path) -> None:
    project = tmp_path / "demo"
    project.mkdir()
    (project / "chute.py").write_text("mine")
    (project / "other.py").write_text("mine too")
    for extra in ([], ["--dry-run"]):
        outcome = new("demo", "--output-dir", tmp_path, *extra)
        assert outcome.code == 2
        assert "| chute.py" in outcome.err
        assert "other.py" not in outcome.err
        assert "--force" in outcome.err
    assert (project / "chute.py").read_text() == "mine"
    outcome = new("demo", "--output-dir", tmp_path, "--force")
    assert (outcome.code, "overwrote 1" in outcome.out) == (0, True)
    assert (project / "chute.py").read_text() != "mine"
    assert (project / "other.py").read_text() == "mine too"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "NAME is missing"),
        (["Demo"], "'Demo' cannot be a project's name"),
        (["demo", "--template", "txt"], "did you mean 'text'?"),
        (["demo", "--set", "usrname=ada"], "did you mean 'username'?"),
        (["demo", "--set", "concurrency=257"], "it must be at most 256"),
        (["demo", "--set", 'description=say "hi"'], "without double quotes"),
        (["demo", "--answers", "/nonexistent/answers.toml"], "No such file"),
    ],
)
def test_wrong_usage_exits_2(new: New, tmp_path: Path, words: list[str], message: str) -> None:
    outcome = new(*words, "--output-dir", tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_list_names_templates_and_questions(new: New) -> None:
    outcome = new("--list")
    assert outcome.code == 0
    assert outcome.out.startswith("text: ")
    assert "--set username=" in outcome.out


def test_no_question_is_asked_without_a_terminal(tmp_path: Path) -> None:
    command = [word for word in COMMAND if word != "--no-input"]
    result = subprocess.run(
        [*command, "--output-dir", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_on_a_terminal_it_asks_until_the_answer_is_valid(tmp_path: Path) -> None:
    typed = ["-Ada", "ada", "", "lots", "12", "", ""]
    code, shown = on_a_terminal(tmp_path, "".join(f"{line}\n" for line in typed))
    assert code == 0, shown
    assert "no valid answer for 'username'" in shown
    assert "it must be a whole number" in shown
    answers = tomllib.loads((tmp_path / "demo" / ".chutes-prod" / "answers.toml").read_text())
    assert answers["answers"]["username"] == "ada"
    assert answers["answers"]["concurrency"] == 12
    assert answers["answers"]["max_instances"] == 2


def test_ctrl_c_at_a_question_exits_130(tmp_path: Path) -> None:
    code, shown = on_a_terminal(tmp_path, "\x03")
    assert code == 130, shown
    assert list(tmp_path.iterdir()) == []


def on_a_terminal(folder: Path, typed: str) -> tuple[int, str]:
    """Run the command on a pseudo-terminal once it asks; return its code and its output."""
    process, terminal = pty.fork()
    if process == 0:
        # What is started in a shell's background ignores it, and so do its children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        command = [word for word in COMMAND if word != "--no-input"]
        os.execv(command[0], [*command, "--output-dir", str(folder)])
    shown = b""
    try:
        while b"username" not in shown:
            shown += os.read(terminal, 4096)
        time.sleep(0.2)  # the prompt is there; let it start reading
        os.write(terminal, typed.encode())
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:
        pass  # how Linux says that the other side has closed
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def test_a_read_only_folder_exits_3_and_stays_empty(
    open_folder: Path, as_nobody: list[str]
) -> None:
    folder = open_folder / "closed"
    folder.mkdir(mode=0o555)
    command = [*COMMAND, "--output-dir", str(folder / "new")]
    result = run_as_somebody([*as_nobody, *command], open_folder)
    assert result.returncode == 3, result.stderr
    assert "Permission denied; nothing was left behind" in result.stderr
    assert list(folder.iterdir()) == []


def test_a_full_disk_exits_3_and_stays_empty(open_folder: Path) -> None:
    mount = f"mount -t tmpfs -o size=400k none {open_folder}"
    if (
        subprocess.run(
            ["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False
        ).returncode
        if shutil.which("unshare")
        else True
    ):
        pytest.skip("mounting is not allowed here")
    script = f'{mount} && "$@"; code=$?; find {open_folder} -mindepth 1; exit $code'
    command = ["unshare", "-m", "sh", "-c", script, "sh", *COMMAND]
    result = run_as_somebody([*command, "--output-dir", f"{open_folder}/new"], Path("/"))
    assert result.returncode == 3, result.stderr
    assert "No space left on device; nothing was left behind" in result.stderr
    assert result.stdout == "", "find must have nothing to list"


def run_as_somebody(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the repository, writing no bytecode."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
