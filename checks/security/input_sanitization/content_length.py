"""Limits of the size of a request that its own header is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

_HEADER = "content-length"
_READING = frozenset({"body", "receive", "stream"})
_REFUSING = frozenset({"is", "not", "not in"})


class ContentLengthTrusted(Check):
    """The size of a request is limited only where the request tells it.

    ## What it does
    Finds middleware that compares the `Content-Length` header with a limit, lets requests
    without one pass, and does not count the body while it is read.

    ## Why it matters
    A request in chunks has no `Content-Length`. Anybody who sends one passes the limit, and
    the whole body is read into memory. Only direct exposure is judged: a body that comes
    through the gateway is not the caller's own request.

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
    async def limited(request, call_next):
        length = request.headers.get("content-length")
        if length and int(length) > 1_000_000:
            return JSONResponse(status_code=400, content={"error": "too large"})
        return await call_next(request)


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
    async def limited(request, call_next):
        length = request.headers.get("content-length")
        if not length and request.method == "POST":
            return JSONResponse(status_code=400, content={"error": "tell the length"})
        if length and int(length) > 1_000_000:
            return JSONResponse(status_code=400, content={"error": "too large"})
        return await call_next(request)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    RFC 9112, section 6.1: "Transfer-Encoding overrides Content-Length". CWE-770.
    """

    id = "content-length-trusted"
    category = "security"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per comparison."""
        if circumstances.exposure is Exposure.GATEWAY:
            return
        for module in project.modules:
            for index, scope in enumerate(module.facts.scopes):
                if module.is_test or all(each.name != "call_next" for each in scope.parameters):
                    continue
                statements = module.statements_in(index)
                if any(map(_looks_at_more, statements)):
                    continue
                parts = [
                    (statement, part)
                    for statement in statements
                    if statement.kind == "test"
                    for part in statement.expressions()
                    if isinstance(part, Operation)
                    and any(_is_length(project, module, index, each) for each in part.operands)
                ]
                if any(part.operator in _REFUSING for _, part in parts):
                    continue
                for _, part in parts:
                    if part.operator in (">", ">="):
                        yield self.finding(
                            module, part.span, index,
                            "a request in chunks has no Content-Length and passes this limit",
                            "refuse bodies without one, or count what request.stream() yields",
                        )  # fmt: skip


def _looks_at_more(statement: Statement) -> bool:
    """Say whether a statement reads the body, or asks whether it comes in chunks."""
    return any(
        (isinstance(each, Attribute) and each.attribute in _READING)
        or (isinstance(each, Literal) and each.value in (411, "transfer-encoding"))
        for each in statement.expressions()
    )


def _is_length(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    """Say whether something is the header, its name, or the number that it holds."""
    module, where, held = project.knowledge.evaluator.held(module, scope, expression)
    match held:
        case Call(function=Name(id="int"), arguments=(number,)):
            return _is_length(project, module, where, number.value)
        case Operation(operator="or", operands=(first, _)):
            return _is_length(project, module, where, first)
        case Call(function=Attribute(attribute="get"), arguments=(key, *_)):
            return _is_length(project, module, where, key.value)
        case Literal(value=str() as name):
            return name.lower() == _HEADER
        case _:
            return False
