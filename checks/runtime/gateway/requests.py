"""Where middleware holds a request, and what it reads off it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.contract.libraries.web import ASGI, HEADERS, OWN_BEGINNINGS, OWN_HEADERS, REQUESTS
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    Name,
    Opaque,
    Operation,
)
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module, calls_in
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import External, Function, Instance
from chutes_cli.project.texts import Holdings
from chutes_cli.project.values import Known

from ...platform.cord.body import Bearer, bearers
from ..ways import Step, on_gateway, steps

_PLAIN = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "options", "on_event", "websocket"}
)

_HANDED = frozenset({"path", "headers"})
"""Parts that are followed into the functions that they are given to."""
_SAME_PATH = frozenset({"str", "strip", "rstrip", "lower", "casefold"})
"""What makes another text of a path, which names the same cord."""


@dataclass(frozen=True, slots=True)
class Read:
    """One thing read off a request.

    Attributes:
        part: ``headers``, ``cookies``, ``client``, ``query_params`` or ``path``.
        name: Which header, in lower case; None where it is not known, and for other parts.
        expression: What reads it.
    """

    part: str
    name: str | None
    expression: Expression


def arrives(name: str) -> bool:
    """Say whether the gateway sends a header of some name, of its own."""
    return name in OWN_HEADERS or name.startswith(OWN_BEGINNINGS)


def middleware(chute: Chute) -> Iterator[Function]:
    """Yield the functions of a chute that meet the gateway's requests before its cords do."""
    for function in chute.routes:
        names = {
            each.function.attribute
            for each in function.scope.decorators
            if isinstance(each, Call) and isinstance(each.function, Attribute)
        }
        if not names & _PLAIN:
            yield function


class Requests:
    """What a chute's middleware, and what it calls, does with requests."""

    def __init__(self, project: Project, chute: Chute) -> None:
        self._project = project
        self._holdings = Holdings(project)
        self._entries = frozenset(middleware(chute))
        self._held: dict[Function, dict[str, str]] = {}
        for function in self._entries:
            for bearer, kind in self._given(function):
                self._follow(bearer, kind)
        for bearer, part in list(self._parts()):
            self._follow(bearer, part)

    def _follow(self, bearer: Bearer, kind: str) -> None:
        for each in bearers(self._project, bearer.function, bearer.name):
            self._held.setdefault(each.function, {})[each.name] = kind

    def _parts(self) -> Iterator[tuple[Bearer, str]]:
        """Yield the functions that are given a part alone, the names it has there, and which."""
        for function in list(self._held):
            for statement in function.module.statements_in(function.index):
                for site in calls_in(function.module, statement):
                    assert isinstance(site.expression, Call)
                    for each in site.expression.arguments:
                        part = self.part(function.module, function.index, each.value)
                        if part not in _HANDED:
                            continue
                        for passing in self._project.passings.at(site):
                            if (taking := passing.function) is not None:
                                names = (taker.name for taker in passing.takers(each))
                                yield from ((Bearer(taking, name), part) for name in names)

    def _given(self, function: Function) -> Iterator[tuple[Bearer, str]]:
        names = [each.name for each in function.scope.parameters]
        if function.module.enclosing_class(function.index) != -1:
            names = names[1:]
        if names:
            kind = "scope" if tuple(names[:3]) == ASGI else "request"
            yield Bearer(function, names[0]), kind

    def steps(self) -> Iterator[Step]:
        """Yield what runs for a request that comes by the gateway, before a cord has it."""

        def counts(arrival: Arrival, exposures: frozenset[str]) -> bool:
            return arrival.entry.function in self._entries and on_gateway(arrival, exposures)

        return steps(self._project, counts, "route")

    def reads(self, step: Step) -> Iterator[Read]:
        """Yield what a step reads off the request, outermost first."""
        module, scope = step.module, step.statement.scope
        for target in step.statement.targets:
            unpacked = isinstance(target, Collection) and step.statement.kind == "assign"
            if unpacked and self.part(module, scope, step.statement.values[0]) == "client":
                yield Read("client", None, step.statement.values[0])
        for expression in step.statement.expressions():
            match expression:
                case Call(
                    function=Attribute(value=whole, attribute="get" | "getlist"),
                    arguments=(key, *_),
                ) if self.part(module, scope, whole) == "headers":
                    yield Read("headers", self._header(module, scope, key.value), expression)
                case (
                    Operation(operator="[]", operands=(whole, name))
                    | Operation(operator="in" | "not in", operands=(name, whole))
                ) if self.part(module, scope, whole) == "headers":
                    yield Read("headers", self._header(module, scope, name), expression)
                case (
                    Attribute(value=whole, attribute="host" | "port")
                    | Operation(operator="[]", operands=(whole, _))
                ) if self.part(module, scope, whole) == "client":
                    yield Read("client", None, expression)
                case (
                    Attribute(attribute="cookies" | "query_params" | "query")
                    | Operation(operator="[]")
                    | Call(function=Attribute(attribute="get"))
                ):
                    part = self._own_part(module, scope, expression)
                    if part in ("cookies", "query_params", "query_string"):
                        yield Read(part.replace("_string", "_params"), None, expression)

    def part(self, module: Module, scope: int, expression: Expression) -> str | None:
        """Return which part of a request an expression is, None for anything else."""
        if not isinstance(expression, Name) or self._holds(module, scope, expression):
            return self._own_part(module, scope, expression)
        where, bindings = module.lookup(expression.id, scope)
        return self._own_part(module, where, bindings[0].value) if len(bindings) == 1 else None

    def _own_part(self, module: Module, scope: int, expression: Expression | None) -> str | None:
        match expression:
            case Operation(operator="or", operands=(first, *_)):
                return self.part(module, scope, first)
            case Opaque(kind="NamedExpr", parts=(first,)):
                return self.part(module, scope, first)
            case (
                Call(function=Attribute(value=whole, attribute=method))
                | Call(function=Name(id="str" as method), arguments=(Argument(value=whole),))
            ) if method in _SAME_PATH and self.part(module, scope, whole) == "path":
                return "path"
            case (
                Opaque(
                    kind="DictComp",
                    parts=(Call(function=Attribute(value=first, attribute="items")), *_),
                )
                | Opaque(kind="DictComp", parts=(first, *_))
            ):  # {name.lower(): value for …}
                return "headers" if self.part(module, scope, first) == "headers" else None
            case Name():
                held = self._holds(module, scope, expression)
                return held if held in _HANDED else None
            case Attribute(
                value=Attribute(value=whole, attribute="url"), attribute="path" | "query" as name
            ) if self._is_request(module, scope, whole):
                return {"path": "path", "query": "query_string"}[name]
            case Attribute(value=whole, attribute=name) if self._is_request(module, scope, whole):
                return name
            case Operation(operator="[]", operands=(whole, key)) if self._is_scope(
                module, scope, whole
            ):
                return self._text(module, scope, key)
            case Call(function=Attribute(value=whole, attribute="get"), arguments=(asked, *_)) if (
                self._is_scope(module, scope, whole)
            ):
                return self._text(module, scope, asked.value)
            case Call(function=function, arguments=(first,)) if (
                self._project.knowledge.resolver.dotted(module, scope, function) in HEADERS
            ):
                if first.keyword == "scope":
                    return "headers" if self._is_scope(module, scope, first.value) else None
                return self._own_part(module, scope, first.value)
            case _:
                return None

    def _header(self, module: Module, scope: int, expression: Expression) -> str | None:
        """Return the header that a name stands for: of several, the first that does not arrive."""
        known = self._text(module, scope, expression)
        if known is not None:
            return known
        held = self._holdings.texts(module, scope, expression) or ()
        names = sorted(each.lower() for each in held)
        return next((each for each in names if not arrives(each)), next(iter(names), None))

    def _is_scope(self, module: Module, scope: int, expression: Expression) -> bool:
        match expression:
            case Attribute(value=whole, attribute="scope"):
                return self._is_request(module, scope, whole)
            case _:
                return self._holds(module, scope, expression) == "scope"

    def _is_request(self, module: Module, scope: int, expression: Expression) -> bool:
        held = self._holds(module, scope, expression)
        return held == "request" or any(
            isinstance(each, Instance)
            and isinstance(each.of, External)
            and each.of.name in REQUESTS
            for each in self._project.knowledge.resolver.resolve(module, scope, expression)
        )

    def _holds(self, module: Module, scope: int, expression: Expression) -> str | None:
        """Return what a name holds: the request, its ASGI scope, or None for anything else."""
        if not isinstance(expression, Name):
            return None
        where, _ = module.lookup(expression.id, scope)
        return self._held.get(Function(module, where), {}).get(expression.id)

    def _text(self, module: Module, scope: int, expression: Expression) -> str | None:
        match self._project.knowledge.evaluator.value(module, scope, expression):
            case Known(value=str(text)):
                return text.lower()
            case Known(value=bytes(raw)):
                return raw.decode("latin-1").lower()
            case _:
                return None
