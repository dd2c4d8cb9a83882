"""How surely a piece of code runs on an instance, and whether its failure would be caught."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from chutes_cli.project.facts import (
    Call,
    Collection,
    Expression,
    Name,
    last_name,
)
from chutes_cli.project.module import Module
from chutes_cli.project.reach import Arrival, Reach
from chutes_cli.project.targets import Function

INSTANCE = ("import", "on_startup", "cord", "job", "route")
"""Kinds of entry that an instance comes in by; shutdown hooks never run (PLATFORM F16)."""

_BRANCHES = frozenset({"if", "while", "except", "match"})
_CATCH_ALL = ("Exception", "BaseException")


class Runs(Enum):
    """How surely code runs, and fails when it is wrong.

    Attributes:
        ALWAYS: Whenever its module is imported, or its cord, hook, job or route is called.
        SOMETIMES: Reached, but under a condition.
        UNREACHED: In a function that nothing reaches.
        HARMLESS: Never run at all (for type checkers), or its failure is caught.
    """

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    UNREACHED = "unreached"
    HARMLESS = "harmless"


def how_surely(
    reach: Reach,
    module: Module,
    scope: int,
    guards: int,
    *caught: str,
    counts: Callable[[Arrival], bool] = lambda arrival: True,
) -> Runs:
    """Say how surely the code behind a guard runs on an instance.

    Args:
        reach: The call graph.
        module: The module it stands in.
        scope: The scope it runs in.
        guards: Its innermost guard, -1 for none.
        caught: Names of the exceptions it fails with; handlers of all exceptions count too.
        counts: Which arrivals count.
    """
    if catches(module, guards, *caught) or for_type_checkers(module, guards):
        return Runs.HARMLESS
    function = module.enclosing_function(scope)
    conditional = is_conditional(module, guards, in_function=function >= 0)
    if function < 0:
        return Runs.SOMETIMES if conditional else Runs.ALWAYS
    arrivals = [
        each for each in reach.arrivals(Function(module, function), *INSTANCE) if counts(each)
    ]
    if not arrivals:
        return Runs.UNREACHED
    ways = [_way(each, caught) for each in arrivals]
    if all(way is Runs.HARMLESS for way in ways):
        return Runs.HARMLESS
    return Runs.ALWAYS if Runs.ALWAYS in ways and not conditional else Runs.SOMETIMES


def _way(arrival: Arrival, caught: tuple[str, ...]) -> Runs:
    steps = [(function.module, function.index, at.guards) for function, at in arrival.path]
    if any(catches(module, guards, *caught) for module, _, guards in steps):
        return Runs.HARMLESS
    if any(
        is_conditional(module, guards, in_function=index > 0) for module, index, guards in steps
    ):
        return Runs.SOMETIMES
    return Runs.ALWAYS


def is_conditional(module: Module, guards: int, *, in_function: bool = False) -> bool:
    """Say whether code stands under a condition, and so may not run.

    Args:
        module: The module it stands in.
        guards: Its innermost guard, -1 for none.
        in_function: Whether an ``else`` is no condition: in a function it is mostly what
            follows a check that has raised or returned.
    """
    kinds = {module.facts.guards[index].kind for index in module.guards_of(guards)}
    return bool(kinds & _BRANCHES) or ("else" in kinds and not in_function)


def for_type_checkers(module: Module, guards: int) -> bool:
    """Say whether code stands under ``if TYPE_CHECKING``."""
    return any(
        guard.kind == "if" and guard.test is not None and last_name(guard.test) == "TYPE_CHECKING"
        for guard in (module.facts.guards[index] for index in module.guards_of(guards))
    )


def catches(
    module: Module,
    guards: int,
    *exceptions: str,
    broad: tuple[str, ...] = _CATCH_ALL,
    turned: bool = False,
) -> bool:
    """Say whether a ``try`` or a ``suppress`` around code catches one of some exceptions.

    Args:
        module: The module the code stands in.
        guards: Its innermost guard, -1 for none.
        exceptions: Names of the exceptions.
        broad: Names of the exceptions above them; ``Exception`` is none of ``SystemExit``.
        turned: Whether a handler catches that raises another exception instead.
    """
    wanted = {*exceptions, *broad}
    for index in module.guards_of(guards):
        guard = module.facts.guards[index]
        if guard.kind == "try":
            for handler in guard.handlers:
                caught = module.facts.guards[handler].test
                if caught is None or _names(caught) & wanted:
                    if not _raises(module, handler, exceptions if turned else None):
                        return True
                    break  # what it raises is for the handlers further out
        match guard.kind, guard.test:
            case "with", Call(function=function, arguments=arguments) if (
                last_name(function) == "suppress"
            ):
                if any(_names(each.value) & wanted for each in arguments):
                    return True
    return False


def _raises(module: Module, handler: int, same: tuple[str, ...] | None) -> bool:
    """Say whether a handler always raises itself, so that the failure comes through.

    Args:
        module: The module it stands in.
        handler: Its guard.
        same: The exceptions that count, and what was caught; None for any.
    """
    return any(
        statement.kind == "raise"
        and statement.guards == handler
        and (same is None or _is_again(statement.values, same))
        for statement in module.facts.statements
    )


def _is_again(raised: tuple[Expression, ...], same: tuple[str, ...]) -> bool:
    """Say whether what is raised is what was caught, or of the same kind."""
    match raised:
        case ():
            return True
        case (Name(id=name), *_):
            return name in same or name.islower()  # the name of the one that was caught
        case (Call(function=function), *_):
            return last_name(function) in same
        case _:
            return False


def _names(expression: Expression) -> set[str]:
    parts = expression.items if isinstance(expression, Collection) else (expression,)
    return {name for name in map(last_name, parts) if name}
