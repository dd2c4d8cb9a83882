"""Statuses that a cord returns, and the gateway does not pass on."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Collection
from chutes_cli.project.model import Project
from chutes_cli.project.module import calls_in

from .body import running
from .returns import returned
from .statuses import number, response_status, stays_direct


class CordResponseStatus(Check):
    """A cord returns a status that reaches nobody.

    ## What it does
    Finds responses with a status other than 200 in the code a cord runs, and tuples such as
    `return {...}, 404`.

    ## Why it matters
    A returned response is sent inside an envelope of which the gateway reads the body and
    the content type: the caller sees 200, whatever the response says, so a failure looks
    like a success and a redirect leads nowhere. A tuple is no status at all; it becomes a
    JSON list of two items.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi.responses import JSONResponse

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self):
        if not hasattr(self, "model"):
            return JSONResponse({"ready": False}, status_code=429)
        return {"ready": True}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self):
        if not hasattr(self, "model"):
            raise HTTPException(status_code=429, detail="not ready")
        return {"ready": True}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call` (the envelope). Platform gateway, as of
    2025-10: it reads the envelope's body and media type.
    """

    id = "cord-response-status"
    category = "platform"
    severity = Severity.ERROR
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per status that is returned in vain."""
        if circumstances.on_gateway:
            yield from self._responses(project)
        yield from self._tuples(project)

    def _responses(self, project: Project) -> Iterator[Finding]:
        rule = platform().rule("gateway-envelope")
        for function, arrival in project.reach.reached("cord"):
            for statement in function.module.statements_in(function.index):
                for site in calls_in(function.module, statement):
                    status = response_status(project, site)
                    if status is None or status in rule.allowed:
                        continue
                    if stays_direct(project, function, statement):
                        continue
                    yield self.finding(
                        site.module,
                        site.span,
                        site.scope,
                        f"the caller gets {rule.allowed[0]}, not {status}: the gateway reads no "
                        f"status from a response (as of {rule.as_of}; {arrival.entry.label})",
                        "raise HTTPException with 400 or 429, or put the outcome into the body",
                        severity=Severity.WARNING if status < 300 else Severity.ERROR,
                    )

    def _tuples(self, project: Project) -> Iterator[Finding]:
        for cord, function in running(project):
            for _, value in returned(function) if cord.stream is False else ():
                match value.expression:
                    case Collection(kind="tuple", items=(first, last)):
                        status = number(project, value.module, value.scope, last)
                        if status is None or not 100 <= status < 600:
                            continue
                        if number(project, value.module, value.scope, first) is not None:
                            continue  # a pair of numbers
                        yield self.finding(
                            function.module,
                            value.shown.span,
                            function.index,
                            f"{cord.label}: {status} is the second item of a JSON list here, "
                            "and the status is 200",
                            "return the first item alone; raise HTTPException for a failure",
                            severity=Severity.WARNING,
                        )
