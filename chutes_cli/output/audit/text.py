"""Text for people: findings by place, then what was looked at."""

from __future__ import annotations

import io
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Report, Skipped

NAME = "text"
_WIDTH = 100
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "cyan"}


def render(report: Report, *, color: bool = False) -> str:
    """Return the report as text, 100 columns wide at most.

    Args:
        report: What the audit found.
        color: Whether to write terminal colours.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=_WIDTH,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
    )
    for path, findings in groupby(report.findings, key=lambda finding: finding.location.path):
        console.print(Text(path, style="bold underline" if color else ""))
        for finding in findings:
            _print_finding(console, finding)
        console.print()
    for skipped in report.skipped:
        console.print(f"{_skipped_place(skipped)}: {escape(skipped.reason)}", soft_wrap=True)
    for error in report.errors:
        console.print(
            f"[bold red]check {escape(error.check)} crashed[/]: {escape(error.message)}",
            soft_wrap=True,
        )
    _print_summary(console, report)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _print_finding(console: Console, finding: Finding) -> None:
    place = finding.location
    head = Text.assemble(
        f"  {place.line}:{place.column}",
        "  ",
        (finding.severity.value, _STYLES[finding.severity]),
        "  ",
        (finding.check, "bold"),
    )
    console.print(head)
    _indented(console, Text(finding.message))
    for step in finding.trace:
        _indented(console, Text(f"via {step.path}:{step.line}  {step.note}", style="dim"))
    _indented(console, Text.assemble(("help: ", "green"), finding.help))


def _indented(console: Console, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, 6)))


def _skipped_place(skipped: Skipped) -> str:
    if skipped.line is None:
        return f"skipped {escape(skipped.path)}"
    return f"not followed {escape(skipped.path)}:{skipped.line}"


def _print_summary(console: Console, report: Report) -> None:
    cords = sum(len(chute.cords) for chute in report.chutes)
    console.print(
        f"Looked at {_count(report.files_read, 'file')}: {_count(len(report.chutes), 'chute')}, "
        f"{_count(cords, 'cord')} (exposure {report.exposure.value}, "
        f"SDK contract {report.sdk_contract})."
    )
    if not report.chutes:
        console.print("Note: there is no chute in these files.")
    counts = [
        f"[{_STYLES[severity]}]{_count(report.count(severity), severity.value)}[/]"
        for severity in Severity
        if report.count(severity)
    ]
    if counts:
        console.print(f"Found {', '.join(counts)}. `chutes-prod explain ID` tells more of each.")
    elif report.errors:
        console.print("The audit is incomplete: a check crashed.")
    else:
        console.print("[green]No errors, no warnings.[/]")


def _count(number: int, noun: str) -> str:
    if noun == "info":
        return f"{number} info"
    return f"{number} {noun}{'' if number == 1 else 's'}"
