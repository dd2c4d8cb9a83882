"""What objects of the tree keep in their attributes."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Attribute, Expression
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.taint.fills import Fills
from chutes_cli.project.taint.spot import Frame, Placed, Spot, spot_of
from chutes_cli.project.targets import Class, Function, Instance, Method
from chutes_cli.project.tree import Knowledge


class Kept:
    """Answers what is stored in the attributes of objects.

    Args:
        knowledge: What names stand for.
        schemas: Which classes are pydantic models: these are left to their fields, for what
            comes in through them was validated.
        passings: Who makes objects of what.
        fills: What is put into lists and the like.
    """

    def __init__(
        self, knowledge: Knowledge, schemas: Schemas, passings: Passings, fills: Fills
    ) -> None:
        self._fills = fills
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
                    found += self._fills.of_attribute(owner, expression.attribute)
                    found += self._made_with(owner, of, expression.attribute)
                    found += self._properties(spot, expression, owner)
                case Instance(of=Class()):
                    properties = list(self._properties(spot, expression, owner))
                    known = known or bool(properties)
                    found += properties
        return found if known else None

    def _properties(self, spot: Spot, expression: Attribute, owner: Instance) -> Iterator[Placed]:
        """Yield what a property gives, followed into its function."""
        for each in self._resolver.members.methods_of(owner, expression.attribute):
            if each.is_property:
                yield from _returns(spot, expression, Method(each, owner))

    def checks(self, spot: Spot, owner: Expression) -> list[Function]:
        """Return what every object of the classes that an owner may be of runs once it is made."""
        made = self._resolver.resolve(spot.module, spot.scope, owner)
        classes = {each.of for each in made if isinstance(each, Instance)}
        if len(classes) != 1:
            return []
        return [
            each
            for of in classes
            if isinstance(of, Class)
            for each in self._resolver.members.methods(of, "__post_init__")
        ]

    def text(self, spot: Spot, expression: Expression) -> list[Placed]:
        """Return what the ``__str__`` of an object of the tree gives, nothing for other values."""
        return [
            each
            for owner in self._resolver.resolve(spot.module, spot.scope, expression)
            if isinstance(owner, Instance) and isinstance(owner.of, Class)
            for method in self._resolver.members.methods(owner.of, "__str__")
            for each in _returns(
                spot,
                Attribute(expression.span, expression, "__str__"),
                Method(method, owner),
            )
        ]

    def names(self, of: Class) -> list[str]:
        """Return the fields of a record in the order in which it is given them."""
        return self._fields.names(of)

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


def _returns(spot: Spot, taken: Attribute, method: Method) -> Iterator[Placed]:
    """Yield what a method returns that runs when an object is taken for something."""
    function = method.function
    passing = Passing(spot.site(taken), method, taken, (), 1)
    frame = Frame(function, passing, spot)
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return" and statement.values:
            yield Spot(function.module, statement, frozenset(), frame), statement.values[0]
