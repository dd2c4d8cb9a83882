"""`chutes-prod audit`: parse, call, print, exit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chutes_cli.cli import reports
from chutes_cli.cli.exits import Exit
from chutes_cli.core.finding import Severity
from chutes_cli.core.report import Account, Exposure

if TYPE_CHECKING:
    from chutes_cli.core.report import Report


class FailOn(StrEnum):
    """From which severity on a finding fails the run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def audit(
    paths: Annotated[
        list[Path] | None,
        # Whether it can be read is said by the audit, with the exit code of the contract.
        typer.Argument(metavar="PATH", help="Files and folders. [default: .]", readable=False),
    ] = None,
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            help="text or json, to stdout or to a file; repeatable.  [default: text]",
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Run only these checks or categories (comma-separated)."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Leave out these checks or categories."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit 1 when a finding is at least this bad.")
    ] = FailOn.ERROR,
    exposure: Annotated[
        Exposure,
        typer.Option(help="Where the chute is reached from: the platform's gateway, or directly."),
    ] = Exposure.GATEWAY,
    account: Annotated[
        Account, typer.Option(help="Who deploys: decides which dated platform policies apply.")
    ] = Account.ORDINARY,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN", help="Leave out files, in .gitignore's notation; repeatable."
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither read nor write the user's cache folder.")
    ] = False,
) -> None:
    """Say what in a chute's code is not ready for production, where, why and what to do.

    The code is read, never imported or run, and the SDK need not be installed.

    \b
    Examples:
      chutes-prod audit
      chutes-prod audit chute.py --fail-on warning
      chutes-prod audit . --format text --format json=audit.json
      chutes-prod audit . --select platform,on-shutdown-never-runs --exposure direct

    \b
    Exit codes: 0 nothing reaches --fail-on; 1 a finding does; 2 wrong usage; 3 a folder
    without a chute, nothing readable, or a check crashed.
    """  # noqa: D301 - the backspace character is what tells click to keep line breaks
    from chutes_cli.audit import engine
    from chutes_cli.audit.cache import FactsCache, default_folder
    from chutes_cli.check import Circumstances
    from chutes_cli.output.audit import formats
    from chutes_cli.project.reader import read_facts
    from chutes_cli.registry import selected

    known = formats()
    wanted = reports.destinations(format_ or ["text"], known)
    chosen = selected(_names(select), _names(ignore))
    folder = None if no_cache else default_folder()
    report = engine.audit(
        paths or [Path()],
        chosen,
        Circumstances(exposure, account),
        tuple(exclude or ()),
        read=FactsCache(folder).read if folder else read_facts,
    )
    reports.write(wanted, lambda name, color: known[name].render(report, color=color))
    if not report.chutes and all(name != "text" for name, _ in wanted):
        typer.echo("note: there is no chute in these files", err=True)
    raise typer.Exit(_exit(report, fail_on))


def _names(values: list[str] | None) -> tuple[str, ...]:
    """Split ``a,b`` and repeated options into names."""
    return tuple(name.strip() for text in values or () for name in text.split(",") if name.strip())


def _exit(report: Report, fail_on: FailOn) -> Exit:
    if report.errors:
        return Exit.NOT_DONE
    if fail_on is not FailOn.NEVER and report.reaches(Severity(fail_on.value)):
        return Exit.NOT_READY
    return Exit.OK
