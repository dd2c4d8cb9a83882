"""The statuses a cord answers with."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site, calls_in
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Function

from .statuses import (
    exception_status,
    is_caught,
    number_given,
    response_status,
    stays_direct,
)

_VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})


class CordStatusCode(Check):
    """A cord answers with a status that the gateway counts against the instance.

    ## What it does
    Follows the code a cord runs, helpers and middleware included, and reports every
    `HTTPException` with a known status other than 400 and 429, and every response of
    middleware with such a status. Code that runs on direct exposure only is left alone.

    ## Why it matters
    The gateway passes on 200, 400 and 429. Any other status is retried on further
    instances, so the caller waits, gets a 500 in the end, and each instance is charged a
    failure: seven in a row disable or delete it. One client sending bad tokens can take
    the service down.

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


    class Lookup(BaseModel):
        word: str = Field(max_length=100)


    @chute.cord(public_api_path="/lookup", public_api_method="POST")
    async def lookup(self, args: Lookup) -> dict:
        raise HTTPException(status_code=404, detail="no such word")
    ```

    ## Use instead
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


    class Lookup(BaseModel):
        word: str = Field(max_length=100)


    @chute.cord(public_api_path="/lookup", public_api_method="POST")
    async def lookup(self, args: Lookup) -> dict:
        raise HTTPException(status_code=400, detail={"code": "no-such-word"})
    ```

    ## Source
    Platform gateway, as of 2026-05-12: 200 passes, 400 is returned, 429 is retried and
    returned, everything else is retried and counted as a failure of the instance.
    """

    id = "cord-status-code"
    category = "platform"
    severity = Severity.ERROR
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per exception with a harmful status that a cord can raise."""
        if not circumstances.on_gateway:
            return
        for function, _ in project.reach.reached("cord", "route"):
            for statement in function.module.statements_in(function.index):
                for site in calls_in(function.module, statement):
                    for where, status in _statuses(project, function, site):
                        arrival = _way_out(project, where)
                        if arrival is not None:
                            yield self.at(
                                where,
                                f"status {status} on the gateway is retried and counts towards "
                                f"disabling the instance ({arrival.entry.label})",
                                _advice(status),
                                trace=arrival.trace if len(arrival.trace) > 1 else (),
                            )


def _way_out(project: Project, site: Site) -> Arrival | None:
    """Return how a cord gets to a site whose status reaches the gateway, None when it cannot."""
    function = Function(site.module, site.module.enclosing_function(site.scope))
    for arrival in project.reach.arrivals(function, "cord", "route"):
        if _is_plain_route(arrival):
            continue
        if stays_direct(project, function, site.statement):
            continue
        return None if is_caught(project, function, arrival, site.statement) else arrival
    return None


def _is_plain_route(arrival: Arrival) -> bool:
    """Say whether it came in by ``@chute.get("/x")``, which the gateway cannot call."""
    decorators = arrival.entry.function.scope.decorators
    names = [each.function for each in decorators if isinstance(each, Call)]
    return arrival.entry.kind == "route" and any(
        isinstance(each, Attribute) and each.attribute in _VERBS for each in names
    )


def _statuses(project: Project, function: Function, site: Site) -> Iterator[tuple[Site, int]]:
    """Yield the harmful statuses that a call asks for, and where each of them is written."""
    given = exception_status(project, site)
    found: list[tuple[Site, int]] = []
    status = None
    if given is not None:
        if isinstance(given.expression, Name):
            found = list(_passed_in(project, function, given.expression.id))
        status = number_given(project, given)
    elif not project.reach.arrivals(function, "cord"):
        # What middleware returns is the instance's own answer; what a cord returns is not.
        status = response_status(project, site)
    if status is not None and not found:
        found = [(site, status)]
    for where, each in found:
        if each >= 300 and each not in platform().rule("gateway-status").allowed:
            yield where, each


def _passed_in(project: Project, function: Function, name: str) -> Iterator[tuple[Site, int]]:
    """Yield the statuses that the callers of `fail(status, why)` pass to it."""
    names = [each.name for each in function.scope.parameters]
    for passing in project.passings.of(function):
        call = passing.site.expression
        if not isinstance(call, Call) or passing.named is not call.function:
            continue
        given = project.knowledge.binder.bind(passing.site, names[passing.filled :]).get(name)
        found = given and number_given(project, given)
        if found:
            yield passing.site, found


def _advice(status: int) -> str:
    if status in (408, 425, 503, 504):
        return "answer 429 when the caller should come back later, 400 when the request is at fault"
    return "answer 400 with a code of your own in the body for the caller's fault, 429 for overload"
