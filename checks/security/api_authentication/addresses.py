"""Keys that go by the address: those that callers send, and those sent to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chutes_cli.contract.libraries.network import URL_FIRST, URL_SECOND
from chutes_cli.contract.libraries.requests_of_callers import (
    COMPARES,
    PARAMETERS,
    PARSES_QUERY,
    QUERY_ATTRIBUTE,
    QUERY_STRING,
)
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from ..production import library_names
from ..secrets_management.judging import names_secret

_IN_TEXT = re.compile(r"[?&]([\w-]+)=$")
_KEY = "key"


def asked_for(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> str:
    """Return the name of the secret that is asked of a request's query, empty for none."""
    match expression:
        case Call(function=Attribute(value=whole, attribute="get"), arguments=(first, *_)):
            key = first.value
        case Operation(operator="[]", operands=(whole, key)):
            pass
        case _:
            return ""
    name = _text(key)
    if not _is_query(project, module, statement.scope, whole):
        return ""
    # `key` alone is one where the module compares secrets.
    return name if names_secret(name) or (name == _KEY and _compares(project, module)) else ""


def _text(key: Expression) -> str:
    match key:
        case Literal(value=str(text)):
            return text
        case Literal(value=bytes(data)):
            return data.decode("latin-1")
        case _:
            return ""


def _is_query(project: Project, module: Module, scope: int, whole: Expression) -> bool:
    """Say whether something is the query of a request, also parsed: ``parse_qs(scope[...])``."""
    module, where, held = project.knowledge.evaluator.held(module, scope, whole)
    if isinstance(held, Attribute) and held.attribute == QUERY_ATTRIBUTE:
        return True
    return any(
        isinstance(each, Call)
        and project.knowledge.resolver.dotted(module, where, each.function) in PARSES_QUERY
        and any(_is_query_string(part) for argument in each.arguments
                for part in argument.value.walk())
        for each in held.walk()
    )  # fmt: skip


def _is_query_string(part: Expression) -> bool:
    match part:
        case Literal(value=text):
            return text == QUERY_STRING
        case Attribute(value=Attribute(attribute="url"), attribute="query"):
            return True
        case _:
            return False


def _compares(project: Project, module: Module) -> bool:
    return any(
        isinstance(each, Call)
        and project.knowledge.resolver.dotted(module, statement.scope, each.function) in COMPARES
        for statement in module.facts.statements
        for each in statement.expressions()
    )


def sent(
    project: Project, module: Module, statement: Statement
) -> Iterator[tuple[Expression, str]]:
    """Yield the secrets that requests to others carry in their address, with their names."""
    for expression in statement.expressions():
        match expression:
            case Call(function=function, arguments=arguments):
                targets = project.knowledge.resolver.resolve(module, statement.scope, function)
                if library_names(targets) & (URL_FIRST | URL_SECOND):
                    for each in arguments:
                        if each.keyword == PARAMETERS:
                            yield from _entries(project, module, statement.scope, each.value)
            case FormattedText(parts=parts):
                for text, value in pairwise(parts):
                    found = _IN_TEXT.search(_text(text))
                    if found and not isinstance(value, Literal) and _is_named(found[1]):
                        yield expression, found[1]


def _entries(
    project: Project, module: Module, scope: int, given: Expression
) -> Iterator[tuple[Expression, str]]:
    *_, held = project.knowledge.evaluator.held(module, scope, given)
    if isinstance(held, Mapping):
        for key, value in zip(held.keys, held.values, strict=True):
            if key is not None and _is_named(_text(key)):
                yield value, _text(key)


def _is_named(name: str) -> bool:
    return names_secret(name) or name == _KEY
