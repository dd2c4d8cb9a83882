"""What the security checks look at: code that serves, not tests nor a script's own block."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target


def production_calls(project: Project) -> Iterator[tuple[Site, Call, tuple[Target, ...]]]:
    """Yield the calls of production code with what their callees stand for."""
    for site, targets in project.knowledge.calls:
        match site.expression:
            case Call() as call if is_production(site.module, site.statement):
                yield site, call, targets


def production_statements(project: Project) -> Iterator[tuple[Module, Statement]]:
    """Yield the statements of production code."""
    for module in project.modules:
        for statement in module.facts.statements:
            if is_production(module, statement):
                yield module, statement


def is_production(module: Module, statement: Statement) -> bool:
    """Say whether a statement is part of what serves."""
    return not module.is_test and not module.only_as_script(statement.guards)


def library_names(targets: tuple[Target, ...]) -> set[str]:
    """Return the dotted names outside the tree that a callee can be."""
    return {each.name for each in targets if isinstance(each, External)}


def is_own(targets: tuple[Target, ...]) -> bool:
    """Say whether a callee is a function of the tree, whose own calls are looked at."""
    return any(isinstance(each, Function | Method) for each in targets)


def functions_of(targets: tuple[Target, ...]) -> list[Function]:
    """Return the functions of the tree that a callee can be."""
    functions = (each.function if isinstance(each, Method) else each for each in targets)
    return [each for each in functions if isinstance(each, Function)]


def made_by(targets: tuple[Target, ...]) -> set[str]:
    """Return the dotted names of what made an object, where that is outside the tree."""
    return {
        each.of.name
        for each in targets
        if isinstance(each, Instance) and isinstance(each.of, External)
    }


def classes_of(targets: tuple[Target, ...]) -> list[Class]:
    """Return the classes of the tree among some targets, and those of their objects."""
    found = []
    for each in targets:
        match each:
            case (Class() as owner) | Instance(of=Class() as owner):
                found.append(owner)
    return found


def last_name(expression: Expression) -> str:
    """Return the last name of an expression: ``session`` of ``self.session``, else nothing."""
    match expression:
        case Name(id=name) | Attribute(attribute=name):
            return name
        case Operation(operator="[]", operands=(_, Literal(value=str(name)))):
            return name
        case _:
            return ""
