"""Finds the format modules of a package: adding a format is adding a module."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType


def modules_of(package: str, paths: Iterable[str]) -> Iterator[ModuleType]:
    """Yield every module of a package, by name.

    Args:
        package: The package's dotted name.
        paths: Its ``__path__``.
    """
    for info in pkgutil.iter_modules(paths):
        yield import_module(f"{package}.{info.name}")
