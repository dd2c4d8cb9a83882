"""Builds the Project: finds the chutes, images and hooks among the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import itemgetter

from chutes_cli.contract.sdk import CHUTE, IMAGE, NODE_SELECTOR
from chutes_cli.project.construction import Construction, constructions
from chutes_cli.project.displays import Turn
from chutes_cli.project.facts import Call, Collection, Expression
from chutes_cli.project.model import (
    Chute,
    Cord,
    Directive,
    Hook,
    Image,
    Job,
    NodeSelector,
    Project,
)
from chutes_cli.project.module import Module, Site
from chutes_cli.project.passing import Passings
from chutes_cli.project.processes import find_processes
from chutes_cli.project.reach import Entry, Reach
from chutes_cli.project.references import References
from chutes_cli.project.schemas import Schemas
from chutes_cli.project.scripts import Script
from chutes_cli.project.source import SourceTree
from chutes_cli.project.taint.sources import Taint
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target
from chutes_cli.project.tree import Knowledge, ModuleSet

_ROUTE_METHODS = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "options", "middleware", "exception_handler",
     "on_event", "websocket"}
)  # fmt: skip
_BRANCHES = frozenset({"if", "else", "for", "while", "except", "match"})


def link(tree: SourceTree, modules: ModuleSet, scripts: tuple[Script, ...] = ()) -> Project:
    """Return the Project of the modules and scripts read."""
    knowledge = Knowledge(modules)
    linker = _Linker(knowledge)
    chutes = linker.chutes()
    entries = list(_entries(chutes))
    schemas = Schemas(knowledge.resolver, knowledge.binder)
    passings = Passings(knowledge)
    reach = Reach(knowledge.resolver, passings, modules.modules, entries)
    return Project(
        root=tree.root,
        modules=modules.modules,
        chutes=chutes,
        images=linker.images(),
        directives=linker.directives(),
        node_selectors=linker.node_selectors(),
        reach=reach,
        references=References(modules.modules, knowledge.resolver),
        schemas=schemas,
        passings=passings,
        taint=Taint(knowledge, schemas, passings, chutes),
        knowledge=knowledge,
        broken=modules.broken,
        scripts=scripts,
        processes=tuple(find_processes(knowledge)),
    )


def _entries(chutes: tuple[Chute, ...]) -> Iterator[Entry]:
    for chute in chutes:
        for cord in chute.cords:
            # A passthrough cord's body never runs (SDK cord.py, _remote_call).
            if cord.function and not cord.passthrough:
                yield Entry("cord", cord.function)
        for hook in chute.hooks:
            if hook.function:
                yield Entry(hook.kind, hook.function)
        for job in chute.jobs:
            if job.function:
                yield Entry("job", job.function)
        for function in chute.routes:
            yield Entry("route", function)


_Registered = tuple[int, str, Site, list[Function]]
"""Which one it is in source order, the method, the call or bare decorator, the functions."""


class _Linker:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._resolver = knowledge.resolver
        self._functions = self._decorated()

    def _decorated(self) -> dict[tuple[Module, Expression], list[Function]]:
        """Functions by the decorator expression above them."""
        found: dict[tuple[Module, Expression], list[Function]] = {}
        for module in self._knowledge.modules:
            for index, scope in enumerate(module.facts.scopes):
                for decorator in scope.decorators if scope.kind == "function" else ():
                    found.setdefault((module, decorator), []).append(Function(module, index))
        return found

    # Chutes

    def chutes(self) -> tuple[Chute, ...]:
        """Return every chute with what is registered on it."""
        registered: dict[Instance, list[_Registered]] = {}
        for place, (owner, name, at, functions) in enumerate(self._registrations()):
            registered.setdefault(owner, []).append((place, name, at, functions))
        found = []
        for made in constructions(self._knowledge):
            every = [each for owner in made.names for each in registered.get(owner, ())]
            mine = [each[1:] for each in sorted(every, key=itemgetter(0))]
            found.append(
                Chute(
                    instance=made.instance,
                    site=made.site,
                    callee=made.callee,
                    arguments=made.arguments,
                    cords=tuple(self._cords(mine)),
                    jobs=tuple(self._jobs(mine)),
                    hooks=tuple(self._hooks(mine)),
                    routes=(*self._routes(mine), *self._stacked(made)),
                )
            )
        return tuple(found)

    def _registrations(self) -> Iterator[tuple[Instance, str, Site, list[Function]]]:
        """Yield (chute, method, call or bare decorator, functions registered)."""
        prefix = f"{CHUTE}."
        wrapped = self._applied()
        for site, targets in self._knowledge.calls:
            for target in targets:
                match target:
                    case External(name=name, receiver=Instance() as owner) if name.startswith(
                        prefix
                    ) and self._resolver.members.is_chute(owner):
                        functions = list(self._functions.get((site.module, site.expression), ()))
                        functions += wrapped.get((site.module, site.expression), ())
                        yield owner, name.removeprefix(prefix), site, functions
        yield from self._bare_decorators(prefix)

    def _bare_decorators(self, prefix: str) -> Iterator[tuple[Instance, str, Site, list[Function]]]:
        """``@chute.on_startup`` without its parentheses registers nothing, and is seen here."""
        for module in self._knowledge.modules:
            for statement in module.facts.statements:
                if statement.kind != "define":
                    continue
                for expression in statement.values:
                    if isinstance(expression, Call):
                        continue
                    for target in self._resolver.resolve(module, statement.scope, expression):
                        match target:
                            case External(name=name, receiver=Instance() as owner) if (
                                name.startswith(prefix) and self._resolver.members.is_chute(owner)
                            ):
                                site = Site(module, statement, expression)
                                functions = self._functions.get((module, expression), [])
                                yield owner, name.removeprefix(prefix), site, functions

    def _applied(self) -> dict[tuple[Module, Expression], list[Function]]:
        """Functions registered without decorator syntax: ``chute.cord(...)(function)``."""
        found: dict[tuple[Module, Expression], list[Function]] = {}
        for place, (site, function) in self._handed.items():
            found[place] = self._functions_of(site.module, site.scope, function)
        return found

    @cached_property
    def _handed(self) -> dict[tuple[Module, Expression], tuple[Site, Expression]]:
        """What is handed to the result of a call: ``call(...)(function)``."""
        return {
            (site.module, call.function): (site, call.arguments[0].value)
            for site, _ in self._knowledge.calls
            if isinstance(call := site.expression, Call)
            and isinstance(call.function, Call)
            and call.arguments
        }

    def _functions_of(self, module: Module, scope: int, given: Expression) -> list[Function]:
        targets = self._resolver.resolve(module, scope, given)
        return [each for target in targets for each in self._called(target)]

    def _called(self, target: Target) -> list[Function]:
        """Return what runs when a target is called: a function, or an object's ``__call__``."""
        match target:
            case Instance(of=Class() as owner):
                return self._resolver.members.methods(owner, "__call__")
            case Instance(site=Site(expression=Call(arguments=(_, *options)))) if all(
                each.keyword for each in options
            ):
                found = [_function(each) for each in self._resolver.results.wrapped(target)]
                return [each for each in found if each is not None]
            case _:
                one = _function(target)
                return [one] if one else []

    def _applied_in(self, site: Site, turn: Turn) -> list[Function]:
        """Return what a loop's turn hands to the result of a call."""
        place = (site.module, site.expression)
        if not turn or place not in self._handed:
            return []
        at, handed = self._handed[place]
        module, scope, held = self._knowledge.evaluator.during(turn).held(
            at.module, at.scope, handed
        )
        return self._functions_of(module, scope, held)

    def _cords(self, mine: list[tuple[str, Site, list[Function]]]) -> Iterator[Cord]:
        for name, site, functions in mine:
            if name == "cord" and isinstance(site.expression, Call):
                for turn in self._knowledge.turns(site):
                    arguments = self._knowledge.arguments(site, f"{CHUTE}.cord", turn)
                    for function in self._applied_in(site, turn) or _or_none(functions):
                        yield Cord(site, arguments, function, turn)

    def _jobs(self, mine: list[tuple[str, Site, list[Function]]]) -> Iterator[Job]:
        for name, site, functions in mine:
            if name == "job" and isinstance(site.expression, Call):
                arguments = self._knowledge.arguments(site, f"{CHUTE}.job")
                for function in _or_none(functions):
                    yield Job(site, arguments, function)

    def _hooks(self, mine: list[tuple[str, Site, list[Function]]]) -> Iterator[Hook]:
        for name, site, functions in mine:
            if name in ("on_startup", "on_shutdown"):
                for function in _or_none(functions):
                    yield Hook(name, site, function)

    def _routes(self, mine: list[tuple[str, Site, list[Function]]]) -> Iterator[Function]:
        for name, site, functions in mine:
            if name in _ROUTE_METHODS:
                yield from functions
            elif name == "add_middleware" and isinstance(site.expression, Call):
                for argument in site.expression.arguments[:1]:
                    for target in self._resolver.resolve(site.module, site.scope, argument.value):
                        if isinstance(target, Class):
                            yield from self._middleware_methods(target)
                for argument in site.expression.arguments:
                    if argument.keyword == "dispatch":  # of a BaseHTTPMiddleware
                        yield from self._functions_of(site.module, site.scope, argument.value)

    def _stacked(self, made: Construction) -> Iterator[Function]:
        """Yield what ``Chute(middleware=[Middleware(Guard)])`` runs; FastAPI takes it."""
        evaluator = self._knowledge.evaluator
        given = made.arguments.get("middleware")
        if given is None:
            return
        module, where, held = evaluator.held(given.module, given.scope, given.expression)
        for item in held.items if isinstance(held, Collection) else ():
            match item:
                case Call(arguments=(first, *_)):
                    for target in self._resolver.resolve(module, where, first.value):
                        if isinstance(target, Class):
                            yield from self._middleware_methods(target)

    def _middleware_methods(self, owner: Class) -> Iterator[Function]:
        for name in ("__call__", "dispatch"):
            yield from self._resolver.members.methods(owner, name)

    # Images and node selectors

    def images(self) -> tuple[Image, ...]:
        """Return every image with its directives in the order they are applied."""
        done: dict[Instance, dict[tuple[Site, Turn], Directive]] = {}
        for owner, each in self._directives:
            done.setdefault(owner, {})[each.site, each.turn] = each
        found = []
        for site, target in self._knowledge.calls_to(IMAGE):
            if getattr(target, "receiver", None) is None:
                arguments = self._knowledge.arguments(site, IMAGE)
                mine = done.get(Instance(External(IMAGE), site), {})
                found.append(Image(site, arguments, _in_order(mine.values())))
        return tuple(found)

    def directives(self) -> tuple[Directive, ...]:
        """Return every call on an image, each once."""
        return _in_order({(each.site, each.turn): each for _, each in self._directives}.values())

    @cached_property
    def _directives(self) -> list[tuple[Instance, Directive]]:
        """Every call on an image, with the image; one for each image it can be called on."""
        prefix = f"{IMAGE}."
        return [
            (owner, directive)
            for site, targets in self._knowledge.calls
            for target in targets
            if isinstance(target, External) and target.name.startswith(prefix)
            if (owner := target.receiver) is not None
            for directive in self._directives_at(site, target.name)
        ]

    def _directives_at(self, site: Site, name: str) -> Iterator[Directive]:
        module = site.module
        kinds = {
            module.facts.guards[index].kind for index in module.guards_of(site.statement.guards)
        }
        method = name.rsplit(".", 1)[-1]
        for turn in self._knowledge.turns(site):
            arguments = self._knowledge.arguments(site, name, turn)
            yield Directive(method, site, arguments, bool(kinds & _BRANCHES), turn)

    def node_selectors(self) -> tuple[NodeSelector, ...]:
        """Return every node selector."""
        return tuple(
            NodeSelector(site, self._knowledge.arguments(site, NODE_SELECTOR))
            for site, _ in self._knowledge.calls_to(NODE_SELECTOR)
        )


def _in_order(directives: Iterable[Directive]) -> tuple[Directive, ...]:
    return tuple(sorted(directives, key=lambda each: (each.site.module.path, each.site.span[2:])))


def _or_none(functions: list[Function]) -> list[Function | None]:
    """A registration whose function cannot be told still counts as one."""
    return list(functions) or [None]


def _function(target: Target) -> Function | None:
    match target:
        case Function():
            return target
        case Method(function=function):
            return function
        case _:
            return None
