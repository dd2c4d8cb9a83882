"""The audit: a tree and checks in, a Report out. Prints nothing, exits nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chutes_cli import __version__
from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import contract
from chutes_cli.core.errors import NothingToAudit
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import (
    CheckError,
    ChuteSummary,
    CordSummary,
    Report,
    Skipped,
    in_order,
)
from chutes_cli.project.facts import ModuleFacts
from chutes_cli.project.limits import unfollowed
from chutes_cli.project.link import link
from chutes_cli.project.model import Chute, Cord, Project
from chutes_cli.project.reader import read_facts
from chutes_cli.project.scripts import read_scripts
from chutes_cli.project.source import SourceTree, collect
from chutes_cli.project.tree import ModuleSet
from chutes_cli.project.values import Known, Unknown, Value


def audit(
    paths: Sequence[Path],
    checks: Sequence[Check],
    circumstances: Circumstances,
    exclude: Sequence[str] = (),
    read: Callable[[str], ModuleFacts] = read_facts,
) -> Report:
    """Audit files and folders.

    Args:
        paths: What to audit.
        checks: The checks to run.
        circumstances: What the code is judged for.
        exclude: Patterns to leave out, in .gitignore's notation.
        read: Turns source text into facts; `FactsCache.read` keeps them on disk.

    Raises:
        UsageError: A path does not exist or cannot be reached.
        NothingToAudit: A folder holds no chute, or nothing could be read.
    """
    tree = collect(paths, exclude)
    modules = ModuleSet(tree, read)
    scripts, unread = read_scripts(tree.scripts)
    project = link(tree, modules, scripts)
    _something_to_audit(tree, project)
    findings, errors = run_checks(project, checks, circumstances)
    skipped = [
        *tree.skipped,
        *modules.skipped,
        *unfollowed(project),
        *unread,
        *(Skipped(each.path, each.reason) for each in tree.unreadable if not each.python_refuses),
    ]
    return Report(
        exposure=circumstances.exposure,
        findings=findings,
        chutes=tuple(map(_chute_summary, project.chutes)),
        files_read=len(tree.files) + len(scripts),
        skipped=tuple(sorted(skipped, key=lambda each: (each.path, each.line or 0))),
        errors=errors,
        sdk_contract=contract().sdk_version,
        tool_version=__version__,
    )


def run_checks(
    project: Project, checks: Sequence[Check], circumstances: Circumstances
) -> tuple[tuple[Finding, ...], tuple[CheckError, ...]]:
    """Run checks over a project; one that crashes is noted and the others go on."""
    findings: list[Finding] = []
    errors: list[CheckError] = []
    for check in checks:
        try:
            findings.extend(check.run(project, circumstances))
        except Exception as error:  # noqa: BLE001 - reported in the report, exit code 3
            errors.append(CheckError(check.id, f"{type(error).__name__}: {error}"))
    return in_order(findings), tuple(errors)


def _something_to_audit(tree: SourceTree, project: Project) -> None:
    if project.chutes or project.broken:
        return
    unreadable = [each for each in tree.unreadable if not each.python_refuses]
    nothing_read = not (tree.files or tree.scripts)
    if nothing_read and (unreadable or tree.skipped):
        first, reason = (
            (unreadable[0].path, unreadable[0].reason)
            if unreadable
            else (tree.skipped[0].path, tree.skipped[0].reason)
        )
        raise NothingToAudit(f"nothing could be read: {reason}", where=first)
    if tree.whole:
        raise NothingToAudit(
            "no chute found" if tree.files else "no Python files found",
            where=str(tree.root),
            hint="a chute is made with Chute(...) or a template builder of the chutes SDK; "
            "check the path, --exclude and .gitignore",
        )


def _chute_summary(chute: Chute) -> ChuteSummary:
    name = chute.arguments.value("name") or chute.arguments.value("model_name")
    return ChuteSummary(
        name=_text(name),
        path=chute.site.module.path,
        line=chute.site.span.line,
        cords=tuple(map(_cord_summary, chute.cords)),
    )


def _cord_summary(cord: Cord) -> CordSummary:
    function = cord.function.scope.name if cord.function else ""
    path = cord.arguments.value("path")
    public = _text(cord.arguments.value("public_api_path"))
    method = cord.arguments.value("public_api_method")
    return CordSummary(
        function=function,
        path=_with_slash(_text(path) if path is not None else function),
        public_api_path=_with_slash(public),
        public_api_method=(_text(method) if method is not None else "POST") if public else None,
        stream=cord.stream,
    )


def _with_slash(path: str | None) -> str | None:
    """Return a path as the SDK normalises it (SDK 0.6.9 chute/cord.py, the path setters)."""
    return f"/{path.strip('/')}" if path else None


def _text(value: Value | None) -> str | None:
    match value:
        case Known(value=str(text)) | Unknown(likely=str(text)):
            return text
        case _:
            return None
