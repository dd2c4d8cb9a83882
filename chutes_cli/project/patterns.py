"""What the cases of a ``match`` ask of its subject, and what they bind, as expressions.

A case reads as the test that an ``if`` would make: ``case "a" | "b"`` asks ``subject in ("a",
"b")``, ``case str(text)`` asks ``isinstance(subject, str)`` and binds ``text`` to the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import libcst as cst

from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Span,
)

_THEMSELVES = frozenset(
    {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str",
     "tuple"}
)  # fmt: skip
"""Classes whose one positional pattern stands for the object itself (PEP 634)."""
_SINGLETONS = {"None": None, "True": True, "False": False}

Bound = tuple[str, Expression | None]
"""A name and what it is bound to, None where that cannot be written as an expression."""


class Patterns:
    """Reads patterns.

    Args:
        read: Returns the facts of an expression.
        span: Returns where a node stands.
    """

    def __init__(
        self,
        read: Callable[[cst.BaseExpression], Expression],
        span: Callable[[cst.CSTNode], Span],
    ) -> None:
        self._read = read
        self._span = span

    def test(self, pattern: cst.MatchPattern, subject: Expression) -> Expression | None:
        """Return what a pattern asks of a subject, None where it asks nothing that is known."""
        span = self._span(pattern)
        match pattern:
            case cst.MatchValue(value=value):
                return Operation(span, "==", (subject, self._read(value)))
            case cst.MatchSingleton(value=value):
                one = Literal(span, _SINGLETONS[value.value])
                return Operation(span, "is", (subject, one))
            case cst.MatchAs(pattern=cst.MatchPattern() as inner):
                return self.test(inner, subject)
            case cst.MatchOr(patterns=several):
                return self._one_of([each.pattern for each in several], subject, span)
            case cst.MatchClass(cls=owner):
                return _is_instance(subject, self._read(owner), span)
            case cst.MatchMapping(elements=elements):
                entries = [
                    self.test(each.pattern, self._entry(subject, each.key)) for each in elements
                ]
                return _joined("and", [each for each in entries if each is not None], span)
            case _:
                return None

    def _one_of(
        self, several: list[cst.MatchPattern], subject: Expression, span: Span
    ) -> Expression | None:
        values = [each.value for each in several if isinstance(each, cst.MatchValue)]
        if len(values) == len(several):
            items = tuple(self._read(each) for each in values)
            return Operation(span, "in", (subject, Collection(span, "tuple", items)))
        tests = [self.test(each, subject) for each in several]
        known = [each for each in tests if each is not None]
        return _joined("or", known, span) if len(known) == len(tests) else None

    def bound(self, pattern: cst.CSTNode, subject: Expression | None) -> Iterator[Bound]:
        """Yield the names that a pattern binds, with what they are bound to."""
        match pattern:
            case cst.MatchAs(name=cst.Name(value=name)):
                yield name, subject
            case cst.MatchStar(name=cst.Name(value=name)):
                yield name, None
            case cst.MatchMapping(rest=cst.Name(value=name)):
                yield name, None
        for inner, part in self._parts(pattern, subject):
            yield from self.bound(inner, part)

    def _parts(
        self, pattern: cst.CSTNode, subject: Expression | None
    ) -> Iterator[tuple[cst.CSTNode, Expression | None]]:
        """Yield the patterns in a pattern, with what of the subject they are held against."""
        match pattern:
            case cst.MatchAs() | cst.MatchOr() | cst.MatchOrElement():
                yield from ((child, subject) for child in pattern.children)
            case cst.MatchClass(cls=owner, patterns=patterns, kwds=keywords):
                itself = isinstance(owner, cst.Name) and owner.value in _THEMSELVES
                yield from ((each.value, subject if itself else None) for each in patterns)
                for one in keywords:
                    part = subject and Attribute(self._span(one.key), subject, one.key.value)
                    yield one.pattern, part
            case cst.MatchMapping(elements=elements):
                for entry in elements:
                    yield entry.pattern, subject and self._entry(subject, entry.key)
            case _:
                yield from ((child, None) for child in pattern.children)

    def _entry(self, subject: Expression, key: cst.BaseExpression) -> Expression:
        return Operation(self._span(key), "[]", (subject, self._read(key)))


def any_of(tests: list[Expression], span: Span) -> Expression | None:
    """Return the test that one of several holds."""
    return _joined("or", tests, span)


def _is_instance(subject: Expression, owner: Expression, span: Span) -> Expression:
    arguments = tuple(Argument(each, None, "", span) for each in (subject, owner))
    return Call(span, Name(span, "isinstance"), arguments)


def _joined(operator: str, tests: list[Expression], span: Span) -> Expression | None:
    if not tests:
        return None
    return reduce(lambda left, right: Operation(span, operator, (left, right)), tests)
