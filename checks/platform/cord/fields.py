"""Names that the gateway reads in the body of a call."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Call, Literal
from chutes_cli.project.model import Chute, Cord, Project
from chutes_cli.project.schemas import ModelField
from chutes_cli.project.targets import Class

from .parameters import own_model
from .registration import called_function, input_model, normal, text, validates_by_annotation

_ALIASES = ("alias", "validation_alias")


class CordFieldStream(Check):
    """The input of a plain cord has a field named `stream`.

    ## What it does
    Looks for a field or alias named `stream` in the model that a cord without `stream=True`
    takes or declares as `input_schema`. It is in its place where a streaming cord of the
    same chute has the same public path.

    ## Why it matters
    On the gateway that name belongs to the platform: any truthy value in it, even the text
    `"false"`, makes the gateway read the plain answer as a stream. The caller gets a 500
    and the instance is charged a failure.

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


    class Order(BaseModel):
        text: str = Field(max_length=1000)
        stream: bool = False


    @chute.cord(public_api_path="/count", public_api_method="POST")
    async def count(self, args: Order) -> dict:
        if not isinstance(args, Order):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.text)}
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


    class Order(BaseModel):
        text: str = Field(max_length=1000)


    @chute.cord(public_api_path="/count", public_api_method="POST")
    async def count(self, args: Order) -> dict:
        if not isinstance(args, Order):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.text)}
    ```

    ## Source
    Platform gateway, inferred from its source as of 2026-05-12: rule `plain-cord-field`.
    """

    id = "cord-field-stream"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per field of a plain cord that the gateway reads."""
        if not circumstances.on_gateway:
            return
        rule = platform().rule("plain-cord-field")
        for chute in project.chutes:
            for cord in chute.cords:
                model = _input(project, cord)
                if model is None or _has_twin(chute, cord):
                    continue
                for field in project.schemas.fields(model):
                    taken = [name for name in _keys(field) if rule.violation(name)]
                    if taken:
                        yield self.at(
                            field.site,
                            f"{cord.label} is no stream, but its input has a field "
                            f"{taken[0]!r}; {rule.message}, as of {rule.as_of}",
                            "rename the field, or make a cord with stream=True of it",
                        )


def _input(project: Project, cord: Cord) -> Class | None:
    """Return the model whose fields callers of a cord send."""
    if not validates_by_annotation(cord):
        return input_model(project, cord)
    function = called_function(project, cord)
    if function is None:
        return None
    models = [own_model(project, function, each) for each in function.scope.parameters]
    return next((each for each in models if each), None)


def _has_twin(chute: Chute, cord: Cord) -> bool:
    """Say whether a cord that may stream, be it itself, has or may have the same public path."""
    path = text(cord, "public_api_path")
    for other in chute.cords:
        if other.stream is not False:
            theirs = text(other, "public_api_path")
            if path is None or theirs is None or normal(path) == normal(theirs):
                return True
    return False


def _keys(field: ModelField) -> list[str]:
    """Return the names under which callers pass a field."""
    aliases = [
        argument.value.value
        for expression in field.site.statement.expressions()
        if isinstance(expression, Call)
        for argument in expression.arguments
        if argument.keyword in _ALIASES and isinstance(argument.value, Literal)
    ]
    return [each for each in aliases if isinstance(each, str)] or [field.name]
