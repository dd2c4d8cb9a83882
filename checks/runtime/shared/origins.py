"""Which objects an expression can stand for, through collections, parameters and results."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.async_clients import CONNECTING, WRAPPER_SUFFIX, WRAPPERS
from chutes_cli.project.callers import MOST_CALLS
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Name,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.tables import PICKS
from chutes_cli.project.targets import Class, External, Function, Instance, Target

_CHOICE = "random.choice"
FIELDS = frozenset({"dataclasses.field", "pydantic.Field"})
"""What gives a field of a class a factory, which each object calls."""
_LONGEST_WAY = 8

Place = tuple[Module, int, Expression]


class Origins:
    """Answers which objects are behind an expression; each with the call that makes it.

    Args:
        project: The tree.
        parts: Whether an object stands for what is taken from it as well: a client for
            its sessions and cursors. A queue does not stand for its items.
    """

    def __init__(self, project: Project, *, parts: bool) -> None:
        self._parts = parts
        self._resolver = project.knowledge.resolver
        self._modules = project.modules
        self._fields = project.knowledge.evaluator.fields
        self._passings = project.passings

    def of(self, module: Module, scope: int, expression: Expression) -> tuple[Instance, ...]:
        """Return the objects an expression stands for, and those it was taken from."""
        return tuple(dict.fromkeys(self._of(module, scope, expression, 0)))

    def _of(
        self, module: Module, scope: int, expression: Expression, depth: int
    ) -> Iterator[Instance]:
        if depth == _LONGEST_WAY:
            return
        for target in self._resolver.resolve(module, scope, expression):
            yield from self._climb(target, depth)
        yield from self._taken_apart(module, scope, expression, depth)

    def _taken_apart(
        self, module: Module, scope: int, expression: Expression, depth: int
    ) -> Iterator[Instance]:
        """Yield the objects behind what the resolver alone cannot follow."""
        match expression:
            case Attribute(value=value, attribute=name):
                yield from self._kept(module, scope, expression, depth)
                yield from self._passed_to_class(module, scope, value, name, depth)
            case Name(id=name):
                yield from self._named(module, scope, name, depth)
                return
            case Operation(operator="[]", operands=(value, *_)):
                yield from self._items(module, scope, value, depth)
            case Call(function=value):
                yield from self._result(module, scope, expression, depth)
            case Await(value=value):
                if is_answer(expression):
                    return
            case _:
                return
        if self._parts:
            yield from self._of(module, scope, value, depth + 1)

    def _climb(self, target: Target, depth: int) -> Iterator[Instance]:
        """Yield an object and those it was taken from, as long as they share a connection."""
        match target:
            case Instance(of=External(name=name, receiver=owner), site=site):
                yield target
                if site is not None:
                    yield from self._wrapped(name, site, depth)
                    if owner is not None and self._parts and not _is_awaited(site):
                        yield from self._climb(owner, depth)
            case Instance(of=Class() as of, site=site):
                yield target
                if site is not None:
                    yield from self._wrapped(of.scope.name, site, depth)
            case External(receiver=Instance() as owner) if self._parts:
                yield from self._climb(owner, depth)

    def _wrapped(self, name: str, site: Site, depth: int) -> Iterator[Instance]:
        """Yield the client that an object uses because it was given it."""
        if name not in WRAPPERS and not name.endswith(WRAPPER_SUFFIX):
            return
        assert isinstance(site.expression, Call)
        for argument in site.expression.arguments:
            yield from self._of(site.module, site.scope, argument.value, depth + 1)

    def _kept(
        self, module: Module, scope: int, expression: Attribute, depth: int
    ) -> Iterator[Instance]:
        """Yield what is stored in an attribute, where only its parts are known."""
        for at_module, at_scope, value in self._stored(module, scope, expression):
            yield from self._of(at_module, at_scope, value, depth + 1)

    def _stored(self, module: Module, scope: int, expression: Attribute) -> Iterator[Place]:
        for holder in self._resolver.resolve(module, scope, expression.value):
            if isinstance(holder, Instance):
                for site, value in self._resolver.members.stores(holder, expression.attribute):
                    yield site.module, site.scope, value

    def _passed_to_class(
        self, module: Module, scope: int, value: Expression, name: str, depth: int
    ) -> Iterator[Instance]:
        """Yield what a dataclass was given for a field."""
        for holder in self._resolver.resolve(module, scope, value):
            if isinstance(holder, Instance) and isinstance(holder.of, Class):
                made = self._passings.making(holder.of)
                names = self._fields.names(holder.of)
                for each in made if name in names and len(made) <= MOST_CALLS else ():
                    for given in filter(None, [each.argument(names.index(name), name)]):
                        yield from self._of(each.site.module, each.site.scope, given, depth + 1)

    def _named(self, module: Module, scope: int, name: str, depth: int) -> Iterator[Instance]:
        where, bindings = module.lookup(name, scope)
        for binding in bindings:
            statement = binding.statement
            if binding.value is not None:
                assert statement is not None
                yield from self._of(module, statement.scope, binding.value, depth + 1)
            elif binding.parameter is not None:
                calls = self._passings.of(Function(module, where))
                for each in calls if len(calls) <= MOST_CALLS else ():
                    for value in each.given(binding.parameter):
                        yield from self._of(each.site.module, each.site.scope, value, depth + 1)
            elif statement is not None and statement.kind == "for":
                yield from self._items(module, statement.scope, statement.values[0], depth)

    def _result(self, module: Module, scope: int, call: Call, depth: int) -> Iterator[Instance]:
        if self._resolver.dotted(module, scope, call.function) == _CHOICE:
            for argument in call.arguments:
                yield from self._items(module, scope, argument.value, depth)
        match call.function:
            case Attribute(value=owner, attribute=method) if method in PICKS:
                yield from self._items(module, scope, owner, depth)

    # Collections

    def _items(
        self, module: Module, scope: int, collection: Expression, depth: int
    ) -> Iterator[Instance]:
        """Yield what is put into a list or dictionary, anywhere in the tree."""
        for placed in self._resolver.tables.held(module, scope, collection):
            yield from self._of(*placed, depth + 1)


def _is_awaited(site: Site) -> bool:
    """Say whether a call on a client is awaited for an answer, not for a connection."""
    return any(
        isinstance(each, Await) and each.value is site.expression and is_answer(each)
        for each in site.statement.expressions()
    )


def is_answer(awaited: Await) -> bool:
    """Say whether what is awaited is a client's answer: neither the client nor a connection."""
    match awaited.value:
        case Call(function=Attribute(attribute=method)):
            return method not in CONNECTING
    return False
