"""What the attributes of the tree's own objects hold: fields of records, what `__init__` keeps."""

from __future__ import annotations

from chutes_cli.contract.libraries.pydantic_v1 import SETTINGS
from chutes_cli.contract.libraries.records import (
    FIELD_CALLS,
    RECORD_BASES,
    RECORD_DECORATORS,
    VALIDATED_BASES,
)
from chutes_cli.project.callers import Placed, given_to
from chutes_cli.project.displays import default_of_field
from chutes_cli.project.facts import Call, Expression
from chutes_cli.project.module import Binding, Module, Site
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, Function, Instance

_INITIALISERS = frozenset({"__init__", "__post_init__"})


class Fields:
    """Answers which one expression an attribute of an object is sure to hold."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def held(self, owner: Instance, of: Class, name: str) -> Placed | None:
        """Return what an attribute of an object holds; None where several things may be.

        Args:
            owner: The object.
            of: Its class.
            name: The attribute.
        """
        if self._resolver.members.is_changed(owner, name):
            return None
        stores = self._resolver.members.stores(owner, name)
        if stores:
            return _kept(*stores[0]) if len(stores) == 1 else None
        where, binding = self.declared(of, name)
        if binding is not None and binding.kind == "scope":
            match self._resolver.scope_target(where.module, binding.scope):
                case Function(is_property=True) as own:
                    return self._resolver.results.only_return(own)
            return None
        if binding is None or binding.kind != "value" or self.is_settings(of):
            return None
        if binding.annotation is None or not self.is_record(of):
            assert binding.statement is not None
            return _placed(where.module, binding.statement.scope, binding.value)
        return self._made_with(owner, of, name, self.default(where, binding))

    def default(self, of: Class, binding: Binding) -> Placed | None:
        """Return the default of a field, also where it is an argument of `field`."""
        value = binding.value
        assert binding.statement is not None
        if isinstance(value, Call):
            called = self._resolver.dotted(of.module, of.index, value.function)
            if called in FIELD_CALLS:
                value = default_of_field(value, called)
        return _placed(of.module, binding.statement.scope, value)

    def _made_with(
        self, owner: Instance, of: Class, name: str, default: Placed | None
    ) -> Placed | None:
        callers = self._resolver.callers
        makers = [] if callers.is_extended(of) else callers.making(of)
        if owner.site is not None and isinstance(owner.site.expression, Call):
            makers = [(owner.site.module, owner.site.scope, owner.site.expression)]
        elif self._resolver.members.ancestors(of) & VALIDATED_BASES:
            return None  # a request's body makes objects that no call of the tree shows
        names = self.names(of)
        found = [given_to(maker, names.index(name), name, default) for maker in makers]
        first = found[0] if found else None
        return first if all(each == first for each in found) else None

    def declared(self, of: Class, name: str, depth: int = 0) -> tuple[Class, Binding | None]:
        """Return the one binding of a name in a class body or in the first base that has it."""
        bindings = of.module.bindings.get(of.index, {}).get(name, [])
        if bindings or depth > 10:
            return of, bindings[0] if len(bindings) == 1 else None
        for base in self._resolver.members.bases(of):
            if isinstance(base, Class):
                where, binding = self.declared(base, name, depth + 1)
                if binding is not None:
                    return where, binding
        return of, None

    def is_record(self, of: Class) -> bool:
        """Say whether a class gets its `__init__` from its fields."""
        scope = of.module, of.scope.parent
        decorators = (
            self._resolver.dotted(*scope, each.function if isinstance(each, Call) else each)
            for each in of.scope.decorators
        )
        return any(each in RECORD_DECORATORS for each in decorators) or bool(
            self._resolver.members.ancestors(of) & RECORD_BASES
        )

    def is_settings(self, of: Class) -> bool:
        """Say whether a class fills its fields from the environment."""
        return bool(self._resolver.members.ancestors(of) & SETTINGS)

    def names(self, of: Class, depth: int = 0) -> list[str]:
        """Return the fields of a class in the order in which it is given them, bases first."""
        found: dict[str, None] = {}
        for base in self._resolver.members.bases(of) if depth < 10 else ():
            if isinstance(base, Class):
                found.update(dict.fromkeys(self.names(base, depth + 1)))
        for field, bindings in of.module.bindings.get(of.index, {}).items():
            if any(each.annotation is not None for each in bindings):
                found[field] = None
        return list(found)


def _kept(site: Site, value: Expression) -> Placed | None:
    """Return what `__init__` keeps for good, under no condition."""
    module, statement = site.module, site.statement
    home = module.enclosing_function(statement.scope)
    if home < 0 or module.scope(home).name not in _INITIALISERS:
        return None
    plain = statement.kind != "with" and statement.guards < 0
    return (module, statement.scope, value) if plain else None


def _placed(module: Module, scope: int, value: Expression | None) -> Placed | None:
    return (module, scope, value) if value is not None else None
