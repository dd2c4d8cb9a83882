"""Which values a tested expression speaks of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from chutes_cli.contract.libraries import values as libraries
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    FormattedText,
    Name,
    Opaque,
    Operation,
)
from chutes_cli.project.passing import item_of
from chutes_cli.project.questions import Questions
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.spot import EACH, Spot, path_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.tree import Knowledge

_DEEPEST = 10
_MADE_OF_ALL = frozenset({"[]", "+", "/", "%", "or", "*"})
_SPEAKS_OF_ALL = frozenset({"hostname", "netloc", "host", "parts", "parent", "parents", "anchor"})
"""Attributes of parsed addresses and of paths, wherever those come from."""
_RESOLVES = frozenset({"resolve", "realpath", "abspath", "absolute", "normpath"})


class Roots:
    """Follows a tested expression back to the names and attributes it was made of."""

    def __init__(self, knowledge: Knowledge, definitions: Definitions) -> None:
        self._resolver = knowledge.resolver
        self._definitions = definitions
        self._questions: Questions[frozenset[str]] = Questions(frozenset(), _DEEPEST)

    def of(self, spot: Spot, expression: Expression, threat: Threat) -> frozenset[str]:
        """Return the paths (`path_of`) an expression speaks of, those of its parts included.

        Parts that say nothing about the threat, such as the suffix of a file name, are left
        out.
        """
        return self._of(spot, expression, threat)

    def resolved(self, spot: Spot, expression: Expression) -> bool:
        """Say whether an expression was made by resolving ``..`` and links."""
        return any(
            getattr(each.function, "attribute", getattr(each.function, "id", "")) in _RESOLVES
            for each in self._made_of(spot, expression)
            if isinstance(each, Call)
        )

    def _of(self, spot: Spot, expression: Expression, threat: Threat) -> frozenset[str]:
        what = expression.id if isinstance(expression, Name) else expression
        key = (spot.module, spot.at, spot.around, what, threat)
        return self._questions.answer(key, lambda: frozenset(self._found(spot, expression, threat)))

    def _found(self, spot: Spot, expression: Expression, threat: Threat) -> Iterator[str]:
        if self._is_weak(spot, expression, libraries.WEAK[threat.value]):
            return
        path = path_of(expression)
        if path is not None:
            yield path
            if path.endswith(EACH):
                yield from self._of(spot, expression.children()[0], threat)
            if not isinstance(expression, Name | Opaque):
                yield from self._of_part(spot, expression, threat)
                return
        whole = isinstance(expression, Call) and self._speaks_of_items(spot, expression)
        for at, part in self._parts(spot, expression):
            found = self._of(at, part, threat)
            yield from found
            if whole:
                yield from (f"{each}{EACH}" for each in found if not each.endswith(EACH))

    def _speaks_of_items(self, spot: Spot, call: Call) -> bool:
        """Say whether a call tells of what a collection holds, and not just how much of it."""
        return self._resolver.dotted(spot.module, spot.scope, call.function) != "builtins.len"

    def _of_part(self, spot: Spot, expression: Expression, threat: Threat) -> Iterator[str]:
        """Yield what a part of a value speaks of: not of the whole, where that has many parts.

        ``parsed.hostname`` speaks of the address that was parsed, ``args.url`` of that field
        alone.
        """
        whole, path = expression, path_of(expression) or ""
        while not isinstance(whole, Name | Opaque) and whole.children():
            whole = whole.children()[0]
            if isinstance(expression, Attribute) and expression.attribute in _SPEAKS_OF_ALL:
                yield path_of(whole) or ""
        name = path_of(whole) or ""
        for at, held in self._parts(spot, whole):
            other = path_of(held)
            if other is not None:
                yield other + path.removeprefix(name)
                yield from (other,) if other.endswith(EACH) else ()
            else:
                yield name
                yield from self._of(at, held, threat)

    def _made_of(self, spot: Spot, expression: Expression) -> Iterator[Expression]:
        """Yield an expression and all it is made of, what comes by several ways once."""
        pending = deque([(spot, expression, 0)])
        seen = set()
        while pending:
            at, part, depth = pending.popleft()
            what = part.id if isinstance(part, Name) else part
            if depth > _DEEPEST or (at.module, at.at, what) in seen:
                continue
            seen.add((at.module, at.at, what))
            yield part
            pending.extend((where, each, depth + 1) for where, each in self._parts(at, part))

    def _parts(self, spot: Spot, expression: Expression) -> Iterator[tuple[Spot, Expression]]:
        match expression:
            case Name(id=name):
                yield from self._held(spot, name)
            case Opaque(kind="Bound", names=(name,)):
                for comprehension in spot.around:
                    if name in comprehension.names:
                        yield spot, item_of(comprehension.parts[0])
            case Opaque(kind="GeneratorExp" | "ListComp" | "SetComp", parts=(*_, head)):
                yield spot.within(expression), head
            case Call(function=function, arguments=arguments):
                if isinstance(function, Attribute):
                    yield spot, function.value
                yield from ((spot, argument.value) for argument in arguments)
            case Operation(operator=operator) if operator not in _MADE_OF_ALL:
                return
            case (
                Attribute() | Await() | Operation() | FormattedText() | Collection()
                | Opaque(kind="NamedExpr")
            ):  # fmt: skip
                yield from ((spot, each) for each in expression.children())

    def _held(self, spot: Spot, name: str) -> Iterator[tuple[Spot, Expression]]:
        where, _ = spot.module.lookup(name, spot.scope)
        if where != spot.scope or where <= 0:
            return
        for binding in self._definitions.reaching(spot.module, where, name, spot.at):
            statement = binding.statement
            if statement is None:
                continue
            if binding.value is not None:
                yield spot.back_to(statement), binding.value
            elif statement.kind == "for":
                yield spot.back_to(statement), item_of(statement.values[0])
            elif statement.kind in ("assign", "augment") and statement.values:
                yield spot.back_to(statement), statement.values[-1]

    def _is_weak(self, spot: Spot, expression: Expression, weak: frozenset[str]) -> bool:
        match expression:
            case Attribute(attribute=name):
                return name in weak
            case Call(function=function):
                dotted = self._resolver.dotted(spot.module, spot.scope, function)
                return dotted in weak
            case _:
                return False
