"""The turns of the loops around a statement, one after the other, as a run would take them."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.displays import Turn, display_items
from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.facts import Expression, Guard, Name, Statement
from chutes_cli.project.module import Module, Site, bound_names
from chutes_cli.project.values import Known

MOST_TURNS = 64
NO_LOOP: Turn = ()


def turns(evaluator: Evaluator, site: Site) -> tuple[Turn, ...]:
    """Return the turns in which an expression is evaluated.

    Returns:
        `NO_LOOP` alone where there is no loop, where what a loop goes over is not written
        out, where a loop may be left early, and where it cannot be told in which turns the
        expression is reached.
    """
    loops = list(_loops(site))
    found: list[Turn] = [NO_LOOP]
    for loop in loops:
        module = site.module
        if _changes(evaluator, module, loop) or _is_left_early(module, loop):
            return (NO_LOOP,)
        items = display_items(module, loop.scope, loop.values[0])
        found = [(*turn, (loop, item)) for turn in found for item in items]
        if not 0 < len(found) <= MOST_TURNS:
            return (NO_LOOP,)
    reached = []
    for turn in found:
        runs = _is_reached(evaluator.during(turn), site, loops)
        if runs is None:
            return (NO_LOOP,)
        if runs:
            reached.append(turn)
    return tuple(reached)


def _loops(site: Site) -> Iterator[Statement]:
    """Yield the loops around a statement in its own scope, the outermost first."""
    by_test = {
        each.values[0]: each for each in site.module.statements_in(site.scope) if each.kind == "for"
    }
    for guard in reversed(list(_guards(site))):
        if guard.kind == "for" and guard.test in by_test:
            yield by_test[guard.test]


def _guards(site: Site) -> Iterator[Guard]:
    for index in site.module.guards_of(site.statement.guards):
        yield site.module.facts.guards[index]


def _changes(evaluator: Evaluator, module: Module, loop: Statement) -> bool:
    """Say whether what a loop goes over is a list or dict that is changed in place."""
    for part in loop.values[0].walk():
        if isinstance(part, Name):
            where, bindings = module.lookup(part.id, loop.scope)
            if any(evaluator.changes(module, where, each) for each in bindings):
                return True
    return False


def _is_left_early(module: Module, loop: Statement) -> bool:
    """Say whether a loop, or one inside it, has a ``break``."""
    return any(
        module.facts.guards[index].test is loop.values[0]
        for each in module.statements_in(loop.scope)
        if each.kind == "break"
        for index in module.guards_of(each.guards)
    )


def _is_reached(evaluator: Evaluator, site: Site, loops: list[Statement]) -> bool | None:
    """Say whether a statement is reached in a turn, None when the loop decides unseen."""
    given = {name for loop in loops for name in bound_names(loop.targets[0])}
    for guard in _guards(site):
        if guard.kind not in ("if", "else", "while", "match") or guard.test is None:
            continue
        value = evaluator.value(site.module, site.scope, guard.test)
        if isinstance(value, Known) and guard.kind in ("if", "else"):
            if bool(value.value) is (guard.kind == "else"):
                return False
        elif _mentions(guard.test, given):
            return None
    return True


def _mentions(expression: Expression, names: set[str]) -> bool:
    return any(isinstance(each, Name) and each.id in names for each in expression.walk())
