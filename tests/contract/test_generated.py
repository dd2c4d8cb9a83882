"""The contract is what the real SDK says."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "generate_contract.py"
CONTRACT = ROOT / "chutes_cli" / "contract" / "sdk-0.6.9.json"

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(
        importlib.util.find_spec("chutes") is None, reason="the Chutes SDK is not installed"
    ),
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # A process of its own: importing the SDK changes the environment and the loggers.
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def without_libraries(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text)
    content.pop("libraries")
    return content


def same_libraries() -> bool:
    kept = json.loads(CONTRACT.read_text(encoding="utf-8"))["libraries"]
    return all(
        entry["version"] == importlib.metadata.version(name.partition(".")[0])
        for name, entry in kept.items()
    )


def test_the_file_is_what_the_installed_sdk_gives() -> None:
    result = run(str(SCRIPT), "--check")
    if result.returncode and not same_libraries():
        # FastAPI, aiohttp or pydantic moved on; what is the SDK's own must still agree.
        fresh = run(str(SCRIPT), "--stdout").stdout
        assert without_libraries(fresh) == without_libraries(CONTRACT.read_text(encoding="utf-8"))
        pytest.skip("libraries of other versions than the contract's; the SDK's own part agrees")
    assert result.returncode == 0, f"\n{result.stdout}{result.stderr}"


def test_names_read_from_the_source_are_those_of_the_live_modules() -> None:
    # All are imported before any is looked at: a package holds its submodules only then.
    code = """
import importlib, json, sys
live = {name: importlib.import_module(name) for name in json.load(sys.stdin)}
print("\\n" + json.dumps({name: sorted(vars(module)) for name, module in live.items()}))
"""
    modules = json.loads(CONTRACT.read_text(encoding="utf-8"))["modules"]
    readable = {name: set(found) for name, found in modules.items() if found is not None}
    result = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=json.dumps(sorted(readable)),
        capture_output=True,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if not key.startswith("CHUTES_")},
    )
    assert result.returncode == 0, result.stderr
    differing = {}
    for name, found in json.loads(result.stdout.splitlines()[-1]).items():
        live = {one for one in found if not one.startswith("__")}
        compiled = {one for one in readable[name] if modules.get(f"{name}.{one}", ()) is None}
        if difference := live ^ (readable[name] - compiled):
            differing[name] = difference
    # Bound only where CHUTES_EXECUTION_CONTEXT is REMOTE (SDK 0.6.9 chute/base.py:16).
    assert differing == {"chutes.chute.base": {"existing"}}


def test_a_difference_is_shown_with_the_way_out(tmp_path: Path) -> None:
    # The script finds the file beside itself, so a copy with another file must disagree.
    (tmp_path / "scripts").mkdir()
    (tmp_path / "chutes_cli" / "contract").mkdir(parents=True)
    for script in ("generate_contract.py", "contract_names.py", "contract_signatures.py"):
        (tmp_path / "scripts" / script).write_bytes((ROOT / "scripts" / script).read_bytes())
    changed = CONTRACT.read_text(encoding="utf-8").replace('"concurrency"', '"konkurrency"', 1)
    (tmp_path / "chutes_cli" / "contract" / CONTRACT.name).write_text(changed, encoding="utf-8")
    result = run(str(tmp_path / "scripts" / "generate_contract.py"), "--check")
    assert result.returncode == 1
    assert "konkurrency" in result.stdout
    assert "run scripts/generate_contract.py" in result.stdout
