"""Finds every check under `checks/`. The only module that touches that folder.

A class found there is registered: no list to keep, no entry to add.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache

from chutes_cli.check import CATEGORIES, Check
from chutes_cli.core.errors import UsageError

_PACKAGE = "chutes_cli.checks"


@cache
def checks() -> tuple[Check, ...]:
    """Return every check, by category and id.

    Raises:
        RuntimeError: Two checks share an id, or one names no known category.
    """
    package = importlib.import_module(_PACKAGE)
    found: dict[str, Check] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{_PACKAGE}."):
        module = importlib.import_module(info.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ != info.name or not issubclass(kind, Check):
                continue
            if inspect.isabstract(kind):
                continue
            check: Check = kind()
            if check.id in found or check.category not in CATEGORIES:
                raise RuntimeError(f"check {check.id}: registered twice or in no known category")
            found[check.id] = check
    return tuple(
        sorted(found.values(), key=lambda each: (CATEGORIES.index(each.category), each.id))
    )


def check(check_id: str) -> Check:
    """Return a check by its id.

    Raises:
        UsageError: There is no such check; the hint names the nearest one.
    """
    for each in checks():
        if each.id == check_id:
            return each
    raise UsageError(
        f"there is no check named {check_id!r}", hint=_suggestion(check_id, categories=False)
    )


def selected(select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Check, ...]:
    """Return the checks that are selected and not ignored.

    Args:
        select: Ids and categories to run; none means all.
        ignore: Ids and categories to leave out.

    Raises:
        UsageError: A name is neither a check nor a category.
    """
    known = {each.id for each in checks()} | set(CATEGORIES)
    for name in (*select, *ignore):
        if name not in known:
            raise UsageError(
                f"there is no check or category named {name!r}",
                hint=_suggestion(name, categories=True),
            )

    def named(each: Check, names: tuple[str, ...]) -> bool:
        return each.id in names or each.category in names

    found = tuple(
        each for each in checks() if (not select or named(each, select)) and not named(each, ignore)
    )
    if not found:
        raise UsageError("no check is left to run: everything selected is ignored as well")
    return found


def _suggestion(name: str, *, categories: bool) -> str:
    known = [each.id for each in checks()] + list(CATEGORIES if categories else ())
    close = difflib.get_close_matches(name, known, n=1)
    listing = "`chutes-prod checks` lists them all"
    return f"did you mean {close[0]}? {listing}" if close else listing
