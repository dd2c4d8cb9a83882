"""A rendered tree becomes files: all of it, or nothing.

A new project is written to a staging folder beside its destination and renamed. Into
a folder that has files already, staging is inside it, and each file is moved in while
the one it replaces is kept aside until the last has arrived.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chutes_cli.core.errors import JobError, UsageError
from chutes_cli.scaffold.render import EXECUTABLE, RenderedTree

STAGING_PREFIX = ".chutes-prod-staging-"


@dataclass(frozen=True)
class Written:
    """What was done.

    Args:
        root: The project's folder.
        created: Paths that were new.
        overwritten: Paths that replaced a file.
    """

    root: Path
    created: tuple[str, ...]
    overwritten: tuple[str, ...]


def write(tree: RenderedTree, destination: Path, *, force: bool = False) -> Written:
    """Write a tree to a folder.

    Args:
        tree: What to write.
        destination: The project's folder; made, with its parents, if it is not there.
        force: Overwrite files that are in the way; never anything but files.

    Raises:
        UsageError: Something is in the way.
        JobError: The system refused: no permission, no space. Nothing is left behind.
    """
    try:
        root = Path(os.path.realpath(destination))
        occupied = _is_occupied(root)
        existing = _conflicts(tree, root, force=force) if occupied else []
        if occupied:
            _write_into(tree, root)
        else:
            _write_new(tree, root)
    except OSError as error:
        raise JobError(
            f"the project could not be written: {error.strerror or error}; nothing was left behind",
            where=str(error.filename or destination),
            hint="check the folder's permissions and the free space, or give --output-dir",
        ) from error
    created = tuple(path for path in tree if path not in existing)
    return Written(root, created, tuple(existing))


def check_destination(tree: RenderedTree, destination: Path, *, force: bool = False) -> None:
    """Raise what `write` would raise because of files in the way, and write nothing.

    Raises:
        UsageError: Something is in the way.
        JobError: The destination cannot be looked at.
    """
    try:
        root = Path(os.path.realpath(destination))
        if _is_occupied(root):
            _conflicts(tree, root, force=force)
    except OSError as error:
        raise JobError(
            f"the destination cannot be read: {error.strerror or error}", where=str(destination)
        ) from error


def _is_occupied(root: Path) -> bool:
    """Whether the destination is a folder with something in it.

    Raises:
        UsageError: It is no folder.
    """
    if not os.path.lexists(root):
        return False
    if not root.is_dir():
        raise UsageError("the destination is a file", where=str(root), hint="choose another NAME")
    return any(root.iterdir())


def _conflicts(tree: RenderedTree, root: Path, *, force: bool) -> list[str]:
    """Return the files that would be overwritten.

    Raises:
        UsageError: Without force always; with it, if something that is no file, or a
            link to a folder, is in the way.
    """
    files, blocked = [], []
    for path in tree:
        target = root / path
        parents = [root / parent for parent in list(Path(path).parents)[:-1]]
        barrier = next(
            (at for at in parents if os.path.lexists(at) and (at.is_symlink() or not at.is_dir())),
            None,
        )
        if barrier is not None:
            blocked.append(f"{barrier.relative_to(root).as_posix()} (must be a folder)")
        elif target.is_dir() and not target.is_symlink():
            blocked.append(f"{path} (is a folder)")
        elif os.path.lexists(target):
            files.append(path)
    blocked = list(dict.fromkeys(blocked))
    if blocked:
        raise UsageError(
            "the destination holds what cannot be overwritten",
            where=str(root),
            detail="\n".join([*blocked, *files]),
            hint="move these away, or choose another NAME or --output-dir",
        )
    if not force:
        names = "\n".join(files) if files else "(no file of the project is in the way)"
        raise UsageError(
            f"the destination is not empty; {len(files)} files would be overwritten",
            where=str(root),
            detail=names,
            hint="--force overwrites exactly these and leaves the others",
        )
    return files


def _write_new(tree: RenderedTree, root: Path) -> None:
    """Write to a staging folder beside the destination, and rename it."""
    with _made_parents(root.parent), _staging(root.parent) as staging:
        project = staging / "project"
        _fill(tree, project)
        # Replaces an empty folder too, which is the only thing that can be there.
        project.rename(root)


def _write_into(tree: RenderedTree, root: Path) -> None:
    """Move each file in, and on any failure put everything back."""
    with _staging(root) as staging:
        new, old = staging / "new", staging / "old"
        _fill(tree, new)
        made: list[Path] = []
        try:
            for path in tree:
                target, kept = root / path, old / path
                made += _make_folders(target.parent)
                if os.path.lexists(target):
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    target.rename(kept)
                (new / path).rename(target)
        except BaseException:
            _put_back(tree, root, new, old)
            for folder in reversed(made):
                folder.rmdir()
            raise


def _put_back(tree: RenderedTree, root: Path, new: Path, old: Path) -> None:
    """Undo a half-done move; what was done is read from the disk, not remembered."""
    for path in tree:
        if not os.path.lexists(new / path):
            (root / path).unlink()
        if os.path.lexists(old / path):
            (old / path).rename(root / path)


def _fill(tree: RenderedTree, root: Path) -> None:
    """Write every file below a new folder."""
    root.mkdir()
    for path, file in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        permissions = 0o777 if file.mode == EXECUTABLE else 0o666  # less the user's umask
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions), "wb") as out:
            out.write(file.content)


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happens."""
    # Not tempfile.mkdtemp, whose 0700 would stay on the renamed project.
    staging = parent / f"{STAGING_PREFIX}{secrets.token_hex(4)}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging)


@contextmanager
def _made_parents(folder: Path) -> Iterator[None]:
    """Make a folder with its parents, and take back what was made if the block fails."""
    made = _make_folders(folder)
    try:
        yield
    except BaseException:
        for new in reversed(made):
            new.rmdir()
        raise


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder with its parents and return those that were not there, outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for new in reversed(missing):
            new.mkdir()
            made.append(new)
    except BaseException:
        for new in reversed(made):
            new.rmdir()
        raise
    return made
