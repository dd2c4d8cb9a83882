"""Objects that belong to one event loop, and what uses them from which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chutes_cli.contract.libraries import async_clients, loop_bound
from chutes_cli.core.finding import TraceStep
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Opaque,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Class, External, Function, Instance

from .keeping import Keeping
from .origins import Origins

_OWN = ("cord", "thread")
BRIDGE_ADVICE = "reach it through asyncio.run_coroutine_threadsafe on the start-up loop"


@dataclass(frozen=True, slots=True)
class Bound:
    """An object that belongs to one event loop.

    Attributes:
        name: How messages call it.
        instead: What can be shared between threads instead; empty when nothing can.
        is_client: Whether it is a client of another library, not one of asyncio's own.
        made: The call that makes it.
    """

    name: str
    instead: str
    is_client: bool
    made: Site

    @property
    def advice(self) -> str:
        """What a finding tells people to do."""
        return f"use {self.instead}, or {BRIDGE_ADVICE}" if self.instead else BRIDGE_ADVICE


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a shared object by code that a cord runs.

    Attributes:
        bound: The object.
        site: The use.
        function: The function it stands in.
        arrival: How a cord gets there.
        bridged: Whether it happens on the main loop.
    """

    bound: Bound
    site: Site
    function: Function
    arrival: Arrival
    bridged: bool

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """Where the object is made, and how execution gets to the use."""
        made = self.bound.made
        note = f"{self.bound.name} is made here"
        return (TraceStep(made.module.path, made.span.line, note), *self.arrival.trace)


@lru_cache(maxsize=1)
def uses(project: Project) -> tuple[Use, ...]:
    """Return every use of a shared object by cords; several checks ask about the same project."""
    return tuple(_Finder(project).find())


class _Finder:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._resolver = project.knowledge.resolver
        self._whole = Origins(project, parts=False)
        self._parts = Origins(project, parts=True)
        self._keeping = {parts: Keeping(project, parts=parts) for parts in (True, False)}

    def find(self) -> Iterator[Use]:
        for function, _ in self._project.reach.reached("cord"):
            if function.module.is_test:
                continue
            arrivals = self._project.reach.arrivals(function, "cord")
            direct = next((each for each in arrivals if each.loop in _OWN), None)
            bridged = next((each for each in arrivals if each.loop == "main"), None)
            for statement in function.module.statements_in(function.index):
                for used, place, below in self._places(function.module, statement):
                    for bound in self._bound(function.module, statement, used, place):
                        site = Site(function.module, statement, place)
                        if direct is not None:
                            yield Use(bound, site, function, direct, below)
                        if bridged is not None:
                            yield Use(bound, site, function, bridged, True)

    def _places(
        self, module: Module, statement: Statement
    ) -> Iterator[tuple[Expression, Expression, bool]]:
        """Yield (object, place, whether below a bridge) for all that may use an object."""
        if statement.is_async:
            yield statement.values[0], statement.values[0], False
        for root in (*statement.values, *statement.targets):
            yield from self._below(module, statement, root, below=False)

    def _below(
        self, module: Module, statement: Statement, expression: Expression, *, below: bool
    ) -> Iterator[tuple[Expression, Expression, bool]]:
        match expression:
            case Call(function=callee, arguments=arguments):
                yield callee, expression, below
                name = self._resolver.dotted(module, statement.scope, callee)
                if name in loop_bound.WAITERS:
                    yield from ((each.value, expression, below) for each in arguments)
                below = below or self._project.reach.bridges(module, statement.scope, expression)
            case Await(value=value):
                below = False  # it has run before anything is handed to a bridge
                if not isinstance(value, Call):
                    yield value, expression, below
            case Opaque(kind="Lambda") if not below:
                return  # whoever calls it may be on any loop
        for child in expression.children():
            yield from self._below(module, statement, child, below=below)

    def _bound(
        self, module: Module, statement: Statement, used: Expression, place: Expression
    ) -> Iterator[Bound]:
        """Yield the shared object that an expression uses in a way that needs its loop."""
        scope = statement.scope
        owner, method = used, ""
        if isinstance(used, Attribute) and isinstance(place, Call) and place.function is used:
            owner, method = used.value, used.attribute
        if not method or method in loop_bound.BINDING_METHODS:
            for each in self._whole.of(module, scope, owner):
                kind = _primitive(each)
                if kind is None or each.site is None or not _waits(kind, method):
                    continue
                if self._keeping[False].is_shared(each.site):
                    instead = loop_bound.PRIMITIVES[kind]
                    yield Bound(f"asyncio.{kind}", instead, False, each.site)
                    return
        if method not in async_clients.HARMLESS:
            for each in self._parts.of(module, scope, used):
                name = self._client(each)
                if name is None or each.site is None:
                    continue
                if self._keeping[True].is_shared(each.site):
                    yield Bound(name, async_clients.CLIENTS[name], True, each.site)
                    return

    def _client(self, target: Instance) -> str | None:
        """Return the constructor of a client, None for anything else."""
        match target:
            case Instance(of=External(name=name), site=Site() as site):
                if name not in async_clients.CLIENTS or self._is_unpooled(site):
                    return None
                return name
            case Instance(of=Class() as of):
                ancestors = self._resolver.members.ancestors(of)
                return next((each for each in async_clients.CLIENTS if each in ancestors), None)
        return None

    def _is_unpooled(self, made: Site) -> bool:
        assert isinstance(made.expression, Call)
        return any(
            self._resolver.dotted(made.module, made.scope, argument.value) in async_clients.UNPOOLED
            for argument in made.expression.arguments
        )


def _primitive(target: Instance) -> str | None:
    """Return the kind of an asyncio object, None for anything else."""
    match target:
        case Instance(of=External(name=name)):
            last = name.rsplit(".", 1)[-1]
            kind = loop_bound.MAKERS.get(last, last)
            if name.startswith("asyncio.") and kind in loop_bound.PRIMITIVES:
                return kind
    return None


def _waits(kind: str, method: str) -> bool:
    """Say whether a use waits; a task's methods ask or cancel, and awaiting it waits."""
    return kind != "Task" or not method
