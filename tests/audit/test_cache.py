from __future__ import annotations

from pathlib import Path

import pytest

from chutes_cli.audit import cache
from chutes_cli.audit.cache import FactsCache, default_folder
from chutes_cli.project.facts import ModuleFacts
from chutes_cli.project.reader import UnreadableSource, read_facts

TEXT = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was really parsed."""
    seen: list[str] = []

    def counted(text: str) -> ModuleFacts:
        seen.append(text)
        return read_facts(text)

    monkeypatch.setattr(cache, "read_facts", counted)
    return seen


def test_the_same_text_is_parsed_once(tmp_path: Path, parses: list[str]) -> None:
    first = FactsCache(tmp_path).read(TEXT)
    second = FactsCache(tmp_path).read(TEXT)
    assert len(parses) == 1
    assert [each.kind for each in first.statements] == [each.kind for each in second.statements]
    FactsCache(tmp_path).read(TEXT + "#")
    assert len(parses) == 2


def test_a_spoilt_file_is_parsed_anew(tmp_path: Path, parses: list[str]) -> None:
    FactsCache(tmp_path).read(TEXT)
    (file,) = tmp_path.rglob("*.json")
    for spoilt in ("", "{", "[17]", '["__import__"]', "\u2603"):
        file.write_text(spoilt)
        assert FactsCache(tmp_path).read(TEXT).statements
    assert len(parses) == 6


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    found = FactsCache(blocked)
    assert found.read(TEXT).statements
    assert found.read(TEXT).statements


def test_what_is_not_python_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource):
        FactsCache(tmp_path).read("def")
    assert not list(tmp_path.rglob("*.json"))


def test_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "chutes-prod"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "chutes-prod"


def test_old_files_go(tmp_path: Path) -> None:
    import os

    FactsCache(tmp_path).read(TEXT)
    (old,) = tmp_path.rglob("*.json")
    os.utime(old, (1, 1))
    number = 0
    while old.exists() and number < 600:
        number += 1
        FactsCache(tmp_path).read(f"x = {number}\n")
    assert not old.exists()
