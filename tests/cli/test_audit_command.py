"""`chutes-prod audit` through the installed script, on good and on bad input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("chutes-prod")
CHUTE = """\
import time
from chutes.chute import Chute, NodeSelector
chute = Chute(username='you', name='svc', image='u/n:1.0',
              node_selector=NodeSelector(include=['pro_6000']), tee=True)
@chute.cord(public_api_path='/time', public_api_method='GET')
def now(self): return {'time': time.time()}
import os, signal, threading
signal.signal(signal.SIGTERM, lambda *_: threading.Timer(20, os._exit, [0]).start())
"""
FAULTY = CHUTE.replace("image='u/n:1.0'", "image='u/n:1.0', min_instances=1")


def audit(
    *words: object, cwd: Path | None = None, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*prefix, str(SCRIPT), "audit", *map(str, words)]
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "XDG_CACHE_HOME": "/dev/null/cache"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(CHUTE)
    return tmp_path


def document(*words: object, **rest: object) -> dict[str, object]:
    done = audit(*words, "--format", "json", **rest)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def checks_in(found: dict[str, object]) -> list[tuple[str, str]]:
    findings = found["findings"]
    assert isinstance(findings, list)
    return [(each["path"], each["check"]) for each in findings]


def test_a_clean_chute_exits_0(tree: Path) -> None:
    done = audit(tree)
    assert done.returncode == 0
    assert "No errors, no warnings." in done.stdout
    assert "1 chute, 1 cord" in done.stdout
    assert "ready" not in done.stdout.lower()


def test_a_finding_exits_1_and_says_where_and_what_to_do(tree: Path) -> None:
    (tree / "app.py").write_text(FAULTY)
    done = audit(tree)
    assert done.returncode == 1
    assert "app.py" in done.stdout
    assert "3:60" in done.stdout
    assert "chute-unknown-argument" in done.stdout
    assert "help:" in done.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--ignore", "chute-unknown-argument"], 0),
        (["--ignore", "platform"], 0),
        (["--select", "runtime,security"], 0),
        (["--select", "platform", "--ignore", "syntax-error"], 1),
        (["--fail-on", "warning"], 1),
        (["--exclude", "app.py"], 3),
    ],
)
def test_options_decide(options: list[str], code: int, tree: Path) -> None:
    (tree / "app.py").write_text(FAULTY)
    assert audit(tree, *options).returncode == code


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.py"], "no such file or folder"),
        (["--select", "chute-unknown-argumnet"], "did you mean chute-unknown-argument?"),
        (["--ignore", "nonsense"], "no check or category named 'nonsense'"),
        (["--select", "platform", "--ignore", "platform"], "no check is left"),
        (["--format", "yaml"], "not one of"),
        (["--format", "json="], "not one of"),
        (["--format", "json", "--format", "text"], "only one format can go to stdout"),
        (["--format", "json=/nonexistent/x.json"], "cannot be written"),
        (["--format", "json=."], "cannot be written"),
        (["--fail-on", "sometimes"], "sometimes"),
        (["--exposure", "moon"], "moon"),
        (["--no-such-option"], "--no-such-option"),
        (["loop.py"], "cannot be opened"),
    ],
)
def test_wrong_usage_exits_2(words: list[str], says: str, tree: Path) -> None:
    (tree / "loop.py").symlink_to("loop.py")
    done = audit(*words, cwd=tree)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_a_syntax_error_in_one_of_ten_files(tree: Path) -> None:
    for number in range(9):
        (tree / f"m{number}.py").write_text(FAULTY if number == 3 else "x = 1\n")
    (tree / "m7.py").write_text("def broken(:\n    pass\n")
    found = document(tree)
    assert checks_in(found) == [("m3.py", "chute-unknown-argument"), ("m7.py", "syntax-error")]
    (_, broken) = found["findings"]
    assert broken["line"] == 1
    assert audit(tree).returncode == 1


def test_a_syntax_error_in_the_only_chute(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CHUTE + "def f(:\n")
    done = audit(tmp_path / "app.py")
    assert done.returncode == 1
    assert "syntax-error" in done.stdout


def test_a_file_of_5_megabytes_is_skipped_and_said(tree: Path) -> None:
    (tree / "big.py").write_text("# chutes\n" + "x = 1\n" * 900_000)
    done = audit(tree)
    assert done.returncode == 0
    assert "skipped big.py: larger than 1 MB (5.4 MB)" in done.stdout
    alone = audit(tree / "big.py")
    assert alone.returncode == 3
    assert "larger than 1 MB" in alone.stderr


def test_symlink_loops_and_folders_named_like_files(tree: Path) -> None:
    (tree / "around").symlink_to(tree)
    (tree / "loop.py").symlink_to("loop.py")
    (tree / "gone.py").symlink_to("nowhere.py")
    (tree / "x.py").mkdir()
    (tree / "x.py" / "inner.py").write_text(FAULTY)
    found = document(tree)
    assert checks_in(found) == [("x.py/inner.py", "chute-unknown-argument")]
    skipped = found["skipped"]
    assert isinstance(skipped, list)
    assert [each["path"] for each in skipped] == ["gone.py", "loop.py"]
    assert checks_in(document(tree / "x.py")) == [("x.py/inner.py", "chute-unknown-argument")]


def test_pipes_links_and_templates(tree: Path) -> None:
    os.mkfifo(tree / "pipe.py")
    (tree / "app.py").write_text(FAULTY)
    (tree / "same.py").symlink_to("app.py")
    (tree / "chute.py.j2").write_text("{% if x %}\nimport chutes\n{% endif %}\n")
    found = document(tree)
    assert checks_in(found) == [("app.py", "chute-unknown-argument")]
    skipped = found["skipped"]
    assert isinstance(skipped, list)
    assert [each["path"] for each in skipped] == ["chute.py.j2", "pipe.py"]
    assert audit(tree / "pipe.py").returncode == 2


def test_debug_is_accepted_anywhere(tree: Path) -> None:
    done = subprocess.run(
        [str(SCRIPT), "audit", "missing.py", "--debug"],
        cwd=tree, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_files_that_are_not_utf_8(tree: Path) -> None:
    (tree / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\n" + FAULTY.encode() + b"# \xe9\n")
    (tree / "bom.py").write_bytes(b"\xef\xbb\xbf" + FAULTY.encode())
    (tree / "wrong.py").write_bytes(b"import chutes\nx = '\xff'\n")
    (tree / "elsewhere.py").write_bytes(b"x = '\xff'\n")
    found = document(tree)
    assert checks_in(found) == [
        ("bom.py", "chute-unknown-argument"),
        ("latin.py", "chute-unknown-argument"),
        ("wrong.py", "syntax-error"),
    ]
    assert "byte 0xff on line 2" in json.dumps(found["findings"])
    assert "elsewhere.py" in json.dumps(found["skipped"])


def test_an_unreadable_file_is_said(as_nobody: list[str]) -> None:
    # Outside pytest's own folder, which only root may enter.
    folder = Path("/tmp") / f"chutes-prod-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        (folder / "app.py").write_text(CHUTE)
        (folder / "secret.py").write_text(FAULTY)
        (folder / "secret.py").chmod(0)
        (folder / "closed").mkdir(mode=0)
        done = audit(folder, prefix=as_nobody)
        assert done.returncode == 0, done.stderr
        assert "skipped secret.py: cannot be read: permission denied" in done.stdout
        assert "skipped closed: permission denied" in done.stdout
        alone = audit(folder / "secret.py", prefix=as_nobody)
        assert alone.returncode == 3
        assert "permission denied" in alone.stderr
    finally:
        shutil.rmtree(folder)


def test_a_folder_without_a_chute(tmp_path: Path) -> None:
    done = audit(tmp_path)
    assert done.returncode == 3
    assert "no Python files found" in done.stderr
    (tmp_path / "x.py").write_text("x = 1\n")
    done = audit(tmp_path)
    assert done.returncode == 3
    assert "no chute found" in done.stderr
    assert "help:" in done.stderr


def test_files_without_a_chute_exit_0_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("x = 1\n")
    done = audit(tmp_path / "x.py")
    assert done.returncode == 0
    assert "there is no chute" in done.stdout
    done = audit(tmp_path / "x.py", "--format", "json")
    assert json.loads(done.stdout)["chutes"] == []
    assert "there is no chute" in done.stderr


def test_gitignore_and_virtual_environments_are_respected(tree: Path) -> None:
    (tree / ".git").mkdir()
    (tree / ".gitignore").write_text("generated/\n*_tmp.py\n!keep_tmp.py\n")
    for name in ("generated/a.py", "b_tmp.py", "keep_tmp.py", "env311/lib/c.py", ".hidden/d.py"):
        file = tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FAULTY)
    (tree / "env311" / "pyvenv.cfg").write_text("")
    assert checks_in(document(tree)) == [("keep_tmp.py", "chute-unknown-argument")]
    # What the user names is audited even where it is ignored.
    assert checks_in(document(tree / "generated")) == [("generated/a.py", "chute-unknown-argument")]
    assert checks_in(document(tree / "b_tmp.py")) == [("b_tmp.py", "chute-unknown-argument")]


def test_the_audited_code_never_runs(tree: Path) -> None:
    (tree / "app.py").write_text(f"open('ran.txt', 'w')\nimport helper\n{CHUTE}")
    (tree / "helper.py").write_text("raise SystemExit('imported')\n")
    assert audit(tree, cwd=tree).returncode == 0
    assert not (tree / "ran.txt").exists()
    assert sorted(each.name for each in tree.iterdir()) == ["app.py", "helper.py", "pyproject.toml"]


def test_reports_go_to_files(tree: Path) -> None:
    done = audit(".", "--format", "text", "--format", "json=out.json", cwd=tree)
    assert "Looked at" in done.stdout
    assert json.loads((tree / "out.json").read_text())["schema_version"] == 1


def test_explain_and_checks() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SCRIPT), *words], capture_output=True, text=True, timeout=60, check=False
        )

    page = run("explain", "on-shutdown-never-runs")
    assert page.returncode == 0
    for word in ("What it does", "Why it matters", "Example", "Use instead", "Source"):
        assert word in page.stdout
    unknown = run("explain", "on-shutdown")
    assert unknown.returncode == 2
    assert "did you mean on-shutdown-never-runs?" in unknown.stderr
    listed = json.loads(run("checks", "--format", "json").stdout)
    assert {"id", "category", "severity", "confidence", "item", "summary"} == set(
        listed["checks"][0]
    )
    assert "on-shutdown-never-runs" in run("checks").stdout
