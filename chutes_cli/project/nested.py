"""Functions inside functions, and what a function is given."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Call, Expression, Name, Parameter
from chutes_cli.project.targets import Function


def inner_functions(function: Function, depth: int) -> Iterator[Function]:
    """Yield the functions defined in a function, and in those, to a depth."""
    for index, inner in enumerate(function.module.facts.scopes):
        if inner.parent == function.index and inner.kind == "function":
            yield Function(function.module, index)
            if depth > 1:
                yield from inner_functions(Function(function.module, index), depth - 1)


def is_given(expression: Expression, parameters: tuple[Parameter, ...]) -> bool:
    """Say whether an expression is a parameter, or what calling one gives."""
    if isinstance(expression, Call):
        expression = expression.function
    return isinstance(expression, Name) and any(each.name == expression.id for each in parameters)
