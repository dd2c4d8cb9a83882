"""Facts to JSON and back, so that a module is parsed once however often it is audited.

Each record becomes a list: its kind's number, then its fields. JSON rather than pickle: a
cache file that somebody else wrote can spoil an answer, but never run code.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

from chutes_cli.project import facts

VERSION = 6
"""To be raised with every change to the records, so that old cache files are not read."""

_KINDS: tuple[type, ...] = (
    facts.Literal,
    facts.Name,
    facts.Attribute,
    facts.Argument,
    facts.Call,
    facts.Collection,
    facts.Mapping,
    facts.FormattedText,
    facts.Operation,
    facts.Await,
    facts.Yield,
    facts.Opaque,
    facts.Parameter,
    facts.Scope,
    facts.Guard,
    facts.Statement,
    facts.Import,
    facts.ModuleFacts,
)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}
_SEQUENCE, _SPAN, _BYTES, _COMPLEX = -1, -2, -3, -4


def to_json(module: facts.ModuleFacts) -> str:
    """Return a module's facts as JSON text.

    Raises:
        RecursionError: They are nested too deeply for JSON.
    """
    # Non-ASCII is escaped: a lone surrogate in a literal survives the way to disk and back.
    written = [_encode(_without_repeats(module)), _tests(module)]
    return json.dumps(written, separators=(",", ":"))


def from_json(text: str) -> facts.ModuleFacts:
    """Return the facts in a JSON text.

    Raises:
        ValueError: The text is not what `to_json` wrote.
    """
    try:
        encoded, tests = json.loads(text)
        found = _decode(encoded)
        if not isinstance(found, facts.ModuleFacts):
            raise ValueError("not a facts file: it holds something else")
        return _with_repeats(found, tests)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a facts file: {error}") from error


def _without_repeats(module: facts.ModuleFacts) -> facts.ModuleFacts:
    """Leave out what records share: `define` statements with scopes, guards with statements."""
    statements = tuple(
        replace(each, values=()) if each.defines >= 0 else each for each in module.statements
    )
    guards = tuple(replace(each, test=None) for each in module.guards)
    return replace(module, statements=statements, guards=guards)


def _tests(module: facts.ModuleFacts) -> list[int]:
    """Return for each guard the statement that evaluates its test, -1 for none."""
    places = {
        each.values[0]: number for number, each in enumerate(module.statements) if each.values
    }
    return [places[each.test] if each.test else -1 for each in module.guards]


def _with_repeats(module: facts.ModuleFacts, tests: list[int]) -> facts.ModuleFacts:
    """Give `define` statements and guards the very records they share again."""
    statements = tuple(
        replace(each, values=module.scopes[each.defines].evaluated()) if each.defines >= 0 else each
        for each in module.statements
    )
    guards = tuple(
        replace(each, test=statements[number].values[0]) if number >= 0 else each
        for each, number in zip(module.guards, tests, strict=True)
    )
    return replace(module, statements=statements, guards=guards)


def _encode(value: Any) -> Any:
    number = _NUMBERS.get(type(value))
    if number is not None:
        return [number, *(_encode(getattr(value, name)) for name in _FIELDS[type(value)])]
    match value:
        case facts.Span():
            return [_SPAN, *value]
        case tuple():
            return [_SEQUENCE, *map(_encode, value)]
        case bytes():
            return [_BYTES, value.decode("latin-1")]
        case complex():
            return [_COMPLEX, value.real, value.imag]
        case _:
            return value


def _decode(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    number, *rest = value
    if number >= 0:
        return _KINDS[number](*map(_decode, rest))
    if number == _SEQUENCE:
        return tuple(map(_decode, rest))
    if number == _SPAN:
        return facts.Span(*rest)
    if number == _BYTES:
        return rest[0].encode("latin-1")
    return complex(*rest)
