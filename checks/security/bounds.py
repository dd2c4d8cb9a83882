"""What limits collections, and by what a collection is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chutes_cli.contract.libraries.collections import ADDS, KEEPS, LOOKS_ONLY, PUSHES, REMOVES
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from .growing import unaliased
from .production import is_production, last_name

_ORDERS = frozenset({"<", "<=", ">", ">="})


def kept_as(
    project: Project, module: Module, statement: Statement, grown: Expression
) -> tuple[Module, int, str]:
    """Return by what a collection is known: its program and name, or its function and name.

    A name of an enclosing function is that function's own: others of its name are not meant.
    """
    name = last_name(grown)
    where = module.lookup(name, statement.scope)[0] if isinstance(grown, Name) else 0
    if where > 0 and module.scope(where).kind == "function":
        return module, where, name
    return project.knowledge.resolver.programs[module], 0, name


@lru_cache(maxsize=1)
def bounded(project: Project) -> frozenset[tuple[Module, int, str]]:
    """Return the collections that something may make smaller, or watches, as `kept_as` says."""
    return frozenset(
        place
        for module in project.modules
        for statement in module.facts.statements
        if is_production(module, statement)
        for part in _limited_by(project, module, statement)
        for each in (part, unaliased(module, statement.scope, part))
        for place in _places_of(project, module, statement, each)
    )


def _places_of(
    project: Project, module: Module, statement: Statement, part: Expression
) -> Iterator[tuple[Module, int, str]]:
    """Yield what may be meant: a local name may hold what the program keeps under it."""
    yield kept_as(project, module, statement, part)
    yield project.knowledge.resolver.programs[module], 0, last_name(part)


def _limited_by(project: Project, module: Module, statement: Statement) -> Iterator[Expression]:
    """Yield what a statement may make smaller, hands to a function that might, or watches."""
    if statement.kind == "delete":
        for target in (*statement.targets, *statement.values):
            yield from target.walk()
    for target in statement.targets:
        match target:
            case Operation(operator="[]", operands=(grown, Operation(operator=":"))):
                yield grown
    for expression in statement.expressions():
        match expression:
            case Attribute(value=grown, attribute=method) if method in REMOVES:
                yield from grown.walk()
            case Call(function=callee, arguments=given):
                called = project.knowledge.resolver.dotted(module, statement.scope, callee) or ""
                if not called.startswith(LOOKS_ONLY) and not (
                    called in PUSHES
                    or (isinstance(callee, Attribute) and callee.attribute in ADDS | KEEPS)
                ):
                    yield from (each.value for each in given)
            case Operation(operator=operator) if operator in _ORDERS:
                for part in expression.walk():
                    match part:
                        case Call(function=Name(id="len"), arguments=(counted,)):
                            yield counted.value
