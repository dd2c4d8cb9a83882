"""The vocabulary of facts: what one module says, as plain data.

A module's facts are a small tree of its own: statements in source order, each with its
scope and guards, and the expressions they evaluate. They hold no LibCST node, so they
can be cached as JSON (`chutes_cli.project.codec`) and linked in any process. Checks ask
the Project (`chutes_cli.project.model`), never these records' order of fields.

Records are compared by identity: two equal calls on two lines are two facts, and a
lookup never walks a deep tree to hash it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

Constant = None | bool | int | float | complex | str | bytes


class Span(NamedTuple):
    """A source range: lines and columns 1-based, the end exclusive, columns in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """Base of every expression; ``span`` is the text it covers, parentheses left out."""

    span: Span

    def children(self) -> tuple[Expression, ...]:
        """Return the direct sub-expressions, in evaluation order."""
        return ()

    def walk(self) -> Iterator[Expression]:
        """Yield this expression and everything below it, outer first."""
        stack: list[Expression] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children()))


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Expression):
    """A constant, adjacent string literals joined."""

    value: Constant


@dataclass(frozen=True, slots=True, eq=False)
class Name(Expression):
    """A bare name."""

    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Expression):
    """``value.attribute``."""

    value: Expression
    attribute: str

    def children(self) -> tuple[Expression, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """One argument of a call.

    Attributes:
        value: The expression passed.
        keyword: The keyword, None for a positional argument.
        star: ``""``, ``"*"`` or ``"**"``.
        span: The whole argument, keyword included.
    """

    value: Expression
    keyword: str | None
    star: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expression):
    """A call."""

    function: Expression
    arguments: tuple[Argument, ...]

    def children(self) -> tuple[Expression, ...]:
        return (self.function, *(argument.value for argument in self.arguments))


@dataclass(frozen=True, slots=True, eq=False)
class Collection(Expression):
    """A list, tuple or set display; a starred item is an Operation ``*``."""

    kind: str
    items: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.items


@dataclass(frozen=True, slots=True, eq=False)
class Mapping(Expression):
    """A dict display; a None key stands for ``**value``."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        pairs = zip(self.keys, self.values, strict=True)
        return tuple(part for pair in pairs for part in pair if part is not None)


@dataclass(frozen=True, slots=True, eq=False)
class FormattedText(Expression):
    """An f-string: literal text as Literal parts, the rest as expressions.

    ``exact`` is False where a conversion or a format spec changes the text. ``quoted`` are the
    places of the parts that are shown as literals, by ``!r`` or ``!a``.
    """

    parts: tuple[Expression, ...]
    exact: bool
    quoted: tuple[int, ...] = ()

    def children(self) -> tuple[Expression, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Expression):
    """An operator applied to operands.

    ``operator`` is the source spelling (``+``, ``not``, ``and``, ``==``, ``not in``,
    ``-u`` for unary minus), ``[]`` for a subscript (value, then indices), ``?:`` for a
    conditional expression (test, body, orelse), ``:`` for a slice (lower, upper, step
    where there is one; None for an end left out), ``*`` on one operand for a starred item.
    """

    operator: str
    operands: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.operands


@dataclass(frozen=True, slots=True, eq=False)
class Await(Expression):
    """``await value``."""

    value: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True, eq=False)
class Yield(Expression):
    """``yield`` or ``yield from``; ``value`` is None for a bare yield."""

    value: Expression | None
    delegated: bool

    def children(self) -> tuple[Expression, ...]:
        return () if self.value is None else (self.value,)


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Expression):
    """An expression whose value no check needs: lambda, comprehension, walrus, template.

    ``names`` are the names it binds (parameters, loop targets). Where ``parts`` use such a
    name, they hold an Opaque of kind ``Bound`` instead of a Name, so that it is never taken
    for an outer one.
    """

    kind: str
    names: tuple[str, ...]
    parts: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a function; ``kind`` is positional, keyword, ``*`` or ``**``."""

    name: str
    kind: str
    annotation: Expression | None
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The module, a class or a function.

    Attributes:
        kind: ``module``, ``class`` or ``function``.
        name: Its own name, empty for the module.
        qualname: Dotted path inside the module, without ``<locals>``.
        parent: Index of the enclosing scope, -1 for the module.
        span: The whole definition, decorators left out.
        name_span: The name in the definition.
        decorators: Decorator expressions, top first.
        parameters: Parameters of a function.
        returns: Return annotation of a function.
        is_async: Whether it is an ``async def``.
        is_generator: Whether its own body yields.
        bases: Base-class expressions of a class.
        keywords: Keyword arguments of a class statement.
        guards: Innermost guard of the definition, -1 for none.
        declared: Names under ``global`` or ``nonlocal`` in its own body.
    """

    kind: str
    name: str
    qualname: str
    parent: int
    span: Span
    name_span: Span
    decorators: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    returns: Expression | None = None
    is_async: bool = False
    is_generator: bool = False
    bases: tuple[Expression, ...] = ()
    keywords: tuple[Argument, ...] = ()
    guards: int = -1
    declared: tuple[str, ...] = ()

    def evaluated(self) -> tuple[Expression, ...]:
        """Return what its definition evaluates: decorators, then defaults or bases.

        A ``define`` statement's values are these very records, not copies.
        """
        defaults = (each.default for each in self.parameters if each.default is not None)
        return (*self.decorators, *defaults, *self.bases)


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A condition under which statements run.

    Attributes:
        kind: ``if``, ``else`` (the test was false), ``while``, ``for``, ``try``,
            ``except``, ``finally``, ``with``, ``match``.
        test: The expression tested, iterated, entered or caught.
        parent: Index of the enclosing guard, -1 for none.
        handlers: For ``try``, the indices of its ``except`` guards, in order.
    """

    kind: str
    test: Expression | None
    parent: int
    handlers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One simple statement, or the header of a compound one.

    Attributes:
        kind: ``import``, ``assign``, ``annotate``, ``augment``, ``expression``,
            ``return``, ``raise``, ``break``, ``assert``, ``delete``, ``test`` (of if and
            while), ``for``, ``with``, ``except``, ``match``, ``define`` (decorators, defaults
            and bases evaluated by a def or class statement).
        scope: Index of the scope it runs in.
        guards: Index of its innermost guard, -1 for none.
        span: The statement, or the header's expression.
        values: Expressions it evaluates, in order.
        targets: Expressions it binds.
        is_async: ``async for`` and ``async with``.
        defines: Index of the scope a ``define`` creates, else -1.
        handles: Index of the guard that stands for the body of an ``except``, else -1.
    """

    kind: str
    scope: int
    guards: int
    span: Span
    values: tuple[Expression, ...] = ()
    targets: tuple[Expression, ...] = ()
    is_async: bool = False
    defines: int = -1
    handles: int = -1

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression evaluated, targets included, outer first."""
        for root in (*self.values, *self.targets):
            yield from root.walk()


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """One name bound by an import.

    Attributes:
        module: Dotted module, without leading dots.
        name: Imported name, ``*`` for all, None for ``import module``.
        bound: Name it binds in its scope.
        level: Number of leading dots.
        scope: Index of the scope it binds in.
        guards: Index of the innermost guard, -1 for none.
        span: The alias.
    """

    module: str
    name: str | None
    bound: str
    level: int
    scope: int
    guards: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ModuleFacts:
    """Everything one module says.

    Attributes:
        scopes: The module's own scope first, then every class and function.
        guards: Guards, parents before children.
        imports: Imported names in source order.
        statements: Statements in source order.
    """

    scopes: tuple[Scope, ...]
    guards: tuple[Guard, ...]
    imports: tuple[Import, ...]
    statements: tuple[Statement, ...]


def last_name(expression: Expression) -> str:
    """Return the last name of an expression, ``session`` of ``self.session``; else nothing."""
    match expression:
        case Name(id=name) | Attribute(attribute=name):
            return name
        case _:
            return ""


def is_starred(expression: Expression) -> bool:
    """Say whether an item of a display stands for several: ``*others``."""
    return (
        isinstance(expression, Operation)
        and expression.operator == "*"
        and len(expression.operands) == 1
    )
