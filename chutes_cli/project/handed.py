"""Functions that are handed to something else to call: ``partial``, ``to_thread``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chutes_cli.contract.libraries import handing
from chutes_cli.project.facts import Call, Expression
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver


class Handed:
    """Answers what runs, and what comes of it; one part of the Resolver."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def wrapped(self, target: Target) -> Iterator[Target]:
        """Yield what a call of a target runs: of a ``partial``, what that was made of."""
        match target:
            case Instance(of=External(name=handing.PARTIAL), site=Site() as made):
                for each in self._first(made):
                    if not isinstance(each, Instance):
                        yield each
            case _:
                yield target

    def called(self, made: Site) -> Iterator[Target]:
        """Yield what calling a ``partial(...)`` gives."""
        assert isinstance(made.expression, Call)
        for each in self._first(made):
            if not isinstance(each, Instance):
                yield from self._resolver.result(made.module, made.scope, made.expression, each)

    def _first(self, made: Site) -> Iterator[Target]:
        assert isinstance(made.expression, Call)
        for argument in made.expression.arguments[:1]:
            yield from self._resolver.resolve(made.module, made.scope, argument.value)

    def from_thread(self, module: Module, scope: int, handed: Expression) -> Iterator[Target]:
        """Yield what a function gives that is run in a thread.

        Of an object that is made there only the class is said: the call that makes it is
        given its arguments at other places.
        """
        for target in self._resolver.resolve(module, scope, handed):
            match target:
                case External() | Class():
                    yield Instance(target, None)
                case Function() as function:
                    yield from self._resolver.returned(function)
                case Method(function=function):
                    yield from self._resolver.returned(function)
