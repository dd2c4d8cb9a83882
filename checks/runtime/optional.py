"""What may be None because it was left out."""

from __future__ import annotations

from chutes_cli.project.callers import Placed, given_to
from chutes_cli.project.facts import (
    Attribute,
    Expression,
    Literal,
    Name,
    Parameter,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Class, Function, Instance, Target
from chutes_cli.project.values import Known


class Optionals:
    """Answers whether something is None where it was left out.

    Args:
        project: The tree.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._resolver = project.knowledge.resolver
        self._bodies = [
            project.schemas.annotated_model(each.module, each.scope.parent, parameter.annotation)
            for each in (cord.function for cord in project.cords)
            if each is not None
            for parameter in each.scope.parameters
        ]

    def left_out(self, module: Module, scope: int, expression: Expression) -> bool | None:
        """Say whether a parameter, an attribute or a field is None.

        Returns:
            True where it always is, False where it may be, None where nothing shows that it
            ever is.
        """
        match expression:
            case Name(id=name):
                return self._passed(module, scope, name, made=False)
            case Attribute(value=owner, attribute=name):
                found = self._resolver.resolve(module, scope, owner)
                return self._kept(found[0], name) if len(found) == 1 else None
            case _:
                return None

    def _passed(self, module: Module, scope: int, name: str, *, made: bool) -> bool | None:
        """Answer for a parameter with a default of None, by what calls pass for it."""
        where, bindings = module.lookup(name, scope)
        match bindings:
            case [Binding(parameter=Parameter(default=Literal(value=None)) as parameter)]:
                callers, function = self._resolver.callers, Function(module, where)
                passed = callers.passed if made else callers.every
                return self._among([*passed(function, parameter)])
            case _:
                return None

    def _kept(self, owner: Target, name: str) -> bool | None:
        """Answer for an attribute that `__init__` takes from a parameter, or for a field."""
        match owner:
            case Instance(of=Class() as of) if not self._resolver.callers.is_extended(of):
                pass
            case _:
                return None
        match self._resolver.members.assigned(of.module, name):
            case [(module, scope, Name(id=kept))] if module.scope(scope).parent == of.index:
                return self._passed(module, scope, kept, made=True)
            case []:
                return self._field(of, name)
            case _:
                return None

    def _field(self, of: Class, name: str) -> bool | None:
        fields = self._project.knowledge.evaluator.fields
        where, binding = fields.declared(of, name)
        if binding is None or binding.annotation is None or fields.is_settings(of):
            return None
        if not self._is_known_none(fields.default(where, binding)):
            return None
        if any(self._project.schemas.validators.of(of, name, binding.annotation)):
            return None
        if of in self._bodies:
            return False
        default = (where.module, where.index, Literal(where.scope.span, None))
        place = fields.names(of).index(name)
        return self._among(
            [given_to(each, place, name, default) for each in self._resolver.callers.making(of)]
        )

    def _among(self, given: list[Placed | None]) -> bool | None:
        none = [self._is_known_none(each) for each in given]
        return all(none) if any(none) else None

    def _is_known_none(self, place: Placed | None) -> bool:
        if place is None:
            return False
        match self._project.knowledge.evaluator.value(*place):
            case Known(value=None):
                return True
            case _:
                return False
