"""What objects of the tree keep in their attributes."""

from __future__ import annotations

from chutes_cli.project.facts import Attribute, Call, Expression
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
