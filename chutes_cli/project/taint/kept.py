"""What objects of the tree keep in their attributes, and lists and buffers in themselves."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.values import FILLS
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Operation
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.spot import Frame, Placed, Spot, spot_of
from chutes_cli.project.targets import Class, Instance
from chutes_cli.project.tree import Knowledge


class Kept:
    """Answers what is stored in the attributes of objects.

    Args:
        knowledge: What names stand for.
        schemas: Which classes are pydantic models: these are left to their fields, for what
            comes in through them was validated.
        passings: Who makes objects of what.
    """

    def __init__(self, knowledge: Knowledge, schemas: Schemas, passings: Passings) -> None:
        self._resolver = knowledge.resolver
        self._fields = knowledge.evaluator.fields
        self._schemas = schemas
        self._passings = passings

    def of(self, spot: Spot, expression: Attribute) -> list[Placed] | None:
        """Return everything an attribute may hold, None for an object not of the tree."""
        found: list[Placed] = []
        known = False
        for owner in self._resolver.resolve(spot.module, spot.scope, expression.value):
            match owner:
                case Instance(of=Class() as of) if not self._schemas.is_model(of):
                    known = True
                    stores = self._resolver.members.stores(owner, expression.attribute)
                    found += [(spot_of(site), value) for site, value in stores]
                    found += self._made_with(owner, of, expression.attribute)
                    found += self._properties(spot, expression, owner)
        return found if known else None

    def _properties(self, spot: Spot, expression: Attribute, owner: Instance) -> Iterator[Placed]:
        """Yield what a property gives, followed into its function."""
        for each in self._resolver.members.methods_of(owner, expression.attribute):
            if each.is_property:
                frame = Frame(each, Passing(spot.site(expression), each, expression, (), 1), spot)
                for statement in each.module.statements_in(each.index):
                    if statement.kind == "return" and statement.values:
                        at = Spot(each.module, statement, frozenset(), frame)
                        yield at, statement.values[0]

    def _made_with(self, owner: Instance, of: Class, name: str) -> Iterator[Placed]:
        """Yield what a dataclass or the like is made with for a field.

        Of a ``self``, of which only the class is known, everything that makes one counts.
        """
        fields = self._fields.names(of)
        for made in self._passings.making(of) if name in fields else ():
            if owner.site is None or owner.site == made.site:
                value = made.argument(fields.index(name), name)
                if value is not None:
                    yield spot_of(made.site), value


def filled(spot: Spot, name: str) -> list[tuple[Spot, Expression]]:
    """Return what is put into the object of a local name: ``name.append(x)``, ``name[k] = x``."""
    found: list[tuple[Spot, Expression]] = []
    module, position = spot.module, spot.module.order[spot.at]
    for statement in module.statements_in(spot.scope):
        if statement is spot.at or (module.order[statement] > position and not _loops(spot)):
            continue
        values = [value for target in statement.targets for value in _entry(target, name)]
        if values:
            found += [(spot.back_to(statement), each) for each in statement.values]
        for expression in statement.values:
            match expression:
                case Call(function=Attribute(value=Name(id=held), attribute=method)) if (
                    held == name and method in FILLS
                ):
                    given = expression.arguments
                    found += [(spot.back_to(statement), each.value) for each in given]
    return found


def _entry(target: Expression, name: str) -> list[Expression]:
    match target:
        case Operation(operator="[]", operands=(Name(id=held), *_)) if held == name:
            return [target]
        case _:
            return []


def _loops(spot: Spot) -> bool:
    guards = spot.module.facts.guards
    return any(guards[index].kind in ("for", "while") for index in spot.module.guards_of(
        spot.at.guards
    ))  # fmt: skip
