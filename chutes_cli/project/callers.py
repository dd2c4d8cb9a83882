"""Who calls a function of the tree, and what its parameters are given."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Name,
    Parameter,
    last_name,
)
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, Function, Method

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver

MOST_CALLS = 16
"""A function called more often, or a name as common, tells nothing of one call."""

Placed = tuple[Module, int, Expression]
"""An expression with its module and the scope it is evaluated in."""


class Callers:
    """Answers which calls reach a function, and what they pass; one part of the Resolver.

    Methods but `__init__` are left out: which class a receiver is of is rarely certain. So are
    tests, which pass what is wrong on purpose, and what runs under ``if __name__ ==
    "__main__"`` only.
    """

    def __init__(self, resolver: Resolver, modules: tuple[Module, ...]) -> None:
        self._resolver = resolver
        self._modules = modules

    def passed(self, function: Function, parameter: Parameter) -> list[Placed]:
        """Return every expression that a call certainly passes for a parameter."""
        given = (self._given(call, function, parameter) for call in self._calls(function))
        return [each for each in given if each is not None]

    def passed_as(self, module: Module, scope: int, expression: Expression) -> list[Placed]:
        """Return every expression that a call certainly passes for what a name stands for."""
        name = expression.id if isinstance(expression, Name) else ""
        where, bindings = module.lookup(name, scope)
        parameters = (each.parameter for each in bindings if each.parameter is not None)
        return [each for one in parameters for each in self.passed(Function(module, where), one)]

    def only(self, function: Function, parameter: Parameter) -> Placed | None:
        """Return what the one call of a function passes; None when others may call it.

        A function that is decorated or handed on can be called by anybody. A hook is called
        by the SDK, which passes the chute and nothing else (SDK entrypoint/run.py).
        """
        if self._resolver.hooked_to(function, ("on_startup", "on_shutdown")):
            return _default(function, parameter)
        made = self._makes(function)
        name = made.scope.name if made else function.scope.name
        if function.scope.decorators or self._is_handed_on(function, name):
            return None
        if made is not None and self.is_extended(made):
            return None
        calls = self._calls(function)
        return self._given(calls[0], function, parameter) if len(calls) == 1 else None

    def options(self, function: Function) -> tuple[Module, int, tuple[Argument, ...]] | None:
        """Return what the one call of a function passes for its ``**options``.

        Returns:
            The module and scope of the call and the arguments; None where others may call it.
        """
        if function.scope.decorators or self._is_handed_on(function, function.scope.name):
            return None
        match self._calls(function):
            case [(module, scope, Call(arguments=arguments))]:
                taken = {each.name for each in function.scope.parameters}
                return (
                    module,
                    scope,
                    tuple(
                        each
                        for each in arguments
                        if each.star == "**" or (each.keyword and each.keyword not in taken)
                    ),
                )
            case _:
                return None

    def every(self, function: Function, parameter: Parameter) -> list[Placed]:
        """Return what each call passes for a parameter, of methods too, defaults included.

        Nothing where one call cannot be followed: it may be one of this function. Meant for
        how large something is at most, where a decorator changes nothing.
        """
        found: list[Placed] = []
        for module, scope, call in self._named(function.module, function.scope.name):
            targets = self._resolver.resolve(module, scope, call.function)
            mine = [each for each in targets if getattr(each, "function", each) == function]
            if not targets or (mine and len(found) == MOST_CALLS):
                return []
            if mine:
                bound = isinstance(mine[0], Method)
                given = self._given((module, scope, call), function, parameter, bound=bound)
                if given is None:
                    return []
                found.append(given)
        return found

    def _calls(self, function: Function) -> list[Placed]:
        made = self._makes(function)
        if made is not None:
            return self.making(made)
        if function.module.enclosing_class(function.index) >= 0:
            return []
        return self._calling(function)

    def making(self, owner: Class) -> list[Placed]:
        """Return every call that makes an object of a class, none where they are too many."""
        return self._calling(owner)

    def is_used(self, owner: Class) -> bool:
        """Say whether code outside tests calls a class of that name, or hands it on."""
        name = owner.scope.name
        return bool(self._named(owner.module, name)) or bool(
            self._handed_on[self._program(owner.module), name]
        )

    def is_extended(self, owner: Class) -> bool:
        """Say whether a class of the tree derives from one of that name."""
        return (self._program(owner.module), owner.scope.name) in self._bases

    @cached_property
    def _bases(self) -> frozenset[tuple[Module, str]]:
        """The last name of everything that a class derives from, by program."""
        return frozenset(
            (self._program(module), last_name(base))
            for module in self._modules
            for scope in module.facts.scopes
            for base in scope.bases
        )

    def _makes(self, function: Function) -> Class | None:
        """Return the class whose objects a function is the `__init__` of."""
        owner = function.module.enclosing_class(function.index)
        is_init = owner >= 0 and function.scope.name == "__init__"
        return Class(function.module, owner) if is_init else None

    def _calling(self, target: Function | Class) -> list[Placed]:
        candidates = [*self._named(target.module, target.scope.name)]
        if isinstance(target, Class):
            candidates += self._named(target.module, "cls")
        if len(candidates) > MOST_CALLS:
            return []
        return [
            (module, scope, call)
            for module, scope, call in candidates
            if target in self._resolver.resolve(module, scope, call.function)
        ]

    def _program(self, module: Module) -> Module:
        """Return which program a module is of: names say nothing about those of others."""
        return self._resolver.programs[module]

    def _is_handed_on(self, function: Function, name: str) -> bool:
        return bool(self._handed_on[self._program(function.module), name])

    def _named(self, module: Module, name: str) -> list[tuple[Module, int, Call]]:
        return self._by_name.get((self._program(module), name), [])

    def _given(
        self, place: Placed, function: Function, parameter: Parameter, *, bound: bool = False
    ) -> Placed | None:
        """Return what a call passes for a parameter, or the default it leaves in place."""
        if parameter.kind not in _SINGLE:
            return None
        names = [each.name for each in function.scope.parameters if each.kind == "positional"]
        if bound or self._makes(function) is not None:
            names = names[1:]
        position = names.index(parameter.name) if parameter.name in names else len(names)
        return given_to(place, position, parameter.name, _default(function, parameter))

    @cached_property
    def _by_name(self) -> dict[tuple[Module, str], list[tuple[Module, int, Call]]]:
        """Calls by their program and the last name of what is called."""
        found: dict[tuple[Module, str], list[tuple[Module, int, Call]]] = defaultdict(list)
        for module in self._modules:
            for statement in module.facts.statements if not module.is_test else ():
                if module.only_as_script(statement.guards):
                    continue
                for expression in statement.expressions():
                    if isinstance(expression, Call):
                        key = self._program(module), last_name(expression.function)
                        found[key].append((module, statement.scope, expression))
        return dict(found)

    @cached_property
    def _handed_on(self) -> Counter[tuple[Module, str]]:
        """How often a program mentions a name without calling it, or asks it for an attribute."""
        found: Counter[tuple[Module, str]] = Counter()
        for module in self._modules:
            program = self._program(module)
            for statement in module.facts.statements:
                if statement.kind == "define":
                    found[program, module.scope(statement.defines).name] -= 1  # its own name
                for expression in statement.expressions():
                    found[program, last_name(expression)] += 1
                    match expression:
                        case Call(function=owner) | Attribute(value=owner):
                            found[program, last_name(owner)] -= 1
        return found


_SINGLE = ("positional", "keyword")


def given_to(place: Placed, position: int, name: str, default: Placed | None) -> Placed | None:
    """Return what a call passes at a position or under a name, or the default it leaves.

    None also where the call spreads what it passes (``*``, ``**``).
    """
    module, scope, call = place
    assert isinstance(call, Call)
    if any(each.star for each in call.arguments):
        return None
    for each in call.arguments:
        if each.keyword == name:
            return module, scope, each.value
    given = [each.value for each in call.arguments if not each.keyword]
    return (module, scope, given[position]) if position < len(given) else default


def _default(function: Function, parameter: Parameter) -> Placed | None:
    if parameter.default is None:
        return None
    return function.module, function.scope.parent, parameter.default
