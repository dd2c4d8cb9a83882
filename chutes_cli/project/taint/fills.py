"""What is put into lists, dictionaries and buffers after they were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from chutes_cli.contract.libraries.values import FILLS, WRITES
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.module import Module
from chutes_cli.project.taint.spot import Placed, Spot
from chutes_cli.project.targets import Class, Instance
from chutes_cli.project.tree import Knowledge


class Fill(NamedTuple):
    """One thing that is put into something.

    Attributes:
        place: What it is put into.
        how: The method's name, ``[]`` for an entry, ``+=``.
        value: What is put into it.
        key: The entry's key.
    """

    place: Expression
    how: str
    value: Expression
    key: Expression | None = None


class Fills:
    """Answers what is put into a local name's object, and into what an attribute holds."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._modules = knowledge.modules
        self._resolver = knowledge.resolver

    def of_name(self, spot: Spot, name: str, *, written: bool = False) -> list[Placed]:
        """Return what is put into the object of a local name, ``+=`` left out.

        Args:
            spot: Where the name is used.
            name: The name.
            written: Whether what is written to the file that a path names counts.
        """
        return [
            (at, each.value)
            for at, each in self.into(spot, name)
            if each.how != "+=" and (written or each.how not in WRITES)
        ]

    def into(self, spot: Spot, name: str) -> list[tuple[Spot, Fill]]:
        """Return the same, each with how it is put there."""
        module, position = spot.module, spot.module.order[spot.at]
        return [
            (spot.back_to(statement), each)
            for statement in module.statements_in(spot.scope)
            if statement is not spot.at and (module.order[statement] <= position or _loops(spot))
            for each in fills_in(statement)
            if isinstance(each.place, Name)
            and each.place.id == name
            and not self._is_own_method(module, statement, each)
        ]

    def of_attribute(self, owner: Instance, name: str) -> Iterator[Placed]:
        """Yield what is put into what an attribute of an object holds."""
        for module, statement, each in self._of_attributes.get(name, ()):
            assert isinstance(each.place, Attribute)
            holders = self._resolver.resolve(module, statement.scope, each.place.value)
            if any(self._resolver.members.may_be_same(owner, holder) for holder in holders):
                yield Spot(module, statement), each.value

    @cached_property
    def _of_attributes(self) -> dict[str, list[tuple[Module, Statement, Fill]]]:
        found: dict[str, list[tuple[Module, Statement, Fill]]] = defaultdict(list)
        for module in self._modules:
            for statement in module.facts.statements if not module.is_test else ():
                for each in fills_in(statement):
                    if isinstance(each.place, Attribute) and each.how not in WRITES:
                        found[each.place.attribute].append((module, statement, each))
        return dict(found)

    def _is_own_method(self, module: Module, statement: Statement, fill: Fill) -> bool:
        """Say whether what fills is a method of the tree's own, which is followed instead."""
        return fill.how not in ("[]", "+=") and any(
            isinstance(each, Instance)
            and isinstance(each.of, Class)
            and bool(self._resolver.members.methods(each.of, fill.how))
            for each in self._resolver.resolve(module, statement.scope, fill.place)
        )


def fills_in(statement: Statement) -> Iterator[Fill]:
    """Yield what a statement puts into something."""
    for target in statement.targets:
        match target:
            case Operation(operator="[]", operands=(place, *keys)):
                key = keys[0] if len(keys) == 1 else None
                for value in statement.values[-1:]:
                    yield Fill(place, "[]", value, key)
            case Name() | Attribute() if statement.kind == "augment":
                yield Fill(target, "+=", statement.values[-1])
    for expression in statement.values:
        match expression.value if isinstance(expression, Await) else expression:
            case Call(function=Attribute(value=place, attribute=method), arguments=given) if (
                method in FILLS | WRITES
            ):
                for each in given:
                    first = given[0].value
                    key = first if method == "setdefault" else None
                    if not (method == "insert" and isinstance(each.value, Literal)):
                        yield Fill(place, method, each.value, key)


def _loops(spot: Spot) -> bool:
    guards = spot.module.facts.guards
    return any(guards[index].kind in ("for", "while") for index in spot.module.guards_of(
        spot.at.guards
    ))  # fmt: skip
