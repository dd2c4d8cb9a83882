"""What `chutes-prod audit`, bandit and semgrep find of the same hazards, side by side in one run.

Usage::

    python -P benchmarks/hazards.py                         with the peers that are on PATH
    python -P benchmarks/hazards.py --peers VENV --semgrep-rules FOLDER
    python -P benchmarks/hazards.py --json                  twin by twin, for programs

The cases are the twins of `tests/fixtures/twins`: a tree with one fault, and its near-copy without
it, each in a folder of its own. Every tool reads all of them at once (the audit once per exposure,
which is an option of its command), from a copy in a temporary folder: below `tests` they would
count as tests. Semgrep gets the rules of `--semgrep-rules`, or `SEMGREP_RULES`, and no network;
bandit runs all its tests. A peer that is not there is named and left out.

What counts is the same for every tool, and in doubt in the tool's favour:

- *Found*: a remark that counts stands on the line that the twin's author names, or at most three
  lines from it; or the remark, its rule and the text of its line, is one that the healthy tree does
  not get. For a peer every remark counts, whatever its rule says. For the audit only those of the
  checks that are meant to find this hazard do (`tests/twins/hazards.py`).
- *Accused*: a remark of a rule by which the tool finds this hazard, in this twin or in another,
  stands in the healthy tree. For the audit, those are the checks that are meant to find it. So a
  tool that says the same of both trees is counted as finding the one and accusing the other. What
  is of a tool's least severity (info, LOW, INFO) is advice: it finds, and accuses nobody.
- A hazard is one of security when a check of that category is among those meant to find it, else
  one of the runtime.
- *Other remarks*: all that is said of healthy trees beside that, whatever the rule.

The exit code is 1 when a peer finds a fault that the audit misses, 2 when a tool fails, else 0.

The peers look for more than the twins hold. Not ours: `assert` (bandit B101), `random` where
secrets are made (B311), fixed paths below `/tmp` (B108), weak ciphers, modes and key sizes (B304,
B305, B505; semgrep cryptography and pycryptodome), XML parsers that expand entities (B313-B319),
permissions of files (B103), FTP, Telnet, SSH host keys and SNMP (B321, B312, B507, B508), Mako and
Django templates (B702, B703), and semgrep's rules for Django, Flask, Pyramid, Bokeh, boto3, Twilio
and for style (`is-function-without-parentheses`, `unspecified-open-encoding`). A listener on all
interfaces (B104) is what the platform asks of a chute.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the twins' reader belongs to the tests, which are not installed

from chutes_cli.registry import checks  # noqa: E402 - after the path
from tests.twins.hazards import HAZARDS  # noqa: E402 - after the path
from tests.twins.twins import TWINS, Twin, twins  # noqa: E402 - after the path

OURS = "chutes-prod"
NEAR = 3  # lines from the stated one
FAULTY, HEALTHY = "faulty", "healthy"


class Broken(Exception):
    """A tool did not do its work."""


class Absent(Exception):
    """A peer, or what it needs, is not there."""


@dataclass(frozen=True)
class Remark:
    """What a tool says of a place in a tree of a twin; `text` is the code of its first line."""

    twin: str
    side: str
    path: str
    text: str
    rule: str
    first: int
    last: int
    advice: bool

    def stands_near(self, twin: Twin) -> bool:
        """Say whether it stands where the twin's author sees the fault."""
        line = int(twin.says["line"])
        return self.path == twin.says["path"] and self.first - NEAR <= line <= self.last + NEAR


@dataclass(frozen=True)
class Tool:
    """One tool's run over all twins."""

    name: str
    version: str
    seconds: float
    remarks: tuple[Remark, ...]

    def of(self, twin: Twin, side: str) -> list[Remark]:
        """Return what it says of one tree."""
        return [each for each in self.remarks if (each.twin, each.side) == (twin.name, side)]

    def finds(self, twin: Twin) -> list[Remark]:
        """Return the remarks by which it finds a twin's fault; none where it misses it."""
        known = {(each.rule, each.text) for each in self.of(twin, HEALTHY)}
        meant = HAZARDS[twin.says["hazard"]]
        return [
            each
            for each in self.of(twin, FAULTY)
            if self.name != OURS or each.rule in meant
            if each.stands_near(twin) or (each.rule, each.text) not in known
        ]


@dataclass
class Score:
    """How one tool does on the twins of one hazard, or of several; names of twins."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    """What it says of healthy trees by the rules that find the hazard."""

    def add(self, other: Score) -> None:
        """Take in another one."""
        for each in fields(self):
            getattr(self, each.name).extend(getattr(other, each.name))

    def __str__(self) -> str:
        return f"{len(self.found):>6} {len(self.missed):>6} {len(self.accused):>7}"


def score(tool: Tool, hazard: str, cases: Sequence[Twin]) -> Score:
    """Judge a tool by the twins of one hazard."""
    result = Score()
    found = {twin.name: tool.finds(twin) for twin in cases}
    rules = {each.rule for remarks in found.values() for each in remarks}
    if tool.name == OURS:
        rules |= HAZARDS[hazard]
    for twin in cases:
        (result.found if found[twin.name] else result.missed).append(twin.name)
        said = [each for each in tool.of(twin, HEALTHY) if each.rule in rules and not each.advice]
        if said:
            result.accused.append(twin.name)
            result.remarks += said
    return result


# The tools


class Said(NamedTuple):
    """What a tool reports, in common words: `advice` is its least severity."""

    rule: str
    file: str
    first: int
    last: int
    advice: bool


@dataclass(frozen=True)
class Bench:
    """Where the twins lie, and where the peers and semgrep's rules are."""

    folder: Path
    peers: Path | None
    rules: Path | None

    def program(self, name: str) -> str:
        """Return the path of a program, from the environment that was named or from PATH."""
        path = os.environ.get("PATH", os.defpath)
        if self.peers:
            path = f"{self.peers.resolve() / 'bin'}{os.pathsep}{path}"
        if found := shutil.which(name, path=path):
            return found
        raise Absent("not found")

    def tool(self, name: str, version: str, started: float, said: Iterable[Said]) -> Tool:
        """Return what a tool that has just ended says of the twins."""
        seconds = time.perf_counter() - started
        return Tool(name, version, seconds, tuple(map(self._remark, said)))

    def _remark(self, said: Said) -> Remark:
        path = (self.folder / said.file).resolve()
        _, twin, side, *rest = path.relative_to(self.folder).parts
        lines = _lines(path)
        text = lines[said.first - 1].strip() if said.first <= len(lines) else ""
        return Remark(
            twin, side, "/".join(rest), text, said.rule, said.first, said.last, said.advice
        )


@cache
def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def run(command: Sequence[str], cwd: Path) -> dict[str, Any]:
    """Return the JSON that a tool prints.

    Raises:
        Broken: It failed, or printed something else.
    """
    beside = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)))
    env = {**os.environ, "PATH": beside}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    try:
        if done.returncode in (0, 1):  # 1: it has something to say
            report: dict[str, Any] = json.loads(done.stdout)
            return report
    except json.JSONDecodeError:
        pass  # told below, with what it said instead
    last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
    raise Broken(f"{Path(command[0]).name}: exit {done.returncode}: {last}")


def version_of(program: str) -> str:
    """Return what a program says of its version: the last word of the first line."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0].rpartition(" ")[2]


def ours(bench: Bench) -> Tool:
    """Run the audit, once per exposure."""
    program = str(Path(sys.executable).parent / OURS)
    options = ("--no-cache", "--fail-on", "never", "--format", "json")
    started, said = time.perf_counter(), []
    for folder in sorted(bench.folder.iterdir()):
        report = run([program, "audit", *options, "--exposure", folder.name, "."], folder)
        for each in report["findings"]:
            file = f"{folder.name}/{each['path']}"
            advice = each["severity"] == "info"
            said.append(Said(each["check"], file, each["line"], each["end_line"], advice))
    return bench.tool(OURS, report["tool"]["version"], started, said)


def bandit(bench: Bench) -> Tool:
    """Run bandit, all its tests."""
    program = bench.program("bandit")
    version, started = version_of(program), time.perf_counter()
    report = run([program, "-q", "-r", str(bench.folder), "-f", "json"], bench.folder)
    said = []
    for each in report["results"]:
        rule, first = f"{each['test_id']} {each['test_name']}", each["line_number"]
        last, advice = max(each["line_range"], default=first), each["issue_severity"] == "LOW"
        said.append(Said(rule, each["filename"], first, last, advice))
    return bench.tool("bandit", version, started, said)


def semgrep(bench: Bench) -> Tool:
    """Run semgrep with the rules that were named."""
    program = bench.program("semgrep")
    if bench.rules is None:
        raise Absent("no rules: name their folder with --semgrep-rules or SEMGREP_RULES")
    version, started = version_of(program), time.perf_counter()
    quiet = ("--metrics", "off", "--disable-version-check", "--quiet", "--no-git-ignore")
    # Started beside its rules, it names them by their path in that folder.
    command = [program, "scan", *quiet, "--config", ".", "--json", str(bench.folder)]
    report = run(command, bench.rules)
    said = []
    for each in report["results"]:
        first, last = each["start"]["line"], each["end"]["line"]
        advice = each["extra"]["severity"] == "INFO"
        said.append(Said(each["check_id"], each["path"], first, last, advice))
    return bench.tool("semgrep", version, started, said)


# What is printed


@dataclass(frozen=True)
class Comparison:
    """All tools over all twins."""

    cases: dict[str, list[Twin]]
    tools: list[Tool]
    absent: dict[str, str]

    def scores(self) -> dict[str, dict[str, Score]]:
        """Return the score of each tool, by hazard and tool."""
        cases, tools = self.cases.items(), self.tools
        return {name: {each.name: score(each, name, of) for each in tools} for name, of in cases}

    def behind(self) -> dict[str, dict[str, list[Remark]]]:
        """Return the twins whose fault a peer finds and the audit misses, with who says what."""
        mine, *peers = self.tools
        result = {}
        for twin in (each for cases in self.cases.values() for each in cases):
            said = {peer.name: found for peer in peers if (found := peer.finds(twin))}
            if said and not mine.finds(twin):
                result[twin.name] = said
        return result


def kind(hazard: str) -> str:
    """Return which table a hazard belongs to."""
    secure = {each.id for each in checks() if each.category == "security"}
    return "security" if HAZARDS[hazard] & secure else "runtime"


def print_table(comparison: Comparison) -> None:
    """Print a line per hazard, the totals, and what wants a look."""
    tools, scores = comparison.tools, comparison.scores()
    print(" " * 40 + "".join(f"  {each.name:^21}" for each in tools))
    print(f"{'hazard':<34} twins" + "   found missed accused" * len(tools))
    for name in ("security", "runtime"):
        totals, count = {tool.name: Score() for tool in tools}, 0
        for hazard in sorted(each for each in scores if kind(each) == name):
            count += len(comparison.cases[hazard])
            _print_row(hazard, len(comparison.cases[hazard]), scores[hazard].values())
            for tool, of_tool in scores[hazard].items():
                totals[tool].add(of_tool)
        _print_row(f"ALL OF {name.upper()}", count, totals.values())
        print()
    for each in tools:
        accusing = sum(len(of[each.name].remarks) for of in scores.values())
        elsewhere = sum(one.side == HEALTHY for one in each.remarks) - accusing
        took = f"{each.name} {each.version}: {each.seconds:.1f} s"
        print(f"{took}, {elsewhere} other remarks on healthy trees")
    for peer, why in comparison.absent.items():
        print(f"{peer}: {why}")
    for twin, said in comparison.behind().items():
        for peer, remarks in said.items():
            for one in remarks:
                print(f"missed: {twin}, found by {peer}: {one.rule} at {one.path}:{one.first}")


def _print_row(title: str, count: int, scores: Iterable[Score]) -> None:
    print(f"{title:<34} {count:>5}" + "".join(f"  {each}" for each in scores))


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return everything that was found, twin by twin."""
    return {
        "versions": {each.name: each.version for each in comparison.tools},
        "seconds": {each.name: round(each.seconds, 2) for each in comparison.tools},
        "absent": comparison.absent,
        "hazards": {
            hazard: {"kind": kind(hazard), **{name: asdict(each) for name, each in scores.items()}}
            for hazard, scores in comparison.scores().items()
        },
        "missed": {
            twin: {peer: list(map(asdict, remarks)) for peer, remarks in said.items()}
            for twin, said in comparison.behind().items()
        },
    }


def compare(folder: Path, peers: Path | None, rules: Path | None) -> Comparison:
    """Run every tool over the twins of a folder."""
    cases: dict[str, list[Twin]] = {}
    with tempfile.TemporaryDirectory() as parent:
        bench = Bench(Path(parent).resolve(), peers, rules)
        for twin in twins(folder):
            cases.setdefault(twin.says["hazard"], []).append(twin)
            for side in (FAULTY, HEALTHY):
                at = bench.folder / twin.says.get("exposure", "gateway") / twin.name / side
                shutil.copytree(twin.folder / side, at)
        tools, absent = [ours(bench)], {}
        for peer in (bandit, semgrep):
            try:
                tools.append(peer(bench))
            except Absent as error:
                absent[peer.__name__] = str(error)
    return Comparison(cases, tools, absent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--twins", type=Path, default=TWINS, metavar="FOLDER")
    parser.add_argument("--peers", type=Path, metavar="VENV", help="where bandit and semgrep are")
    parser.add_argument("--semgrep-rules", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(semgrep_rules=os.environ.get("SEMGREP_RULES") or None)
    given = parser.parse_args(arguments)
    try:
        comparison = compare(given.twins, given.peers, given.semgrep_rules)
    except Broken as error:
        print(error, file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(as_json(comparison), indent=2))
    else:
        print_table(comparison)
    return 1 if comparison.behind() else 0


if __name__ == "__main__":
    sys.exit(main())
