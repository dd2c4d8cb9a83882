"""The arguments of a call, bound to parameter names as Python would bind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chutes_cli.project import facts
from chutes_cli.project.callers import Placed
from chutes_cli.project.displays import Turn, spreads
from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.module import Module, Site, changed_in_place
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, Function, ModuleTarget
from chutes_cli.project.values import Known, Unknown, Value

_DEEPEST_SPREAD = 10
"""Dictionaries spread into dictionaries; also ends ``z = {**z}``."""


@dataclass(frozen=True, slots=True)
class BoundArgument:
    """One argument a call passes.

    Attributes:
        name: The parameter's name, None for a positional argument past the known names.
        value: What it evaluates to.
        expression: The expression passed.
        module: The module the expression stands in.
        scope: The scope the expression is evaluated in.
        span: Where to point: the argument, or the entry of the dictionary it comes from.
        keyword: Whether it is given by name.
    """

    name: str | None
    value: Value
    expression: facts.Expression
    module: Module
    scope: int
    span: facts.Span
    keyword: bool = True


@dataclass(frozen=True, slots=True)
class Arguments:
    """All arguments of one call.

    Attributes:
        bound: In source order, dictionaries spread with ``**`` written out.
        complete: False when a ``*`` or ``**`` hides further arguments. Positional arguments
            after a ``*`` are bound to no name then.
    """

    bound: tuple[BoundArgument, ...]
    complete: bool

    def __iter__(self) -> Iterator[BoundArgument]:
        return iter(self.bound)

    def get(self, name: str) -> BoundArgument | None:
        """Return the argument passed for a parameter, None when none is seen."""
        return next((each for each in self.bound if each.name == name), None)

    def value(self, name: str) -> Value | None:
        """Return what is passed for a parameter.

        Returns:
            The value; None when the call certainly leaves the parameter out; an Unknown
            when a ``**`` may hide it.
        """
        found = self.get(name)
        if found is not None:
            return found.value
        return None if self.complete else Unknown()


class ArgumentBinder:
    """Binds the arguments of calls, following ``**config`` to its dictionary."""

    def __init__(self, evaluator: Evaluator, resolver: Resolver) -> None:
        self._evaluator = evaluator
        self._resolver = resolver

    def during(self, turn: Turn) -> ArgumentBinder:
        """Return a binder for one turn of the loops around a call."""
        return ArgumentBinder(self._evaluator.during(turn), self._resolver) if turn else self

    def bind(self, site: Site, parameters: Sequence[str] = ()) -> Arguments:
        """Return the arguments of the call at a site.

        Args:
            site: A site whose expression is a Call.
            parameters: Names of the positional parameters, in order.
        """
        call = site.expression
        assert isinstance(call, facts.Call)
        found: list[BoundArgument] = []
        complete = True
        names = iter(parameters)
        for argument in call.arguments:
            if argument.star == "**":
                spread = self._spread(site.module, site.scope, argument.value)
                complete = complete and spread is not None
                found += spread or []
            elif argument.star == "*":
                items = self._items(site.module, site.scope, argument.value)
                if items is None:
                    complete = False
                    names = iter(())  # nobody can tell how many positions it fills
                    continue
                for place in items:
                    name = next(names, None)
                    found.append(self._bound(name, *place, argument.span))
            else:
                name = argument.keyword or next(names, None)
                bound = self._bound(name, site.module, site.scope, argument.value, argument.span)
                found.append(replace(bound, keyword=argument.keyword is not None))
        return Arguments(tuple(found), complete)

    def _items(
        self, module: Module, scope: int, expression: facts.Expression
    ) -> list[Placed] | None:
        """Return the items of a ``*`` argument, None when they are not known."""
        at, where, held = self._evaluator.held(module, scope, expression)
        if not isinstance(held, facts.Collection) or spreads(held.items):
            return None
        return [(at, where, each) for each in held.items]

    def spread(self, module: Module, scope: int, expression: facts.Expression) -> Arguments:
        """Return the arguments that ``**expression`` passes."""
        found = self._spread(module, scope, expression)
        return Arguments(tuple(found or ()), found is not None)

    def _bound(
        self,
        name: str | None,
        module: Module,
        scope: int,
        expression: facts.Expression,
        span: facts.Span,
    ) -> BoundArgument:
        value = self._evaluator.value(module, scope, expression)
        return BoundArgument(name, value, expression, module, scope, span)

    def _spread(
        self, module: Module, scope: int, expression: facts.Expression, depth: int = 0
    ) -> list[BoundArgument] | None:
        """Return the entries of a ``**`` argument, None when they cannot be known."""
        if depth > _DEEPEST_SPREAD:
            return None
        match expression:
            case facts.Mapping(keys=keys, values=values):
                return self._entries(module, scope, keys, values, depth)
            case facts.Call(function=facts.Name(id="dict"), arguments=arguments):
                if any(not each.keyword for each in arguments):
                    return None
                return [
                    self._bound(each.keyword, module, scope, each.value, each.span)
                    for each in arguments
                ]
            case facts.Name(id=name):
                return self._named(module, scope, name, depth, expression.span.line)
            case facts.Attribute(value=value, attribute=name):
                for owner in self._resolver.resolve(module, scope, value):
                    match owner:
                        case ModuleTarget(module=found):
                            return self._named(found, 0, name, depth)
                        case Class(module=found, index=index):
                            return self._named(found, index, name, depth)
                return None
            case facts.Operation(operator="[]"):
                at, where, held = self._evaluator.held(module, scope, expression)
                return None if held is expression else self._spread(at, where, held, depth + 1)
            case facts.Call(function=function):
                return self._returned(module, scope, function, depth)
            case _:
                return None

    def _named(
        self, module: Module, scope: int, name: str, depth: int, line: int = 0
    ) -> list[BoundArgument] | None:
        """Return the entries of a name's dictionary, as they are at a line of its own scope."""
        where, bindings = module.lookup(name, scope)
        item = self._evaluator.item(module, bindings, name)
        if item is not None:
            return self._spread(module, where, item, depth + 1)
        if where < 0 or len(bindings) != 1:
            return None
        (binding,) = bindings
        if binding.imported is not None:
            imported = binding.imported
            found = self._resolver.find_module(module, imported.module, imported.level)
            if found is None or imported.name is None or depth > _DEEPEST_SPREAD:
                return None
            return self._named(found, 0, imported.name, depth + 1)
        if binding.value is None:
            return None
        entries = self._spread(module, where, binding.value, depth + 1)
        for statement in _changing(module, where, name):
            put = self._put(module, where, statement, depth)
            late = scope == where and statement.span.line >= line > 0
            if put is None or statement.scope != where or statement.guards >= 0 or late:
                return None  # what it holds in the end depends on what runs
            if entries is not None:
                entries = list({each.name: each for each in (*entries, *put)}.values())
        return entries

    def _put(
        self, module: Module, scope: int, statement: facts.Statement, depth: int
    ) -> list[BoundArgument] | None:
        """Return the entries that a statement puts into a dictionary, None when not known."""
        match statement.targets, statement.values:
            case (facts.Operation(operator="[]", operands=(_, key)),), (value,) if (
                statement.kind == "assign"
            ):
                return self._entries(module, scope, (key,), (value,), depth)
            case (), (
                facts.Call(function=facts.Attribute(attribute="update"), arguments=arguments),
            ):
                found: list[BoundArgument] = []
                for each in arguments:
                    if each.keyword:
                        bound = self._bound(each.keyword, module, scope, each.value, each.span)
                        inner: list[BoundArgument] | None = [bound]
                    else:
                        inner = self._spread(module, scope, each.value, depth + 1)
                    if inner is None:
                        return None
                    found += inner
                return found
            case _:
                return None

    def _returned(
        self, module: Module, scope: int, function: facts.Expression, depth: int
    ) -> list[BoundArgument] | None:
        """Follow a function of the tree whose only return gives a dictionary."""
        targets = self._resolver.resolve(module, scope, function)
        if len(targets) != 1 or not isinstance(targets[0], Function):
            return None
        body = targets[0].module.statements_in(targets[0].index)
        returns = [each for each in body if each.kind == "return"]
        if len(returns) != 1 or not returns[0].values:
            return None
        return self._spread(targets[0].module, targets[0].index, returns[0].values[0], depth + 1)

    def _entries(
        self,
        module: Module,
        scope: int,
        keys: tuple[facts.Expression | None, ...],
        values: tuple[facts.Expression, ...],
        depth: int,
    ) -> list[BoundArgument] | None:
        found: dict[str | None, BoundArgument] = {}  # a later entry replaces an earlier one
        for key, value in zip(keys, values, strict=True):
            if key is None:
                inner = self._spread(module, scope, value, depth + 1)
                if inner is None:
                    return None
                found |= {each.name: each for each in inner}
                continue
            name = self._evaluator.value(module, scope, key)
            if not isinstance(name, Known) or not isinstance(name.value, str):
                return None
            span = facts.Span(*key.span[:2], *value.span[2:])
            found[name.value] = self._bound(name.value, module, scope, value, span)
        return list(found.values())


def _changing(module: Module, where: int, name: str) -> Iterator[facts.Statement]:
    """Yield the statements that change what a name of a scope holds in place."""
    for statement in module.facts.statements:
        for place in changed_in_place(statement):
            is_meant = isinstance(place, facts.Name) and place.id == name
            if is_meant and module.lookup(name, statement.scope)[0] == where:
                yield statement
                break
