"""What a chute sets on its responses and the gateway drops."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.web import (
    HEADER_MIDDLEWARE,
    HTTP_EXCEPTIONS,
    MUTABLE_HEADERS,
    RESPONSES,
)
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, External, Function, Instance, Target
from chutes_cli.project.values import Known

from ...platform.cord.body import bearers
from ..ways import Step, calls, on_gateway, steps
from .messages import is_message, set_in_messages
from .requests import middleware

_SETTERS = frozenset({"setdefault", "update", "append"})
_COOKIES = frozenset({"set_cookie", "delete_cookie"})
_KEPT = "content-"
"""Beginning of the headers that describe the body, which the gateway passes on or makes anew."""


class GatewayDropsResponseHeaders(Check):
    """Headers or cookies are set on a response and never reach the caller.

    ## What it does
    Finds headers and cookies set on responses in middleware and in cords (`headers=`,
    `response.headers[...] = …`, `set_cookie`, the headers of an `HTTPException`), and
    middleware that works by response headers alone, such as `CORSMiddleware`. Code for
    direct exposure is left alone, and so are `Content-…` headers.

    ## Why it matters
    The gateway takes the body and its content type from the instance and writes headers of
    its own. Security headers, CORS, cookies, `Retry-After` and request ids set in a chute
    look as if they were there, in every local test, and no browser and no client sees them.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import Request

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.middleware("http")
    async def harden(request: Request, call_next):
        response = await call_next(request)
        response.headers["X-Frame-Options"] = "DENY"
        return response


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    import os

    from chutes.chute import Chute, NodeSelector
    from fastapi import Request

    EXPOSURE = os.environ.get("EXPOSURE", "gateway")

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.middleware("http")
    async def harden(request: Request, call_next):
        response = await call_next(request)
        if EXPOSURE == "direct":
            response.headers["X-Frame-Options"] = "DENY"
        return response


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    Platform gateway, as of 2026-05-12: the client gets the body, the content type and the
    gateway's own headers (PLATFORM F28).
    """

    id = "gateway-drops-response-headers"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per place that sets what is dropped."""
        if not circumstances.on_gateway:
            return
        dropped = f"the gateway drops every response header but its own (as of {_as_of()})"
        help = "send it in the body, or keep it to code under `exposure == 'direct'`"
        responses = _Responses(project)
        for step in steps(project, on_gateway, "cord", "route"):
            if not responses.are_for_gateway(step):
                continue
            for expression, what in responses.set_in(step):
                yield self.at(
                    step.site(expression), f"{what} never reach callers: {dropped}", help,
                    trace=step.trace,
                )  # fmt: skip
        for module, call, scope, what in _added(project):
            yield self.finding(
                module, call.span, scope, f"{what} never reach callers: {dropped}", help
            )


class _Responses:
    """Which expressions are responses, and what is set on them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._routes = {each for chute in project.chutes for each in middleware(chute)}
        self._held: set[tuple[Function, str]] = set()
        for function in self._routes:
            for name in self._answers(function):
                for each in bearers(project, function, name):
                    self._held.add((each.function, each.name))

    def are_for_gateway(self, step: Step) -> bool:
        """Say whether a step runs for a cord, or for what comes to a cord."""
        entry = step.arrival.entry
        return entry.kind == "cord" or entry.function in self._routes

    def _answers(self, function: Function) -> Iterator[str]:
        """Yield the names that hold what the rest of the chute has answered."""
        names = [each.name for each in function.scope.parameters]
        for statement in function.module.statements_in(function.index):
            match statement.values, statement.targets:
                case (Await(value=Call(function=Name(id=called))), *_), (Name(id=held),) if (
                    called in names
                ):
                    yield held

    def set_in(self, step: Step) -> Iterator[tuple[Expression, str]]:
        """Yield what sets headers or cookies, and what it sets."""
        for expression in set_in_messages(self._project, step, _drops):
            yield expression, "response headers"
        for target in step.statement.targets:
            match target:
                case Operation(operator="[]", operands=(whole, name)) if self._is_headers(
                    step, whole
                ):
                    if self._is_dropped(step.module, step.statement.scope, name):
                        yield target, self._named(step, name)
        for site, targets in calls(self._project, step):
            assert isinstance(site.expression, Call)
            match site.expression.function:
                case Attribute(value=whole, attribute=method) if (
                    method in _SETTERS and self._is_headers(step, whole)
                ):
                    if any(self._dropped_in(step, each.value) for each in
                           site.expression.arguments[:1]):  # fmt: skip
                        yield site.expression, "response headers"
                case Attribute(value=whole, attribute=method) if (
                    method in _COOKIES and self._is_response(step, whole)
                ):
                    yield site.expression, "cookies"
            for argument in site.expression.arguments:
                if argument.keyword != "headers" or not any(map(self._makes_answer, targets)):
                    continue
                if self._dropped_in(step, argument.value):
                    yield argument.value, "response headers"

    def _is_headers(self, step: Step, expression: Expression) -> bool:
        match expression:
            case Attribute(value=whole, attribute="headers"):
                return self._is_response(step, whole)
            case Name():
                made = self._project.knowledge.resolver.resolve(
                    step.module, step.statement.scope, expression
                )
                return any(
                    isinstance(each, Instance)
                    and getattr(each.of, "name", None) in MUTABLE_HEADERS
                    and each.site is not None
                    and is_message(step, each.site.expression.walk())
                    for each in made
                )
            case _:
                return False

    def _is_response(self, step: Step, expression: Expression) -> bool:
        module, scope = step.module, step.statement.scope
        if isinstance(expression, Name):
            where, _ = module.lookup(expression.id, scope)
            if (Function(module, where), expression.id) in self._held:
                return True
        found = self._project.knowledge.resolver.resolve(module, scope, expression)
        return any(isinstance(each, Instance) and self._makes_answer(each.of) for each in found)

    def _makes_answer(self, target: Target) -> bool:
        """Say whether calling a target makes a response, or an exception that becomes one."""
        match target:
            case External(name=name, receiver=None):
                return name in RESPONSES or name in HTTP_EXCEPTIONS
            case Class():
                above = self._project.knowledge.resolver.members.ancestors(target)
                return bool(above & (RESPONSES | HTTP_EXCEPTIONS))
            case _:
                return False

    def _dropped_in(self, step: Step, expression: Expression) -> bool:
        """Say whether a display of headers holds one that is dropped; an unknown one does not."""
        module, scope = step.module, step.statement.scope
        at, where, held = self._project.knowledge.evaluator.held(module, scope, expression)
        if isinstance(held, Mapping):
            return any(key is not None and self._is_dropped(at, where, key) for key in held.keys)
        value = self._project.knowledge.evaluator.value(module, scope, expression)
        return isinstance(value, Known) and _drops(str(value.value))

    def _is_dropped(self, module: Module, scope: int, name: Expression) -> bool:
        value = self._project.knowledge.evaluator.value(module, scope, name)
        return not isinstance(value, Known) or _drops(str(value.value))

    def _named(self, step: Step, name: Expression) -> str:
        module, scope = step.module, step.statement.scope
        value = self._project.knowledge.evaluator.value(module, scope, name)
        return f"response headers such as {value.value}" if isinstance(value, Known) else (
            "response headers"
        )  # fmt: skip


def _drops(name: str) -> bool:
    return not name.lower().startswith(_KEPT)


def _added(project: Project) -> Iterator[tuple[Module, Expression, int, str]]:
    """Yield what adds middleware whose work is response headers: module, expression, scope."""
    for chute in project.chutes:
        given = chute.arguments.get("middleware")
        if given is not None and not given.module.is_test:
            at, where, held = project.knowledge.evaluator.held(
                given.module, given.scope, given.expression
            )
            for item in held.items if isinstance(held, Collection) else ():
                if isinstance(item, Call):
                    yield from _made(project, at, where, item)
    for site, _ in project.knowledge.calls_to(f"{CHUTE}.add_middleware"):
        if site.module.is_test or "gateway" not in exposures_at(site.module, site.statement.guards):
            continue
        assert isinstance(site.expression, Call)
        yield from _made(project, site.module, site.scope, site.expression)


def _made(
    project: Project, module: Module, scope: int, call: Call
) -> Iterator[tuple[Module, Expression, int, str]]:
    for argument in call.arguments[:1]:
        targets = project.knowledge.resolver.resolve(module, scope, argument.value)
        names = {each.name for each in targets if isinstance(each, External)}
        for made in sorted(names & HEADER_MIDDLEWARE.keys()):
            yield module, call, scope, HEADER_MIDDLEWARE[made]


def _as_of() -> str:
    return platform().rule("gateway-response").as_of
