"""The generators of the tree whose items a stream hands on."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.handing import CLOSING
from chutes_cli.contract.libraries.iterators import GOES_THROUGH
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Call, Expression, Name, Statement, Yield
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, Function, Method, Target

_DEEPEST = 5
"""Names for names."""


def handed_on(project: Project, module: Module, statement: Statement) -> list[Function]:
    """Return the generators of the tree whose items a statement goes through or returns."""
    return [
        one
        for expression in _gone_through(statement)
        for one in called(project, module, statement, expression)
    ]


def _gone_through(statement: Statement) -> Iterator[Expression]:
    if statement.kind in ("for", "return"):
        yield from statement.values[:1]
    for expression in statement.expressions():
        if isinstance(expression, Yield) and expression.delegated and expression.value:
            yield expression.value


def _unwrapped(
    project: Project, module: Module, scope: int, expression: Expression, depth: int = 0
) -> Placed:
    """Return what a name holds, and what ``closing`` or ``enumerate`` is given."""
    match expression:
        case Name(id=name) if depth < _DEEPEST:
            where, bindings = module.lookup(name, scope)
            if len(bindings) == 1 and bindings[0].value is not None:
                return _unwrapped(project, module, where, bindings[0].value, depth + 1)
            if len(bindings) == 1 and bindings[0].parameter is not None:
                callers = project.knowledge.resolver.callers
                passed = callers.only(Function(module, where), bindings[0].parameter)
                if passed is not None:
                    return _unwrapped(project, *passed, depth + 1)
        case Call(function=function, arguments=(first, *_)):
            if project.knowledge.resolver.dotted(module, scope, function) in CLOSING | GOES_THROUGH:
                return _unwrapped(project, module, scope, first.value, depth + 1)
    return module, scope, expression


def goes_through_decorated(module: Module, statement: Statement) -> bool:
    """Say whether a statement goes through what a wrapper's own decorator was put on."""
    match statement.kind, statement.values[:1]:
        case "for", (Call(function=Name(id=name)),):
            where, _ = module.lookup(name, statement.scope)
            return 0 < where == module.scope(statement.scope).parent
        case _:
            return False


def called(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> list[Function]:
    """Return the generators of the tree that an expression calls."""
    at, where, expression = _unwrapped(project, module, statement.scope, expression)
    if not isinstance(expression, Call):
        return []
    resolver = project.knowledge.resolver
    targets = resolver.resolve(at, where, expression.function)
    functions: list[Target] = [
        each.function if isinstance(each, Method) else each for each in targets
    ]
    for owner in targets:
        if isinstance(owner, Class):  # its objects are gone over
            for name in ("__iter__", "__aiter__"):
                functions += resolver.members.class_member(owner, name)
    found: list[Function] = []
    for each in functions:
        if isinstance(each, Function):
            # What a decorator of the tree puts around a generator is what is gone through.
            around = [one for one in project.reach.wrappers(each) if one.scope.is_generator]
            found += [*around, *([each] if each.scope.is_generator else [])]
    return found
