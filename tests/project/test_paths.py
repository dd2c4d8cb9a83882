from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.paths import LocalPaths

ReadTree = Callable[..., Project]
HEAD = "import os, chutes\nfrom pathlib import Path\nHERE = Path(__file__).resolve().parent\n"


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("'a.txt'", "svc/a.txt"),
        ("'./d/a.txt'", "svc/d/a.txt"),
        ("'../a.txt'", "a.txt"),
        ("''", "svc"),
        ("NAME", "svc/a.txt"),
        ("f'{NAME}.bak'", "svc/a.txt.bak"),
        ("Path('a.txt')", "svc/a.txt"),
        ("Path()", "svc"),
        ("Path('d', 'a.txt')", "svc/d/a.txt"),
        ("Path('d') / 'a.txt'", "svc/d/a.txt"),
        ("Path.cwd() / 'a.txt'", "svc/a.txt"),
        ("os.getcwd()", "svc"),
        ("__file__", "svc/app.py"),
        ("Path(__file__).parent / 'a.txt'", "svc/a.txt"),
        ("Path(__file__).absolute().parents[1] / 'a.txt'", "a.txt"),
        ("Path(__file__).with_name('a.txt')", "svc/a.txt"),
        ("HERE / 'a.txt'", "svc/a.txt"),
        ("HERE.joinpath('d', 'a.txt').as_posix()", "svc/d/a.txt"),
        ("str(HERE / 'a.txt')", "svc/a.txt"),
        ("os.path.join(os.path.dirname(__file__), 'a.txt')", "svc/a.txt"),
        ("os.path.join(os.path.dirname(os.path.abspath(__file__)), 'a.txt')", "svc/a.txt"),
        ("os.path.realpath('a.txt')", "svc/a.txt"),
        ("os.path.normpath('d/../a.txt')", "svc/a.txt"),
        ("os.fspath(HERE)", "svc"),
        ("'/etc/a.txt'", None),
        ("'~/a.txt'", None),
        ("Path('~/a.txt').expanduser()", None),
        ("'https://x/a.txt'", None),
        ("os.getenv('X', 'a.txt')", None),
        ("Path(os.getenv('X'))", None),
        ("Path(*NAMES)", None),
        ("Path(x=1)", None),
        ("unknown / 'a.txt'", None),
        ("unknown.parent", None),
        ("unknown.parents[0]", None),
        ("Path('a.txt').parents[9]", None),
        ("Path('a.txt').parents[-1]", None),
        ("unknown.with_name('a.txt')", None),
        ("HERE.with_name(unknown)", None),
        ("HERE.with_name()", None),
        ("os.path.dirname(unknown)", None),
        ("os.path.dirname()", None),
        ("HERE.glob('x')", None),
        ("TWICE", None),
        ("LOOP", None),
        ("5", None),
    ],
)
def test_paths(expression: str, path: str | None, project: ReadTree) -> None:
    source = (
        f"{HEAD}NAME = 'a.txt'\nTWICE = 'a.txt'\nTWICE = Path('b.txt')\nLOOP = LOOP2\n"
        f"LOOP2 = LOOP\nx = {expression}\n"
    )
    found = project({"svc/app.py": source, "pyproject.toml": ""})
    (module,) = found.modules
    paths = LocalPaths(found.knowledge, found.root, found.root / "svc")
    got = paths.of(module, 0, module.facts.statements[-1].values[0])
    assert (got and got.relative_to(found.root).as_posix()) == path
