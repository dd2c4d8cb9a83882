"""What the SDK does with a case, what the audit says of it, and how the two compare."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account, Exposure
from chutes_cli.registry import checks

from .case import Case, Request

PRIVILEGED = Circumstances(Exposure.GATEWAY, Account.PRIVILEGED)
_DATED = re.compile(r"\bas of \d{4}")


class Label(StrEnum):
    """How the audit's word compares with what the SDK did."""

    BOTH_LOUD = "both loud"
    BOTH_QUIET = "both quiet"
    MISSED = "missed"
    """The SDK fails and the audit reports no error."""
    FALSE_ALARM = "false alarm"
    """The SDK takes it, and the audit calls it an error in the SDK's name."""
    PLATFORM_RULE = "platform rule"
    """The SDK takes it; the audit reports a dated rule of the platform."""
    JUDGED_ELSEWHERE = "judged elsewhere"
    """The SDK takes it; somebody else refuses it or makes something else of it."""
    ADVICE = "advice"
    """The SDK takes it, in silence or by half; the audit warns or advises."""
    UNKNOWABLE = "unknowable"
    """The environment decides; the audit stays silent."""
    BEYOND = "beyond"
    """The SDK fails and no reading of the source could tell."""


# Errors that no import and no call can confirm: check id, pattern of case ids -> who fails.
JUDGED_ELSEWHERE: dict[tuple[str, str], str] = {
    ("cord-method-without-public-method", "cord.*"): (
        "a client's request with that method is answered 405"
    ),
    ("cord-status-code", "cord-body/.*"): (
        "the gateway retries the status and counts it against the instance"
    ),
    ("image-argument-type", "image-run_command/.*"): "the build: the shell finds no such command",
    ("image-env-unquoted", "image-with_env/.*"): "the build: Docker reads the line otherwise",
    ("passthrough-upstream", "cord.*"): "the upstream: nothing but the chute itself is there",
    ("startup-hook-never-runs", ".*"): "every call that needs what the hook should prepare",
    ("template-argument-type", "template-.*/engine_args/.*"): "the template's own start-up hook",
    ("template-engine-args", "template-.*"): "the template's own start-up hook",
    ("chute-value-out-of-bounds", "template-.*/concurrency/.*"): (
        "every call: the instance answers 429"
    ),
}

# Failures that the audit does not see: pattern of case ids -> why not.
BEYOND: dict[str, str] = {
    "image-add/bad/23": "the folder in which the build will run is not known",
    "whole/(missing|present)-file": "what an image given by its name holds is not known",
    "cord-stream/yields-nothing": "that a condition is never true is not judged",
}


@dataclass(frozen=True)
class Outcome:
    """One case, judged by both.

    Attributes:
        case: The case.
        failure: What the SDK does loudly, None when it takes the chute.
        findings: What the audit reports.
    dev_failure: The same as `failure` for the dev runtime, where it was tried.
    """

    case: Case
    failure: str | None
    findings: tuple[Finding, ...]
    dev_failure: str | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that say that something fails."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def label(self) -> Label:
        """How the two compare."""
        own = [each for each in self.errors if not _is_dated(each)]
        if not self.case.knowable:
            return Label.FALSE_ALARM if own else Label.UNKNOWABLE
        if self.failure is not None:
            if self.errors:
                return Label.BOTH_LOUD
            beyond = any(re.fullmatch(pattern, self.case.id) for pattern in BEYOND)
            return Label.BEYOND if beyond else Label.MISSED
        if any(judged_elsewhere(self.case, each) is None for each in own):
            return Label.FALSE_ALARM
        if own:
            return Label.JUDGED_ELSEWHERE
        if self.errors:
            return Label.PLATFORM_RULE
        return Label.ADVICE if self.findings else Label.BOTH_QUIET

    @property
    def agrees(self) -> bool:
        """Whether nobody failed to say, or said, what the other did not."""
        return self.label not in (Label.MISSED, Label.FALSE_ALARM)

    def __str__(self) -> str:
        said = "".join(
            f"  {each.severity} {each.check} (line {each.location.line}): {each.message}\n"
            for each in self.findings
        )
        return (
            f"{self.label}: {self.case.id}\n"
            f"the SDK: {self.failure or 'takes it'}\n"
            f"the audit:\n{said or '  nothing' + chr(10)}"
            f"app.py:\n{_numbered(self.case.source)}"
        )


def judged_elsewhere(case: Case, finding: Finding) -> tuple[str, str] | None:
    """Return the entry of `JUDGED_ELSEWHERE` that a finding falls under."""
    for check, pattern in JUDGED_ELSEWHERE:
        if finding.check == check and re.fullmatch(pattern, case.id):
            return (check, pattern)
    return None


def judged(case: Case, judge: Any, folder: Path) -> Outcome:
    """Execute a case, audit it and return both verdicts.

    Args:
        case: The case.
        judge: The ``judge`` fixture.
        folder: An empty folder to audit it in.
    """
    dev = dev_failure_of(case, judge) if case.public else None
    return Outcome(case, failure_of(case, judge), audited(case, folder), dev)


def failure_of(case: Case, judge: Any) -> str | None:
    """Return how the SDK fails with a case: when it is built and deployed, or on an instance.

    On an instance it is imported and, where the case has requests, started and called.
    """
    error, _ = judge.deploys({"app.py": case.source, **case.files}, variable=case.variable)
    if error:
        return f"build and deploy: {error}"
    files = {"app.py": case.source + case.drive, **(case.files if case.shipped else {})}
    if case.calls is None:
        error = judge.imports(files, context="REMOTE")
        return f"on an instance: {error}" if error else None
    return _failed_calls(judge, files, case.calls, "production")


def dev_failure_of(case: Case, judge: Any) -> str | None:
    """Return how the dev runtime fails with a case."""
    return _failed_calls(judge, {"app.py": case.source, **case.files}, case.public, "dev")


def _failed_calls(
    judge: Any, files: dict[str, str], calls: Sequence[Request], way: str
) -> str | None:
    try:
        answers = judge.calls(files, *calls, way=way)
    except AssertionError as error:  # how the judge tells that the chute did not start
        return f"start: {str(error).splitlines()[0]}"
    if all(status != 200 for status, _ in answers):
        return f"every call: {json.dumps(answers)[:300]}"
    return None


def audited(case: Case, folder: Path) -> tuple[Finding, ...]:
    """Return what the platform checks find in a case, under a privileged account."""
    for name, text in {"app.py": case.source, **case.files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    chosen = [each for each in checks() if each.category == "platform"]
    report = engine.audit([folder], chosen, PRIVILEGED)
    assert not report.errors, (case.id, report.errors)
    return report.findings


def _is_dated(finding: Finding) -> bool:
    return bool(_DATED.search(f"{finding.message} {finding.help}"))


def _numbered(text: str) -> str:
    return "".join(f"{number:4} {line}\n" for number, line in enumerate(text.splitlines(), 1))
