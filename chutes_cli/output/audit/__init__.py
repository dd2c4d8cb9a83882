"""Formats of the audit report, one module each.

Adding a format is adding a module here with a ``NAME`` and a
``render(report, *, color) -> str``.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Protocol, cast

from chutes_cli.core.report import Report


class Renderer(Protocol):
    """One output format."""

    NAME: str

    def render(self, report: Report, *, color: bool = False) -> str:
        """Return the report in this format; `color` is for formats meant for terminals."""


def formats() -> dict[str, Renderer]:
    """Return every format by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        renderer = cast("Renderer", import_module(f"{__name__}.{module.name}"))
        found[renderer.NAME] = renderer
    return found
