"""No crash, no hang and no finding outside its file, on source nobody would write.

The short version; `scripts/robustness.py` runs the whole of it, slow as it is.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chutes_cli import registry
from chutes_cli.registry import checks

ROOT = Path(__file__).resolve().parents[2]
# Files of the standard library with odd syntax, odd encodings or great length.
ODD_FILES = (
    "ast.py", "asyncio/base_events.py", "collections/__init__.py", "dataclasses.py", "enum.py",
    "inspect.py", "sre_compile.py", "typing.py", "unittest/mock.py",
)  # fmt: skip


@pytest.fixture
def robustness(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import robustness

    return robustness


def faults(robustness: Any, tasks: list[Any]) -> list[str]:
    found = [robustness.audited(task) for task in tasks]
    assert len(found) == len(tasks)
    return [f"{each.name}: {each.fault}" for each in found if each.fault]


def test_mutations_of_real_chutes(robustness: Any) -> None:
    tasks = list(robustness.mutations(300, 7, robustness.sources()))
    assert faults(robustness, tasks) == []


def with_statements_that_hold_nothing(source: str) -> str:
    """Delete what each assignment makes, and add ``return`` and ``raise`` that give nothing."""
    lines = source.splitlines()
    for node in sorted(ast.walk(ast.parse(source)), key=lambda one: -getattr(one, "lineno", 0)):
        margin = " " * getattr(node, "col_offset", 0)
        match node:
            case ast.Assign(targets=[target], end_lineno=int() as line):
                lines.insert(line, f"{margin}del {ast.unparse(target)}")
            case ast.AnnAssign(target=target, end_lineno=int() as line):
                lines.insert(line, f"{margin}del {ast.unparse(target)}")
            case ast.Return(end_lineno=int() as line):
                lines.insert(line, f"{margin}return\n{margin}raise")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("check", [each.id for each in checks()])
def test_statements_that_hold_nothing(check: str, robustness: Any, tmp_path: Path) -> None:
    docs = registry.check(check).docs
    for name, source in (("example", docs.example), ("instead", docs.instead)):
        if _is_python(source):
            (tmp_path / f"{name}.py").write_text(with_statements_that_hold_nothing(source))
    task = robustness.Task(check, 60, lambda folder: tmp_path)
    assert faults(robustness, [task]) == []


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def test_the_standard_library(robustness: Any) -> None:
    folder = Path(sysconfig.get_path("stdlib"))
    files = [file for name in ODD_FILES if (file := folder / name).exists()]
    assert len(files) > 5
    assert faults(robustness, [robustness.file_task(file) for file in files]) == []


def test_a_tree_of_many_chutes(robustness: Any) -> None:
    assert faults(robustness, [robustness.tree_of_chutes(200)]) == []


def test_damage_is_the_same_for_the_same_seed(robustness: Any) -> None:
    texts = ["x = 1\ny = (2, 3)\n", "def f(a, b):\n    return a\n"]

    def made(seed: int) -> list[str]:
        random = Random(seed)
        return [robustness.damaged(random, texts[0], texts) for _ in range(50)]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert len(set(made(1))) > 40


def test_what_goes_wrong_is_told(robustness: Any, tmp_path: Path) -> None:
    def crash(folder: Path) -> Path:
        raise ValueError("seen")

    def hang(folder: Path) -> Path:
        while True:
            pass

    (crashed, hung) = (robustness.audited(robustness.Task(each.__name__, 1, each))
                       for each in (crash, hang))  # fmt: skip
    assert "ValueError: seen" in crashed.fault
    assert hung.fault == "took more than 1 s"


@pytest.mark.slow
def test_all_of_it() -> None:
    command = [sys.executable, "-P", str(ROOT / "scripts" / "robustness.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-10_000:]
