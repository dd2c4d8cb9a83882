"""Which functions run from cords, start-up, jobs and plain routes, and how they get there.

Cords run each call in a thread and an event loop of its own; hooks, jobs, routes and
middleware run on the main loop (PLATFORM F1). ``asyncio.run_coroutine_threadsafe``
bridges from the one to the other (F8).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from chutes_cli.contract.libraries import handing
from chutes_cli.core.finding import TraceStep
from chutes_cli.project.bridges import BRIDGE_METHOD, Bridges
from chutes_cli.project.exposure import EXPOSURES, exposures_at
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.module import Module, Site
from chutes_cli.project.nested import decorating, decorators_of, wrappers_of
from chutes_cli.project.operators import implied, taken
from chutes_cli.project.passing import Passings
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, External, Function, Instance, Method
from chutes_cli.project.tasks import is_awaited, starts_task

_LATER = handing.LOOP_METHODS.keys() - {BRIDGE_METHOD} | {"add_done_callback"}
_TO_THREAD = handing.THREAD_FUNCTIONS.keys() | handing.THREADS | handing.ALSO_IN_THREADS
_TO_PROCESS = "multiprocessing."


@dataclass(frozen=True, slots=True)
class Entry:
    """Where execution comes in.

    Attributes:
        kind: ``cord``, ``on_startup``, ``on_shutdown``, ``job``, ``route`` or ``import``.
        function: The function called; for ``import`` the module's own scope.
    """

    kind: str
    function: Function

    @property
    def label(self) -> str:
        """How messages call it."""
        name = self.function.scope.name
        labels = {"on_startup": "start-up hook", "on_shutdown": "shutdown hook"}
        if self.kind == "import":
            return f"import of {self.function.module.path}"
        return f"{labels.get(self.kind, self.kind)} {name}"


@dataclass(frozen=True, slots=True)
class Edge:
    """One function running another.

    Attributes:
        callee: The function that runs.
        statement: Where the caller says so.
        line: 1-based line of the call.
        loop: ``same``, ``main`` when bridged to the main loop, ``thread`` when handed to
            a thread without a loop, ``process`` when to a process of its own.
        task: Whether it is started as a task that the caller does not wait for.
    """

    callee: Function
    statement: Statement
    line: int
    loop: str
    task: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way execution arrives in a function.

    Attributes:
        entry: Where it came in.
        loop: ``cord`` (a loop of the call's own), ``main``, ``thread`` or ``process``.
        exposures: The exposures under which it can get there.
        trace: The way, outermost first.
        path: The functions and statements of the way, for questions about guards.
        task: Whether it got there in a task of its own, which the entry does not wait for.
    """

    entry: Entry
    loop: str
    exposures: frozenset[str]
    trace: tuple[TraceStep, ...]
    path: tuple[tuple[Function, Statement], ...]
    task: bool = False


class Reach:
    """The call graph, and what each entry reaches in it."""

    def __init__(
        self,
        resolver: Resolver,
        passings: Passings,
        modules: Iterable[Module],
        entries: Iterable[Entry],
    ):
        self._resolver = resolver
        self._passings = passings
        self._modules = tuple(modules)
        self._entries = tuple(entries)
        self._edges: dict[Function, tuple[Edge, ...]] = {}
        self._bridges = Bridges(resolver, passings)

    @cached_property
    def _arrivals(self) -> dict[Function, tuple[Arrival, ...]]:
        found: dict[Function, list[Arrival]] = defaultdict(list)
        imports = (Entry("import", Function(module, 0)) for module in self._modules)
        for entry in (*self._entries, *imports):
            for function, arrival in self._from(entry):
                found[function].append(arrival)
        return {function: tuple(arrivals) for function, arrivals in found.items()}

    def arrivals(self, function: Function, *kinds: str) -> tuple[Arrival, ...]:
        """Return how execution arrives in a function, from the given kinds of entry."""
        every = self._arrivals.get(function, ())
        return tuple(each for each in every if not kinds or each.entry.kind in kinds)

    def reached(self, *kinds: str) -> Iterator[tuple[Function, Arrival]]:
        """Yield each function and the first way it is reached from the given kinds of entry."""
        for function in self._reached_from(kinds):
            yield function, self.arrivals(function, *kinds)[0]

    def _reached_from(self, kinds: tuple[str, ...]) -> Iterable[Function]:
        if not kinds:
            return self._arrivals
        found = {function for kind in kinds for function in self._by_kind.get(kind, ())}
        return sorted(found, key=self._order.__getitem__)

    @cached_property
    def _order(self) -> dict[Function, int]:
        return {function: place for place, function in enumerate(self._arrivals)}

    @cached_property
    def _by_kind(self) -> dict[str, list[Function]]:
        """Functions by the kinds of entry that reach them."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function, arrivals in self._arrivals.items():
            for kind in {each.entry.kind for each in arrivals}:
                found[kind].append(function)
        return dict(found)

    def _from(self, entry: Entry) -> Iterator[tuple[Function, Arrival]]:
        loop = "cord" if entry.kind == "cord" else "main"
        start = TraceStep(
            entry.function.module.path, entry.function.scope.name_span.line, entry.label
        )
        first = Arrival(entry, loop, EXPOSURES, (start,), ())
        seen = {(entry.function, loop, False)}
        queue = deque([(entry.function, first)])
        while queue:
            function, arrival = queue.popleft()
            yield function, arrival
            for edge in self.edges(function):
                following = _next(function, arrival, edge)
                key = (edge.callee, following.loop, following.task)
                if key not in seen and following.exposures:
                    seen.add(key)
                    queue.append((edge.callee, following))

    def edges(self, function: Function) -> tuple[Edge, ...]:
        """Return what a function runs, in source order."""
        if function not in self._edges:
            self._edges[function] = tuple(dict.fromkeys(self._find_edges(function)))
        return self._edges[function]

    def _find_edges(self, function: Function) -> Iterator[Edge]:
        module = function.module
        scopes = [function.index]
        if function.index == 0:
            scopes += [
                index
                for index, scope in enumerate(module.facts.scopes)
                if scope.kind == "class" and scope.parent == 0
            ]
        for scope in scopes:
            for statement in module.statements_in(scope):
                for root in (*statement.values, *statement.targets):
                    yield from self._walk(module, statement, root, "same", task=False)
                yield from self._implied(module, statement, taken(statement), "same")
                if statement.kind == "define":
                    yield from self._decorating(module, statement)
        yield from self._wrappers(function)

    def _walk(
        self, module: Module, statement: Statement, expression: Expression, loop: str, *, task: bool
    ) -> Iterator[Edge]:
        inner = loop
        if isinstance(expression, Call):
            yield from self._call(module, statement, expression, loop, task=task)
            if self._bridges.bridges(module, statement.scope, expression):
                loop = inner = "main"
                task = True
            elif self._is_thread(module, statement.scope, expression):
                inner = "thread"
            elif starts_task(self._resolver, module, statement.scope, expression):
                waits = is_awaited(module, statement, expression, with_nested=False)
                task = task or not waits
        elif isinstance(expression, Attribute) and expression.attribute in self._properties:
            for function in self._property(module, statement.scope, expression):
                yield Edge(function, statement, expression.span.line, loop, task)
        elif isinstance(expression, Operation):
            asked = implied(statement, expression)
            yield from self._implied(module, statement, asked, loop, task=task)
        elif isinstance(expression, Await):
            # What is awaited has run before it is handed to anything.
            loop = inner = "same"
            task = False
        for child in expression.children():
            is_lambda = isinstance(child, Opaque) and child.kind == "Lambda"
            yield from self._walk(module, statement, child, inner if is_lambda else loop, task=task)

    @cached_property
    def _properties(self) -> frozenset[str]:
        """Names of the functions of the tree that an attribute runs."""
        return frozenset(
            scope.name
            for module in self._modules
            for index, scope in enumerate(module.facts.scopes)
            if Function(module, index).is_property
        )

    def _property(self, module: Module, scope: int, expression: Attribute) -> Iterator[Function]:
        for owner in self._owners(module, scope, expression.value):
            for function in self._resolver.members.methods_of(owner, expression.attribute):
                if function.is_property:
                    yield function

    def _owners(self, module: Module, scope: int, expression: Expression) -> Iterator[Instance]:
        """Yield the objects that an expression can be."""
        for target in self._resolver.resolve(module, scope, expression):
            if isinstance(target, Instance):
                yield target

    @cached_property
    def _names(self) -> frozenset[str]:
        """Names of all functions and classes of the tree: what else could an operator run."""
        return frozenset(scope.name for each in self._modules for scope in each.facts.scopes)

    def _implied(
        self,
        module: Module,
        statement: Statement,
        asked: Iterable[tuple[Expression, str]],
        loop: str,
        *,
        task: bool = False,
    ) -> Iterator[Edge]:
        for container, name in asked:
            if name in self._names:
                for owner in self._owners(module, statement.scope, container):
                    for function in self._resolver.members.methods_of(owner, name):
                        yield Edge(function, statement, container.span.line, loop, task)

    def _call(
        self, module: Module, statement: Statement, call: Call, loop: str, *, task: bool
    ) -> Iterator[Edge]:
        scope = statement.scope
        for target in self._resolver.resolve(module, scope, call.function):
            for function in self._runs(target):
                at = "main" if self._bridges.by_decorator(function) else loop
                yield Edge(function, statement, call.span.line, at, task or at != loop)
        handed = "thread" if self._is_thread(module, scope, call) else loop
        if self._bridges.bridges(module, scope, call):
            handed = "main"
            task = True
        elif self._is_process(module, scope, call):
            handed = "process"
        callee = call.function
        task = task or (isinstance(callee, Attribute) and callee.attribute in _LATER)
        for argument in call.arguments:
            for named in _named_in(argument.value):
                for target in self._resolver.resolve(module, scope, named):
                    if isinstance(target, Function | Method):
                        found = target.function if isinstance(target, Method) else target
                        carried = self._bridges.carries(Site(module, statement, call), argument)
                        at = "main" if carried else handed
                        yield Edge(found, statement, call.span.line, at, task or carried)

    def bridges(self, module: Module, scope: int, call: Call) -> bool:
        """Say whether the coroutine or function that a call is given runs on the main loop."""
        return self._bridges.bridges(module, scope, call)

    def _runs(self, target: object) -> Iterator[Function]:
        match target:
            case Function():
                yield target
            case Method(function=function):
                yield function
            case Class():
                for name in ("__init__", "__post_init__"):
                    yield from self._resolver.members.methods(target, name)
            case Instance(of=Class() as owner):
                yield from self._resolver.members.methods(owner, "__call__")
            case Instance(
                of=External(name=handing.PARTIAL),
                site=Site(expression=Call(arguments=(first, *_))) as made,
            ):
                for each in self._resolver.resolve(made.module, made.scope, first.value):
                    if not isinstance(each, Instance):
                        yield from self._runs(each)

    def _is_thread(self, module: Module, scope: int, call: Call) -> bool:
        dotted = self._resolver.dotted(module, scope, call.function) or ""
        if dotted in _TO_THREAD:
            return True
        return isinstance(call.function, Attribute) and (
            call.function.attribute in handing.THREAD_METHODS
        )

    def _is_process(self, module: Module, scope: int, call: Call) -> bool:
        """Say whether a call of ``multiprocessing`` is given what another process runs."""
        dotted = self._resolver.dotted(module, scope, call.function) or ""
        return dotted.startswith(_TO_PROCESS) and not dotted.startswith(f"{_TO_PROCESS}pool.Thread")

    def _wrappers(self, function: Function) -> Iterator[Edge]:
        """A decorator of the tree's own runs its inner functions around the decorated one."""
        module = function.module
        if function.scope.kind != "function" or not function.scope.decorators:
            return
        definitions = [each for each in module.facts.statements if each.defines == function.index]
        for decorator, wrapper in wrappers_of(self._resolver, function):
            yield Edge(wrapper, definitions[0], decorator.span.line, "same")

    def wrappers(self, function: Function) -> tuple[Function, ...]:
        """Return the functions that decorators of the tree's own put around a function."""
        return self._passings.wrappers(function)

    def _decorating(self, module: Module, statement: Statement) -> Iterator[Edge]:
        """A definition runs its decorators, and what those with arguments return."""
        for decorator in module.scope(statement.defines).decorators:
            called = isinstance(decorator, Call)
            for found in decorators_of(self._resolver, module, statement.scope, decorator):
                for each in decorating(found, with_arguments=called):
                    yield Edge(each, statement, decorator.span.line, "same")


def _next(caller: Function, arrival: Arrival, edge: Edge) -> Arrival:
    loop = arrival.loop if edge.loop == "same" else edge.loop
    step = TraceStep(
        caller.module.path, edge.line, f"{caller.qualname or 'module'} runs {edge.callee.qualname}"
    )
    return replace(
        arrival,
        loop=loop,
        exposures=arrival.exposures & exposures_at(caller.module, edge.statement.guards),
        trace=(*arrival.trace, step),
        path=(*arrival.path, (caller, edge.statement)),
        task=arrival.task or edge.task,
    )


def _named_in(argument: Expression) -> Iterator[Expression]:
    """Yield what an argument names: itself, or the items of its displays (``hooks=[f]``)."""
    match argument:
        case Name() | Attribute():
            yield argument
        case Collection() | Mapping():
            for each in argument.children():
                yield from _named_in(each)
