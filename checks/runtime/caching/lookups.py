"""Where a function asks a cache, and what it puts there when it finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.contract.libraries.caches import ASKS, PUTS, VALUE
from chutes_cli.contract.libraries.collections import UNBOUNDED
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function

from ..shared.places import spelled

_NAMED_A_CACHE = re.compile(r"cache|memo", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Put:
    """Something put into a cache.

    Attributes:
        statement: Where.
        value: What.
        method: The name of the method called, empty for ``cache[key] = value``.
    """

    statement: Statement
    value: Expression
    method: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A cache that is asked for a key, and what it is given under the same key later.

    Attributes:
        function: The function that does so.
        statement: Where it asks.
        name: What it calls the answer.
        owner: The cache.
        otherwise: What it takes where the answer is false: ``cache.get(key) or compute()``.
        puts: What it puts there, in source order.
    """

    function: Function
    statement: Statement
    name: str
    owner: Expression
    otherwise: Expression | None
    puts: tuple[Put, ...]

    @property
    def module(self) -> Module:
        """The module it stands in."""
        return self.function.module


def lookups(project: Project) -> Iterator[Lookup]:
    """Yield every lookup in code that is no test."""
    for module in project.modules:
        for index, scope in enumerate(module.facts.scopes):
            if scope.kind == "function" and not module.is_test:
                yield from _lookups(project, Function(module, index))


def _lookups(project: Project, function: Function) -> Iterator[Lookup]:
    module = function.module
    body = module.statements_in(function.index)
    for place, statement in enumerate(body):
        for name, value in _kept(statement):
            asked, otherwise = _or_else(value)
            match asked:
                case Call(
                    function=Attribute(value=owner, attribute=method), arguments=(key, *rest)
                ) if method in ASKS and all(_is_none(each.value) for each in rest):
                    if _is_scratch(project, function, owner):
                        continue
                    if isinstance(key.value, Literal) and not _is_called_a_cache(owner):
                        continue  # a default for an option, mostly
                    puts = tuple(
                        put
                        for later in body[place:]
                        for put in _puts(module, later, spelled(module, owner), key.value)
                    )
                    yield Lookup(function, statement, name, owner, otherwise, puts)


def _kept(statement: Statement) -> Iterator[tuple[str, Expression]]:
    """Yield the names that a statement gives a value, with the value."""
    match statement.kind, statement.targets, statement.values:
        case "assign" | "annotate", (Name(id=name),), (*_, value):
            yield name, value
    for expression in statement.expressions():
        match expression:
            case Opaque(kind="NamedExpr", names=(name,), parts=(value,)):
                yield name, value


def _or_else(value: Expression) -> tuple[Expression, Expression | None]:
    """Take ``await cache.get(key) or compute()`` apart."""
    match value:
        case Operation(operator="or", operands=(first, *_, last)):
            return _or_else(first)[0], last
        case Await(value=inner):
            return inner, None
        case _:
            return value, None


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, Literal) and expression.value is None


def _is_called_a_cache(owner: Expression) -> bool:
    return bool(_NAMED_A_CACHE.search(last_name(owner)))


def _is_scratch(project: Project, function: Function, owner: Expression) -> bool:
    """Say whether a dictionary is made in the function itself, and so serves one call."""
    if not isinstance(owner, Name):
        return False
    where, bindings = function.module.lookup(owner.id, function.index)
    return where == function.index and any(
        isinstance(each.value, Mapping)
        or (
            isinstance(each.value, Call)
            and project.knowledge.resolver.dotted(function.module, where, each.value.function)
            in UNBOUNDED
        )
        for each in bindings
    )


def _puts(module: Module, statement: Statement, owner: str, key: Expression) -> Iterator[Put]:
    """Yield what a statement puts into a cache under a key."""
    wanted = spelled(module, key)
    for target in statement.targets if statement.kind == "assign" else ():
        match target:
            case Operation(operator="[]", operands=(place, index)) if (
                spelled(module, place) == owner and spelled(module, index) == wanted
            ):
                yield Put(statement, statement.values[-1], "")
    for expression in statement.expressions():
        match expression:
            case Call(
                function=Attribute(value=place, attribute=method), arguments=(first, *_) as given
            ) if (
                method in PUTS
                and spelled(module, place) == owner
                and spelled(module, first.value) == wanted
            ):
                named = [each.value for each in given if each.keyword == VALUE]
                in_order = [each.value for each in given if not each.keyword]
                for value in [*named, *in_order[PUTS[method] :]][:1]:
                    yield Put(statement, value, method)
