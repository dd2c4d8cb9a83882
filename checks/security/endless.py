"""Functions whose results are kept for ever."""

from __future__ import annotations

from chutes_cli.contract.libraries.collections import ENDLESS_CACHE, LIMITED_CACHE
from chutes_cli.project.facts import Call, Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Function

from ..runtime.ways import Step


def endless_cache(project: Project, function: Function) -> Expression | None:
    """Return the decorator by which a function keeps all its results, None where none does."""
    scope = function.scope
    for decorator in scope.decorators:
        callee = decorator.function if isinstance(decorator, Call) else decorator
        name = project.knowledge.resolver.dotted(function.module, scope.parent, callee)
        if name == ENDLESS_CACHE:
            return decorator
        match decorator:
            case Call(arguments=(first, *_)) if name == LIMITED_CACHE:
                if isinstance(first.value, Literal) and first.value.value is None:
                    return decorator
    return None


def takes_text(project: Project, step: Step) -> bool:
    """Say whether a step uses a text of the caller's."""
    return any(
        project.taint.origin(step.site(each), Threat.SHELL) is not None
        for each in step.statement.expressions()
    )
