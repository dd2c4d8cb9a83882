"""Formats of the load-test result, one module each.

Adding a format is adding a module here with a ``NAME`` and a
``render(result, *, color) -> str``.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Protocol, cast

from chutes_cli.core.result import LoadResult


class Renderer(Protocol):
    """One output format."""

    NAME: str

    def render(self, result: LoadResult, *, color: bool = False) -> str:
        """Return the result in this format; `color` is for formats meant for terminals."""


def formats() -> dict[str, Renderer]:
    """Return every format by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        renderer = cast("Renderer", import_module(f"{__name__}.{module.name}"))
        found[renderer.NAME] = renderer
    return found
