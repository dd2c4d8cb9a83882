"""Whether everything that happens to a chute can be read off the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Opaque,
    Statement,
    Yield,
)
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Instance, Target

Place = tuple[Module, int, Expression]


class Following:
    """Answers where the chutes of a project go, for all of them in one reading.

    Args:
        project: The audited tree.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def handed_on(self, chute: Chute) -> bool:
        """Say whether a chute goes where the source is not followed.

        It may be filled or bound there: passed to a function, kept in a container or on an
        object, caught in a lambda, or asked for its `cord` without calling it at once.
        """
        of_a_subclass = Instance(chute.instance.of, None)  # its `self`
        return chute.instance in self._handed_on or of_a_subclass in self._handed_on

    def returned(self, chute: Chute) -> bool:
        """Say whether a function returns a chute."""
        return chute.instance in self._returned

    @cached_property
    def _handed_on(self) -> frozenset[Target]:
        return self._at(place for each in self._statements() for place in self._leaving(*each))

    @cached_property
    def _returned(self) -> frozenset[Target]:
        return self._at(
            (module, statement.scope, value)
            for module, statement in self._statements()
            if statement.kind == "return"
            for value in statement.values[:1]
        )

    def _statements(self) -> Iterator[tuple[Module, Statement]]:
        for module in self._project.modules:
            for statement in module.facts.statements:
                yield module, statement

    def _leaving(self, module: Module, statement: Statement) -> Iterator[Place]:
        """Yield what a statement hands on."""
        kept = [each for each in statement.targets if not isinstance(each, Name)]
        if statement.values and kept:
            yield module, statement.scope, statement.values[-1]
        for expression in _uncalled(statement):
            for part in self._parts(module, statement.scope, expression):
                yield module, statement.scope, part

    def _parts(self, module: Module, scope: int, expression: Expression) -> Iterable[Expression]:
        """Return what of an expression goes elsewhere."""
        match expression:
            case Call(function=function, arguments=arguments):
                callee = self._project.knowledge.resolver.dotted(module, scope, function)
                if callee in ("builtins.print", "builtins.isinstance"):
                    return ()
                return [each.value for each in arguments]
            case Attribute(value=value, attribute=name) if name.strip("_").rstrip("s") in (
                "cord",
                "job",
            ):
                return (value,)
            case Collection() | Mapping() | Opaque() | Yield():
                return expression.children()
            case _:
                return ()

    def _at(self, places: Iterable[Place]) -> frozenset[Target]:
        """Return what expressions may stand for."""
        resolve = self._project.knowledge.resolver.resolve
        return frozenset(target for place in places for target in resolve(*place))


def _uncalled(statement: Statement) -> list[Expression]:
    """Return what a statement evaluates, methods that it calls at once left out."""
    expressions = list(statement.expressions())
    called = {each.function for each in expressions if isinstance(each, Call)}
    return [each for each in expressions if isinstance(each, Call) or each not in called]
