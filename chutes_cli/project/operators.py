"""Which methods of an object a piece of syntax runs without naming them."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Argument, Attribute, Call, Expression, Operation, Statement

_MEMBERSHIP = frozenset({"in", "not in"})
_TARGET = {"augment": ("__getitem__", "__setitem__"), "delete": ("__delitem__",)}
"""What a subscript runs that is a target, by the kind of statement, unless it only sets."""
METHODS = frozenset({"__contains__", "__getitem__", "__setitem__", "__delitem__"})
"""All that operators on an object run."""
_TAKEN = {
    ("for", False): ("__iter__", "__next__"),
    ("for", True): ("__aiter__", "__anext__"),
    ("with", False): ("__enter__", "__exit__"),
    ("with", True): ("__aenter__", "__aexit__"),
}
"""What a statement runs of the object that it takes, by its kind and whether it is async."""


def implied(statement: Statement, expression: Expression) -> Iterator[tuple[Expression, str]]:
    """Yield the objects that an operator asks, and by which method.

    Args:
        statement: Where the expression stands.
        expression: One expression of it; its parts are questions of their own.
    """
    match expression:
        case Operation(operator=operator, operands=(_, container)) if operator in _MEMBERSHIP:
            yield container, "__contains__"
        case Operation(operator="[]", operands=(container, *_)):
            names: tuple[str, ...] = ("__getitem__",)
            if any(expression is each for each in statement.targets):
                names = _TARGET.get(statement.kind, ("__setitem__",))
            for name in names:
                yield container, name


def as_calls(statement: Statement, expression: Expression) -> Iterator[Call]:
    """Yield the calls that an operator amounts to: ``a[b]`` is ``a.__getitem__(b)``.

    Args:
        statement: Where the expression stands.
        expression: One expression of it.
    """
    for container, method in implied(statement, expression):
        assert isinstance(expression, Operation)
        given = [each for each in expression.operands if each is not container]
        if method == "__setitem__":
            given += statement.values[-1:]
        arguments = tuple(Argument(each, None, "", each.span) for each in given)
        yield Call(expression.span, Attribute(container.span, container, method), arguments)


def taken(statement: Statement) -> Iterator[tuple[Expression, str]]:
    """Yield the object that a statement goes over or enters, and the methods by which it does."""
    for name in _TAKEN.get((statement.kind, statement.is_async), ()):
        yield statement.values[0], name
