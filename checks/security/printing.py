"""Lines that are printed where a log is meant."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.logs import PRINT, STREAMS, STRUCTURED
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Argument, Call
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site

from ..runtime.ways import calls, external, judged, steps

_SERVING = ("cord", "route", "on_startup", "job")


class PrintAsLogging(Check):
    """Code that serves tells what it does by `print`.

    ## What it does
    Finds `print` in code that cords, routes, jobs and start-up hooks run, helpers included;
    one finding for each module. What is printed to a file, or is made by `json.dumps`, is
    left alone, and so are scripts' own blocks.

    ## Why it matters
    A line of `print` has no time, no level and nothing that tells which request it belongs
    to: with several calls in progress nobody can put the lines together, filter them or set
    an alarm on them.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Question(BaseModel):
        prompt: str = Field(max_length=1000)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        print("asked with", len(args.prompt), "characters")
        return {"answer": args.prompt.upper()}
    ```

    ## Use instead
    ```python
    from uuid import uuid4

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Question(BaseModel):
        prompt: str = Field(max_length=1000)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        log = logger.bind(request=uuid4().hex)
        log.info("asked with {} characters", len(args.prompt))
        return {"answer": args.prompt.upper()}
    ```

    ## Source
    Python, Logging HOWTO, "When to use logging". SDK 0.6.9 chutes/chute/base.py and
    chutes/entrypoint/run.py log by loguru, with times and levels.
    """

    id = "print-as-logging"
    category = "security"
    severity = Severity.INFO
    item = "log-aggregation"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module, at its first line of print."""
        told: set[Module] = set()
        for step in steps(project, judged(circumstances), *_SERVING):
            for site, targets in calls(project, step):
                if (
                    external(targets) == PRINT
                    and step.module not in told
                    and _is_line(project, site)
                ):
                    told.add(step.module)
                    yield self.at(
                        site,
                        f"{step.arrival.entry.label} logs by print: without time, level and "
                        "request",
                        "use loguru.logger, or logging, with an id for each request",
                        trace=step.trace,
                    )


def _is_line(project: Project, site: Site) -> bool:
    """Say whether a call prints a line for people to the log."""
    assert isinstance(site.expression, Call)
    resolver = project.knowledge.resolver
    to = project.knowledge.binder.bind(site).get("file")
    if to is not None:
        return resolver.dotted(to.module, to.scope, to.expression) in STREAMS
    match site.expression.arguments:
        case (Argument(value=Call(function=made)), *_):
            return resolver.dotted(site.module, site.scope, made) not in STRUCTURED
        case _:
            return True
