"""Small rooms: a module past 400 lines needs a reason that somebody wrote down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

LIMIT = 400

# path -> why it is as long as it is
REASONS: dict[str, str] = {}


def test_modules_are_small(root: Path, python_files: Callable[..., list[str]]) -> None:
    lengths = {
        path: len((root / path).read_text(encoding="utf-8").splitlines())
        for path in python_files("chutes_cli", "checks", "scripts", "benchmarks")
    }
    long = {path: lines for path, lines in lengths.items() if lines > LIMIT}
    assert {path: lines for path, lines in long.items() if path not in REASONS} == {}
    assert set(REASONS) - set(long) == set(), "reasons that are no longer needed"


def test_no_room_without_an_owner(python_files: Callable[..., list[str]]) -> None:
    nobodys = {"helpers.py", "utils.py", "util.py", "common.py", "misc.py"}
    assert [
        path for path in python_files("chutes_cli", "checks") if path.split("/")[-1] in nobodys
    ] == []
