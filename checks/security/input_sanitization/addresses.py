"""Addresses that a caller can choose."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import URL
from chutes_cli.core.finding import Severity
from chutes_cli.project.model import Project
from chutes_cli.project.taint.threats import Threat

from .sinks import Reached, SinkCheck, calls_to


class RequestForgery(SinkCheck):
    """A caller can make the instance call any host.

    ## What it does
    Follows the input of cords to the address of outgoing calls (httpx, requests, aiohttp,
    urllib, sockets, and loaders of images by URL). An address with a fixed host, one whose
    host was held against a list, or whose resolved address was found to be public is left
    alone; looking at the scheme, or refusing `localhost` by name, is not enough.

    ## Why it matters
    The instance can reach what the caller cannot: services on its own loopback, the
    metadata address of its host, the private network around it. Refusing names does not
    help: a name of the caller's own can resolve to `127.0.0.1`.

    ## Example
    ```python
    import httpx


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


    class Input(BaseModel):
        url: str = Field(max_length=500)


    @chute.cord(public_api_path="/fetch", public_api_method="POST")
    async def fetch(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(args.url)
        return {"length": len(answer.content)}
    ```

    ## Use instead
    ```python
    from urllib.parse import urlsplit

    import httpx


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    HOSTS = {"images.example.com"}

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        url: str = Field(max_length=500)


    @chute.cord(public_api_path="/fetch", public_api_method="POST")
    async def fetch(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if urlsplit(args.url).hostname not in HOSTS:
            raise HTTPException(status_code=400, detail="this host is not served")
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(args.url)
        return {"length": len(answer.content)}
    ```

    ## Source
    OWASP Server-Side Request Forgery Prevention; PLATFORM rule F77 on what a cord can reach.
    """

    id = "request-forgery"
    severity = Severity.ERROR
    threat = Threat.URL

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield the addresses of outgoing calls."""
        return calls_to(project, URL)

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who chooses the host."""
        return (
            f"{called} calls a host that the caller of {by} can choose",
            "hold the host against a list of allowed ones, or resolve it and refuse every address "
            "that is not public, redirects included",
        )
