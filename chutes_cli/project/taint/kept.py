"""What objects of the tree keep in their attributes, and lists and buffers in themselves."""

from __future__ import annotations

from chutes_cli.contract.libraries.values import FILLS
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Operation
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.passing import Passing, Passings
from chutes_cli.project.taint.spot import Frame, Spot, spot_of
from chutes_cli.project.targets import Class, Function, Instance


def kept(
    resolver: Resolver, schemas: Schemas, passings: Passings, spot: Spot, expression: Attribute
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
                found += _made_with(passings, owner, of, expression.attribute)
                found += _properties(resolver, spot, expression, of)
    return found if known else None


def _properties(
    resolver: Resolver, spot: Spot, expression: Attribute, of: Class
) -> list[tuple[Spot, Expression]]:
    """Return what a property gives, followed into its function."""
    found: list[tuple[Spot, Expression]] = []
    for each in resolver.members.class_member(of, expression.attribute):
        if isinstance(each, Function) and each.scope.decorators:
            frame = Frame(each, Passing(spot.site(expression), each, expression, (), 1), spot)
            found += [
                (Spot(each.module, statement, frozenset(), frame), statement.values[0])
                for statement in each.module.statements_in(each.index)
                if statement.kind == "return" and statement.values
            ]
    return found


def _made_with(
    passings: Passings, owner: Instance, of: Class, name: str
) -> list[tuple[Spot, Expression]]:
    """Return what a dataclass or the like is made with for a field.

    Of a ``self``, of which only the class is known, everything that makes one counts.
    """
    fields = [
        field
        for field, bindings in of.module.bindings.get(of.index, {}).items()
        if any(each.annotation is not None for each in bindings)
    ]
    if name not in fields:
        return []
    found: list[tuple[Spot, Expression]] = []
    for made in passings.making(of):
        if owner.site is None or owner.site == made.site:
            value = made.argument(fields.index(name), name)
            found += [(spot_of(made.site), value)] if value is not None else []
    return found


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
