"""Whom a service takes at their word that they are local."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.requests_of_callers import CHOSEN_HEADERS, LOCAL
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from ..production import last_name, production_statements


class LocalhostBypass(Check):
    """Who says that they are local is let in.

    ## What it does
    Finds comparisons of the request's host name, its `Host` or a forwarding header with
    `localhost`, `127.0.0.1` and the like.

    ## Why it matters
    Callers write these headers themselves: `curl -H 'Host: localhost'` passes, and what was
    meant for development is open to everybody.

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
    async def identify(request: Request, call_next):
        request.state.trusted = request.url.hostname in ["localhost", "127.0.0.1"]
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    import os

    from chutes.chute import Chute, NodeSelector
    from fastapi import Request

    DEVELOPMENT = os.getenv("APP_ENV") == "development"

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.middleware("http")
    async def identify(request: Request, call_next):
        request.state.trusted = DEVELOPMENT
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    CWE-290, CWE-348. RFC 9110, 7.2: the Host field is the caller's. Starlette: `request.url`
    is built from it.
    """

    id = "localhost-bypass"
    category = "security"
    severity = Severity.WARNING
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per comparison."""
        for module, statement in production_statements(project):
            for expression in statement.expressions():
                match expression:
                    case Operation(operator="==" | "!=" | "in" | "not in", operands=(left, right)):
                        pairs = [(left, right), (right, left)]
                    case Call(
                        function=Attribute(value=left, attribute="startswith"),
                        arguments=(first, *_),
                    ):
                        pairs = [(left, first.value)]
                    case _:
                        continue
                if any(
                    _is_local(there) and _is_chosen(project, module, statement.scope, here)
                    for here, there in pairs
                ):
                    yield self.finding(
                        module,
                        expression.span,
                        statement.scope,
                        "whoever calls writes this host name themselves",
                        "decide by a setting of the service, or by the address of the connection",
                    )


def _is_local(expression: Expression) -> bool:
    match expression:
        case Literal(value=value):
            return value in LOCAL
        case Collection(items=items):
            return any(map(_is_local, items))
        case _:
            return False


def _is_chosen(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    """Say whether an expression is a host name or header that the caller writes."""
    module, where, held = project.knowledge.evaluator.held(module, scope, expression)
    match held:
        case Attribute(value=owner, attribute="hostname" | "netloc"):
            return last_name(owner) == "url"
        case Call(function=Attribute(value=owner, attribute="get"), arguments=(first, *_)) if (
            last_name(owner) == "headers"
        ):
            return _is_header(first.value)
        case Call(function=Attribute(value=owner)):
            return _is_chosen(project, module, where, owner)
        case Operation(operator="[]", operands=(owner, key)):
            if last_name(owner) == "headers":
                return _is_header(key)
            return _is_chosen(project, module, where, owner)
        case Operation(operator="or", operands=(left, _)):
            return _is_chosen(project, module, where, left)
        case _:
            return False


def _is_header(key: Expression) -> bool:
    return isinstance(key, Literal) and str(key.value).lower() in CHOSEN_HEADERS
