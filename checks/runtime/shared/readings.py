"""Which place an expression reads and a statement writes, through helpers as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chutes_cli.project import facts
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, unpacked
from chutes_cli.project.passing import Passing
from chutes_cli.project.targets import Class, Function, Instance

_DEEPEST = 3
"""Helpers of helpers."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write to a place.

    Attributes:
        site: Where the function that is looked at does it, by a helper perhaps.
        target: What is assigned to, there or in the helper.
        place: How the function spells the place.
        value: What it writes.
    """

    site: Site
    target: Site
    place: str
    value: Expression


@dataclass(frozen=True, slots=True)
class _At:
    """A statement of the function that is looked at, or of a helper that it calls.

    Attributes:
        module: The module it stands in.
        statement: The statement.
        home: The module of the function that is looked at.
        names: In a helper, how that function spells what the helper's names stand for.
        depth: How many helpers deep.
    """

    module: Module
    statement: Statement
    home: Module
    names: Mapping[str, str] | None = None
    depth: int = 0

    def spelled(self, expression: Expression) -> str | None:
        """Return how the function spells a place: the same text is the same place in it.

        None for what only the helper knows.
        """
        match expression:
            case Name(id=name):
                shared = self.module.lookup(name, self.statement.scope)[0] == 0
                known = self.names is None or (shared and self.module is self.home)
                return name if known else (self.names or {}).get(name)
            case Attribute(value=value, attribute=name):
                whole = self.spelled(value)
                return f"{whole}.{name}" if whole is not None else None
            case (
                Operation(operator="[]", operands=(value, key))
                | Call(
                    function=Attribute(value=value, attribute="get" | "setdefault"),
                    arguments=(Argument(value=key), *_),
                )
            ):
                whole, entry = self.spelled(value), self.spelled(key)
                return f"{whole}[{entry}]" if whole is not None and entry is not None else None
            case Literal(value=constant):
                return repr(constant)
            case _:
                return self.module.snippet(expression.span) if self.names is None else None


class Readings:
    """Answers what is read and written, and spells the place as the function at hand does.

    A helper's ``self._spent[who]`` is its caller's ``self.budget._spent[desk]`` where that
    calls ``self.budget.spent(desk)``.
    """

    def __init__(self, project: Project) -> None:
        self._passings = project.passings
        self._resolver = project.knowledge.resolver

    def reads(self, module: Module, statement: Statement, value: Expression, place: str) -> bool:
        """Say whether an expression reads a place."""
        at = _At(module, statement, module)
        return any(place in self._places(at, each, whole=False) for each in value.walk())

    def is_held(self, module: Module, statement: Statement, value: Expression, place: str) -> bool:
        """Say whether an expression is what a place holds, and nothing made of it."""
        return place in self._places(_At(module, statement, module), value, whole=True)

    def writes(self, module: Module, statement: Statement) -> Iterator[Write]:
        """Yield the places that a statement writes to, each with its value."""
        for target in statement.targets if statement.kind in ("assign", "augment") else ():
            for part, value in unpacked(statement, target) or [(target, statement.values[0])]:
                yield _write(module, statement, part, value)
        for each in statement.expressions():
            match each:
                case Call(
                    function=Attribute(value=whole, attribute="update"),
                    arguments=(Argument(value=facts.Mapping(keys=(Expression() as key,)) as one),),
                ):
                    entry = Operation(each.span, "[]", (whole, key))
                    yield _write(module, statement, entry, one.values[0])
                case Call():
                    yield from self._by_helper(module, statement, each)

    def _by_helper(self, module: Module, statement: Statement, call: Call) -> Iterator[Write]:
        """Yield what a helper writes that keeps what it is given as it is."""
        for passing, names in self._called(_At(module, statement, module), call):
            function = passing.function
            assert function is not None
            for inner in function.module.statements_in(function.index):
                at = _At(function.module, inner, module, names)
                match inner:
                    case Statement(kind="assign", targets=(target,), values=(Name(id=kept),)):
                        place = at.spelled(target)
                        for each in function.scope.parameters:
                            given = passing.given(each) if each.name == kept else []
                            if place is not None and len(given) == 1:
                                where = Site(function.module, inner, target)
                                site = Site(module, statement, call)
                                yield Write(site, where, place, given[0])

    def _places(self, at: _At, expression: Expression, *, whole: bool) -> Iterator[str]:
        """Yield the places that an expression is read from, its parts left out.

        Args:
            at: Where it stands.
            expression: The expression.
            whole: Whether it must be all that a helper gives, or may be a part of that.
        """
        place = at.spelled(expression)
        if place is not None:
            yield place
        if at.depth > _DEEPEST:
            return
        for inner, value in (*_local(at, expression), *self._returned(at, expression)):
            for each in (value,) if whole else value.walk():
                yield from self._places(inner, each, whole=whole)

    def _returned(self, at: _At, expression: Expression) -> Iterator[tuple[_At, Expression]]:
        """Yield what the function of the tree returns that an expression runs."""
        for helper, names in self._helpers(at, expression):
            for statement in helper.module.statements_in(helper.index):
                if statement.kind == "return" and statement.values:
                    inner = _At(helper.module, statement, at.home, names, at.depth + 1)
                    yield inner, statement.values[0]

    def _helpers(
        self, at: _At, expression: Expression
    ) -> Iterator[tuple[Function, Mapping[str, str]]]:
        match expression:
            case Call():
                for passing, names in self._called(at, expression):
                    assert passing.function is not None
                    yield passing.function, names
            case Attribute(value=value, attribute=name):
                spelled = at.spelled(value)
                for owner in self._resolver.resolve(at.module, at.statement.scope, value):
                    match owner:
                        case Instance(of=Class() as of) if spelled is not None:
                            for each in self._resolver.members.methods(of, name):
                                if each.is_property:
                                    yield each, {each.scope.parameters[0].name: spelled}

    def _called(self, at: _At, call: Call) -> Iterator[tuple[Passing, Mapping[str, str]]]:
        """Yield the one function of the tree that a call is sure to run."""
        passings = self._passings.at(Site(at.module, at.statement, call))
        if len(passings) != 1 or passings[0].function is None:
            return
        (passing,) = passings
        names: dict[str, str] = {}
        for number, parameter in enumerate(passings[0].function.scope.parameters):
            bound = number < passing.filled
            given = [passing.receiver] if bound else [*passing.given(parameter)]
            match given:
                case [Expression() as one] if (spelled := at.spelled(one)) is not None:
                    names[parameter.name] = spelled
        yield passing, names


def _local(at: _At, expression: Expression) -> Iterator[tuple[_At, Expression]]:
    """Yield what a local name of a helper is assigned, where that is one thing."""
    if at.names is None or not isinstance(expression, Name):
        return
    match at.module.bindings.get(at.statement.scope, {}).get(expression.id):
        case [only] if only.kind == "value" and only.value is not None:
            yield replace(at, depth=at.depth + 1), only.value


def _write(module: Module, statement: Statement, target: Expression, value: Expression) -> Write:
    site = Site(module, statement, target)
    place = _At(module, statement, module).spelled(target)
    assert place is not None
    return Write(site, site, place, value)
