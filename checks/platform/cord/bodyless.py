"""Cords called with a method that has no body."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Function

from ..wording import article
from .parameters import own_model, signature_fault
from .registration import (
    called_function,
    input_model,
    left_out,
    public_method,
    validates_by_annotation,
)

_WITHOUT_BODY = ("GET", "DELETE", "HEAD")


class GetCordWithArgument(Check):
    """A GET cord's function needs an argument, and none is ever passed.

    ## What it does
    Looks for cords whose `public_api_method` is GET, DELETE or HEAD and whose function has
    a required parameter besides the chute, or a pydantic model as its input.

    ## Why it matters
    The gateway and dev mode ignore the body of such a request and query parameters as well,
    so the SDK calls the function with the chute alone: 500 on every call. A model does not
    help when all its fields have defaults, nor when the parameter has one: the SDK looks
    for a body to validate and fails with an IndexError.

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


    @chute.cord(public_api_path="/lookup", public_api_method="GET")
    async def lookup(self, args: Lookup) -> dict:
        if not isinstance(args, Lookup):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.word)}
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
        if not isinstance(args, Lookup):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.word)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler`, and chutes/entrypoint/run.py,
    `DevMiddleware`; platform gateway, as of 2026-05-12.
    """

    id = "get-cord-with-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that fails for want of an argument."""
        for cord in project.cords:
            method = public_method(cord)
            function = called_function(project, cord)
            if method not in _WITHOUT_BODY or function is None or cord.passthrough is not False:
                continue
            if left_out(cord, "public_api_path") or signature_fault(project, cord) is not None:
                continue
            needs = _needs(project, cord, function)
            if needs is not None:
                yield self.finding(
                    function.module,
                    function.scope.name_span,
                    function.index,
                    f"{cord.label} is called by {method}, which passes no body, but {needs}: "
                    "500 on every call",
                    'use public_api_method="POST", or take no argument',
                )


def _needs(project: Project, cord: Cord, function: Function) -> str | None:
    """Say what of a function needs a body, None when it can do without."""
    schema = input_model(project, cord)
    if schema is not None:
        return f"its input_schema {schema.scope.name} is validated"
    for parameter in function.scope.parameters[1:]:
        if parameter.kind == "positional" and parameter.default is None:
            return f"its function needs {parameter.name!r}"
        model = own_model(project, function, parameter)
        if model is not None and validates_by_annotation(cord):
            return f"{parameter.name!r} is validated as {article(model.scope.name)}"
    return None
