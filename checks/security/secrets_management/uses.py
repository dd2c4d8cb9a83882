"""Texts that stand where a library takes a secret, however they get there."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.key_formats import TAKES_SECRET
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Attribute, Call, Expression, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Class, Function, Instance, Method

from ..production import library_names, production_calls
from .literals import Named, handed_on, text_of

IN_CALL = "secret"
"""The name of what has none, but stands where a library takes a secret."""
_DEEPEST = 8
"""Steps from a use to its text."""


def used_texts(project: Project) -> Iterator[Named]:
    """Yield the texts that the calls of production code are given as secrets."""
    for site, _, targets in production_calls(project):
        for name in sorted(library_names(targets) & set(TAKES_SECRET)):
            order = TAKES_SECRET[name]
            given = project.knowledge.binder.bind(site, order).get(order[-1])
            if given is not None:
                place = given.module, given.scope, given.expression
                for module, expression, fallback in _texts(project, place):
                    yield _named(module, expression, fallback)


def _texts(
    project: Project, place: Placed, fallback: bool = False, depth: int = 0
) -> Iterator[tuple[Module, Expression, bool]]:
    """Yield the texts that an expression can be, and whether something else comes before."""
    module, scope, held = project.knowledge.evaluator.held(*place)
    if text_of(held) is not None:
        yield module, held, fallback
    elif depth < _DEEPEST:
        for part, second in handed_on(held):
            inner = module, scope, part
            yield from _texts(project, inner, fallback or second, depth + 1)
        for each in _may_hold(project, module, scope, held):
            yield from _texts(project, each, fallback, depth + 1)


def _may_hold(
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
                match target:
                    case Instance(of=Class() as of):
                        yield from _kept(project, target, of, name)
        case Call(function=function):
            for callee in project.knowledge.resolver.resolve(module, scope, function):
                called = callee.function if isinstance(callee, Method) else callee
                if isinstance(called, Function):
                    yield from _returned(called)


def _bound(project: Project, module: Module, scope: int, binding: Binding) -> Iterator[Placed]:
    """Yield what one of a name's bindings gives it; of a parameter, what calls pass."""
    if binding.value is not None and binding.statement is not None:
        yield module, binding.statement.scope, binding.value
    if binding.parameter is not None:
        function = Function(module, scope)
        yield from project.knowledge.resolver.callers.passed(function, binding.parameter)
        if binding.parameter.default is not None:
            yield module, function.scope.parent, binding.parameter.default


def _kept(project: Project, owner: Instance, of: Class, name: str) -> Iterator[Placed]:
    """Yield what an attribute is assigned, and the default of a field."""
    for site, value in project.knowledge.resolver.members.stores(owner, name):
        yield site.module, site.scope, value
    fields = project.knowledge.evaluator.fields
    where, binding = fields.declared(of, name)
    default = fields.default(where, binding) if binding and binding.kind == "value" else None
    if default is not None:
        yield default


def _returned(function: Function) -> Iterator[Placed]:
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return":
            yield from ((function.module, function.index, each) for each in statement.values)


def _named(module: Module, expression: Expression, fallback: bool) -> Named:
    text = text_of(expression)
    assert text is not None
    statement = next(each for each in module.facts.statements if expression in each.expressions())
    return Named(IN_CALL, text, module, statement, expression, fallback)
