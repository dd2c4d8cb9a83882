"""Clients that are made for one call and thrown away."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.pools import CLIENTS, POOLS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.taint.threats import Threat

from ..loading import is_kept
from ..ways import calls, external, judged, steps


class ClientPerCall(Check):
    """A cord makes a client with a pool of connections for every call.

    ## What it does
    Follows the code a cord runs, helpers and constructors included, to the synchronous
    clients it makes (`httpx.Client`, `requests.Session`, `redis.Redis`, `boto3.client`,
    `create_engine`, …). Left alone are asynchronous ones, which belong to the loop of one
    call, what is made once and kept (`functools.lru_cache`, a condition that asks whether it
    is there), and what is made of the caller's input. Pools, which also leave connections or
    threads behind, are warnings.

    ## Why it matters
    Each call pays for a new connection, its handshakes and, for HTTPS, for reading all
    certificates again: tens to hundreds of milliseconds before anything is asked. A client
    made at start-up keeps its connections, and serves all calls at once.

    ## Example
    ```python
    import httpx
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/models", public_api_method="GET")
    def models(self) -> dict:
        with httpx.Client(base_url="http://127.0.0.1:8080", timeout=10) as client:
            return {"models": client.get("/models").text}
    ```

    ## Use instead
    ```python
    import httpx
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def connect(self):
        self.client = httpx.Client(base_url="http://127.0.0.1:8080", timeout=10)


    @chute.cord(public_api_path="/models", public_api_method="GET")
    def models(self) -> dict:
        return {"models": self.client.get("/models").text}
    ```

    ## Source
    HTTPX, "Clients": "use connection pooling … rather than a new client for each request".
    SDK 0.6.9 chutes/chute/cord.py: each call has a thread, and the chute object is shared
    (PLATFORM F7).
    """

    id = "client-per-call"
    category = "runtime"
    severity = Severity.INFO
    item = "connection-pooling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that makes a client."""
        for step in steps(project, judged(circumstances), "cord"):
            for site, targets in calls(project, step):
                name = external(targets)
                if name not in CLIENTS and name not in POOLS:
                    continue
                if is_kept(project, step) or _is_callers(project, site):
                    continue
                yield self.finding(
                    site.module,
                    site.span,
                    site.scope,
                    f"{name} is made anew for every call of {step.arrival.entry.label}, with "
                    "connections that no other call can use",
                    "make it in an @chute.on_startup() hook and keep it on self",
                    trace=step.trace,
                    severity=Severity.WARNING if name in POOLS else None,
                )


def _is_callers(project: Project, site: Site) -> bool:
    """Say whether a client is made of what the caller sent, and so for him alone."""
    assert isinstance(site.expression, Call)
    return any(
        project.taint.origin(Site(site.module, site.statement, part), Threat.SHELL)
        for argument in site.expression.arguments
        for part in argument.value.walk()
    )
