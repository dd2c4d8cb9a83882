"""Whether everything that happens to a chute can be read off the source."""

from __future__ import annotations

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Opaque,
    Statement,
    Yield,
)
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Instance


def handed_on(project: Project, chute: Chute) -> bool:
    """Say whether a chute goes where the source is not followed.

    It may be filled or bound there: passed to a function, kept in a container or on an
    object, caught in a lambda, or asked for its `cord` without calling it at once.
    """
    return any(
        _stored(project, chute, module, statement)
        or any(
            _passed(project, chute, module, statement.scope, expression)
            for expression in _uncalled(statement)
        )
        for module in project.modules
        for statement in module.facts.statements
    )


def _uncalled(statement: Statement) -> list[Expression]:
    """Return what a statement evaluates, methods that it calls at once left out."""
    expressions = list(statement.expressions())
    called = {each.function for each in expressions if isinstance(each, Call)}
    return [each for each in expressions if isinstance(each, Call) or each not in called]


def _stored(project: Project, chute: Chute, module: Module, statement: Statement) -> bool:
    """Say whether a statement keeps the chute anywhere but under plain names."""
    if not statement.values:
        return False
    return any(not isinstance(target, Name) for target in statement.targets) and _is(
        project, chute, module, statement.scope, statement.values[-1]
    )


def _passed(
    project: Project, chute: Chute, module: Module, scope: int, expression: Expression
) -> bool:
    match expression:
        case Call(function=function, arguments=arguments):
            callee = project.knowledge.resolver.dotted(module, scope, function)
            if callee in ("builtins.print", "builtins.isinstance"):
                return False
            parts: tuple[Expression, ...] = tuple(each.value for each in arguments)
        case Attribute(value=value, attribute=name) if name.strip("_").rstrip("s") in (
            "cord",
            "job",
        ):
            parts = (value,)
        case Collection() | Mapping() | Opaque() | Yield():
            parts = expression.children()
        case _:
            return False
    return any(_is(project, chute, module, scope, part) for part in parts)


def _is(project: Project, chute: Chute, module: Module, scope: int, expression: Expression) -> bool:
    itself = (chute.instance, Instance(chute.instance.of, None))  # the second: a subclass's self
    found = project.knowledge.resolver.resolve(module, scope, expression)
    return any(each in itself for each in found)
