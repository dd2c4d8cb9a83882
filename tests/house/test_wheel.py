"""The wheel, built through the sdist, holds exactly the files of the repository."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("build") is None, reason="the build package is not installed"
)

PACKAGE_FOLDERS = ("chutes_cli", "checks", "templates")


def installed_name(path: str) -> str:
    """Return where a file of the repository lands in site-packages."""
    return path if path.startswith("chutes_cli/") else f"chutes_cli/{path}"


def has_current_setuptools() -> bool:
    """Tell whether a build without isolation would use setuptools 77 or later."""
    try:
        return int(importlib.metadata.version("setuptools").split(".")[0]) >= 77
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def built(
    root: Path,
    listed_files: Callable[..., list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder with the sdist and the wheel, built from a copy of the work tree."""
    copy = tmp_path_factory.mktemp("copy")
    for name in listed_files("."):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-P", "-m", "build", "--outdir", str(output)]
    if has_current_setuptools():
        command.append("--no-isolation")
    result = subprocess.run(
        [*command, str(copy)], capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return output


@pytest.fixture(scope="module")
def wheel_names(built: Path) -> set[str]:
    """The files in the wheel."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_what_the_repository_holds(
    listed_files: Callable[..., list[str]], wheel_names: set[str]
) -> None:
    expected = {installed_name(path) for path in listed_files(*PACKAGE_FOLDERS)}
    packaged = {name for name in wheel_names if ".dist-info/" not in name}
    assert packaged - expected == set(), "in the wheel only"
    assert expected - packaged == set(), "missing from the wheel"


def test_site_packages_gains_one_folder(wheel_names: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"chutes_cli"}
    assert len(tops) == 2


def test_what_others_rely_on_is_there(wheel_names: set[str]) -> None:
    for name in (
        "chutes_cli/py.typed",
        "chutes_cli/contract/sdk-0.6.9.json",
        "chutes_cli/contract/platform.json",
        "chutes_cli/checks/__init__.py",
        "chutes_cli/templates/__init__.py",
    ):
        assert name in wheel_names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_names)


def test_the_sdist_alone_is_enough(built: Path, listed_files: Callable[..., list[str]]) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert set(listed_files(*PACKAGE_FOLDERS)) - names == set()
    assert {"pyproject.toml", "LICENSE", "README.md"} <= names
