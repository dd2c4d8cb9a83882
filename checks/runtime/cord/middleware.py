"""Middleware that a cord adds."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Literal, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Function

from ..loading import is_kept
from ..ways import Step
from .arriving import calls_of, external_names, from_cords

_ADDING = frozenset({f"{CHUTE}.add_middleware", f"{CHUTE}.middleware"})


class MiddlewareAddedInCord(Check):
    """A cord adds middleware, which is too late.

    ## What it does
    Finds `add_middleware(...)` and `@chute.middleware(...)` in code that a cord runs.

    ## Why it matters
    The stack of middleware is fixed when the service starts. Adding to it later raises
    `RuntimeError: Cannot add middleware after an application has started`, so every such
    call fails with status 500.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from fastapi.middleware.gzip import GZipMiddleware
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Setting(BaseModel):
        smallest: int = Field(ge=0, le=100000)


    @chute.cord(public_api_path="/compress", public_api_method="POST")
    async def compress(self, args: Setting) -> dict:
        if not isinstance(args, Setting):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        self.add_middleware(GZipMiddleware, minimum_size=args.smallest)
        return {"smallest": args.smallest}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from fastapi.middleware.gzip import GZipMiddleware
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Setting(BaseModel):
        smallest: int = Field(ge=0, le=100000)


    @chute.on_startup()
    async def prepare(self):
        self.add_middleware(GZipMiddleware, minimum_size=1000)


    @chute.cord(public_api_path="/compress", public_api_method="POST")
    async def compress(self, args: Setting) -> dict:
        if not isinstance(args, Setting):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"smallest": args.smallest}
    ```

    ## Source
    Starlette 1.10, `applications.py`, `Starlette.add_middleware`.
    """

    id = "middleware-added-in-cord"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that adds middleware too late."""
        for function, arrival in from_cords(project, circumstances, "cord", "main", "thread"):
            for site in calls_of(function):
                assert isinstance(site.expression, Call)
                if _adds(project, site) and not _was_added(project, function, site, arrival):
                    yield self.at(
                        site,
                        "middleware cannot be added once the service has started: the call fails "
                        f"({arrival.entry.label})",
                        "add it at module level or in an on_startup hook",
                        trace=arrival.trace,
                    )


def _was_added(project: Project, function: Function, site: Site, arrival: Arrival) -> bool:
    """Say whether start-up runs the same code first, which is then not run again."""
    before = project.reach.arrivals(function, "on_startup", "import")
    return bool(before) and is_kept(project, Step(function, site.statement, arrival))


def _adds(project: Project, site: Site) -> bool:
    """Say whether a call adds middleware, also to an application that a function was given."""
    match site.expression:
        case Call(function=callee) if _ADDING & {*external_names(project, site, callee)}:
            return True
        case Call(function=Name() as kept):
            # `register = chute.middleware("http")` at the top, `register(function)` here.
            match project.knowledge.evaluator.held(site.module, site.scope, kept):
                case _, _, Call(function=made):
                    return bool(_ADDING & {*external_names(project, site, made)})
            return False
        case Call(function=Attribute(value=owner, attribute=method), arguments=arguments) if (
            not project.knowledge.resolver.resolve(site.module, site.scope, owner)
        ):
            kinds = [each.value.value for each in arguments if isinstance(each.value, Literal)]
            return method == "add_middleware" or (method == "middleware" and kinds == ["http"])
        case _:
            return False
