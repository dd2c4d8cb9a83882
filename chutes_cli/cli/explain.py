"""`chutes-prod explain` and `chutes-prod checks`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from chutes_cli.check import Check


class ListFormat(StrEnum):
    """How `checks` lists."""

    TEXT = "text"
    JSON = "json"


def explain(
    check_id: Annotated[str, typer.Argument(metavar="ID", help="A check's id.")],
) -> None:
    """Explain a check: what it does, why it matters, what to write instead, what proves it.

    \b
    Example:
      chutes-prod explain on-shutdown-never-runs
    """  # noqa: D301 - the backspace character is what tells click to keep line breaks
    from chutes_cli.registry import check

    typer.echo(_page(check(check_id)))


def checks(
    format_: Annotated[ListFormat, typer.Option("--format", help="How to list.")] = ListFormat.TEXT,
) -> None:
    """List every check.

    \b
    Examples:
      chutes-prod checks
      chutes-prod checks --format json
    """  # noqa: D301 - the backspace character is what tells click to keep line breaks
    from chutes_cli import registry

    found = registry.checks()
    if format_ is ListFormat.JSON:
        document = {
            "schema_version": 1,
            "checks": [
                {
                    "id": each.id,
                    "category": each.category,
                    "severity": each.severity.value,
                    "confidence": each.confidence.value,
                    "item": each.item,
                    "summary": each.docs.summary,
                }
                for each in found
            ],
        }
        typer.echo(json.dumps(document, indent=2))
        return
    width = max(len(each.id) for each in found)
    for each in found:
        typer.echo(
            f"{each.category:<12} {each.id:<{width}}  {each.severity.value:<8} {each.docs.summary}"
        )


def _page(check: Check) -> str:
    docs = check.docs
    kind = f"{check.category}, {check.severity.value}, {check.confidence.value} confidence"
    head = f"{check.id}  ({kind})"
    item = f"Checklist item: {check.item}\n\n" if check.item else ""
    return (
        f"{head}\n\n{docs.summary}\n\n{item}"
        f"What it does\n\n{docs.what}\n\nWhy it matters\n\n{docs.why}\n\n"
        f"Example\n\n{_indent(docs.example)}\n\nUse instead\n\n{_indent(docs.instead)}\n\n"
        f"Source\n\n{docs.source}"
    )


def _indent(code: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in code.strip("\n").split("\n"))
