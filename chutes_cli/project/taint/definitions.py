"""Which assignments of a name can have made the value it holds at a statement."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Guard, Statement
from chutes_cli.project.module import Binding, Module

_LOOPS = frozenset({"for", "while"})


class Definitions:
    """Answers which assignments reach a statement; each question once."""

    def __init__(self) -> None:
        self._reaching: dict[tuple[Module, int, str, Statement], list[Binding]] = {}
        self._leaving: dict[Module, frozenset[int]] = {}
        self._opaque: dict[tuple[Module, int], tuple[int, ...]] = {}

    def reaching(self, module: Module, scope: int, name: str, at: Statement) -> list[Binding]:
        """Return the bindings of a name that can hold at a statement of its scope.

        An assignment hides the earlier ones where it is made under no condition that the
        statement does not stand under; one on both sides of an ``if`` does as well. Later
        assignments count in a loop around both.
        """
        key = (module, scope, name, at)
        if key not in self._reaching:
            bindings = module.bindings.get(scope, {}).get(name, [])
            before = self._before(module, bindings, at)
            self._reaching[key] = [*before, *_carried(module, bindings, at)]
        return self._reaching[key]

    def replacing(
        self, module: Module, binding: Binding, name: str, at: Statement
    ) -> Iterator[tuple[Statement, Guard]]:
        """Yield the assignments that would have replaced a value on its way to a statement.

        Each stands alone under an ``if``, or its ``else``, that the statement is not under:
        where the value is still held, the test came out the other way.
        """
        mine = set(module.guards_of(at.guards))
        first, last = _position(module, binding), module.order[at]
        for other in module.bindings.get(at.scope, {}).get(name, []):
            statement = other.statement
            if statement is None or other.value is None or statement.kind == "augment":
                continue
            if not first < module.order[statement] < last:
                continue
            guards = self._opaque_guards(module, statement)
            extra = [index for index in guards if index not in mine]
            if _side(module, extra) is not None:
                yield statement, module.facts.guards[extra[0]]

    def dominates(self, module: Module, earlier: Statement, later: Statement) -> bool:
        """Say whether an earlier statement of a scope has run whenever a later one runs."""
        if module.order[earlier] >= module.order[later]:
            return False
        mine = set(module.guards_of(later.guards))
        return mine.issuperset(self._opaque_guards(module, earlier))

    def _before(self, module: Module, bindings: list[Binding], at: Statement) -> list[Binding]:
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
            guards = self._opaque_guards(module, statement)
            extra = [index for index in guards if index not in mine]
            side = _side(module, extra)
            if side is not None:
                sides.setdefault(side[0], set()).add(side[1])
            if not extra or {"if", "else"} in sides.values():
                return found
        return found

    def _opaque_guards(self, module: Module, statement: Statement) -> tuple[int, ...]:
        """Return the guards whose body need not have run to its end where what follows is."""
        key = (module, statement.guards)
        if key not in self._opaque:
            self._opaque[key] = tuple(
                index
                for index in module.guards_of(statement.guards)
                if not self._is_passed(module, module.facts.guards[index])
            )
        return self._opaque[key]

    def _is_passed(self, module: Module, guard: Guard) -> bool:
        """Say whether what follows a guard is reached through its body only."""
        if module not in self._leaving:
            self._leaving[module] = frozenset(
                each.guards for each in module.facts.statements if each.kind in ("raise", "return")
            )
        return guard.kind == "with" or (
            guard.kind == "try" and self._leaving[module].issuperset(guard.handlers)
        )


def _position(module: Module, binding: Binding) -> int:
    return -1 if binding.statement is None else module.order[binding.statement]


def _side(module: Module, extra: list[int]) -> tuple[tuple[int, ...], str] | None:
    """Return the ``if`` an assignment stands under, and on which side, when it is just one."""
    if len(extra) != 1:
        return None
    guard = module.facts.guards[extra[0]]
    if guard.kind not in ("if", "else") or guard.test is None:
        return None
    return tuple(guard.test.span), guard.kind


def _carried(module: Module, bindings: list[Binding], at: Statement) -> Iterator[Binding]:
    """Yield the later assignments that a loop carries back to a statement."""
    loops = {
        index for index in module.guards_of(at.guards) if module.facts.guards[index].kind in _LOOPS
    }
    for binding in bindings if loops else ():
        statement = binding.statement
        if statement is None or statement is at:
            continue
        if _position(module, binding) < module.order[at]:
            continue
        if loops & set(module.guards_of(statement.guards)):
            yield binding
