"""Calls of other hosts without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.hosts import RESERVED, host_of, is_near
from chutes_cli.contract.libraries.tls import CLIENTS, METHODS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, FormattedText, Literal, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.targets import Target
from chutes_cli.project.values import Known

from ..production import is_own, last_name, library_names, production_calls

_KEYWORDS = frozenset({"url", "base_url", "api_base", "endpoint", "endpoint_url"})
_POSITIONS = 2
"""``get(url)`` and ``request(method, url)``."""
_CALLED = frozenset({"session", "client", "http", "http_client", "http_session"})


class PlainHttp(Check):
    """Another host is called without TLS.

    ## What it does
    Looks at the addresses given to HTTP clients (requests, httpx, aiohttp, urllib, openai and
    sessions of theirs) for `http://` to hosts that are neither the machine itself nor in a
    private network. Addresses that only a run can tell are left alone.

    ## Why it matters
    Keys, prompts and answers cross the network readable, and whoever stands between can
    change them: a model list, a webhook's answer, a file that is loaded next.

    ## Example
    ```python
    import requests

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        allow_external_egress=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.ready = requests.get("http://api.chutes.ai/ping", timeout=10).ok


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": self.ready}
    ```

    ## Use instead
    ```python
    import requests

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        allow_external_egress=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.ready = requests.get("https://api.chutes.ai/ping", timeout=10).ok


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": self.ready}
    ```

    ## Source
    CWE-319. RFC 1918, RFC 6598 and RFC 6761 for the hosts that are near.
    """

    id = "plain-http"
    category = "security"
    severity = Severity.WARNING
    item = "https-tls"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        for site, call, targets in production_calls(project):
            if not _is_client(call, targets):
                continue
            for expression in _addresses(call):
                host = host_of(_start(project, site, expression))
                if not is_near(host) and not host.endswith(RESERVED):
                    yield self.at(site, f"{host} is called without TLS", "call it by https://")
                    break


def _is_client(call: Call, targets: tuple[Target, ...]) -> bool:
    names = library_names(targets)
    if names:
        return any(name.startswith(CLIENTS) for name in names)
    match call.function:
        case Attribute(value=owner, attribute=method) if method in METHODS:
            return not is_own(targets) and last_name(owner) in _CALLED
        case _:
            return False


def _addresses(call: Call) -> Iterator[Expression]:
    for place, argument in enumerate(call.arguments):
        if argument.keyword in _KEYWORDS or (argument.keyword is None and place < _POSITIONS):
            yield argument.value


def _start(project: Project, site: Site, expression: Expression) -> str:
    """Return how an address starts, as far as the source tells; empty where it is not http."""
    match expression:
        case FormattedText(parts=(Literal() as first, *_)):
            return _start(project, site, first)
        case Operation(operator="+", operands=(left, _)):
            return _start(project, site, left)
    value = project.knowledge.evaluator.value(site.module, site.scope, expression)
    text = value.value if isinstance(value, Known) else ""
    return text if isinstance(text, str) and text.lower().startswith("http://") else ""
