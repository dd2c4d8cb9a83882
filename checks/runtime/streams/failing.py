"""What can fail in the middle of a stream."""

from __future__ import annotations

import sys

from chutes_cli.contract.libraries.network import URL_FIRST, URL_SECOND
from chutes_cli.contract.libraries.streams import HARMLESS_METHODS, READS_TEXT, UPSTREAM_MODULES
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import External, Function, Instance
from chutes_cli.project.tasks import handed_to_thread

_ASKS = URL_FIRST | URL_SECOND
_DEEPEST = 3
"""Functions that call functions."""


def asks_upstream(project: Project, module: Module, header: Statement) -> bool:
    """Say whether a loop goes through what somebody else sends bit by bit."""
    if header.is_async:
        return True
    if not isinstance(header.values[0], Name):
        return False
    targets = project.knowledge.resolver.resolve(module, header.scope, header.values[0])
    return any(
        _is_foreign(each.of.name)
        for each in targets
        if isinstance(each, Instance) and isinstance(each.of, External) and each.site
    )


def may_fail(
    project: Project, module: Module, statement: Statement, call: Call, *, guess: bool
) -> bool:
    """Say whether a call may fail: it asks a model or an upstream, or reads what may be wrong.

    Args:
        project: The tree.
        module: The module it stands in.
        statement: The statement it stands in.
        call: The call.
        guess: Whether a method of which nothing is known counts as a model's.
    """
    resolver = project.knowledge.resolver
    callee = handed_to_thread(resolver, module, statement.scope, call) or call.function
    targets = resolver.resolve(module, statement.scope, callee)
    names = [each.name for each in targets if isinstance(each, External)]
    if any(name in _ASKS for name in names):
        return True  # before the methods: `get` is that of a dictionary as well
    match callee:
        case Attribute(attribute=method) if method in HARMLESS_METHODS:
            return False
    if names:
        return any(
            _is_foreign(name) or (name in READS_TEXT and _is_sent(project, module, statement, call))
            for name in names
        )
    own = [each for each in targets if isinstance(each, Function)]
    if own:
        return any(_own_may_fail(project, each) for each in own)
    # What is called on self, or on an object, is a model or an upstream more often than not.
    return guess and isinstance(callee, Attribute)


def _is_sent(project: Project, module: Module, statement: Statement, call: Call) -> bool:
    """Say whether a call reads what a caller sends."""
    return any(
        project.taint.origin(Site(module, statement, each.value), Threat.DATA) is not None
        for each in call.arguments[:1]
    )


def _own_may_fail(project: Project, function: Function, depth: int = 0) -> bool:
    """Say whether a function of the tree raises, reads numbers or asks an upstream."""
    if depth == _DEEPEST:
        return False
    module = function.module
    for statement in module.statements_in(function.index):
        if _is_tried(module, statement):
            continue
        if statement.kind == "raise":
            return True
        for each in statement.expressions():
            if not isinstance(each, Call):
                continue
            for target in project.knowledge.resolver.resolve(module, function.index, each.function):
                match target:
                    case External(name=name) if name in READS_TEXT:
                        if any(_may_be_text(function, one.value) for one in each.arguments[:1]):
                            return True
                    case External(name=name, receiver=owner) if name in _ASKS or (
                        owner is None and _is_asking(name)
                    ):
                        return True
                    case Function() if _own_may_fail(project, target, depth + 1):
                        return True
    return False


def _is_tried(module: Module, statement: Statement) -> bool:
    guards = module.facts.guards
    return any(guards[index].handlers for index in module.guards_of(statement.guards))


def _may_be_text(function: Function, value: Expression) -> bool:
    """Say whether what is read as a number may be anything: a name, an entry, not a result."""
    match value:
        case Name(id=name):
            annotations = [
                each.annotation for each in function.scope.parameters if each.name == name
            ]
            return not any(
                isinstance(each, Name) and each.id in ("int", "float") for each in annotations
            )
        case Operation(operator="[]") | Opaque(kind="Bound"):
            return True
        case _:
            return False


def _is_asking(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in UPSTREAM_MODULES)


def _is_foreign(name: str) -> bool:
    """Say whether something of a library asks a model or an upstream, as far as names tell."""
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names:
        return _is_asking(name)
    return True
