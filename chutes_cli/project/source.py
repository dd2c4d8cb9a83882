"""Finding and reading the files of an audited tree. Nothing here looks inside them."""

from __future__ import annotations

import io
import os
import stat
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from chutes_cli.core.errors import UsageError
from chutes_cli.core.report import Skipped
from chutes_cli.project.kinds import PIPELINE_FOLDERS, Kind, kind_of

MAX_BYTES = 1_000_000
"""Files above this are skipped: the platform refuses code over 150 000 characters (F65)."""

SUFFIXES = (".py", ".py.j2", ".py.jinja", ".py.jinja2")
_SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist"}
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One readable file.

    Attributes:
        path: POSIX path relative to the project root.
        absolute: Where it is.
        text: Its decoded source.
        named: Whether the user named this very file.
    """

    path: str
    absolute: Path
    text: str
    named: bool


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One readable file beside the chute: its path as a SourceFile's, what it is, its text."""

    path: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why; ``python_refuses`` says Python would not either."""

    path: str
    reason: str
    line: int = 1
    python_refuses: bool = False


@dataclass(slots=True)
class SourceTree:
    """The files of an audit.

    Attributes:
        root: The folder paths are relative to.
        whole: Whether a folder was given, so that a missing chute means something.
        files: Readable files in order of path.
        scripts: CI files, scripts and container files, in order of path.
        unreadable: Files that could not be read.
        skipped: Files left out on purpose.
    """

    root: Path
    whole: bool
    files: list[SourceFile] = field(default_factory=list)
    scripts: list[ScriptFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def collect(paths: Sequence[Path], exclude: Sequence[str] = ()) -> SourceTree:
    """Read every Python source below the given paths, and the scripts beside them.

    Args:
        paths: Files and folders to audit; must not be empty.
        exclude: Further patterns to leave out, in .gitignore's notation, relative to the
            project root.

    Raises:
        UsageError: A path does not exist, cannot be reached or cannot be listed.
    """
    resolved = [_existing(path) for path in paths]
    root = project_root(resolved)
    tree = SourceTree(root, whole=any(path.is_dir() for path in resolved))
    seen: set[str] = set()
    for path in resolved:
        named = not path.is_dir()
        found = [path] if named else _walk(path, root, exclude, tree)
        for file in found:
            # A link to a file that is read anyway is the same code once more.
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                _add(tree, file, named=named)
    tree.files.sort(key=lambda file: file.path)
    tree.scripts.sort(key=lambda file: file.path)
    return tree


def project_root(paths: Sequence[Path]) -> Path:
    """Return the folder with the nearest pyproject.toml above the paths, else their parent.

    Args:
        paths: Resolved paths that exist.
    """
    folders = [path if path.is_dir() else path.parent for path in paths]
    common = Path(os.path.commonpath(folders))
    for folder in (common, *common.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    return common


def _existing(path: Path) -> Path:
    try:
        resolved = path.resolve(strict=True)
    except FileNotFoundError:
        raise UsageError(
            "no such file or folder", where=str(path), hint="name a chute's folder or file"
        ) from None
    except (OSError, RuntimeError) as error:
        raise UsageError(f"cannot be opened: {_why(error)}", where=str(path)) from error
    if not (resolved.is_dir() or resolved.is_file()):
        raise UsageError("neither a file nor a folder", where=str(path))
    return resolved


def _walk(top: Path, root: Path, exclude: Sequence[str], tree: SourceTree) -> Iterator[Path]:
    """Yield source files below a folder; links to folders are not followed."""
    excluded = GitIgnoreSpec.from_lines(exclude)
    ignores = _ignores_above(top)

    def failed(error: OSError) -> None:
        tree.skipped.append(Skipped(_relative(Path(error.filename), root), _why(error)))

    for folder, folders, files in os.walk(top, onerror=failed):
        here = Path(folder)
        ignores = _with_ignore(ignores, here)
        keep = []
        for name in sorted(folders):
            child = here / name
            if _is_skipped_folder(child) or _ignored(child, ignores, is_dir=True):
                continue
            if excluded.match_file(f"{_relative(child, root)}/"):
                continue
            keep.append(name)
        folders[:] = keep
        for name in sorted(files):
            child = here / name
            is_python = name.endswith(SUFFIXES) and not (
                PIPELINE_FOLDERS & set(child.relative_to(top).parts)
            )
            if not (is_python or kind_of(child)) or _ignored(child, ignores, is_dir=False):
                continue
            if not excluded.match_file(_relative(child, root)):
                yield child


def _is_skipped_folder(folder: Path) -> bool:
    name = folder.name
    return (
        name in _SKIPPED_FOLDERS
        or (name.startswith(".") and name not in PIPELINE_FOLDERS)
        or name.endswith(".egg-info")
        # os.path, because Path raises where the folder may not be entered.
        or os.path.isfile(folder / "pyvenv.cfg")
    )


_Ignores = tuple[tuple[Path, GitIgnoreSpec], ...]


def _ignores_above(top: Path) -> _Ignores:
    """Return the .gitignore files between the repository's top and a folder's parent.

    A folder the user names is audited even where they ignore it: then none of them counts.
    """
    chain: list[Path] = []
    for folder in (top, *top.parents):
        chain.append(folder)
        if os.path.exists(folder / ".git"):
            break
    else:
        return ()
    ignores: _Ignores = ()
    for folder in reversed(chain[1:]):
        ignores = _with_ignore(ignores, folder)
    hidden = any(_ignored(folder, ignores, is_dir=True) for folder in chain[:-1])
    return () if hidden else ignores


def _with_ignore(ignores: _Ignores, folder: Path) -> _Ignores:
    file = folder / ".gitignore"
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # No such file, or one that cannot be read: then nothing is ignored by it.
        return ignores
    return (*ignores, (folder, GitIgnoreSpec.from_lines(lines)))


def _ignored(path: Path, ignores: _Ignores, *, is_dir: bool) -> bool:
    verdict = False
    for folder, spec in ignores:
        if not path.is_relative_to(folder):
            continue
        name = path.relative_to(folder).as_posix() + ("/" if is_dir else "")
        include = spec.check_file(name).include
        verdict = verdict if include is None else include
    return verdict


def _add(tree: SourceTree, file: Path, *, named: bool) -> None:
    path = _relative(file, tree.root)
    try:
        status = file.stat()
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe would wait for a writer for ever.
            tree.skipped.append(Skipped(path, "not a regular file"))
            return
        if size > MAX_BYTES:
            reason = f"larger than {MAX_BYTES // 1_000_000} MB ({size / 1e6:.1f} MB)"
            tree.skipped.append(Skipped(path, reason))
            return
        data = file.read_bytes()
    except OSError as error:
        tree.unreadable.append(Unreadable(path, f"cannot be read: {_why(error)}"))
        return
    kind = None if path.endswith(SUFFIXES) else kind_of(file)
    if kind is not None:
        _add_script(tree, path, kind, data)
        return
    decoded = decode(data)
    if isinstance(decoded, str):
        tree.files.append(SourceFile(path, file, decoded, named))
    elif named or b"chutes" in data:
        tree.unreadable.append(Unreadable(path, decoded[0], decoded[1], python_refuses=True))
    else:
        tree.skipped.append(Skipped(path, decoded[0]))


def _add_script(tree: SourceTree, path: str, kind: Kind, data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        tree.skipped.append(Skipped(path, _undecodable(data, "")[0]))
        return
    tree.scripts.append(ScriptFile(path, kind, text))


def decode(data: bytes) -> str | tuple[str, int]:
    """Return a Python source's text, or why it cannot be decoded and on which line."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        return _undecodable(data, str(error))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (f"not {encoding.removesuffix('-sig').upper()}: byte 0x{data[error.start]:02x}"
                f" on line {line}", line)  # fmt: skip
    if "\0" in text:
        return ("contains null bytes", text.count("\n", 0, text.index("\0")) + 1)
    return text


def _undecodable(data: bytes, reason: str) -> tuple[str, int]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (f"not UTF-8: byte 0x{data[error.start]:02x} on line {line}", line)
    return (reason, 1)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _why(error: OSError | RuntimeError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
