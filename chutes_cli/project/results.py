"""What calls give: objects, what functions return, what runs in a thread or through a partial."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from chutes_cli.contract.libraries import handing
from chutes_cli.contract.sdk import IMAGE
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Statement,
    Yield,
)
from chutes_cli.project.module import Module, Site
from chutes_cli.project.tables import PICKS
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver


class Results:
    """Answers what a call stands for; one part of the Resolver."""

    def __init__(self, resolver: Resolver, modules: tuple[Module, ...]) -> None:
        self._resolver = resolver
        self._modules = modules

    def of(self, module: Module, scope: int, call: Call) -> Iterable[Target]:
        """Return what a call gives."""
        match call.function:
            case Name(id="super"):
                return self._super(module, scope, call)
            case Name(id="getattr"):
                return self._named_attribute(module, scope, call)
            case Attribute(value=table, attribute=method) if method in PICKS:
                held = list(self._resolver.tables.items(module, scope, table))
                if held:
                    return held
        callees = self._resolver.resolve(module, scope, call.function) or [
            each
            for place in self._resolver.callers.passed_as(module, scope, call.function)
            for each in self._resolver.resolve(*place)
            if isinstance(each, External | Class)  # of which an object is made
        ]
        return [each for callee in callees for each in self._given(module, scope, call, callee)]

    def _named_attribute(self, module: Module, scope: int, call: Call) -> Iterable[Target]:
        """Return what ``getattr`` with the name written out gives."""
        match call.arguments:
            case (Argument(value=owner), Argument(value=Literal(value=str(name))), *_):
                return self._resolver.resolve(module, scope, Attribute(call.span, owner, name))
            case _:
                return ()

    def _given(self, module: Module, scope: int, call: Call, callee: Target) -> Iterable[Target]:
        """Return what a call gives that runs a certain callee."""
        match callee:
            case External(name=name, receiver=Instance() as receiver) if _returns_self(name):
                return [receiver]
            case External(name=name) if name in handing.HANDS_THROUGH and call.arguments:
                return self._resolver.resolve(module, scope, call.arguments[0].value)
            case External(name=name) if (place := handing.thread_argument(name)) is not None:
                return [
                    each
                    for argument in call.arguments[place : place + 1]
                    for each in self._from_thread(module, scope, argument.value)
                ]
            case External() | Class():
                return [Instance(callee, self.site(module, call))]
            case Instance(of=External(name=handing.PARTIAL), site=Site() as made):
                return self._of_partial(made)
            case Function():
                return self.returned(callee)
            case Method():
                return self.of_method(callee)
            case Instance(of=Class() as of):
                return [
                    result
                    for method in self._resolver.members.methods(of, "__call__")
                    for result in self.returned(method)
                ]
            case _:
                return []

    def returned(self, function: Function) -> tuple[Target, ...]:
        """Return what a function's return statements stand for, or its return annotation.

        Of a function under `contextlib.contextmanager` it is what ``with`` binds.
        """
        scope = function.scope
        if scope.is_generator and not function.has_decorator(*handing.CONTEXT_MANAGERS):
            return ()
        found: list[Target] = []
        for statement in function.module.statements_in(function.index):
            for value in _values(statement, yielded=scope.is_generator):
                found += self._resolver.resolve(function.module, function.index, value)
        if not found and not scope.is_generator:
            found += self._resolver.instances(function.module, scope.parent, scope.returns)
        return tuple(dict.fromkeys(found))

    def of_method(self, method: Method) -> list[Target]:
        """Return what a method taken from an object gives."""
        given = self.returned(method.function)
        return [self._itself(method.function, method.receiver, each) for each in given]

    def _itself(self, function: Function, receiver: Instance, given: Target) -> Target:
        """A method that returns ``self`` gives its receiver, not only one of its class."""
        owner = Class(function.module, function.module.enclosing_class(function.index))
        if given == Instance(owner, None) and isinstance(receiver.of, Class):
            return receiver
        return given

    def only(self, module: Module, scope: int, function: Expression) -> Placed | None:
        """Return what a function of the tree returns, where it has one `return` and is plain."""
        match tuple(self._resolver.resolve(module, scope, function)):
            case (Function() as called,) | (Method(function=called),):
                pass
            case _:
                return None
        if called.scope.decorators and not called.has_decorator("staticmethod", "classmethod"):
            return None
        return self.only_return(called)

    def only_return(self, function: Function) -> Placed | None:
        """Return what a function returns, where it has one `return` and is plain."""
        body = function.module.statements_in(function.index)
        returns = [each for each in body if each.kind == "return"]
        if len(returns) != 1 or function.scope.is_async or function.scope.is_generator:
            return None
        return next(((function.module, function.index, each) for each in returns[0].values), None)

    # Functions that something else calls

    def wrapped(self, target: Target) -> Iterator[Target]:
        """Yield what a call of a target runs: of a ``partial``, what that was made of."""
        match target:
            case Instance(of=External(name=handing.PARTIAL), site=Site() as made):
                for each in self._first(made):
                    if not isinstance(each, Instance):
                        yield each
            case _:
                yield target

    def _of_partial(self, made: Site) -> Iterator[Target]:
        """Yield what calling a ``partial(...)`` gives."""
        assert isinstance(made.expression, Call)
        for each in self._first(made):
            if not isinstance(each, Instance):
                yield from self._given(made.module, made.scope, made.expression, each)

    def _first(self, made: Site) -> Iterator[Target]:
        assert isinstance(made.expression, Call)
        for argument in made.expression.arguments[:1]:
            yield from self._resolver.resolve(made.module, made.scope, argument.value)

    def _from_thread(self, module: Module, scope: int, handed: Expression) -> Iterator[Target]:
        """Yield what a function gives that is run in a thread.

        Of an object that is made there only the class is said: the call that makes it is
        given its arguments at other places.
        """
        for target in self._resolver.resolve(module, scope, handed):
            match target:
                case External() | Class():
                    yield Instance(target, None)
                case Function() as function:
                    yield from self.returned(function)
                case Method(function=function):
                    yield from self.returned(function)

    def _super(self, module: Module, scope: int, call: Call) -> Iterable[Target]:
        """Return an object of the class above: its own methods run, those of no class below."""
        owner = module.enclosing_class(module.enclosing_function(scope))
        if owner < 0:
            return []
        found: list[Target] = []
        for base in module.facts.scopes[owner].bases:
            for target in self._resolver.resolve(module, module.facts.scopes[owner].parent, base):
                if isinstance(target, Class):
                    found.append(Instance(target, self.site(module, call)))
                elif isinstance(target, External):
                    found.append(Instance(target, None))
        return found

    @cached_property
    def _statement_of(self) -> dict[tuple[int, Call], Statement]:
        return {
            (id(module), expression): statement
            for module in self._modules
            for statement in module.facts.statements
            for expression in statement.expressions()
            if isinstance(expression, Call)
        }

    def site(self, module: Module, call: Call) -> Site | None:
        """Return where a call stands, None for one that the source does not write out."""
        statement = self._statement_of.get((id(module), call))
        return Site(module, statement, call) if statement else None


def _values(statement: Statement, *, yielded: bool) -> Iterator[Expression]:
    """Yield what a statement returns, or what it yields."""
    if not yielded:
        yield from statement.values[:1] if statement.kind == "return" else ()
        return
    for each in statement.expressions():
        if isinstance(each, Yield) and each.value is not None:
            yield each.value


def _returns_self(name: str) -> bool:
    """Image methods return the image itself (SDK image/__init__.py)."""
    return name.startswith(f"{IMAGE}.")
