"""What a cord answers where its own validation fails."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site

from .body import Bearer, Mention, bearers, body_parameter, mentions, running, use
from .guard import validating_model
from .statuses import handler

_CATCHES = frozenset(
    {"pydantic.ValidationError", "pydantic_core.ValidationError", "jsonschema.ValidationError",
     "jsonschema.exceptions.ValidationError", "builtins.ValueError", "builtins.Exception",
     "builtins.BaseException"}
)  # fmt: skip
_DUMPS = frozenset({"model_dump", "dict"})


class ValidationErrorEscapes(Check):
    """A cord validates the body itself and lets the ValidationError out.

    ## What it does
    Finds pydantic models that a cord, or a function it hands the body to, makes of the
    body or of a part of it, with no handler on the way that catches the error.

    ## Why it matters
    Only the SDK's own validation answers 400. A ValidationError that leaves the function
    is an unhandled exception: the caller's mistake becomes a 500, is retried on other
    instances and counts as a failure of each.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
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


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, body: dict) -> dict:
        args = Input(**body)
        return {"length": len(args.prompt)}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field, ValidationError

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, body: dict) -> dict:
        try:
            args = Input.model_validate(body)
        except ValidationError:
            raise HTTPException(status_code=400, detail="invalid input")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler`: ValidationError is turned into 400
    around the SDK's own validation only.
    """

    id = "validation-error-escapes"
    category = "platform"
    severity = Severity.WARNING
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per validation of the body whose failure nothing catches."""
        seen: list[Call] = []
        for cord, function in running(project):
            parameter = body_parameter(function)
            if parameter is None:
                continue
            is_model = validating_model(project, cord, function) is not None
            for bearer in bearers(project, function, parameter.name):
                for mention in mentions(bearer):
                    call = _validation(project, mention, bearer)
                    if call is None or call in seen or _is_caught(project, mention, bearer):
                        continue
                    if is_model and not _is_loose_part(mention, call):
                        continue
                    seen.append(call)
                    yield self.at(
                        Site(mention.module, mention.statement, call),
                        f"{cord.label}: what this refuses leaves as a ValidationError, which "
                        "answers 500 where the caller is at fault",
                        "catch ValidationError and raise HTTPException(status_code=400, "
                        "detail=...), or annotate the cord's argument with the model",
                    )


def _validation(project: Project, mention: Mention, bearer: Bearer) -> Call | None:
    """Return the call that validates where the body is mentioned, None where none does."""
    used = use(project, mention, bearer)
    return used.call if used.kind == "validated" else None


def _is_caught(project: Project, mention: Mention, bearer: Bearer) -> bool:
    """Say whether something on the way out catches what a validation raises."""
    frames = [*bearer.way, (mention.module, mention.statement)]
    return any(
        handler(project, module, statement, _CATCHES) is not None for module, statement in frames
    )


def _is_loose_part(mention: Mention, call: Call) -> bool:
    """Say whether ``Options(**args.options)`` spreads what the SDK's model left unchecked."""
    dumped = any(
        isinstance(each, Attribute) and each.attribute in _DUMPS for each in mention.around
    )
    spread = any(
        argument.star and mention.name in argument.value.walk() for argument in call.arguments
    )
    return spread and not dumped
