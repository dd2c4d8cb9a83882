"""The demo fails when the template loses one of its protections."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Runs a copy of the house, whose template was changed, in place of the installed one. The
# load test is left out: the audit before it is what must stop the demo.
PROGRAM = """\
#!{python} -P
import pathlib, sys
sys.path.insert(0, {house!r})
words = sys.argv[1:]
if words[0] == "loadtest":
    (report,) = (word.removeprefix("json=") for word in words if word.startswith("json="))
    pathlib.Path(report).write_text("{{}}")
    sys.exit(0)
from chutes_cli.cli.app import main
main(words)
"""

SCHEMAS = "{{package}}/schemas.py"
CHUTE = "chute.py.jinja"


def demo_with(root: Path, folder: Path, file: str, old: str, new: str) -> tuple[int, str]:
    """Run the demo with one text of the template replaced.

    Returns:
        Its exit code and output.
    """
    house = folder / "house"
    shutil.copytree(root / "chutes_cli", house / "chutes_cli")
    for name in ("checks", "templates"):
        shutil.copytree(root / name, house / "chutes_cli" / name)
    changed = house / "chutes_cli" / "templates" / "text" / "project" / file
    text = changed.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"the template no longer says {old!r}: choose another protection"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    program = folder / "program"
    program.write_text(PROGRAM.format(python=sys.executable, house=str(house)))
    program.chmod(0o755)
    options = ["--workdir", str(folder / "work"), "--program", str(program)]
    result = subprocess.run(
        [sys.executable, "-P", str(root / "scripts" / "demo.py"), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


# check -> the file of the template, what it says and what it says without the protection
PROTECTIONS = {
    "unbounded-input-field": (
        SCHEMAS,
        "prompt: str = Field(min_length=1, max_length=4000)",
        "prompt: str",
    ),
    "cord-status-code": (SCHEMAS, "status_code=400", "status_code=422"),
    "cord-method-without-public-method": (CHUTE, 'public_api_method="GET"', 'method="GET"'),
    "node-selector-out-of-range": (CHUTE, "gpu_count=1", "gpu_count=9"),
    "chute-unknown-argument": (CHUTE, "    tee=True,\n", "    teee=True,\n"),
}


@pytest.mark.parametrize("check", PROTECTIONS)
def test_a_lost_protection_stops_the_demo(root: Path, tmp_path: Path, check: str) -> None:
    code, output = demo_with(root, tmp_path, *PROTECTIONS[check])
    assert code == 1, output
    assert "demo failed at step 2/3" in output
    assert check in output


def test_with_all_its_protections_it_goes_on(root: Path, tmp_path: Path) -> None:
    code, output = demo_with(root, tmp_path, CHUTE, "tagline=", "tagline=")
    assert code == 0, output
    assert "=== done" in output
