"""The parameters of a cord's function."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .parameters import signature_fault


class CordSignature(Check):
    """A cord's function has parameters the SDK cannot fill.

    ## What it does
    Checks that the function below `@chute.cord` takes the chute and at most one further
    parameter, and that this one is not a FastAPI feature (`Request`, `UploadFile`,
    `Depends`, `Query`, ...). Passthrough cords are left alone, for their body never runs,
    and so are functions below a decorator that may change the parameters.

    ## Why it matters
    The SDK calls the function with the chute and the parsed JSON body as its only
    argument. Two parameters fail with 500 on every call, or the whole body lands in the
    first one when the others have defaults; `request: Request` receives a plain dict;
    `Depends` and its like are never resolved, so a guard written with it guards nothing.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/generate", public_api_method="POST")
    async def generate(self, prompt: str, max_tokens: int) -> dict:
        return {"prompt": prompt, "max_tokens": max_tokens}
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


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)
        max_tokens: int = Field(default=100, ge=1, le=1000)


    @chute.cord(public_api_path="/generate", public_api_method="POST")
    async def generate(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"prompt": args.prompt, "max_tokens": args.max_tokens}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler` (args is the one decoded body) and
    `_run_in_thread` (the function gets the chute and args); chutes/util/schema.py,
    `extract_models`.
    """

    id = "cord-signature"
    category = "platform"
    severity = Severity.ERROR
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per cord: the fault that strikes first."""
        for cord in project.cords:
            fault = signature_fault(project, cord)
            if fault is not None:
                yield self.finding(
                    fault.function.module,
                    fault.span,
                    fault.function.index,
                    f"{cord.label} {fault.message}",
                    fault.help,
                    severity=fault.severity,
                )
