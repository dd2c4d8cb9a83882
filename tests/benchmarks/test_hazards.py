"""The comparison with other tools: what counts as found, missed and accused, with stand-ins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = ROOT / "benchmarks" / "hazards.py"
HEAD = """\
import hashlib
import subprocess

from chutes.chute import Chute, NodeSelector

chute = Chute(
    username="you",
    name="my-service",
    image="you/my-service:1.0",
    node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
    tee=True,
)


@chute.cord(public_api_path="/x", public_api_method="POST")
async def x(self, args: dict) -> dict:
"""
LINE = HEAD.count("\n") + 1
SHELL = '    subprocess.run(f"ls {args[\'folder\']}", shell=True)\n    return {"a": 1, **args}\n'
LIST = '    subprocess.run(["date"])\n    return {"a": 1, **args}\n'
PAD = "\n" * 8
TWINS = {
    "shell-1": ("shell-injection", HEAD + SHELL, HEAD + LIST),
    "shell-2": ("shell-injection", HEAD + SHELL, HEAD + LIST),
    # Nothing that the audit could find: a peer that says so is ahead.
    "hash-1": ("weak-hash", HEAD + LIST + PAD, HEAD + LIST + PAD),
}
STAND_IN = """\
#!{python}
import json, sys
if "--version" in sys.argv:
    print("{name} 1.2.3")
    sys.exit()
json.dump({{"arguments": sys.argv[1:]}}, open({log!r}, "w"))
folder = sys.argv[-1] if "{name}" == "semgrep" else sys.argv[sys.argv.index("-r") + 1]
report = json.loads({report!r}.replace("FOLDER", folder))
print(json.dumps(report))
sys.exit({code})
"""

Compare = Callable[..., subprocess.CompletedProcess[str]]


class Peers:
    """An environment with stand-ins for the peers, which say what they are told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir(parents=True)

    def add(self, name: str, report: dict[str, Any], code: int = 1) -> None:
        program = self.folder / "bin" / name
        program.write_text(
            STAND_IN.format(
                python=sys.executable,
                name=name,
                log=str(self.folder / f"{name}.json"),
                report=json.dumps(report),
                code=code,
            )
        )
        program.chmod(0o755)

    def bandit(self, *said: tuple[str, int, str], severity: str = "HIGH") -> None:
        results = [
            {
                "test_id": rule,
                "test_name": "name",
                "filename": f"FOLDER/gateway/{at}/app.py",
                "line_number": line,
                "line_range": [line],
                "issue_severity": severity,
            }
            for at, line, rule in said
        ]
        self.add("bandit", {"results": results, "errors": []})


@pytest.fixture
def peers(tmp_path: Path) -> Peers:
    return Peers(tmp_path / "peers")


@pytest.fixture
def compare(tmp_path: Path, peers: Peers) -> Compare:
    for name, (hazard, faulty, healthy) in TWINS.items():
        folder = tmp_path / "twins" / name
        for side, source in (("faulty", faulty), ("healthy", healthy)):
            (folder / side).mkdir(parents=True)
            (folder / side / "app.py").write_text(source)
        says = {"hazard": hazard, "path": "app.py", "line": LINE, "exposure": "gateway"}
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in says.items())
        (folder / "twin.toml").write_text(text)

    def start(*options: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", str(BENCHMARK), "--twins", str(tmp_path / "twins")]
        command += ["--peers", str(peers.folder), *options]
        bare = {key: value for key, value in os.environ.items() if key != "SEMGREP_RULES"}
        return subprocess.run(
            command,
            env={**bare, "PATH": str(tmp_path / "nowhere"), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    return start


def scores(result: subprocess.CompletedProcess[str], tool: str) -> dict[str, list[list[str]]]:
    return {
        hazard: [of[tool][key] for key in ("found", "missed", "accused")]
        for hazard, of in json.loads(result.stdout)["hazards"].items()
    }


def test_peers_that_are_not_there_are_named_and_left_out(compare: Compare) -> None:
    result = compare()
    assert (result.returncode, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["shell-injection", "2", "2", "0", "0"] in lines
    assert ["weak-hash", "1", "0", "1", "0"] in lines
    assert ["ALL", "OF", "SECURITY", "3", "2", "1", "0"] in lines
    assert "bandit: not found" in result.stdout
    assert "semgrep: not found" in result.stdout


def test_what_counts_as_found_and_accused(compare: Compare, peers: Peers) -> None:
    peers.bandit(
        ("shell-1/faulty", LINE, "B1"),
        ("shell-1/healthy", LINE, "B1"),  # the same of both: found, and accused
        ("shell-2/faulty", 1, "B2"),  # far from the fault, and said of both
        ("shell-2/healthy", 1, "B2"),
        ("shell-2/healthy", 2, "B1"),  # a rule that finds the hazard elsewhere
        ("hash-1/faulty", LINE + 4, "B3"),  # four lines away, and said of both
        ("hash-1/healthy", LINE + 4, "B3"),
    )
    result = compare("--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert scores(result, "bandit") == {
        "shell-injection": [["shell-1"], ["shell-2"], ["shell-1", "shell-2"]],
        "weak-hash": [[], ["hash-1"], []],
    }
    assert scores(result, "chutes-prod")["shell-injection"] == [["shell-1", "shell-2"], [], []]


@pytest.mark.parametrize(
    ("remarks", "found"),
    [
        ([("hash-1/faulty", LINE + 3, "B3"), ("hash-1/healthy", LINE + 3, "B3")], True),
        ([("hash-1/faulty", 1, "B3")], True),  # far away, but only of the faulty tree
        ([("hash-1/healthy", LINE, "B3")], False),
        ([("shell-1/faulty", LINE, "B3")], False),  # the audit finds that as well
    ],
)
def test_a_fault_that_only_a_peer_finds_fails_the_run(
    compare: Compare, peers: Peers, remarks: list[tuple[str, int, str]], found: bool
) -> None:
    peers.bandit(*remarks)
    result = compare()
    assert result.returncode == int(found), result.stdout + result.stderr
    assert ("missed: hash-1, found by bandit: B3 name at app.py" in result.stdout) == found


def test_advice_finds_and_accuses_nobody(compare: Compare, peers: Peers) -> None:
    peers.bandit(("shell-1/faulty", LINE, "B1"), ("shell-1/healthy", LINE, "B1"), severity="LOW")
    result = compare("--json")
    assert scores(result, "bandit")["shell-injection"] == [["shell-1"], ["shell-2"], []]


def test_semgrep_gets_the_rules_and_no_network(
    compare: Compare, peers: Peers, tmp_path: Path
) -> None:
    place = {"start": {"line": LINE}, "end": {"line": LINE}, "extra": {"severity": "ERROR"}}
    one = {"check_id": "lang.x", "path": "FOLDER/gateway/shell-2/faulty/app.py", **place}
    peers.add("semgrep", {"results": [one], "errors": []})
    without = compare()
    assert "semgrep: no rules: name their folder" in without.stdout
    rules = tmp_path / "rules"
    rules.mkdir()
    result = compare("--json", SEMGREP_RULES=str(rules))
    assert scores(result, "semgrep")["shell-injection"] == [["shell-2"], ["shell-1"], []]
    assert json.loads(result.stdout)["versions"]["semgrep"] == "1.2.3"
    asked = json.loads((peers.folder / "semgrep.json").read_text())["arguments"]
    assert {"--metrics", "off", "--disable-version-check"} <= set(asked)


def test_a_peer_that_fails_is_no_peer_that_finds_nothing(compare: Compare, peers: Peers) -> None:
    peers.add("bandit", {"results": [], "errors": []}, code=2)
    result = compare()
    assert (result.returncode, result.stdout) == (2, "")
    assert "bandit: exit 2" in result.stderr
