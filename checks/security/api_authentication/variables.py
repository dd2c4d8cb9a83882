"""Secrets that the environment gives, however far from there they are used."""

from __future__ import annotations

from itertools import islice

from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Argument, Call, Expression, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from ..secrets_management.holding import may_hold
from ..secrets_management.judging import names_secret
from ..secrets_management.literals import handed_on
from .keyed import written_from

_ASKS = frozenset({"os.getenv", "os.environ.get"})
_MOST = 200
"""Expressions that are looked at for one."""


def is_variable(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    """Say whether an expression asks for a variable of the environment."""
    return _key(project, module, scope, expression) is not None


def secret_variable(project: Project, place: Placed) -> str:
    """Return the variable whose name says that what an expression may hold is a secret.

    Returns:
        Its name, empty for none.
    """
    waiting, seen = [place], set[Expression]()
    for each in islice(waiting, _MOST):  # which grows on the way
        module, scope, held = project.knowledge.evaluator.held(*each)
        if held in seen:
            continue
        seen.add(held)
        key = _key(project, module, scope, held)
        if key is not None:
            value = project.knowledge.evaluator.value(module, scope, key)
            if isinstance(value, Known) and names_secret(str(value.value)):
                return str(value.value)
            continue
        parts = [*written_from(held), *(part for part, _ in handed_on(held))]
        waiting += [(module, scope, part) for part in parts]
        waiting += may_hold(project, module, scope, held)
    return ""


def _key(project: Project, module: Module, scope: int, expression: Expression) -> Expression | None:
    """Return the name of the variable that an expression asks for."""
    dotted = project.knowledge.resolver.dotted
    match expression:
        case Call(function=function, arguments=(Argument(value=key), *_)):
            return key if dotted(module, scope, function) in _ASKS else None
        case Operation(operator="[]", operands=(environment, key)):
            return key if dotted(module, scope, environment) == "os.environ" else None
        case _:
            return None
