"""Imports that lead out of the project: installed packages, what Python brings, above the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from chutes_cli.project.source import collect
from chutes_cli.project.tree import ModuleSet

CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


def read(folder: Path, files: dict[str, str], named: str) -> list[str]:
    """Return the files that are read when one of them, or a folder, is named."""
    for name, text in {"pyproject.toml": "", **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return [module.path for module in ModuleSet(collect([folder / named])).modules]


@pytest.mark.parametrize("installed", ["lib/site-packages", "lib/dist-packages"])
def test_an_installed_package_sees_itself_and_no_other(installed: str, tmp_path: Path) -> None:
    files = {
        f"{installed}/mine/__init__.py": "",
        f"{installed}/mine/app.py": f"import other\nimport mine.helper\nimport one\n{CHUTE}",
        f"{installed}/mine/helper.py": "x = 1\n",
        f"{installed}/other/__init__.py": "y = 1\n",
        f"{installed}/one.py": "z = 1\n",
    }
    found = read(tmp_path, files, f"{installed}/mine")
    assert found == [f"{installed}/mine/{name}.py" for name in ("__init__", "app", "helper")]


def test_a_single_installed_module_sees_no_other(tmp_path: Path) -> None:
    files = {
        "site-packages/mine.py": f"import mine\nimport other\n{CHUTE}",
        "site-packages/other.py": "",
    }
    found = read(tmp_path, files, "site-packages/mine.py")
    assert found == ["site-packages/mine.py"]


def test_a_package_elsewhere_sees_its_neighbours(tmp_path: Path) -> None:
    files = {"lib/mine.py": f"import mine\nimport other\n{CHUTE}", "lib/other.py": ""}
    assert read(tmp_path, files, "lib/mine.py") == ["lib/mine.py", "lib/other.py"]


@pytest.mark.parametrize("dots", [2, 5, 40])
def test_more_dots_than_there_are_folders(dots: int, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"from {'.' * dots} import x\nfrom {'.' * dots}y import z\n")
    tree = collect([tmp_path / "app.py"])
    assert [module.path for module in ModuleSet(tree).modules] == ["app.py"]


def test_a_name_that_newer_pythons_free_is_the_projects(tmp_path: Path) -> None:
    files = {
        "app.py": f"import pipes.steps\nimport queue\n{CHUTE}",
        "pipes/__init__.py": "",
        "pipes/steps.py": "x = 1\n",
        "queue.py": "y = 1\n",
    }
    found = read(tmp_path, files, "app.py")
    assert found == ["app.py", "pipes/__init__.py", "pipes/steps.py"]
