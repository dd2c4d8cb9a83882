"""`scripts/false_alarms.py`: what is asked of code that is known to be good, and how it counts."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

LIBRARY = """\
import os
import hashlib

from pydantic import BaseModel


class Wanted(BaseModel):
    path: str
    count: int


class Store:
    def load(self, path, mode="r"):
        return open(path, mode)

    def save(self, data, path):
        return open(path, data)

    def counted(self, wanted: Wanted):
        return open(f"/data/{wanted.count}")

    def wanted(self, wanted: Wanted):
        return open(wanted.path)


def fixed():
    return hashlib.md5(b"a"), open("/data/a")
"""


@pytest.fixture
def script(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import false_alarms

    module: ModuleType = false_alarms
    return module


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    (folder / "tests").mkdir(parents=True)
    (folder / "site-packages").mkdir()
    (folder / "store.py").write_text(LIBRARY)
    (folder / "tests" / "store.py").write_text(LIBRARY)
    (folder / "site-packages" / "store.py").write_text(LIBRARY)
    return folder


@pytest.mark.parametrize(
    ("inputs", "lines"),
    [("none", []), ("first", [14, 23]), ("all", [14, 17, 20, 23])],
)
def test_parameters_hold_what_is_said(
    script: ModuleType, library: Path, inputs: str, lines: list[int]
) -> None:
    heard = script.listen(["path-traversal"], library / "store.py", [inputs])
    assert heard.lines == LIBRARY.count("\n")
    assert [int(each.text.split(":")[1]) for each in heard.findings] == lines
    assert {each.inputs for each in heard.findings} <= {inputs}
    assert heard.crashes == ()


def test_each_function_is_reached(script: ModuleType, library: Path) -> None:
    heard = script.listen(["weak-hash"], library / "store.py", ["none"])
    assert [each.check for each in heard.findings] == ["weak-hash"]


def test_prints_the_rates(
    script: ModuleType, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["path-traversal", "weak-hash", "--inputs", "none", "--inputs", "all"]
    assert script.main([*asked, "--in", str(library), "--draw", "2", "--slow", "0"]) == 0
    out, errors = capsys.readouterr()
    said = out.splitlines()
    assert said[0] == "1 files, 27 lines, inputs: none"
    assert said[1] == "path-traversal: 0 findings, 0.0000 per 1,000 lines"
    assert said[2] == f"weak-hash: 1 findings, {1000 / 27:.4f} per 1,000 lines"
    assert said[3] == "1 of 1, at random:"
    assert said[5] == "1 files, 27 lines, inputs: all"
    assert said[6] == f"path-traversal: 4 findings, {4000 / 27:.4f} per 1,000 lines"
    assert said[8] == "2 of 5, at random:"
    assert len(said) == 11
    assert "store.py" in errors


def test_asks_all_when_not_told(
    script: ModuleType, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.main(["path-traversal", "--in", str(library), "--sample", "9"])
    out, errors = capsys.readouterr()
    assert "inputs: all" in out.splitlines()[0]
    assert len(out.splitlines()) == 6
    assert errors == ""
