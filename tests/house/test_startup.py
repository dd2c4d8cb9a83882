"""Help stays instant: what `chutes-prod --help` imports is counted, not timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"libcst", "locust", "gevent", "torch", "chutes", "jinja2", "httpx", "pydantic", "yaml"}

# Runs the program as the installed script does, then tells what is loaded.
CODE = """
import json, sys
from chutes_cli.cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    print("\\n" + json.dumps([leaving.code, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def loaded_by(*words: str, **environment: str) -> tuple[int, set[str]]:
    result = subprocess.run(
        [sys.executable, "-P", "-c", CODE, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    code, modules = json.loads(result.stdout.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_program_itself_imports_nothing_heavy(word: str) -> None:
    code, modules = loaded_by(word)
    assert code == 0
    assert modules & HEAVY == set()


@pytest.mark.parametrize("command", ["new", "audit", "loadtest", "explain", "checks"])
def test_the_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    code, modules = loaded_by(command, "--help")
    assert code == 0
    # Typer itself reads a command's parameters with pydantic (typer 0.29 _adapters.py).
    assert modules & HEAVY <= {"pydantic"}


def test_an_audit_from_the_cache_imports_no_parser(tmp_path: Path) -> None:
    source = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    (tmp_path / "app.py").write_text(source)
    words = ("audit", str(tmp_path / "app.py"), "--fail-on", "never")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert "libcst" in loaded_by(*words, **environment)[1]
    assert "libcst" not in loaded_by(*words, **environment)[1]


def test_the_measure_sees_a_heavy_import() -> None:
    code = CODE.replace("import json, sys", "import json, sys, pydantic")
    result = subprocess.run(
        [sys.executable, "-P", "-c", code, "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pydantic" in json.loads(result.stdout.splitlines()[-1])[1]
