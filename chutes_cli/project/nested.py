"""Functions inside functions, and what a function is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chutes_cli.project.facts import Call, Expression, Name, Parameter
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function, Method

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver


def inner_functions(function: Function) -> Iterator[Function]:
    """Yield the functions defined in a function, those in them left out."""
    for index, inner in enumerate(function.module.facts.scopes):
        if inner.parent == function.index and inner.kind == "function":
            yield Function(function.module, index)


def decorators_of(
    resolver: Resolver, module: Module, scope: int, decorator: Expression
) -> Iterator[Function]:
    """Yield the functions of the tree that a decorator is, with its arguments or without."""
    callee = decorator.function if isinstance(decorator, Call) else decorator
    for target in resolver.resolve(module, scope, callee):
        found = target.function if isinstance(target, Method) else target
        if isinstance(found, Function):
            yield found


def decorating(decorator: Function, *, with_arguments: bool) -> Iterator[Function]:
    """Yield what runs once, when a decorator is applied.

    Args:
        decorator: The decorator.
        with_arguments: Whether it is called with arguments first: then an inner function of
            its own decorates.
    """
    yield decorator
    if with_arguments:
        yield from filter(_gives_inner, inner_functions(decorator))


def wrappers_made(decorator: Function, *, with_arguments: bool) -> Iterator[Function]:
    """Yield the functions of a decorator that run instead of the decorated one."""
    for inner in inner_functions(decorator):
        if with_arguments and _gives_inner(inner):
            yield from inner_functions(inner)
        else:
            yield inner


def wrappers_of(resolver: Resolver, function: Function) -> Iterator[tuple[Expression, Function]]:
    """Yield what decorators of the tree's own put around a function, beside the decorator."""
    scope = function.scope
    for decorator in scope.decorators if scope.kind == "function" else ():
        called = isinstance(decorator, Call)
        for found in decorators_of(resolver, function.module, scope.parent, decorator):
            for wrapper in wrappers_made(found, with_arguments=called):
                yield decorator, wrapper


def _gives_inner(function: Function) -> bool:
    """Say whether a function returns one that is defined in it, wrapped or not."""
    names = {each.scope.name for each in inner_functions(function)}
    return any(
        isinstance(each, Name) and each.id in names
        for statement in function.module.statements_in(function.index)
        if statement.kind == "return"
        for each in statement.expressions()
    )


def is_given(expression: Expression, parameters: tuple[Parameter, ...]) -> bool:
    """Say whether an expression is a parameter, or what calling one gives."""
    if isinstance(expression, Call):
        expression = expression.function
    return isinstance(expression, Name) and any(each.name == expression.id for each in parameters)
