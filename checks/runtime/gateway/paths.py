"""Middleware that looks for the public path of a cord."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Operation
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from ...platform.cord.paths import named
from ...platform.cord.registration import left_out, normal, text
from ..ways import Step
from .requests import Requests

_EQUAL = frozenset({"==", "!=", "in", "not in"})


class MiddlewareComparesPublicPath(Check):
    """Middleware compares the request's path with a public path, which production never shows.

    ## What it does
    Collects the texts that `request.url.path` (or `scope["path"]`) is compared with in
    middleware and what it calls, and reports those that are the public path of a cord whose
    internal path is another. Comparing with both is fine, and so is code for direct exposure.

    ## Why it matters
    The gateway calls the internal path of a cord, the function's name unless `path=` is
    given, and the dev runtime the public one. The condition works on the laptop and never
    holds in production: whatever it guards, protects or counts is skipped, or runs for all.

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
    async def mark(request: Request, call_next):
        request.state.is_probe = request.url.path == "/v1/health"
        return await call_next(request)


    @chute.cord(public_api_path="/v1/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
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
    async def mark(request: Request, call_next):
        request.state.is_probe = request.url.path in ("/v1/health", "/health")
        return await call_next(request)


    @chute.cord(public_api_path="/v1/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `initialize`: the route is `cord.path`, and
    `cord._public_api_path` in dev mode only.
    """

    id = "middleware-compares-public-path"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per comparison with a path that never comes."""
        for chute in project.chutes if circumstances.on_gateway else ():
            paths = _paths(project, chute)
            requests = Requests(project, chute)
            for step in requests.steps():
                compared = list(_compared(project, requests, step))
                for expression, texts, begins in compared:
                    asked = [each for _, more, _ in compared for each in more]
                    public = _missed(paths, texts, asked, begins=begins)
                    if public is not None:
                        path, internal = public
                        yield self.at(
                            step.site(expression),
                            f"in production the path is the internal one, {internal}: "
                            f"{path} is seen in the dev runtime only",
                            f"compare with {internal} as well, or give the cord "
                            f"path={path!r} where the platform allows it",
                            trace=step.trace,
                        )


def _paths(project: Project, chute: Chute) -> list[tuple[str | None, str]]:
    """Return the public and internal path of every cord; none at all when one is not known."""
    found = []
    for cord in chute.cords:
        place = named(project, cord) if left_out(cord, "path") else None
        internal = place.path if place else text(cord, "path")
        public = text(cord, "public_api_path")
        if internal is None or (public is None and not left_out(cord, "public_api_path")):
            return []
        found.append((normal(public) if public else None, normal(internal)))
    return found


def _missed(
    paths: list[tuple[str | None, str]], texts: list[str], asked: list[str], *, begins: bool
) -> tuple[str, str] | None:
    """Return the public path that is asked for while the internal one is not."""
    for public, internal in paths:
        if public is None or any(_fits(internal, each, begins=begins) for each in asked):
            continue
        for each in texts:
            others = [inner for _, inner in paths]
            if _fits(public, each, begins=begins) and not any(
                _fits(other, each, begins=begins) for other in others
            ):
                return public, internal
    return None


def _fits(path: str, text: str, *, begins: bool) -> bool:
    return path.startswith(text) if begins else path == normal(text)


def _compared(
    project: Project, requests: Requests, step: Step
) -> Iterator[tuple[Expression, list[str], bool]]:
    """Yield what compares the path, the texts it is compared with, and whether as beginnings."""
    module, scope = step.module, step.statement.scope

    def is_path(expression: Expression) -> bool:
        return requests.part(module, scope, expression) == "path"

    for expression in step.statement.expressions():
        match expression:
            case Operation(operator=operator, operands=(left, right)) if operator in _EQUAL and (
                is_path(left) or is_path(right)
            ):
                yield expression, _texts(project, module, scope, left, right), False
            case Call(function=Attribute(value=table, attribute="get"), arguments=(key, *_)) if (
                is_path(key.value)
            ):
                yield expression, _texts(project, module, scope, table), False
            case Operation(operator="[]", operands=(table, place)) if is_path(place):
                yield expression, _texts(project, module, scope, table), False
            case Call(
                function=Attribute(value=whole, attribute="startswith"), arguments=(one,)
            ) if is_path(whole):
                yield expression, _texts(project, module, scope, one.value), True


def _texts(project: Project, module: Module, scope: int, *expressions: Expression) -> list[str]:
    found: list[str] = []
    for expression in expressions:
        match project.knowledge.evaluator.value(module, scope, expression):
            case Known(value=str(text)):
                found.append(text)
            case Known(value=list() | tuple() | set() | dict() as several):
                found += [each for each in several if isinstance(each, str)]
    return found
