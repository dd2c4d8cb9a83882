"""The mutants of one module: every single condition disabled, one at a time.

- the test of an ``if``, ``elif``, ternary, ``while``, comprehension filter or match guard is
  forced to be true, and to be false; a ``case`` never matches
- an operand of ``and`` or ``or`` is dropped
- a comparison is negated, or its boundary moved (``<`` becomes ``<=``)
- ``not x`` becomes ``x``
- an element of a collection written at module level, or after ``in``, is removed

A comparison or ``not`` that is a whole test is not negated as well: a test that notices both
forced values notices that too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Lt: ast.GtE, ast.GtE: ast.Lt,
    ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_BOXES = ("frozenset", "set", "tuple", "list", "dict", "MappingProxyType")


@dataclass(frozen=True)
class Change:
    """A field of a node, and what to put there."""

    owner: ast.AST
    field: str
    replacement: Any


@dataclass(frozen=True)
class Mutant:
    """One condition, disabled.

    Attributes:
        where: Qualified name of the function it is in, or the constant's name.
        line: The line.
        condition: The source text of what is changed.
        mutation: What is done to it.
        changes: How.
    """

    where: str
    line: int
    condition: str
    mutation: str
    changes: tuple[Change, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What a list of survivors knows it by: line numbers move."""
        return (self.where, self.condition, self.mutation)

    def compiled(self, tree: ast.Module, path: str) -> CodeType:
        """Return the mutated module's code; the tree is afterwards as it was.

        Args:
            tree: The tree the mutant was made from.
            path: The module's file.
        """
        before = [getattr(each.owner, each.field) for each in self.changes]
        for each in self.changes:
            setattr(each.owner, each.field, each.replacement)
        try:
            return compile(tree, path, "exec")
        finally:
            for each, held in zip(self.changes, before, strict=True):
                setattr(each.owner, each.field, held)


def mutants(tree: ast.Module) -> list[Mutant]:
    """Return every mutant of a module."""
    found = [*_constants(tree)]
    _Conditions(found).visit(tree)
    return sorted(found, key=lambda each: (each.line, each.condition, each.mutation))


class _Conditions:
    """Walks a tree with the place of every node, and collects mutants of conditions."""

    def __init__(self, found: list[Mutant]) -> None:
        self._found = found
        self._names: list[str] = []

    def visit(self, node: ast.AST) -> None:
        """Collect the mutants below a node."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._names.append(node.name)
            self._inside(node)
            self._names.pop()
        else:
            self._inside(node)

    def _inside(self, node: ast.AST) -> None:
        for field, value in ast.iter_fields(node):
            children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for index, child in children:
                if isinstance(child, ast.AST) and not _is_left_alone(child):
                    self._at(_Slot(node, field, index), child)
                    self.visit(child)

    def _at(self, slot: _Slot, node: ast.AST) -> None:
        if slot.is_test and isinstance(node, ast.expr):
            for value in (True, False):
                forced = ast.copy_location(ast.Constant(value), node)
                self._add(node, f"always {value}".lower(), slot.filled(forced))
        match node:
            case ast.BoolOp(values=values):
                for number, dropped in enumerate(values):
                    rest: list[ast.expr] = [*values[:number], *values[number + 1 :]]
                    left = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
                    filled = slot.filled(ast.copy_location(left, node))
                    self._add(node, f"without {ast.unparse(dropped)}", filled)
            case ast.UnaryOp(op=ast.Not(), operand=operand) if not slot.is_test:
                self._add(node, "without not", slot.filled(operand))
            case ast.Compare():
                self._compare(node, whole=slot.is_test and len(node.ops) == 1)
            case ast.match_case(pattern=pattern) if not _is_wildcard(pattern):
                never = ast.copy_location(ast.Constant(False), pattern)
                self._add(pattern, "never matches", Change(node, "guard", never))

    def _compare(self, node: ast.Compare, *, whole: bool) -> None:
        for number, op in enumerate(node.ops):
            wanted = [_MOVED.get(type(op)), None if whole else _NEGATED[type(op)]]
            for kind in filter(None, wanted):
                ops = [*node.ops[:number], kind(), *node.ops[number + 1 :]]
                mutation = f"{_sign(op)} becomes {_sign(kind())}"
                self._add(node, mutation, Change(node, "ops", ops))
            if isinstance(op, ast.In | ast.NotIn):
                self._found += _removals(node.comparators[number], self._where)

    @property
    def _where(self) -> str:
        return ".".join(self._names) or "<module>"

    def _add(self, node: ast.expr | ast.pattern, mutation: str, change: Change) -> None:
        self._found.append(Mutant(self._where, node.lineno, ast.unparse(node), mutation, (change,)))


@dataclass(frozen=True)
class _Slot:
    """Where a node hangs."""

    owner: ast.AST
    field: str
    index: int | None

    @property
    def is_test(self) -> bool:
        """Whether what hangs here decides whether something else runs."""
        return (
            (self.field == "test" and isinstance(self.owner, ast.If | ast.IfExp | ast.While))
            or (self.field == "ifs" and isinstance(self.owner, ast.comprehension))
            or (self.field == "guard" and isinstance(self.owner, ast.match_case))
        )

    def filled(self, node: ast.AST) -> Change:
        """Return the change that hangs another node here."""
        if self.index is None:
            return Change(self.owner, self.field, node)
        held = getattr(self.owner, self.field)
        return Change(self.owner, self.field, [*held[: self.index], node, *held[self.index + 1 :]])


def _is_left_alone(node: ast.AST) -> bool:
    """Assertions are for the type checker, and so is what stands below TYPE_CHECKING."""
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    )


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _constants(tree: ast.Module) -> Iterator[Mutant]:
    """Yield the removal of each element of a collection assigned at module level."""
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        name = ", ".join(map(ast.unparse, targets))
        if name != "__all__":
            yield from _removals(statement.value, name)


def _removals(value: ast.expr, where: str) -> Iterator[Mutant]:
    """Yield the removal of each element of a collection."""
    match value:
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _BOXES:
            yield from _removals(inner, where)
        case ast.BinOp(left=left, op=ast.BitOr() | ast.Add(), right=right):
            yield from _removals(left, where)
            yield from _removals(right, where)
        case ast.Set(elts=elements) | ast.List(elts=elements) | ast.Tuple(elts=elements):
            for number, element in enumerate(elements):
                change = Change(value, "elts", _without(elements, number))
                yield Mutant(where, element.lineno, ast.unparse(element), "removed", (change,))
        case ast.Dict(keys=keys, values=values):
            for number, (key, held) in enumerate(zip(keys, values, strict=True)):
                text = ast.unparse(key) if key else f"**{ast.unparse(held)}"
                changes = (
                    Change(value, "keys", _without(keys, number)),
                    Change(value, "values", _without(values, number)),
                )
                yield Mutant(where, held.lineno, text, "removed", changes)


def _without(items: Sequence[Any], number: int) -> list[Any]:
    return [*items[:number], *items[number + 1 :]]


def _sign(op: ast.cmpop) -> str:
    compare = ast.Compare(ast.Name("a"), [op], [ast.Name("b")])
    return ast.unparse(compare)[2:-2]
