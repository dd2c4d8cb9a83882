"""How statements make collections larger, and by which name a collection is meant."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.collections import ADDS, KEEPS, PUSHES
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Operation,
    Statement,
    is_starred,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import maker_of

from ..runtime.ways import Step
from .production import last_name

_DEEPEST = 5
"""Names for names; also ends ``a = b``, ``b = a``."""

Growth = tuple[Expression, Expression | None]
"""A collection and the key under which it is given something, where there is one."""


def growths(project: Project, module: Module, statement: Statement) -> Iterator[Growth]:
    """Yield the collections that a statement makes larger, with the key where there is one."""
    for target in statement.targets:
        match target:
            case Operation(operator="[]", operands=(grown, key)):
                yield grown, key
    for expression in statement.expressions():
        if isinstance(expression, Call):
            yield from _called(project, module, statement, expression)
    match statement:
        case Statement(kind="augment", targets=(grown,), values=(Collection(kind="list"),)):
            yield grown, None
        case Statement(
            kind="augment", targets=(grown,), values=(Mapping(keys=(Expression() as key,)),)
        ):
            yield grown, key
        case Statement(kind="assign", targets=(grown,), values=(value,)):
            yield from ((grown, key) for key in regrown(module, grown, value))


def _called(project: Project, module: Module, statement: Statement, call: Call) -> Iterator[Growth]:
    """Yield the collection that a call makes larger."""
    match call:
        case Call(function=Attribute(value=grown, attribute=method)) if method in ADDS:
            yield grown, None
        case Call(function=Attribute(value=grown, attribute=method), arguments=(first, *_)) if (
            method in KEEPS
        ):
            yield grown, first.value
        case Call(function=callee, arguments=(first, *_)):
            if project.knowledge.resolver.dotted(module, statement.scope, callee) in PUSHES:
                yield first.value, None


def regrown(module: Module, place: Expression, value: Expression) -> Iterator[Expression | None]:
    """Yield what a value adds to what a place held before: ``place = [*place, one]``.

    Yields:
        The key of each entry added to a mapping, None for items of a list.
    """

    def is_before(part: Expression) -> bool:
        return module.snippet(part.span) == module.snippet(place.span)

    match value:
        case Collection(kind="list", items=items):
            before = [each for each in items if is_starred(each) and is_before(each.children()[0])]
            if before and len(items) > len(before):
                yield None
        case Operation(operator="+", operands=(left, right)) if is_before(left) or is_before(right):
            yield None
        case Mapping(keys=keys, values=values):
            pairs = list(zip(keys, values, strict=True))
            if any(key is None and is_before(each) for key, each in pairs):
                yield from (key for key in keys if key is not None)
        case Operation(operator="|", operands=(left, Mapping(keys=keys))) if is_before(left):
            yield from (key for key in keys if key is not None)


def entries_made(project: Project, step: Step) -> Iterator[Growth]:
    """Yield each ``defaultdict`` that a statement asks for the list of a key, to add to it."""
    for expression in step.statement.expressions():
        match expression:
            case Call(
                function=Attribute(
                    value=Operation(operator="[]", operands=(table, key)), attribute=method
                )
            ) if method in ADDS | KEEPS:
                made = project.knowledge.resolver.resolve(step.module, step.statement.scope, table)
                if made and all(maker_of(each) == "collections.defaultdict" for each in made):
                    yield table, key


def unaliased(module: Module, scope: int, expression: Expression) -> Expression:
    """Return the place that a local name is another name for: ``rows = self.rows``."""
    for _ in range(_DEEPEST):
        match expression:
            case Name(id=name):
                where, bindings = module.lookup(name, scope)
            case _:
                return expression
        match bindings:
            case [Binding(value=Name() | Attribute() | Operation(operator="[]") as held)] if (
                where == scope != 0 and last_name(held)
            ):
                expression = held
            case _:
                return expression
    return expression


def kept_under(table: Expression, name: str) -> Iterator[Expression]:
    """Yield what a mapping as it is written holds under a name."""
    match table:
        case Mapping(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, Literal) and key.value == name:
                    yield value
