"""Checklist item cors: which websites may call with their visitors' credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.cors import (
    CREDENTIALS,
    HEADER,
    MIDDLEWARE,
    ORIGINS,
    PATTERN,
    STRANGERS,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.values import Known

from .production import last_name, production_calls, production_statements

_SETTING = re.compile(r"(?:cors_|allowed_|allow_|cors_allowed_|cors_allow_)?origins", re.IGNORECASE)
_HELP = "name the origins, from a setting: allow_origins=['https://app.example.com']"


class CorsWildcard(Check):
    """Every website may call the service in its visitors' name.

    ## What it does
    Looks at `CORSMiddleware` with `allow_origins=["*"]` or an `allow_origin_regex` that
    everything fits, and at answers that return the caller's `Origin` header. With
    `allow_credentials=True` it is an error, where it is the default of a setting a warning;
    without credentials it is for your information.

    ## Why it matters
    A browser sends its user's cookies with the request, and the answer says that the page may
    read what comes back. Starlette makes of `*` with credentials the caller's own origin, so
    that every page on the web passes. Behind the gateway CORS is the gateway's, and what the
    chute answers is dropped.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi.middleware.cors import CORSMiddleware

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )
    chute.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi.middleware.cors import CORSMiddleware

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )
    chute.add_middleware(
        CORSMiddleware, allow_origins=["https://app.chutes.ai"], allow_credentials=True
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    CWE-942. Starlette, `CORSMiddleware`: `allow_explicit_origin`. Fetch standard, "CORS
    protocol and credentials".
    """

    id = "cors-wildcard"
    category = "security"
    severity = Severity.ERROR
    item = "cors"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per middleware, header and setting."""
        handed = set()
        for site, call, targets in production_calls(project):
            arguments = project.knowledge.binder.bind(site)
            if not _is_cors(project, site, call, targets):
                continue
            handed |= {each.expression for each in arguments}
            for what, worst in _open_to(project, arguments):
                with_credentials = _is_true(arguments, CREDENTIALS)
                how = worst if with_credentials else Severity.INFO
                yield self._said(site.module, site.expression, site.scope, what, how)
        for module, statement in production_statements(project):
            for expression in statement.expressions():
                for name, value in _settings(statement.targets, statement.values, expression):
                    if _is_reflected(name, value):
                        yield self._said(
                            module, value, statement.scope,
                            "the caller's own origin is returned as allowed", None,
                        )  # fmt: skip
                    elif _SETTING.fullmatch(name) and _is_wildcard(value) and value not in handed:
                        what = f"{name} is {_UNLESS}"
                        yield self._said(module, value, statement.scope, what, Severity.INFO)

    def _said(
        self, module: Module, expression: Expression, scope: int, what: str, how: Severity | None
    ) -> Finding:
        return self.finding(module, expression.span, scope, what, _HELP, severity=how)


def _is_cors(project: Project, site: Site, call: Call, targets: object) -> bool:
    """Say whether a call makes the middleware: by itself, or through ``add_middleware``."""
    resolver = project.knowledge.resolver
    names = [call.function]
    if last_name(call.function) in ("add_middleware", "Middleware"):
        names += [argument.value for argument in call.arguments[:1]]
    return any(resolver.dotted(site.module, site.scope, each) in MIDDLEWARE for each in names)


def _open_to(project: Project, arguments: Arguments) -> Iterator[tuple[str, Severity]]:
    """Yield to whom a middleware is open where that is everybody, and how bad it is at worst."""
    origins = arguments.value(ORIGINS)
    named = origins.value if isinstance(origins, Known) else ()
    pattern = arguments.value(PATTERN)
    given = arguments.get(ORIGINS)
    if isinstance(named, list | tuple | set | str) and "*" in named:
        yield "every website may call: allow_origins holds *", Severity.ERROR
    elif isinstance(pattern, Known) and _fits_everything(str(pattern.value)):
        yield "every website may call: everything fits allow_origin_regex", Severity.ERROR
    elif given is not None:
        *_, held = project.knowledge.evaluator.held(given.module, given.scope, given.expression)
        if _is_wildcard(held):
            yield f"allow_origins is {_UNLESS}", Severity.WARNING


def _fits_everything(pattern: str) -> bool:
    """Say whether websites that have nothing in common fit a pattern."""
    if len(pattern) > _LONGEST_PATTERN:
        return False
    try:
        return all(re.fullmatch(pattern, each) for each in STRANGERS)
    except re.error:
        return False


_LONGEST_PATTERN = 300
_UNLESS = "everybody unless it is set"


def _is_true(arguments: Arguments, name: str) -> bool:
    value = arguments.value(name)
    return isinstance(value, Known) and value.value is True


def _settings(
    targets: tuple[Expression, ...], values: tuple[Expression, ...], expression: Expression
) -> Iterator[tuple[str, Expression]]:
    """Yield names and values: of assignments, and of entries of dictionaries."""
    match expression:
        case Mapping(keys=keys, values=entries):
            for key, entry in zip(keys, entries, strict=True):
                if isinstance(key, Literal) and isinstance(key.value, str):
                    yield key.value, entry
    if expression in targets and values:
        yield last_name(expression), values[-1]


def _is_wildcard(value: Expression) -> bool:
    """Say whether an expression is everybody, or falls back to it."""
    match value:
        case Literal(value="*"):
            return True
        case Collection(items=items):
            return any(_is_wildcard(each) for each in items)
        case Operation(operator="or", operands=(_, right)):
            return _is_wildcard(right)
        case Call(function=function, arguments=arguments):
            if last_name(function) == "split":
                return isinstance(function, Attribute) and _is_wildcard(function.value)
            given = arguments[1:] if last_name(function) in ("getenv", "get") else arguments
            known = ("getenv", "get", "Field")
            return last_name(function) in known and any(
                each.keyword in (None, "default", "default_factory") and _is_wildcard(each.value)
                for each in given
            )
        case _:
            return False


def _is_reflected(name: str, value: Expression) -> bool:
    """Say whether a header returns the caller's origin without looking at it."""
    if name.lower() != HEADER:
        return False
    key: Expression | None = None
    match value:
        case Call(
            function=Attribute(value=Attribute(attribute="headers"), attribute="get"),
            arguments=(first, *_),
        ):
            key = first.value
        case Operation(operator="[]", operands=(Attribute(attribute="headers"), index)):
            key = index
    return isinstance(key, Literal) and str(key.value).lower() == "origin"
