"""The mutants that the checks' tests are held against: none is forgotten, none is made twice."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Mutate = Callable[[ast.Module], list[Any]]
SOURCE = """\
from __future__ import annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

_KINDS = frozenset({"a", "b"})
_WORDS = {"x": 1, **{"y": 2}}


class Check:
    def run(self, each, names):
        assert each is not None
        if each.kind == "a" and not each.known:
            return True
        return [one for one in names if one in ("p", "q")]


def small(value):
    match value:
        case int() if value < 3:
            return value
        case _:
            return not value
"""
EXPECTED = {
    ("_KINDS", "'a'", "removed"),
    ("_KINDS", "'b'", "removed"),
    ("_WORDS", "'x'", "removed"),
    ("_WORDS", "**{'y': 2}", "removed"),
    ("Check.run", "each.kind == 'a' and (not each.known)", "always true"),
    ("Check.run", "each.kind == 'a' and (not each.known)", "always false"),
    ("Check.run", "each.kind == 'a' and (not each.known)", "without each.kind == 'a'"),
    ("Check.run", "each.kind == 'a' and (not each.known)", "without not each.known"),
    ("Check.run", "each.kind == 'a'", "== becomes !="),
    ("Check.run", "not each.known", "without not"),
    ("Check.run", "one in ('p', 'q')", "always true"),
    ("Check.run", "one in ('p', 'q')", "always false"),
    ("Check.run", "'p'", "removed"),
    ("Check.run", "'q'", "removed"),
    ("small", "int()", "never matches"),
    ("small", "value < 3", "always true"),
    ("small", "value < 3", "always false"),
    ("small", "value < 3", "< becomes <="),
    ("small", "not value", "without not"),
}


@pytest.fixture
def mutate(root: Path, monkeypatch: pytest.MonkeyPatch) -> Mutate:
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import mutants

    return mutants.mutants


def test_every_condition_is_disabled_once(mutate: Mutate) -> None:
    tree = ast.parse(SOURCE)
    found = mutate(tree)
    assert {each.key for each in found} == EXPECTED
    assert len(found) == len(EXPECTED)


def test_a_mutant_changes_the_code_and_leaves_the_tree(mutate: Mutate) -> None:
    tree = ast.parse(SOURCE)
    before = ast.dump(tree)
    plain = compile(tree, "x.py", "exec")
    for each in mutate(tree):
        assert each.compiled(tree, "x.py") != plain, each
    assert ast.dump(tree) == before


def test_a_module_of_the_house_survives_none(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "scripts/mutate_checks.py", "checks/runtime/shutdown.py"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 survived" in done.stdout


def test_what_is_listed_as_unnoticed_exists_and_has_a_reason(root: Path, mutate: Mutate) -> None:
    listed = tomllib.loads((root / "tests/checks/survivors.toml").read_text("utf-8"))["survivor"]
    for entry in listed:
        tree = ast.parse((root / entry["module"]).read_text("utf-8"))
        key = (entry["where"], entry["condition"], entry["mutation"])
        assert key in {each.key for each in mutate(tree)}, entry
        assert entry["reason"].strip()
    assert len({tuple(each.items()) for each in listed}) == len(listed) > 0
