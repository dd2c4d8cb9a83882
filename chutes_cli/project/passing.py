"""Calls as the functions they run see them: which argument fills which parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from chutes_cli.contract.libraries import handing
from chutes_cli.contract.libraries.web import MIDDLEWARE_MAKERS
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Opaque,
    Operation,
    Parameter,
    last_name,
)
from chutes_cli.project.module import Site
from chutes_cli.project.nested import wrappers_of
from chutes_cli.project.operators import METHODS, as_calls
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target
from chutes_cli.project.tree import Knowledge

_FUNCTIONS = {**handing.THREAD_FUNCTIONS, handing.PARTIAL: 0}
_METHODS = handing.THREAD_METHODS | handing.LOOP_METHODS
_RUNNERS = handing.THREADS | handing.PROCESSES
_MAKERS = MIDDLEWARE_MAKERS | {f"{CHUTE}.add_middleware"}
UNKNOWN = "?."
"""Stands before the name of a method of an object that is not known."""
ANY_ITEM = "AnyItem"
"""The kind of an index that stands for each item in turn."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A call of a function of the tree, or of an external one, and what it passes.

    Attributes:
        site: The call in the source; what hands a function on counts as calling it.
        callee: What is called.
        named: The expression that names it.
        arguments: The arguments meant for it.
        filled: How many of its parameters are filled before the first (``self``).
    """

    site: Site
    callee: Target
    named: Expression
    arguments: tuple[Argument, ...]
    filled: int = 0

    @property
    def function(self) -> Function | None:
        """The function of the tree that runs, if it is one."""
        match self.callee:
            case Function() as function:
                return function
            case Method(function=function):
                return function
            case _:
                return None

    def given(self, parameter: Parameter) -> list[Expression]:
        """Return what can fill a parameter of the function called; nothing for its default."""
        function = self.function
        if function is None:
            return []
        named = [each.value for each in self.arguments if each.keyword == parameter.name]
        if named:
            return named
        spread = [each.value for each in self.arguments if each.star == "**"]
        if parameter.kind == "keyword":
            return spread
        positional = [each for each in self.arguments if not each.keyword and each.star != "**"]
        names = [each for each in function.scope.parameters if each.kind == "positional"]
        if parameter.kind == "*":
            return [each.value for each in positional[max(0, len(names) - self.filled) :]]
        if parameter.kind == "**":
            known = {each.name for each in function.scope.parameters}
            others = [each.value for each in self.arguments if each.keyword not in known | {None}]
            return others + spread
        position = names.index(parameter) - self.filled
        before = positional[: position + 1]
        starred = [each.value for each in before if each.star == "*"]
        if starred or position < 0:
            return starred
        return [before[position].value] if len(before) > position else spread

    def takers(self, argument: Argument) -> Iterator[Parameter]:
        """Yield the parameters of the function called that an argument fills."""
        function = self.function
        for parameter in function.scope.parameters if function is not None else ():
            if any(each is argument.value for each in self.given(parameter)):
                yield parameter

    def gives_receiver_to(self, parameter: Parameter) -> bool:
        """Say whether a parameter is the ``self`` that a method is taken from."""
        function = self.function
        return (
            isinstance(self.callee, Method)
            and function is not None
            and self.receiver is not None
            and function.scope.parameters[:1] == (parameter,)
            and not function.has_decorator("staticmethod", "classmethod")
        )

    @property
    def receiver(self) -> Expression | None:
        """The object that a method is taken from."""
        return self.named.value if isinstance(self.named, Attribute) else None

    def argument(self, position: int, *names: str) -> Expression | None:
        """Return the argument at a position or under one of some names, None for neither."""
        for each in self.arguments:
            if each.keyword in names:
                return each.value
        before = [each for each in self.arguments if not each.keyword][: position + 1]
        for each in before if position >= 0 else ():
            if each.star == "*":
                place = Literal(each.span, position - before.index(each))
                return Operation(each.span, "[]", (each.value, place))
        return before[position].value if 0 <= position < len(before) else None


class Passings:
    """Answers who calls a function with what, and what a call runs."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._resolver = knowledge.resolver
        self._known: dict[Site, list[Passing]] = {}
        self._wrappers: dict[Function, tuple[Function, ...]] = {}

    @cached_property
    def _operated(self) -> dict[Expression, list[tuple[Site, tuple[Target, ...]]]]:
        """The calls that operators amount to, where they run methods of the tree."""
        names = {scope.name for each in self._knowledge.modules for scope in each.facts.scopes}
        found: dict[Expression, list[tuple[Site, tuple[Target, ...]]]] = defaultdict(list)
        for module in self._knowledge.modules if names & METHODS else ():
            for statement in module.facts.statements:
                for expression in statement.expressions():
                    for call in as_calls(statement, expression):
                        targets = self._resolver.resolve(module, statement.scope, call.function)
                        if any(isinstance(each, Method) for each in targets):
                            found[expression].append((Site(module, statement, call), targets))
        return dict(found)

    def operated(self, expression: Operation) -> Call | None:
        """Return the call that reading an item amounts to, where it runs a method of the tree."""
        for site, _ in self._operated.get(expression, ()):
            if isinstance(site.expression, Call):
                return site.expression
        return None

    @cached_property
    def _by_callee(self) -> dict[Function | Class | str, list[Passing]]:
        found: dict[Function | Class | str, list[Passing]] = defaultdict(list)
        operated = chain.from_iterable(self._operated.values())
        for site, targets in chain(self._knowledge.calls, operated):
            for passing in self._at(site, targets) if not site.module.is_test else ():
                if passing.function is not None:
                    found[passing.function].append(passing)
                elif isinstance(passing.callee, External):
                    found[passing.callee.name].append(passing)
                elif isinstance(passing.callee, Class):
                    found[passing.callee].append(passing)
        return dict(found)

    def of(self, function: Function) -> list[Passing]:
        """Return the calls of a function, in source order, those of tests left out."""
        return self._by_callee.get(function, [])

    def making(self, owner: Class) -> list[Passing]:
        """Return the calls that make an object of a class, tests left out."""
        return self._by_callee.get(owner, [])

    def external(self, accepts: Callable[[str], bool]) -> Iterator[Passing]:
        """Yield the calls of external functions whose name is accepted, tests left out.

        A method of an object that is not known goes by `UNKNOWN` and its name.
        """
        for callee, passings in self._by_callee.items():
            if isinstance(callee, str) and accepts(callee):
                yield from passings

    def at(self, site: Site) -> list[Passing]:
        """Return what the call at a site runs, functions handed to threads included."""
        if site not in self._known:
            call = site.expression
            assert isinstance(call, Call)
            targets = self._resolver.resolve(site.module, site.scope, call.function)
            self._known[site] = list(self._at(site, targets))
        return self._known[site]

    def _at(self, site: Site, targets: tuple[Target, ...]) -> Iterator[Passing]:
        call = site.expression
        assert isinstance(call, Call)
        for target in targets:
            if isinstance(target, External):
                yield from self._handed(site, call, target)
            yield from self.running(site, target, call.function, call.arguments)
        if not targets:
            yield from self._handed(site, call, None)
            callee = External(f"{UNKNOWN}{last_name(call.function)}")
            yield Passing(site, callee, call.function, call.arguments)

    def running(
        self, site: Site, target: Target, named: Expression, arguments: tuple[Argument, ...]
    ) -> Iterator[Passing]:
        """Yield what runs when a target is called with some arguments.

        Args:
            site: The call that does so, or hands the target to what does.
            target: What is called.
            named: The expression that names it.
            arguments: What it is given.
        """
        match target:
            case Class():
                yield Passing(site, target, named, arguments)
                for name in ("__init__", "__new__"):
                    for member in self._resolver.members.methods(target, name):
                        yield Passing(site, member, named, arguments, filled=1)
            case Method(function=function):
                filled = 0 if function.has_decorator("staticmethod") else 1
                yield from self._with_wrappers(Passing(site, target, named, arguments, filled))
            case Function():
                filled = 1 if target.has_decorator("classmethod") else 0
                yield from self._with_wrappers(Passing(site, target, named, arguments, filled))
            case Instance(of=Class() as owner):
                for member in self._resolver.members.methods(owner, "__call__"):
                    yield Passing(site, member, named, arguments, filled=1)
            case Instance(
                of=External(name=handing.PARTIAL),
                site=Site(expression=Call(arguments=(first, *kept))) as made,
            ):
                before = sum(not each.keyword and not each.star for each in kept)
                for inner in self._resolver.resolve(made.module, made.scope, first.value):
                    yield from self._prefilled(site, inner, named, arguments, before)
            case External():
                yield Passing(site, target, named, arguments)

    def _with_wrappers(self, passing: Passing) -> Iterator[Passing]:
        """Yield a call of a function, and of those that decorators put in its place."""
        yield passing
        function = passing.function
        assert function is not None
        for wrapper in self.wrappers(function):
            yield replace(passing, callee=wrapper)

    def wrappers(self, function: Function) -> tuple[Function, ...]:
        """Return the functions that decorators of the tree's own put around a function."""
        if function not in self._wrappers:
            found = wrappers_of(self._resolver, function)
            self._wrappers[function] = tuple(wrapper for _, wrapper in found)
        return self._wrappers[function]

    def _prefilled(
        self,
        site: Site,
        target: Target,
        named: Expression,
        arguments: tuple[Argument, ...],
        before: int,
    ) -> Iterator[Passing]:
        """A partial fills parameters before those that its caller fills."""
        if not isinstance(target, Instance):
            for each in self.running(site, target, named, arguments):
                yield replace(each, filled=each.filled + before)

    def _handed(self, site: Site, call: Call, target: External | None) -> Iterator[Passing]:
        """A function handed to a thread, or wrapped with its arguments, is called with them."""
        name = target.name if target is not None else ""
        if name in _RUNNERS:
            yield from self._threaded(site, call)
            return
        if name in _MAKERS:
            yield from self._stacked(site, call)
            return
        handed = handing_of(call, name)
        for inner in self._resolver.resolve(site.module, site.scope, handed[0]) if handed else ():
            assert handed is not None
            yield from self.running(site, inner, *handed)

    def _stacked(self, site: Site, call: Call) -> Iterator[Passing]:
        """A class of middleware is called with the application first, by the framework."""
        for first in call.arguments[:1]:
            for each in self._resolver.resolve(site.module, site.scope, first.value):
                if isinstance(each, Class):
                    for made in self.running(site, each, first.value, call.arguments[1:]):
                        yield replace(made, filled=made.filled + 1)

    def _threaded(self, site: Site, call: Call) -> Iterator[Passing]:
        named = {each.keyword: each.value for each in call.arguments}
        target, given = named.get("target"), named.get("args")
        if target is None:
            return
        items = given.items if isinstance(given, Collection) else ()
        arguments = tuple(Argument(each, None, "", each.span) for each in items)
        for inner in self._resolver.resolve(site.module, site.scope, target):
            yield from self.running(site, inner, target, arguments)


Handing = tuple[Expression, tuple[Argument, ...]]
"""A function that is handed on, and what it will be called with."""


def handing_of(call: Call, name: str) -> Handing | None:
    """Return the function that a call hands to what runs it, None where it hands on none.

    Args:
        call: The call.
        name: The dotted name of what is called, empty where it is not known.
    """
    plain = [each for each in call.arguments if not each.keyword]
    method = last_name(call.function)
    how = name or handing.MAP_METHODS.get(method, "")
    if name.startswith((*handing.POOLS, UNKNOWN)):
        how = handing.MAP_METHODS.get(method, name)
    items = _items_for(how, [each.value for each in plain[1:] if not each.star])
    if items:
        return plain[0].value, items
    position = _FUNCTIONS.get(name, _METHODS.get(method, -1))
    if position < 0 or len(plain) <= position:
        return None
    rest = (each for each in call.arguments if each.keyword or each in plain[position + 1 :])
    return plain[position].value, tuple(rest)


def _items_for(how: str, given: list[Expression]) -> tuple[Argument, ...]:
    """Return what ``map`` and its kin call a function with."""
    if not given:
        return ()
    if how in handing.MAPS:
        return tuple(_given(item_of(each)) for each in given)
    if how in handing.FILTERS:
        return (_given(item_of(given[0])),)
    if how in handing.STARMAPS:
        return (_given(item_of(given[0]), "*"),)
    if how in handing.REDUCES:
        return (_given(given[-1]), _given(item_of(given[0])))
    return ()


def _given(value: Expression, star: str = "") -> Argument:
    return Argument(value, None, star, value.span)


def item_of(whole: Expression) -> Expression:
    """Return an expression that stands for any item of another."""
    return Operation(whole.span, "[]", (whole, Opaque(whole.span, ANY_ITEM, (), ())))
