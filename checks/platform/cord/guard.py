"""What a cord does when the body is no JSON object."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Class, Function

from .body import Bearer, Mention, body_parameter, mentions, running, use
from .registration import input_model, validates_by_annotation
from .statuses import handled, handler, raised_statuses

_BREAKS_WITH = frozenset(
    {"builtins.AttributeError", "builtins.Exception", "builtins.BaseException"}
)


class CordMissingGuard(Check):
    """A cord trusts that its argument is the model it is annotated with.

    ## What it does
    Looks at cords whose body the SDK validates with a pydantic model, and follows the
    argument through the functions it is handed to. Some code must ask what it is before
    it is used: `isinstance`, `match`, a decorator of your own, or a handler that turns the
    AttributeError into 400.

    ## Why it matters
    The SDK validates JSON objects only. A list, a number or a text skips the model and
    reaches the function as it is, and the first attribute read answers 500: a failure of
    the instance, where 400 would be the caller's. It takes a direct caller or an
    end-to-end encrypted call; the public gateway lets nothing but objects through.

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
    async def measure(self, args: Input) -> dict:
        return {"length": len(args.prompt)}
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


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler`: the models are applied only where
    every argument is a dict.
    """

    id = "cord-missing-guard"
    category = "platform"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that reads its model before asking what it is."""
        rule = platform().rule("gateway-body")
        for cord, function in running(project):
            parameter = body_parameter(function)
            model = validating_model(project, cord, function)
            if parameter is None or model is None:
                continue
            if _wrapped_by_a_guard(project, function):
                continue
            if _guarded(project, Bearer(function, parameter.name), ()) is False:
                name = model.scope.name
                yield self.finding(
                    function.module,
                    parameter.span,
                    function.index,
                    f"{cord.label}: a JSON array, number or text skips {name} and reaches "
                    f"{parameter.name} as it is, on direct exposure and in end-to-end calls "
                    f"(the public gateway refuses it itself, as of {rule.as_of})",
                    f"begin with `if not isinstance({parameter.name}, {name}): raise "
                    "HTTPException(status_code=400, detail=...)`",
                )


def validating_model(project: Project, cord: Cord, function: Function) -> Class | None:
    """Return the model the SDK validates a cord's body with, None when there is none."""
    if not validates_by_annotation(cord):
        return input_model(project, cord)
    if len(function.scope.parameters) != 2:
        return None
    chute, taken = function.scope.parameters
    if chute.name != "self" and chute.annotation is not None:
        return None  # SDK util/schema.py, extract_models: it is taken for input, too
    return project.schemas.annotated_model(function.module, function.scope.parent, taken.annotation)


def _guarded(project: Project, bearer: Bearer, seen: tuple[Bearer, ...]) -> bool | None:
    """Say whether code asks what the body is before it reads it; None when it does neither."""
    if bearer in seen:
        return None
    for mention in mentions(bearer):
        found = use(project, mention, bearer)
        if found.kind == "asked":
            return True
        answers = [_guarded(project, each, (*seen, bearer)) for each in found.passed]
        if True in answers:
            return True
        unasked = False in answers or found.kind in ("read", "checked", "validated")
        if unasked and not _answers_400(project, mention):
            return False
    return None


def _answers_400(project: Project, mention: Mention) -> bool:
    """Say whether the AttributeError of reading a list's attribute becomes a 400."""
    module, statement = mention.module, mention.statement
    caught = handler(project, module, statement, _BREAKS_WITH)
    if caught is None:
        return False
    inside = handled(module, statement.scope, caught)
    return all(status == 400 for status in raised_statuses(project, module, inside))


def _wrapped_by_a_guard(project: Project, function: Function) -> bool:
    """Say whether a decorator of the tree's own asks for types before it calls the cord."""
    for edge in project.reach.edges(function):
        if edge.statement.defines != function.index:
            continue
        for statement in edge.callee.module.statements_in(edge.callee.index):
            for expression in statement.expressions():
                if isinstance(expression, Call) and (
                    project.knowledge.resolver.dotted(
                        edge.callee.module, edge.callee.index, expression.function
                    )
                    == "builtins.isinstance"
                ):
                    return True
    return False
