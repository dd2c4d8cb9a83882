"""How true the audit's errors are on chutes that nobody here wrote.

Usage::

    python -P scripts/corpus.py FOLDER...            every FOLDER/**/*.py, each by itself
    python -P scripts/corpus.py --all FOLDER...      list findings that were confirmed as well

Every file is executed under the real SDK, statement by statement (see
`tests/support/statements.py`), in a process without a network, and audited. An error finding
at module level is confirmed when the statement it points to raised because of the SDK. What
execution cannot tell is listed to be read: findings inside functions (they strike when a
cord is called), dated rules of the platform, and what `chutes deploy` would refuse.

Precision is that of error findings at module level; recall is over the statements that
raised because of the SDK.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account, Exposure
from chutes_cli.registry import checks

ROOT = Path(__file__).resolve().parents[1]
JUDGE = ROOT / "tests" / "support" / "statements.py"
NO_NETWORK = ("unshare", "--map-root-user", "--net", "--")
CIRCUMSTANCES = Circumstances(Exposure.GATEWAY, Account.PRIVILEGED)
_DATED = re.compile(r"\bas of \d{4}")
# Checks whose faults at module level strike later than at import.
LATER = {
    "cord-method-without-public-method": "at call time",
    "passthrough-upstream": "at call time",
    "startup-hook-never-runs": "at call time",
    "template-argument-type": "at start",
    "template-engine-args": "at start",
    "image-argument-type": "at build",
    "image-command-line-break": "at build",
    "image-env-unquoted": "at build",
    "image-pip-unquoted": "at build",
}


@dataclass(frozen=True)
class Failure:
    """A statement that raised: its lines, those of the calls on the way, and the error."""

    spans: tuple[tuple[int, int], ...]
    error: str
    of_sdk: bool


@dataclass(frozen=True)
class Judged:
    """A file with what the SDK and the audit say of it."""

    path: Path
    failures: tuple[Failure, ...]
    errors: tuple[Finding, ...]

    @property
    def of_sdk(self) -> tuple[Failure, ...]:
        """The statements that the SDK refused."""
        return tuple(each for each in self.failures if each.of_sdk)

    def verdict(self, finding: Finding) -> str:
        """Return what execution says of an error finding."""
        if any(_overlap(finding, each) for each in self.of_sdk):
            return "confirmed"
        if finding.symbol:
            return "at call time"
        text = f"{finding.message} {finding.help}"
        if _DATED.search(text):
            return "dated rule"
        if finding.check in LATER:
            return LATER[finding.check]
        if "deploy" in text:
            return "at deploy"
        return "unconfirmed"

    @property
    def missed(self) -> tuple[Failure, ...]:
        """The statements that the SDK refused and no error finding points to."""
        return tuple(
            each for each in self.of_sdk if not any(_overlap(one, each) for one in self.errors)
        )


def main() -> int:
    """Judge every file and print the result; return the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    options.add_argument("--all", action="store_true", help="list confirmed findings as well")
    chosen = options.parse_args()
    files = [file.resolve() for folder in chosen.folders for file in sorted(folder.rglob("*.py"))]
    judged = list(judge(files))
    shown = ["unconfirmed", "at deploy", "dated rule", "at build", "at start", "at call time"]
    report(judged, (["confirmed", *shown]) if chosen.all else shown)
    return 0


def judge(files: Sequence[Path]) -> Iterator[Judged]:
    """Execute and audit every file."""
    labels = executed(files)
    for file, failures in zip(files, labels, strict=True):
        found = engine.audit([file], checks(), CIRCUMSTANCES).findings
        platform = [each for each in found if each.category == "platform"]
        errors = tuple(each for each in platform if each.severity is Severity.ERROR)
        yield Judged(file, failures, errors)


def executed(files: Iterable[Path]) -> list[tuple[Failure, ...]]:
    """Return which statements of every file raise.

    Raises:
        SystemExit: There is no way to run without a network here.
    """
    if shutil.which(NO_NETWORK[0]) is None:
        raise SystemExit("no unshare: foreign code is executed without a network only")
    done = subprocess.run(
        [*NO_NETWORK, sys.executable, "-P", str(JUDGE)],
        input="".join(f"{file}\n" for file in files),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        env={
            **os.environ, "CHUTES_EXECUTION_CONTEXT": "LOCAL", "CHUTES_ALLOW_MISSING": "true",
            "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1",
        },
    )  # fmt: skip
    answers = map(json.loads, done.stdout.splitlines())
    return [tuple(Failure(**each) for each in answer) for answer in answers]


def report(judged: Sequence[Judged], shown: Sequence[str]) -> None:
    """Print findings by verdict, what was missed, and the two numbers."""
    verdicts: Counter[str] = Counter()
    lines: dict[str, list[str]] = {name: [] for name in shown}
    for each in judged:
        for finding in each.errors:
            verdict = each.verdict(finding)
            verdicts[verdict] += 1
            if verdict in lines:
                at = f"{each.path}:{finding.location.line}"
                text = f"{at}: {finding.check}: {finding.message}\n    {_source(each, finding)}"
                lines[verdict].append(text)
    for name, texts in lines.items():
        print(f"\n== {name}: {len(texts)}", *texts, sep="\n")
    missed = [(each, one) for each in judged for one in each.missed]
    print(f"\n== missed: {len(missed)}")
    for each, one in missed:
        print(f"{each.path}:{one.spans[0][0]}-{one.spans[0][1]}: {one.error.splitlines()[0][:200]}")
    _numbers(judged, verdicts, len(missed))


def _numbers(judged: Sequence[Judged], verdicts: Counter[str], missed: int) -> None:
    true, wrong = verdicts["confirmed"], verdicts["unconfirmed"]
    refused = sum(len(each.of_sdk) for each in judged)
    print(f"\n{len(judged)} files; errors: {dict(verdicts)}")
    print(f"precision at import: {true}/{true + wrong} = {true / max(1, true + wrong):.3f}")
    found = refused - missed
    print(f"recall at import:    {found}/{refused} = {found / max(1, refused):.3f}")


def _overlap(finding: Finding, failure: Failure) -> bool:
    at = finding.location
    return any(at.line <= last and at.end_line >= first for first, last in failure.spans)


def _source(each: Judged, finding: Finding) -> str:
    return finding.snippet[:160] or each.path.name


if __name__ == "__main__":
    sys.exit(main())
