"""Facts on disk, keyed by content: a file that did not change is not parsed again.

Lives in the user's cache folder (``$XDG_CACHE_HOME/chutes-prod``, by default
``~/.cache/chutes-prod``), never in the audited tree. A cache that cannot be read or written
costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from chutes_cli import __version__
from chutes_cli.project import codec
from chutes_cli.project.facts import ModuleFacts
from chutes_cli.project.reader import read_facts

_KEEP_S = 30 * 24 * 3600
_SALT = f"{__version__} {codec.VERSION} {sys.version_info[:2]}"
"""Python's own version counts: it decides what a literal evaluates to."""


def default_folder() -> Path | None:
    """Return the user's cache folder for chutes-prod, None when there is no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / "chutes-prod"
    try:
        return Path.home() / ".cache" / "chutes-prod"
    except RuntimeError:
        return None


class FactsCache:
    """Reads facts, from disk where it can.

    Args:
        folder: Where the files are; made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._usable = True

    def read(self, text: str) -> ModuleFacts:
        """Return the facts of a source text.

        Raises:
            UnreadableSource: The text is not Python.
        """
        key = hashlib.sha256(f"{_SALT}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
        file = self._folder / key[:2] / f"{key[2:]}.json"
        known = self._load(file)
        if known is not None:
            return known
        found = read_facts(text)
        self._store(file, found)
        return found

    def _load(self, file: Path) -> ModuleFacts | None:
        try:
            return codec.from_json(file.read_text("ascii"))
        except (OSError, ValueError):
            return None  # not there, not ours, or cut short: parsed anew

    def _store(self, file: Path, module: ModuleFacts) -> None:
        if not self._usable:
            return
        try:
            text = codec.to_json(module)
        except RecursionError:
            return
        try:
            is_new = not file.parent.exists()
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=file.parent, delete=False, encoding="ascii", suffix=".tmp"
            ) as handle:
                handle.write(text)
            Path(handle.name).replace(file)
            if is_new:
                self._prune()
        except OSError:
            self._usable = False  # a full or read-only disk: not asked again in this run

    def _prune(self) -> None:
        """Remove what has not been written for a month; run when a new folder is made."""
        oldest = time.time() - _KEEP_S
        for file in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < oldest:
                    file.unlink()
