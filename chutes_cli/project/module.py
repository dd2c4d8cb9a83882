"""A module of the audited tree: its facts, indexed for the questions linking asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Import,
    Literal,
    ModuleFacts,
    Name,
    Opaque,
    Operation,
    Parameter,
    Scope,
    Span,
    Statement,
    Yield,
    is_starred,
)

_MUTATORS = frozenset(
    {
        "append", "appendleft", "extend", "extendleft", "insert", "remove", "pop", "popleft",
        "clear", "update", "setdefault", "popitem", "add", "discard",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binding:
    """One way a name gets its value in a scope.

    Attributes:
        kind: ``value`` (assigned the whole of an expression), ``import``, ``scope``
            (def or class), ``parameter``, or ``other`` (loop, unpacking, augmented…).
        statement: The binding statement, None for parameters and imports.
        value: The expression assigned, for ``value``.
        annotation: The annotation, where there is one.
        imported: The import, for ``import``.
        scope: Index of the defined scope, for ``scope``.
        parameter: The parameter, for ``parameter``.
    """

    kind: str
    statement: Statement | None = None
    value: Expression | None = None
    annotation: Expression | None = None
    imported: Import | None = None
    scope: int = -1
    parameter: Parameter | None = None


class Module:
    """One parsed file; compared by identity.

    Args:
        path: POSIX path relative to the project root.
        facts: What the file says.
        text: Its source.
    """

    def __init__(self, path: str, facts: ModuleFacts, text: str) -> None:
        self.path = path
        self.facts = facts
        self.text = text

    def __repr__(self) -> str:
        return f"Module({self.path!r})"

    @cached_property
    def is_test(self) -> bool:
        """Whether it is a test or part of a test suite."""
        return is_test(self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The source lines, as LibCST counts them."""
        return lines_of(self.text)

    @cached_property
    def _by_scope(self) -> dict[int, list[Statement]]:
        found: dict[int, list[Statement]] = defaultdict(list)
        for statement in self.facts.statements:
            found[statement.scope].append(statement)
        return dict(found)

    def statements_in(self, scope: int) -> list[Statement]:
        """Return the statements of one scope, nested scopes left out."""
        return self._by_scope.get(scope, [])

    @cached_property
    def order(self) -> dict[Statement, int]:
        """The place of each statement in source order."""
        return {statement: index for index, statement in enumerate(self.facts.statements)}

    @cached_property
    def changed_names(self) -> frozenset[str]:
        """The names of which something is changed in place, in whatever scope."""
        return frozenset(
            place.id
            for statement in self.facts.statements
            for place in changed_in_place(statement)
            if isinstance(place, Name)
        )

    @cached_property
    def bindings(self) -> dict[int, dict[str, list[Binding]]]:
        """Bindings of each scope, by name, in source order."""
        found: dict[int, dict[str, list[Binding]]] = defaultdict(lambda: defaultdict(list))
        for index, scope in enumerate(self.facts.scopes):
            for parameter in scope.parameters:
                found[index][parameter.name].append(Binding("parameter", parameter=parameter))
        for imported in self.facts.imports:
            if imported.bound:
                target = found[self._binding_scope(imported.scope, imported.bound)]
                target[imported.bound].append(Binding("import", imported=imported))
        for statement in self.facts.statements:
            for name, binding in _bindings_of(statement):
                found[self._binding_scope(statement.scope, name)][name].append(binding)
        return {scope: dict(names) for scope, names in found.items()}

    def _binding_scope(self, scope: int, name: str) -> int:
        """Return where a name assigned in a scope is bound (``global``, ``nonlocal``)."""
        if name not in self.facts.scopes[scope].declared:
            return scope
        parent = self.facts.scopes[scope].parent
        while parent > 0 and self.facts.scopes[parent].kind != "function":
            parent = self.facts.scopes[parent].parent
        return max(parent, 0)

    def lookup(self, name: str, scope: int) -> tuple[int, list[Binding]]:
        """Return where a name used in a scope is bound, and how, by Python's rules.

        Returns:
            The binding scope's index and its bindings; -1 and no bindings when the name
            is a builtin or comes from a star import.
        """
        start = scope
        while scope >= 0:
            facts = self.facts.scopes[scope]
            # A class body is visible to its own statements only, not to its methods.
            if facts.kind != "class" or scope == start:
                found = self.bindings.get(scope, {}).get(name)
                if found:
                    return scope, found
            scope = facts.parent
        return -1, []

    def scope(self, index: int) -> Scope:
        """Return a scope by its index."""
        return self.facts.scopes[index]

    def enclosing_class(self, scope: int) -> int:
        """Return the class a method's scope belongs to directly, -1 when there is none."""
        parent = self.facts.scopes[scope].parent
        return parent if parent >= 0 and self.facts.scopes[parent].kind == "class" else -1

    def enclosing_function(self, scope: int) -> int:
        """Return the innermost function around a scope, itself included; -1 for none."""
        while scope >= 0 and self.facts.scopes[scope].kind != "function":
            scope = self.facts.scopes[scope].parent
        return scope

    def guards_of(self, guards: int) -> Iterator[int]:
        """Yield a guard's index and those around it, innermost first."""
        while guards >= 0:
            yield guards
            guards = self.facts.guards[guards].parent

    def only_as_script(self, guards: int) -> bool:
        """Say whether code stands under ``if __name__ == "__main__"``."""
        for index in self.guards_of(guards):
            guard = self.facts.guards[index]
            match guard.kind, guard.test:
                case "if", Operation(operator="==", operands=operands):
                    sides = {each.id for each in operands if isinstance(each, Name)}
                    texts = {each.value for each in operands if isinstance(each, Literal)}
                    if sides == {"__name__"} and texts == {"__main__"}:
                        return True
        return False

    def snippet(self, span: Span) -> str:
        """Return the source text of a range with white space collapsed, 200 characters at most."""
        return snippet(self.lines, span)


@dataclass(frozen=True, slots=True)
class Site:
    """An expression where it stands: what checks pass around and report on."""

    module: Module
    statement: Statement
    expression: Expression

    @property
    def span(self) -> Span:
        """The expression's range."""
        return self.expression.span

    @property
    def scope(self) -> int:
        """Index of the scope the expression is evaluated in."""
        return self.statement.scope


def is_test(path: str) -> bool:
    """Say whether a file is a test or part of a test suite, by its path."""
    parts = PurePosixPath(path)
    return (
        bool({"test", "tests"} & set(parts.parts[:-1]))
        or parts.name.startswith("test_")
        or parts.name.endswith("_test.py")
        or parts.name == "conftest.py"
    )


def lines_of(text: str) -> list[str]:
    """Return the lines of a source text, as Python and LibCST count them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def calls_in(module: Module, statement: Statement) -> Iterator[Site]:
    """Yield every call a statement makes, outer first."""
    for expression in statement.expressions():
        if isinstance(expression, Call):
            yield Site(module, statement, expression)


def bound_names(target: Expression) -> list[str]:
    """Return the bare names that an assignment target binds."""
    match target:
        case Name(id=name) | Opaque(kind="Bound", names=(name,)):
            return [name]
        case Collection(items=items):
            return [name for item in items for name in bound_names(item)]
        case Operation(operator="*", operands=(inner,)):
            return bound_names(inner)
        case _:
            return []


def changed_in_place(statement: Statement) -> Iterator[Expression]:
    """Yield what a statement changes without assigning it: ``x`` of ``x[0] = 1``."""
    for target in statement.targets:
        if isinstance(target, Operation) and target.operator == "[]":
            yield target.operands[0]
    for expression in statement.expressions():
        match expression:
            case Call(function=Attribute(value=place, attribute=name)) if name in _MUTATORS:
                yield place


def snippet(lines: list[str], span: Span) -> str:
    """Return the text of a range with white space collapsed, 200 characters at most."""
    rows = lines[span.line - 1 : span.end_line]
    if not rows:
        return ""
    rows[-1] = rows[-1][: span.end_column - 1] if len(rows) > 1 else rows[-1]
    if len(rows) == 1:
        rows[0] = rows[0][span.column - 1 : span.end_column - 1]
    else:
        rows[0] = rows[0][span.column - 1 :]
    return " ".join(" ".join(rows).split())[:200]


def _bindings_of(statement: Statement) -> Iterator[tuple[str, Binding]]:
    if statement.kind == "define":
        for target in statement.targets:
            for name in bound_names(target):
                yield name, Binding("scope", statement, scope=statement.defines)
        return
    for target in statement.targets if statement.kind != "delete" else ():
        yield from _assigned_in(statement, target)
    for expression in statement.expressions():
        if isinstance(expression, Opaque) and expression.kind == "NamedExpr":
            for name in expression.names:
                yield name, Binding("value", statement, expression.parts[0])


def _assigned_in(statement: Statement, target: Expression) -> Iterator[tuple[str, Binding]]:
    """Yield the names that one target of a statement binds."""
    parts = unpacked(statement, target)
    # `with X() as x` binds what X's __enter__ returns, nearly always X() itself.
    whole = statement.kind in ("assign", "annotate", "with")
    for part, value in parts:
        for name in bound_names(part):
            one = not _unpacks(part)
            yield name, Binding("value", statement, value) if one else Binding("other", statement)
    for name in bound_names(target) if not parts else ():
        if statement.kind == "annotate":
            given = statement.values[1] if len(statement.values) > 1 else None
            yield name, Binding("value", statement, given, annotation=statement.values[0])
        elif whole and bound_names(target) == [name] and not _unpacks(target):
            yield name, Binding("value", statement, statement.values[0])
        else:
            yield name, Binding("other", statement)


def unpacked(statement: Statement, target: Expression) -> list[tuple[Expression, Expression]]:
    """Return the parts of a target with what each is assigned: ``a, b = 1, 2``; else nothing."""
    match target, statement.values:
        case Collection(items=parts), (Collection(items=values),) if (
            statement.kind == "assign"
            and len(parts) == len(values)
            and not any(is_starred(each) for each in (*parts, *values))
        ):
            return list(zip(parts, values, strict=True))
        case Collection(items=parts), (Call() | Await(value=Call()) as whole,) if (
            statement.kind == "assign" and not any(map(is_starred, parts))
        ):
            # `a, b = made()` gives a what `made()[0]` is.
            return [
                (part, Operation(whole.span, "[]", (whole, Literal(whole.span, place))))
                for place, part in enumerate(parts)
            ]
        case _:
            return []


def given_back(statement: Statement) -> Iterator[Expression]:
    """Yield what a statement returns or yields."""
    if statement.kind == "return":
        yield from statement.values
    for expression in statement.expressions():
        match expression:
            case Yield(value=Expression() as value):
                yield value


def _unpacks(target: Expression) -> bool:
    return bool(target.children())
