"""Headers in the messages that ASGI middleware sends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from chutes_cli.contract.libraries.web import ASGI
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from ..ways import Step

_LISTED = frozenset({"append", "extend", "insert"})


def is_message(step: Step, parts: Iterable[Expression]) -> bool:
    """Say whether the message is named by a function that ASGI middleware gives as ``send``."""
    around = step.module.scope(step.function.scope.parent).parameters[-3:]
    names = [each.name for each in step.function.scope.parameters]
    return tuple(each.name for each in around) == ASGI and any(
        isinstance(each, Name) and [each.id] == names for each in parts
    )


def set_in_messages(
    project: Project, step: Step, drops: Callable[[str], bool]
) -> Iterator[Expression]:
    """Yield what puts headers into a message's list, where one of them is dropped."""
    for target in step.statement.targets:
        if _is_list(project, step, target) and any(
            drops(name) for each in step.statement.values for name in _names(project, step, each)
        ):
            yield target
    for expression in step.statement.expressions():
        match expression:
            case Call(function=Attribute(value=whole, attribute=method), arguments=given) if (
                method in _LISTED and _is_list(project, step, whole)
            ):
                if any(drops(name) for each in given for name in _names(project, step, each.value)):
                    yield expression


def _is_list(project: Project, step: Step, expression: Expression) -> bool:
    """Say whether an expression is the list of headers of a message, or a copy of it."""
    *_, held = project.knowledge.evaluator.held(step.module, step.statement.scope, expression)
    made = [held]
    if isinstance(held, Name):  # a copy that is added to
        _, bindings = step.module.lookup(held.id, step.statement.scope)
        made = [each.value for each in bindings if each.value is not None]
    parts = [part for each in made for part in each.walk()]
    return is_message(step, parts) and any(
        isinstance(each, Literal) and each.value == "headers" for each in parts
    )


def _names(project: Project, step: Step, expression: Expression) -> Iterator[str]:
    """Yield the headers that an expression names, by all that is written out."""
    for each in expression.walk():
        match each:
            case Name() | Attribute():
                yield from _held(project, step, each)
            case Collection(kind="tuple", items=(Literal(value=bytes() as name), _)):
                yield name.decode("latin-1")


def _held(project: Project, step: Step, expression: Expression) -> Iterator[str]:
    match project.knowledge.evaluator.value(step.module, step.statement.scope, expression):
        case Known(value=dict() as table):
            yield from _first(list(table.items()))
        case Known(value=list() | tuple() as pairs):
            yield from _first(pairs)


def _first(pairs: Sequence[object]) -> Iterator[str]:
    for pair in pairs:
        match pair:
            case (bytes(name), _):
                yield name.decode("latin-1")
