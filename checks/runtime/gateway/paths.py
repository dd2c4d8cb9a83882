"""Middleware that looks for the public path of a cord."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Chute, Project

from ...platform.cord.paths import named
from ...platform.cord.registration import left_out, normal, text
from .comparisons import Comparison, compared
from .requests import Requests


class MiddlewareComparesPublicPath(Check):
    """Middleware compares the request's path with a public path, which production never shows.

    ## What it does
    Collects the texts that `request.url.path` (or `scope["path"]`) is compared with in
    middleware and what it calls, and reports those that are the public path of a cord whose
    internal path is another: texts that are written there, given to the class of the
    middleware, or stored in an object by start-up. Comparing with both is fine, and so is
    code for direct exposure.

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
            for comparisons in compared(project, Requests(project, chute)):
                for each in comparisons:
                    public = _missed(paths, each, comparisons)
                    if public is not None:
                        path, internal = public
                        yield self.at(
                            each.step.site(each.expression),
                            f"in production the path is the internal one, {internal}: "
                            f"{path} is seen in the dev runtime only",
                            f"compare with {internal} as well, or give the cord "
                            f"path={path!r} where the platform allows it",
                            trace=each.step.trace,
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
    paths: list[tuple[str | None, str]], comparison: Comparison, asked: list[Comparison]
) -> tuple[str, str] | None:
    """Return the public path that is asked for while the internal one is not."""
    if any(
        each.texts is None for each in asked if each.step.statement is comparison.step.statement
    ):
        return None
    for public, internal in paths:
        if public is None or any(each.having(internal) for each in asked):
            continue
        for asked_for in comparison.having(public):
            if not any(comparison.fits(other, asked_for) for _, other in paths):
                return public, internal
    return None
