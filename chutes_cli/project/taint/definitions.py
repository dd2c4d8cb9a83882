"""Which assignments of a name can have made the value it holds at a statement."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Statement
from chutes_cli.project.module import Binding, Module

_LOOPS = frozenset({"for", "while"})


def reaching(module: Module, scope: int, name: str, at: Statement) -> list[Binding]:
    """Return the bindings of a name that can hold at a statement of its scope.

    An assignment hides the earlier ones where it is made under no condition that the
    statement does not stand under; one on both sides of an ``if`` does as well. Later
    assignments count in a loop around both.
    """
    bindings = module.bindings.get(scope, {}).get(name, [])
    position = module.order[at]
    mine = set(module.guards_of(at.guards))
    before = [each for each in bindings if _position(module, each) < position]
    found: list[Binding] = []
    sides: dict[tuple[int, ...], set[str]] = {}
    for binding in sorted(before, key=lambda each: _position(module, each), reverse=True):
        found.append(binding)
        statement = binding.statement
        if statement is None or statement.kind == "augment":
            continue
        extra = [index for index in _opaque_guards(module, statement) if index not in mine]
        if not extra:
            return [*found, *_carried(module, bindings, at, position)]
        side = _side(module, extra)
        if side is not None:
            kinds = sides.setdefault(side[0], set())
            kinds.add(side[1])
            if kinds == {"if", "else"}:
                return [*found, *_carried(module, bindings, at, position)]
    return [*found, *_carried(module, bindings, at, position)]


def dominates(module: Module, earlier: Statement, later: Statement) -> bool:
    """Say whether an earlier statement of a scope has run whenever a later one runs."""
    if module.order[earlier] >= module.order[later]:
        return False
    mine = set(module.guards_of(later.guards))
    return all(index in mine for index in _opaque_guards(module, earlier))


def _position(module: Module, binding: Binding) -> int:
    return -1 if binding.statement is None else module.order[binding.statement]


def _opaque_guards(module: Module, statement: Statement) -> Iterator[int]:
    """Yield the guards whose body need not have run to its end where what follows is reached."""
    for index in module.guards_of(statement.guards):
        guard = module.facts.guards[index]
        if guard.kind == "with":
            continue
        if guard.kind == "try" and all(_leaves(module, handler) for handler in guard.handlers):
            continue
        yield index


def _leaves(module: Module, handler: int) -> bool:
    """Say whether an ``except`` clause raises or returns, so that nothing follows it."""
    return any(
        statement.kind in ("raise", "return") and statement.guards == handler
        for statement in module.facts.statements
    )


def _side(module: Module, extra: list[int]) -> tuple[tuple[int, ...], str] | None:
    """Return the ``if`` an assignment stands under, and on which side, when it is just one."""
    if len(extra) != 1:
        return None
    guard = module.facts.guards[extra[0]]
    if guard.kind not in ("if", "else") or guard.test is None:
        return None
    return tuple(guard.test.span), guard.kind


def _carried(
    module: Module, bindings: list[Binding], at: Statement, position: int
) -> Iterator[Binding]:
    """Yield the later assignments that a loop carries back to a statement."""
    loops = {
        index for index in module.guards_of(at.guards) if module.facts.guards[index].kind in _LOOPS
    }
    for binding in bindings if loops else ():
        statement = binding.statement
        if statement is None or statement is at or _position(module, binding) < position:
            continue
        if loops & set(module.guards_of(statement.guards)):
            yield binding
