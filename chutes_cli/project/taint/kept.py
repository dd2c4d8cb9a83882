"""What objects of the tree keep in their attributes, and lists and buffers in themselves."""

from __future__ import annotations

from chutes_cli.contract.libraries.values import FILLS
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Operation
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.spot import Spot, spot_of
from chutes_cli.project.targets import Class, Instance


def kept(
    resolver: Resolver, schemas: Schemas, spot: Spot, expression: Attribute
) -> list[tuple[Spot, Expression]] | None:
    """Return everything that is stored in an attribute, None for an object not of the tree.

    Pydantic models are left to their fields: what comes in through them was validated.
    """
    found: list[tuple[Spot, Expression]] = []
    known = False
    for owner in resolver.resolve(spot.module, spot.scope, expression.value):
        match owner:
            case Instance(of=Class() as of) if not schemas.is_model(of):
                known = True
                stores = resolver.members.stores(owner, expression.attribute)
                found += [(spot_of(site), value) for site, value in stores]
                found += _made_with(owner, of, expression.attribute)
    return found if known else None


def _made_with(owner: Instance, of: Class, name: str) -> list[tuple[Spot, Expression]]:
    """Return what a dataclass or the like is made with for a field."""
    if owner.site is None or name not in of.module.bindings.get(of.index, {}):
        return []
    call = owner.site.expression
    given = call.arguments if isinstance(call, Call) else ()
    return [(spot_of(owner.site), each.value) for each in given if each.keyword == name]


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
