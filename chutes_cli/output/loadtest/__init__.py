"""Formats of the load-test result, one module each.

Adding a format is adding a module here with a ``NAME`` and a
``render(result, *, color) -> str``.
"""

from __future__ import annotations

from typing import Protocol, cast

from chutes_cli.core.result import LoadResult
from chutes_cli.output.discovery import modules_of


class Renderer(Protocol):
    """One output format."""

    NAME: str

    def render(self, result: LoadResult, *, color: bool = False) -> str:
        """Return the result in this format; `color` is for formats meant for terminals."""


def formats() -> dict[str, Renderer]:
    """Return every format by name."""
    return {
        renderer.NAME: renderer
        for renderer in (cast("Renderer", module) for module in modules_of(__name__, __path__))
    }
