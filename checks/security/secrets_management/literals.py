"""Texts that a module gives to something with a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.module import Module

from .judging import is_long_key, may_name_secret, names_secret, names_secrets

_FIELDS = frozenset({"Field", "Option", "field", "attrib", "ib"})
_WRAPPERS = _FIELDS | {
    "SecretStr", "SecretBytes", "str", "bytes", "Secret",
    "fromhex", "unhexlify", "b64decode", "urlsafe_b64decode",
}  # fmt: skip
_FALLBACKS = frozenset({"getenv", "get", "setdefault", "pop", "config", "env"})
_DECODED = frozenset({"encode", "decode", "strip", "lower", "get_secret_value"})


@dataclass(frozen=True, slots=True)
class Named:
    """A text under a name.

    Attributes:
        name: The name.
        text: The text.
        module: Where it stands.
        statement: The statement it is part of.
        expression: The text's expression.
        fallback: Whether it only counts where something else is not set.
    """

    name: str
    text: str
    module: Module
    statement: Statement
    expression: Expression
    fallback: bool = False


def named_texts(module: Module) -> Iterator[Named]:
    """Yield the texts of a module whose names speak of secrets, in source order."""
    for statement in module.facts.statements:
        yield from _of_statement(module, statement)


def _of_statement(module: Module, statement: Statement) -> Iterator[Named]:
    for name, value in _assigned(module, statement):
        yield from _given(module, statement, name, value, statement.kind == "define")
    for expression in statement.expressions():
        match expression:
            case Call():
                yield from _of_call(module, statement, expression)
            case Mapping(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, Literal) and isinstance(key.value, str):
                        yield from _given(module, statement, key.value, value)
            case Operation(operator="==" | "!=", operands=(left, right)):
                yield from _given(module, statement, name_of(left) or "", right)
                yield from _given(module, statement, name_of(right) or "", left)


def _assigned(module: Module, statement: Statement) -> Iterator[tuple[str, Expression]]:
    """Yield names and what they are assigned, or default to."""
    match statement:
        case (
            Statement(kind="assign", values=(value,))
            | Statement(kind="annotate", values=(_, value))
        ):
            for target in statement.targets:
                yield name_of(target) or "", value
        case Statement(kind="define"):
            for parameter in module.scope(statement.defines).parameters:
                if parameter.default is not None:
                    yield parameter.name, parameter.default


_ASKS = re.compile(r"(?:\w+_)?(?:from_)?(?:get_?)?env(?:_or|_var)?(?:_\w+)?|getenv")
"""Names of the tree's own functions that ask the environment, with what to fall back to."""


def _of_call(module: Module, statement: Statement, call: Call) -> Iterator[Named]:
    for argument in call.arguments:
        if argument.keyword is not None:
            yield from _given(module, statement, argument.keyword, argument.value)
            match argument.keyword, argument.value:
                case "auth", Collection(kind="tuple", items=(_, password)):
                    yield from _given(module, statement, "password", password)
    if _asks(call.function) and len(call.arguments) > 1:
        # `os.getenv("API_KEY", "...")` without an assignment that names it.
        key = call.arguments[0].value
        if isinstance(key, Literal) and isinstance(key.value, str):
            yield from _given(module, statement, key.value, call.arguments[1].value, True)


def _asks(function: Expression) -> bool:
    """Say whether a function is asked for a value under a name, with what to fall back to."""
    match function:
        case Name(id=name) if _ASKS.fullmatch(name):
            return True
        case _:
            return name_of(function) in _FALLBACKS


def name_of(target: Expression) -> str | None:
    """Return the last name of what is assigned or asked for."""
    match target:
        case Name(id=name) | Attribute(attribute=name):
            return name
        case Operation(operator="[]", operands=(_, Literal(value=str(name)))):
            return name
        case _:
            return None


def _given(
    module: Module, statement: Statement, name: str, value: Expression, fallback: bool = False
) -> Iterator[Named]:
    """Yield what a name is given, where the name speaks of secrets."""
    if names_secret(name):
        for text, expression, second in _texts(value, fallback):
            yield Named(name, text, module, statement, expression, second)
    elif may_name_secret(name):
        for text, expression, second in _texts(value, fallback):
            if is_long_key(text):
                yield Named(name, text, module, statement, expression, second)
    elif names_secrets(name):
        for item in _items(value):
            for text, expression, second in _texts(item, fallback):
                yield Named(name, text, module, statement, expression, second)


def _items(value: Expression) -> tuple[Expression, ...]:
    match value:
        case Collection(items=items):
            return items
        case Mapping(keys=keys):
            return tuple(key for key in keys if key is not None)
        case Call(arguments=(first,)):
            return _items(first.value)
        case _:
            return ()


def _texts(value: Expression, fallback: bool) -> Iterator[tuple[str, Expression, bool]]:
    """Yield the texts that an expression can be, and whether something else comes before."""
    text = text_of(value)
    if text is not None:
        yield text, value, fallback
    for part, second in handed_on(value):
        yield from _texts(part, fallback or second)


def text_of(value: Expression) -> str | None:
    """Return the text of a literal or of several that are joined, None for anything else."""
    match value:
        case Literal(value=str(text)):
            return text
        case Literal(value=bytes(data)):
            return data.decode("latin-1")
        case Operation(operator="+", operands=(left, right)):
            start, end = text_of(left), text_of(right)
            return start + end if start is not None and end is not None else None
        case _:
            return None


def handed_on(value: Expression) -> Iterator[tuple[Expression, bool]]:
    """Yield the parts that an expression can be, and whether something else comes before."""
    match value:
        case FormattedText(parts=parts):
            yield from ((part, False) for part in parts)
        case Operation(operator="or", operands=(left, right)):
            yield left, False
            yield right, True
        case Operation(operator="?:", operands=(_, body, orelse)):
            yield body, True
            yield orelse, True
        case Call(function=Attribute(value=inner, attribute=method)) if method in _DECODED:
            yield inner, False
        case Call():
            yield from _of_wrapper(value)


def _of_wrapper(call: Call) -> Iterator[tuple[Expression, bool]]:
    """Yield what calls hand on, or fall back to."""
    called = name_of(call.function)
    if called in _WRAPPERS:
        given, fallback = call.arguments, called in _FIELDS
    elif called in _FALLBACKS:
        given, fallback = call.arguments[2 if _is_of_section(call) else 1 :], True
    else:
        return
    for each in given:
        if each.keyword in (None, "default", "fallback"):
            yield each.value, fallback
        match each:
            case Argument(keyword="default_factory", value=Opaque(kind="Lambda", parts=(*_, made))):
                yield made, fallback


def _is_of_section(call: Call) -> bool:
    """Say whether a ``get`` is given a section and an option: ``config.get("db", "password")``."""
    match call:
        case Call(
            function=Attribute(value=owner, attribute="get"),
            arguments=(_, Argument(value=Literal(value=str(option))), *_),
        ):
            return name_of(owner) != "environ" and names_secret(option)
        case _:
            return False
