"""Headers that every response should have."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.secure_headers import SECURE_HEADERS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure
from chutes_cli.project.facts import Attribute, Call, Expression, Literal, Name, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

_NEXT = "call_next"


class HeadersMissingOnErrors(Check):
    """Security headers are set on answers that succeed, and on no others.

    ## What it does
    Finds middleware that sets headers such as `X-Content-Type-Options` on what
    `call_next(request)` returned, and that answers by itself before, without them.

    ## Why it matters
    Refusals are where a browser is most likely pointed by somebody else. They leave without
    `nosniff`, without a frame policy and without HSTS, and scanners report the service.
    Only direct exposure is judged: the gateway drops the headers of a chute.

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


    @chute.middleware("http")
    async def guarded(request, call_next):
        if request.method == "TRACE":
            return JSONResponse(status_code=400, content={"error": "no TRACE"})
        response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
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


    @chute.middleware("http")
    async def guarded(request, call_next):
        if request.method == "TRACE":
            response = JSONResponse(status_code=400, content={"error": "no TRACE"})
        else:
            response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    OWASP Secure Headers Project. Starlette, "Middleware": what is returned before `call_next`
    passes no inner middleware.
    """

    id = "headers-missing-on-errors"
    category = "security"
    severity = Severity.WARNING
    item = "secure-headers"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per answer that leaves before the headers are set."""
        if circumstances.exposure is Exposure.GATEWAY:
            return
        for module in project.modules:
            for index, scope in enumerate(module.facts.scopes):
                if module.is_test or all(each.name != _NEXT for each in scope.parameters):
                    continue
                statements = module.statements_in(index)
                first = next((each for each in statements if _passes_on(each)), None)
                if first is None or not any(map(_sets_header, statements)):
                    continue
                for statement in statements:
                    if statement is first:
                        break
                    if _answers(module, statements, statement):
                        yield self.finding(
                            module, statement.span, index,
                            "this answer leaves before the security headers are set",
                            "set them on this answer as well, in one place for all",
                        )  # fmt: skip


def _passes_on(statement: Statement) -> bool:
    return any(
        isinstance(each, Call) and isinstance(each.function, Name) and each.function.id == _NEXT
        for each in statement.expressions()
    )


def _answers(module: Module, statements: list[Statement], statement: Statement) -> bool:
    """Say whether a statement returns a response, to which nothing was added."""
    if statement.kind != "return" or not statement.values:
        return False
    value = statement.values[0]
    if isinstance(value, Call):
        return not any(map(_is_secure, value.walk()))
    place = module.snippet(value.span)
    before = statements[: statements.index(statement)]
    return not any(
        module.snippet(each.value.span) == place
        for other in before
        if _sets_header(other)
        for each in other.expressions()
        if isinstance(each, Attribute)
    )


def _sets_header(statement: Statement) -> bool:
    return any(map(_is_secure, statement.expressions()))


def _is_secure(expression: Expression) -> bool:
    """Say whether an expression names one of the headers, as a key or an argument."""
    return (
        isinstance(expression, Literal)
        and isinstance(expression.value, str)
        and expression.value.lower() in SECURE_HEADERS
    )
