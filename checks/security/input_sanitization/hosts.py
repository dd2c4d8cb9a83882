"""Addresses that are refused by the names of hosts."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.loopback import LOOPBACK, RESOLVING
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site

_HOST_NAMES = frozenset({"host", "hostname", "netloc"})


class UrlCheckedByName(Check):
    """Internal addresses are refused by the names of the local host alone.

    ## What it does
    Finds functions that refuse an address where its host is one of `localhost`, `127.0.0.1`
    and the like, and that look at no resolved address.

    ## Why it matters
    There are more ways to the inside than these names: `127.1`, `[::1]`, 10.0.0.0/8, the
    cloud's 169.254.169.254, and any name of the caller's own that resolves to one of them.
    The list stops nobody, and reads as if it did.

    ## Example
    ```python
    from urllib.parse import urlparse

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


    class Picture(BaseModel):
        url: str = Field(min_length=8, max_length=2000)


    @chute.cord(public_api_path="/picture", public_api_method="POST")
    async def picture(self, args: Picture) -> dict:
        if not isinstance(args, Picture):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if urlparse(args.url).hostname in ["localhost", "127.0.0.1"]:
            raise HTTPException(status_code=400, detail="this address is not allowed")
        return {"url": args.url}
    ```

    ## Use instead
    ```python
    import ipaddress
    import socket
    from urllib.parse import urlparse

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


    class Picture(BaseModel):
        url: str = Field(min_length=8, max_length=2000)


    @chute.cord(public_api_path="/picture", public_api_method="POST")
    def picture(self, args: Picture) -> dict:
        if not isinstance(args, Picture):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        for found in socket.getaddrinfo(urlparse(args.url).hostname, 443):
            if not ipaddress.ip_address(found[4][0]).is_global:
                raise HTTPException(status_code=400, detail="this address is not allowed")
        return {"url": args.url}
    ```

    ## Source
    OWASP Server-Side Request Forgery Prevention Cheat Sheet; CWE-918.
    """

    id = "url-checked-by-name"
    category = "security"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per list of names that stands for an SSRF defence."""
        for module in project.modules:
            for index, guard in enumerate(module.facts.guards):
                tested = guard.test if guard.kind == "if" and not module.is_test else None
                for part in tested.walk() if tested is not None else ():
                    site = _by_name(project, module, index, part)
                    if site is not None:
                        yield self.at(
                            site,
                            "an address is refused by the names of the local host alone",
                            "resolve the host, and refuse every address that is not is_global",
                        )


def _by_name(project: Project, module: Module, guard: int, part: Expression) -> Site | None:
    match part:
        case Operation(operator="in", operands=(host, Collection(items=items))):
            names = [each.value if isinstance(each, Literal) else None for each in items]
            if not names or not LOOPBACK.issuperset(names) or not _is_host(host):
                return None
        case _:
            return None
    raising = [
        each for each in module.facts.statements if each.kind == "raise" and each.guards == guard
    ]
    for statement in raising:
        if not _resolves(project, module, statement.scope):
            return Site(module, statement, part)
    return None


def _is_host(expression: Expression) -> bool:
    """Say whether an expression is called a host; the host of a request is the service's own."""
    match expression:
        case Name(id=name):
            return name in _HOST_NAMES
        case Attribute(value=value, attribute=name):
            own = [each for each in value.walk() if isinstance(each, Name) and each.id == "request"]
            return name in _HOST_NAMES and not own
        case Call(function=Attribute(value=value, attribute="lower")):
            return _is_host(value)
        case _:
            return False


def _resolves(project: Project, module: Module, scope: int) -> bool:
    """Say whether a function looks at addresses rather than names."""
    return any(
        isinstance(each, Call)
        and project.knowledge.resolver.dotted(module, scope, each.function) in RESOLVING
        for statement in module.statements_in(scope)
        for each in statement.expressions()
    )
