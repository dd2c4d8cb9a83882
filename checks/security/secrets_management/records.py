"""Objects whose text shows the secrets that they hold."""

from __future__ import annotations

from chutes_cli.contract.libraries.records import (
    HIDING_TYPES,
    RECORD_BASES,
    RECORD_DECORATORS,
    SHOWING,
)
from chutes_cli.project.facts import Call, Expression, Literal, last_name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Site
from chutes_cli.project.targets import Class, Instance

from .judging import names_secret


def secret_in_record(project: Project, site: Site) -> str | None:
    """Return the secret that a dataclass or the like shows when it is written as text."""
    for target in project.knowledge.resolver.resolve(site.module, site.scope, site.expression):
        match target:
            case Instance(of=Class() as owner) if _shows_fields(project, owner):
                for name, bindings in owner.module.bindings.get(owner.index, {}).items():
                    if names_secret(name) and all(map(_is_shown, bindings)):
                        return f"the secret {name} of {owner.scope.name}"
    return None


def _shows_fields(project: Project, owner: Class) -> bool:
    """Say whether a class gets its text from its fields."""
    resolver = project.knowledge.resolver
    members = resolver.members
    for name in ("__repr__", "__str__"):
        if members.methods(owner, name):
            return False
    decorators = {
        resolver.dotted(
            owner.module, owner.scope.parent, each.function if isinstance(each, Call) else each
        )
        for each in owner.scope.decorators
        if not _hides(each)
    }
    return bool(decorators & RECORD_DECORATORS or members.ancestors(owner) & RECORD_BASES)


def _is_shown(binding: Binding) -> bool:
    """Say whether a field is part of the text: no ``repr=False``, no SecretStr."""
    if binding.annotation is None:
        return False
    if any(last_name(each) in HIDING_TYPES for each in binding.annotation.walk()):
        return False
    return not _hides(binding.value)


def _hides(expression: Expression | None) -> bool:
    """Say whether a call has ``repr=False``, or a ``repr`` that only a run can tell."""
    given = expression.arguments if isinstance(expression, Call) else ()
    return any(
        each.keyword == SHOWING
        and not (isinstance(each.value, Literal) and each.value.value is True)
        for each in given
    )
