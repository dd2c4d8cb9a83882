"""What an expression may hold: over all bindings of a name, all callers, stores and returns."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Parameter, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Class, Function, Instance

from ..production import functions_of


def may_hold(
    project: Project, module: Module, scope: int, expression: Expression
) -> Iterator[Placed]:
    """Yield what an expression may be that stands for several things."""
    match expression:
        case Name(id=name):
            where, bindings = module.lookup(name, scope)
            for each in bindings:
                yield from _bound(project, module, where, each)
        case Attribute(value=owner, attribute=name):
            for target in project.knowledge.resolver.resolve(module, scope, owner):
                if isinstance(target, Instance):
                    yield from _kept(project, target, name)
        case Call(function=function):
            targets = project.knowledge.resolver.resolve(module, scope, function)
            for called in functions_of(targets):
                yield from _returned(called)


def _bound(project: Project, module: Module, scope: int, binding: Binding) -> Iterator[Placed]:
    """Yield what one of a name's bindings gives it; of a parameter, what calls pass."""
    match binding:
        case Binding(statement=Statement() as statement, value=Expression() as value):
            yield module, statement.scope, value
        case Binding(parameter=Parameter() as parameter):
            function = Function(module, scope)
            yield from project.knowledge.resolver.callers.passed(function, parameter)
            match parameter.default:
                case Expression() as default:
                    yield module, function.scope.parent, default


def _kept(project: Project, owner: Instance, name: str) -> Iterator[Placed]:
    """Yield what an attribute is assigned, and the default of a field."""
    for site, value in project.knowledge.resolver.members.stores(owner, name):
        yield site.module, site.scope, value
    if isinstance(owner.of, Class):
        fields = project.knowledge.evaluator.fields
        where, binding = fields.declared(owner.of, name)
        default = fields.default(where, binding) if binding and binding.kind == "value" else None
        if default is not None:
            yield default


def _returned(function: Function) -> Iterator[Placed]:
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return":
            yield from ((function.module, function.index, each) for each in statement.values)
