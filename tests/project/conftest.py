from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.project.link import link
from chutes_cli.project.model import Project
from chutes_cli.project.source import collect
from chutes_cli.project.tree import ModuleSet

ReadTree = Callable[..., Project]


@pytest.fixture
def project(tmp_path: Path) -> ReadTree:
    """Write files and return the Project they make."""

    def read(source: str | dict[str, str]) -> Project:
        files = source if isinstance(source, dict) else {"app.py": source}
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        tree = collect([tmp_path])
        return link(tree, ModuleSet(tree))

    return read
