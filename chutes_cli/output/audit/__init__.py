"""Formats of the audit report, one module each.

Adding a format is adding a module here with a ``NAME`` and a
``render(report, *, color) -> str``.
"""

from __future__ import annotations

from typing import Protocol, cast

from chutes_cli.core.report import Report
from chutes_cli.output.discovery import modules_of


class Renderer(Protocol):
    """One output format."""

    NAME: str

    def render(self, report: Report, *, color: bool = False) -> str:
        """Return the report in this format; `color` is for formats meant for terminals."""


def formats() -> dict[str, Renderer]:
    """Return every format by name."""
    return {
        renderer.NAME: renderer
        for renderer in (cast("Renderer", module) for module in modules_of(__name__, __path__))
    }
