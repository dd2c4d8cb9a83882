"""Where a caller's key comes from, and where it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.requests_of_callers import (
    ALIAS,
    KEY_IN_QUERY,
    QUERY,
)
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Literal,
    Name,
    Operation,
    Parameter,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Target

from ..production import last_name, library_names, production_calls, production_statements
from ..secrets_management.judging import names_secret, names_secrets
from .addresses import asked_for, sent


class ApiKeyInQuery(Check):
    """A key is taken from the address of a request.

    ## What it does
    Finds keys, tokens and passwords read from `request.query_params` or a parsed query string,
    declared with FastAPI's `Query`, and `APIKeyQuery`. For your information also those that
    the service itself sends so to others.

    ## Why it matters
    Addresses are written into the logs of every proxy and server on the way, into browser
    histories and into the `Referer` of the next page. A key in one is known to all of them.

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
    async def identify(request: Request, call_next):
        request.state.key = request.query_params.get("api_key")
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
    async def identify(request: Request, call_next):
        request.state.key = request.headers.get("x-api-key")
        return await call_next(request)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    CWE-598. RFC 6750, 5.3: "Don't pass bearer tokens in page URLs".
    """

    id = "api-key-in-query"
    category = "security"
    severity = Severity.WARNING
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per key."""
        for module, statement in production_statements(project):
            for expression in statement.expressions():
                name = asked_for(project, module, statement, expression)
                if name:
                    yield self.finding(
                        module, expression.span, statement.scope, _in_query(name), _BY_HEADER
                    )
            for expression, name in sent(project, module, statement):
                yield self.finding(
                    module, expression.span, statement.scope,
                    f"{name} goes to another service in the address, which every log on the way "
                    "keeps", "send it in a header where that service takes one",
                    severity=Severity.INFO,
                )  # fmt: skip
            if statement.kind == "define":
                for parameter in module.scope(statement.defines).parameters:
                    for made in _declared(parameter):
                        if _is_query(project, module, statement, made):
                            aliases = [
                                str(each.value.value)
                                for each in made.arguments
                                if each.keyword == ALIAS and isinstance(each.value, Literal)
                            ]
                            if any(map(names_secret, aliases or [parameter.name])):
                                yield self.finding(
                                    module, parameter.span, statement.scope,
                                    _in_query(parameter.name), _BY_HEADER,
                                )  # fmt: skip
        for site, _, targets in production_calls(project):
            if library_names(targets) & KEY_IN_QUERY:
                yield self.at(site, _in_query("the key"), _BY_HEADER)


_BY_HEADER = "take it from the Authorization header (direct) or the JSON body (gateway)"


def _in_query(name: str) -> str:
    return f"{name} is taken from the address, which every log on the way keeps"


def _declared(parameter: Parameter) -> Iterator[Call]:
    """Yield the calls that say where a parameter comes from: as default, or in Annotated."""
    for root in (parameter.default, parameter.annotation):
        if root is not None:
            yield from (each for each in root.walk() if isinstance(each, Call))


def _is_query(project: Project, module: Module, statement: Statement, made: Call) -> bool:
    targets: tuple[Target, ...] = project.knowledge.resolver.resolve(
        module, statement.scope, made.function
    )
    return bool(library_names(targets) & QUERY)


class ApiKeysInPlainText(Check):
    """Keys of callers are kept as they are.

    ## What it does
    Finds entries made under a key itself, such as `self.api_keys[api_key] = ...`.

    ## Why it matters
    Whatever shows the table (a dump, a log, a debugger, an error page, a backup) gives away
    every caller's key at once. A hash of each is enough to recognise it.

    ## Example
    ```python
    import secrets

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.api_keys = {}
        api_key = secrets.token_urlsafe(32)
        self.api_keys[api_key] = {"requests": 0}


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"keys": len(self.api_keys)}
    ```

    ## Use instead
    ```python
    import hashlib
    import secrets

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.api_keys = {}
        api_key = secrets.token_urlsafe(32)
        self.api_keys[hashlib.sha256(api_key.encode()).hexdigest()] = {"requests": 0}


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"keys": len(self.api_keys)}
    ```

    ## Source
    CWE-256. OWASP API security, "Broken authentication": store hashes of keys.
    """

    id = "api-keys-in-plain-text"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per entry."""
        for module, statement in production_statements(project):
            for target in statement.targets if statement.kind == "assign" else ():
                match target:
                    case Operation(operator="[]", operands=(table, Name() | Attribute() as key)):
                        *_, held = project.knowledge.evaluator.held(module, statement.scope, key)
                        is_hash = isinstance(held, Call) and "digest" in last_name(held.function)
                        if (
                            names_secrets(last_name(table))
                            and names_secret(last_name(key))
                            and not is_hash
                        ):
                            yield self.finding(
                                module,
                                target.span,
                                statement.scope,
                                f"{last_name(table)} holds the keys as they are",
                                "keep hashlib.sha256(key).hexdigest() instead, and look that up",
                            )
