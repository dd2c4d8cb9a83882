"""Writing a tree: all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chutes_cli.core.errors import JobError, UsageError
from chutes_cli.scaffold.render import RenderedFile, RenderedTree
from chutes_cli.scaffold.write import check_destination, write


def tree(**files: str) -> RenderedTree:
    """Return a tree; `__` in a name stands for `/`."""
    return {
        name.replace("__", "/"): RenderedFile(content.encode(), 0o644)
        for name, content in files.items()
    }


def on_disk(root: Path) -> dict[str, str]:
    """Return every file and empty folder below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_text() if path.is_file() else "(folder)"
        for path in sorted(root.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


@contextmanager
def failing_after(moves: int, error: BaseException) -> Iterator[None]:
    """Let `Path.rename` fail after so many moves."""
    original, left = Path.rename, [moves]

    def rename(self: Path, target: Path) -> Path:
        if left[0] == 0:
            left[0] = -1  # putting things back must work
            raise error
        left[0] -= 1
        return original(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        yield


def test_a_new_project_with_new_parents(tmp_path: Path) -> None:
    written = write(tree(a="1", b__c="2"), tmp_path / "x" / "y" / "demo")
    assert on_disk(tmp_path) == {"x/y/demo/a": "1", "x/y/demo/b/c": "2"}
    assert written.created == ("a", "b/c")
    assert written.overwritten == ()


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    files = {"run": RenderedFile(b"#!", 0o755), "plain": RenderedFile(b"", 0o644)}
    before = os.umask(0o027)
    try:
        write(files, tmp_path / "demo")
    finally:
        os.umask(before)
    modes = {name: (tmp_path / "demo" / name).stat().st_mode & 0o777 for name in files}
    assert modes == {"run": 0o750, "plain": 0o640}
    assert (tmp_path / "demo").stat().st_mode & 0o777 == 0o750


def test_an_empty_folder_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    write(tree(a="1"), tmp_path / "demo")
    assert on_disk(tmp_path) == {"demo/a": "1"}


def test_a_link_to_an_empty_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "demo").symlink_to("real")
    write(tree(a="1"), tmp_path / "demo")
    assert on_disk(tmp_path / "real") == {"a": "1"}
    assert (tmp_path / "demo").is_symlink()


def test_every_conflict_is_named(tmp_path: Path) -> None:
    for name in ("a", "b", "mine"):
        (tmp_path / name).write_text("old")
    with pytest.raises(UsageError) as refused:
        write(tree(a="1", b="2", c="3"), tmp_path)
    assert refused.value.detail == "a\nb"
    with pytest.raises(UsageError):
        check_destination(tree(a="1"), tmp_path)
    assert on_disk(tmp_path) == {"a": "old", "b": "old", "mine": "old"}


def test_a_folder_with_other_files_needs_force_too(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("old")
    with pytest.raises(UsageError, match="0 files would be overwritten"):
        write(tree(a="1"), tmp_path)
    assert on_disk(tmp_path) == {"mine": "old"}


def test_force_overwrites_the_named_files_and_leaves_others(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("a", "mine", "b/mine"):
        (tmp_path / name).write_text("old")
    written = write(tree(a="1", b__c="2", d__e="3"), tmp_path, force=True)
    assert on_disk(tmp_path) == {"a": "1", "b/c": "2", "b/mine": "old", "d/e": "3", "mine": "old"}
    assert (written.created, written.overwritten) == (("b/c", "d/e"), ("a",))


def test_force_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("old")
    project = tmp_path / "demo"
    project.mkdir()
    (project / "a").symlink_to("../precious")
    write(tree(a="1"), project, force=True)
    assert on_disk(tmp_path) == {"precious": "old", "demo/a": "1"}


def test_force_never_replaces_a_folder_nor_writes_through_a_link(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    (project / "a").mkdir(parents=True)
    (project / "b").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (project / "link").symlink_to("../elsewhere")
    with pytest.raises(UsageError) as refused:
        write(tree(a="1", b__c="2", link__d="3", link__e="4"), project, force=True)
    assert refused.value.detail == (
        "a (is a folder)\nb (must be a folder)\nlink (must be a folder)"
    )
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_destination_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        write(tree(a="1"), tmp_path / "demo", force=True)


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JobError, match="Not a directory"):
        write(tree(a="1"), tmp_path / "file" / "demo")
    assert on_disk(tmp_path) == {"file": ""}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_new_project_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with failing_after(0, error), pytest.raises((JobError, KeyboardInterrupt)):
        write(tree(a="1"), tmp_path / "x" / "y" / "demo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("moves", range(7))
def test_a_failed_overwrite_puts_everything_back(
    tmp_path: Path, moves: int, error: BaseException
) -> None:
    before = {"a": "old", "b/c": "old", "mine": "old"}
    for name, content in before.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    files = tree(a="1", b__c="2", d__e__f="3", g="4", h__i="5")
    with failing_after(moves, error), pytest.raises((JobError, KeyboardInterrupt)):
        write(files, tmp_path, force=True)
    assert on_disk(tmp_path) == before


def test_a_failed_write_of_a_file_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open
    count = iter(range(10))

    def fail_at_the_third(path: str, *rest: Any, **named: Any) -> int:
        if next(count) == 2:
            raise OSError(28, "No space left on device", str(path))
        return opened(path, *rest, **named)

    monkeypatch.setattr(os, "open", fail_at_the_third)
    with pytest.raises(JobError, match="No space left on device; nothing was left behind"):
        write(tree(a="1", b="2", c="3"), tmp_path / "demo")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
