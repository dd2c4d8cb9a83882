"""The house's source files, as git sees them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FileLister = Callable[..., list[str]]


def listed(*folders: str) -> list[str]:
    """Return the files git tracks or would track below some folders, as POSIX paths.

    New files count before they are added, ignored ones never do, and files deleted from
    the work tree are gone.
    """
    command = [
        "git",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *folders,
    ]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if result.returncode:
        pytest.skip(f"the house tests need a git checkout: {result.stderr.strip()}")
    names = {name for name in result.stdout.split("\0") if name}
    return sorted(name for name in names if (ROOT / name).is_file())


def listed_python(*folders: str) -> list[str]:
    """Return the Python files of `listed` that are code of the house.

    The files under ``templates/<name>/`` belong to generated projects and those under
    ``tests/fixtures/`` are material for checks: neither is bound by the house's rules.
    """
    return [
        name
        for name in listed(*folders)
        if name.endswith(".py")
        and not name.startswith("tests/fixtures/")
        and not (name.startswith("templates/") and name.count("/") > 1)
    ]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def listed_files() -> FileLister:
    """A function from folders to all their files."""
    return listed


@pytest.fixture(scope="session")
def python_files() -> FileLister:
    """A function from folders to the Python files that are code of the house."""
    return listed_python
