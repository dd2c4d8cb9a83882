"""What a cord makes of an empty JSON object."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Parameter
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.schemas import BASE_MODELS
from chutes_cli.project.targets import Class, Function
from chutes_cli.project.values import Known

from .body import body_parameter, running
from .guard import validating_model

_BASES = BASE_MODELS | {"typing.Generic", "abc.ABC"}
_BODYLESS = frozenset({"GET", "HEAD", "DELETE"})


class CordEmptyObject(Check):
    """A cord allows an empty body, and the SDK answers it with 500.

    ## What it does
    Finds cords whose model has a default for every field, and those that give their model
    argument a default.

    ## Why it matters
    The SDK takes `{}` for no argument at all. It then validates an argument that is not
    there, or calls the function without it: the one request that asks for nothing but the
    defaults fails with 500 and counts as a failure of the instance, whatever default the
    argument has.

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


    class Options(BaseModel):
        detail: int = Field(default=1, ge=0, le=3)


    @chute.cord(public_api_path="/report", public_api_method="POST")
    async def report(self, args: Options) -> dict:
        if not isinstance(args, Options):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"detail": args.detail, "ready": hasattr(self, "model")}
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


    class Options(BaseModel):
        detail: int = Field(default=1, ge=0, le=3)


    @chute.cord(public_api_path="/report", public_api_method="POST")
    async def report(self, body: dict | None = None) -> dict:
        try:
            args = Options.model_validate(body or {})
        except ValidationError:
            raise HTTPException(status_code=400, detail="invalid input")
        return {"detail": args.detail, "ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler`: an empty body makes no argument, and
    `args[idx]` is looked up all the same.
    """

    id = "cord-empty-object"
    category = "platform"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that allows what the SDK fails on."""
        for cord, function in running(project):
            parameter, model = body_parameter(function), validating_model(project, cord, function)
            if parameter is None or model is None or _is_bodyless(cord):
                continue
            if _has_own_default(project, function, parameter):
                why = f"the default of {parameter.name} is never used"
            elif _takes_nothing(project, model):
                why = f"{{}} is a valid {model.scope.name}"
            else:
                continue
            yield self.finding(
                function.module,
                parameter.span,
                function.index,
                f"{cord.label}: {why}, but the SDK drops an empty object and answers 500",
                f"require a field, or take `{parameter.name}: dict | None = None` and validate it",
            )


def _is_bodyless(cord: Cord) -> bool:
    """Say whether no call of a cord has a body, of which get-cord-with-argument speaks."""
    method = cord.arguments.value("public_api_method")
    return isinstance(method, Known) and str(method.value) in _BODYLESS


def _has_own_default(project: Project, function: Function, parameter: Parameter) -> bool:
    """Say whether an argument may be left out; `= Body(...)` does not mean that."""
    default = parameter.default
    if not isinstance(default, Call):
        return default is not None
    targets = project.knowledge.resolver.resolve(
        function.module, function.scope.parent, default.function
    )
    return any(isinstance(each, Class) for each in targets)


def _takes_nothing(project: Project, model: Class) -> bool:
    """Say whether a model certainly needs no field."""
    if project.knowledge.resolver.members.ancestors(model) - _BASES:
        return False
    return not any(each.required for each in project.schemas.fields(model))
