"""Who refuses the names in ``chutes deploy module:variable``, and why."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import contract
from chutes_cli.project.module import Module

ANY_NAME = "chute"
"""A name every rule accepts, to judge the other half of a reference."""


def refusal_of_module(module: Module) -> str:
    """Say who refuses a module's name; empty when nobody does."""
    name = PurePosixPath(module.path).name
    stem = name.removesuffix(".py")
    if not _reference_pattern().match(f"{stem}:{ANY_NAME}"):
        return (
            f"`chutes deploy` takes no module called {stem!r}: a name has letters, digits and "
            "underscores only, and starts with a letter"
        )
    rule = platform().rule("filename")
    if rule.violation(name):
        return f"the platform refuses the file name {name!r} (as of {rule.as_of}): {rule.message!r}"
    return ""


def refusal_of_variable(name: str) -> str:
    """Say who refuses a variable's name; empty when nobody does."""
    if not _reference_pattern().match(f"{ANY_NAME}:{name}"):
        return (
            f"`chutes deploy` takes no variable called {name!r}: a name has two "
            "characters or more, and starts with a letter"
        )
    rule = platform().rule("chute-reference")
    if rule.violation(f"{ANY_NAME}:{name}"):
        return (
            f"the platform refuses the variable name {name!r} (as of {rule.as_of}): "
            f"{rule.message!r}"
        )
    return ""


def _reference_pattern() -> re.Pattern[str]:
    return contract().pattern("chutes.entrypoint._shared.CHUTE_REF_RE")
