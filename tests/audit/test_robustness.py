"""No crash, no hang and no finding outside its file, on source nobody would write.

The short version; `scripts/robustness.py` runs the whole of it, slow as it is.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from random import Random
from typing import Any

import pytest

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
