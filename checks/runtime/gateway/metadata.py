"""What middleware reads off a request and the gateway never sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.web import CLIENT_HEADERS_READ
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Call
from chutes_cli.project.model import Project
from chutes_cli.project.targets import External, Instance

from ..ways import Step, calls
from .requests import Read, Requests, arrives

_CREDENTIAL = re.compile(r"auth|api[-_]?key|token|secret|signature|credential|password|x-hotkey")
_WORDS = {
    "headers": "a client's headers",
    "cookies": "cookies",
    "client": "the client's address",
    "query_params": "query parameters",
}
_INSTEAD = {
    "headers": "put it in the JSON body: request.state.decrypted in middleware, a field in a cord",
    "cookies": "put it in the JSON body: request.state.decrypted in middleware, a field in a cord",
    "client": "tell callers apart by a token in the JSON body, or limit all of them together",
    "query_params": "put it in the JSON body: request.state.decrypted in middleware, a field in "
    "a cord",
}


class GatewayDropsRequestMetadata(Check):
    """Middleware reads headers, cookies, query parameters or an address that never arrive.

    ## What it does
    Follows the request through middleware and what it calls, and reports every header,
    cookie, query parameter and client address read off it. Headers that the gateway sends
    of its own (`X-Chutes-…`, `Content-…`) and code for direct exposure are left alone, and
    so are query parameters where a passthrough cord may get them.

    ## Why it matters
    The gateway does not forward a request: it makes one of its own and sends the body. A
    request id, an origin or an address read in middleware is always missing, or is the
    gateway's: limits per address put all callers into one bucket, and correlation breaks.

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
    async def correlate(request: Request, call_next):
        request.state.request_id = request.headers.get("X-Request-ID")
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
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
    async def correlate(request: Request, call_next):
        body = getattr(request.state, "decrypted", None) or {}
        request.state.request_id = body.get("request_id")
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    Platform gateway, as of 2026-05-12: it signs a request of its own and sends nothing of
    the client's but the body (PLATFORM F26, F27).
    """

    id = "gateway-drops-request-metadata"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per thing read that never arrives."""
        for step, read in _lost(project, circumstances):
            if not _is_credential(read):
                what = f"header {read.name!r}" if read.name else _WORDS[read.part]
                yield self.finding(
                    step.module,
                    read.expression.span,
                    step.statement.scope,
                    f"{what} never arrive{'s' if read.name else _plural(read)} by the gateway, "
                    f"which sends nothing of the client's but the body (as of {_as_of()})",
                    _INSTEAD[read.part],
                    trace=step.trace,
                    confidence=Confidence.MEDIUM if _is_unnamed(read) else None,
                )


class GatewayDropsCredentials(Check):
    """Middleware authenticates callers by a header that never arrives.

    ## What it does
    Follows the request through middleware and what it calls, and reports every header read
    off it that bears credentials: `Authorization`, `X-API-Key` and the like, and the security
    classes of FastAPI. Code for direct exposure is left alone.

    ## Why it matters
    The gateway takes the caller's key for itself and sends the instance a request of its
    own. Code that demands a header refuses every caller; code that lets a request without
    one pass protects nothing. The platform has authenticated the caller already.

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
    async def authenticate(request: Request, call_next):
        request.state.caller = request.headers.get("Authorization")
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

    EXPOSURE = os.environ.get("EXPOSURE", "gateway")

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.middleware("http")
    async def authenticate(request: Request, call_next):
        if EXPOSURE == "direct":
            request.state.caller = request.headers.get("Authorization")
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    Platform gateway, as of 2026-05-12: it signs a request of its own and sends nothing of
    the client's but the body (PLATFORM F26, F27).
    """

    id = "gateway-drops-credentials"
    category = "runtime"
    severity = Severity.WARNING
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per header with credentials that never arrives."""
        for step, read in _lost(project, circumstances):
            if _is_credential(read):
                what = f"header {read.name!r}" if read.name else "the header with the credentials"
                yield self.finding(
                    step.module,
                    read.expression.span,
                    step.statement.scope,
                    f"{what} never arrives by the gateway, which authenticates callers itself "
                    f"and sends nothing of theirs but the body (as of {_as_of()})",
                    "rely on the platform's API keys, or take a token from the JSON body; keep "
                    "headers to code under `exposure == 'direct'`",
                    trace=step.trace,
                )


def _lost(project: Project, circumstances: Circumstances) -> Iterator[tuple[Step, Read]]:
    """Yield what is read and never arrives."""
    for chute in project.chutes if circumstances.on_gateway else ():
        forwards = any(cord.passthrough is not False for cord in chute.cords)
        requests = Requests(project, chute)
        for step in requests.steps():
            for read in (*requests.reads(step), *_asked(project, step)):
                if arrives(read.name or ""):
                    continue
                if read.part == "query_params" and (forwards or chute.from_template):
                    continue
                yield step, read


def _asked(project: Project, step: Step) -> Iterator[Read]:
    """Yield calls of FastAPI's security objects, such as ``await bearer(request)``."""
    for site, _ in calls(project, step):
        assert isinstance(site.expression, Call)
        for target in project.knowledge.resolver.resolve(
            site.module, site.scope, site.expression.function
        ):
            match target:
                case Instance(of=External(name=name)) if (
                    name in CLIENT_HEADERS_READ and site.expression.arguments
                ):
                    yield Read("credentials", None, site.expression)


def _is_credential(read: Read) -> bool:
    if read.part == "credentials":
        return True
    return bool(_CREDENTIAL.search(read.name or ""))


def _is_unnamed(read: Read) -> bool:
    return read.part == "headers" and read.name is None


def _plural(read: Read) -> str:
    return "s" if read.part == "client" else ""


def _as_of() -> str:
    return platform().rule("gateway-request").as_of
