"""Where reports go: ``--format NAME`` to stdout, ``--format NAME=FILE`` to a file."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import typer

from chutes_cli.core.errors import UsageError

Destination = tuple[str, Path | None]
"""A format's name and the file it goes to, None for stdout."""


def destinations(texts: Sequence[str], known: Collection[str]) -> list[Destination]:
    """Return format and file of each ``--format``, once every file can be written.

    Args:
        texts: The values of ``--format``, such as ``text`` and ``json=out.json``.
        known: Names of the formats there are.

    Raises:
        UsageError: A format is unknown, two go to stdout, or a file cannot be written.
    """
    found: list[Destination] = []
    for text in texts:
        name, equals, file = text.partition("=")
        if name not in known or (equals and not file):
            raise UsageError(f"--format: {text!r} is not one of {', '.join(known)} or FORMAT=FILE")
        # Through symbolic links: the file behind them is replaced, not the link.
        path = Path(file).resolve() if file else None
        found.append((name, path))
        if path is not None:
            _check_writable(path)
    if sum(path is None for _, path in found) > 1:
        raise UsageError(
            "--format: only one format can go to stdout", hint="write the others to FORMAT=FILE"
        )
    return found


def write(reports: Sequence[Destination], render: Callable[[str, bool], str]) -> None:
    """Write every report to where it goes.

    Args:
        reports: From `destinations`.
        render: (format name, whether to use colours) to text.
    """
    for name, path in reports:
        if path is None:
            color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            typer.echo(render(name, color), nl=False)
        else:
            _replace(path, render(name, False))


def _check_writable(path: Path) -> None:
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if _is_special(path):
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".chutes-prod-"):
            pass
    except OSError as error:
        raise UsageError(
            f"--format: {path} cannot be written: {error.strerror}", where=str(path)
        ) from error


def _is_special(path: Path) -> bool:
    """Return whether the path is a device or a pipe, which a rename would destroy."""
    return path.exists() and not path.is_file()


def _replace(path: Path, text: str) -> None:
    """A reader of the file sees the old report or the new one, never half of one."""
    if _is_special(path):
        path.write_text(text, encoding="utf-8")
        return
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".chutes-prod-", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
