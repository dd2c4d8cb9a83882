"""A body that arrives as an object of its model and is read as a dict."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Name, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.running import catches, is_conditional
from chutes_cli.project.targets import Class

from .body import Bearer, Mention, bearers, body_parameter, mentions, running, use
from .guard import validating_model

_METHODS = frozenset({"get", "items", "keys", "pop", "setdefault", "update", "values"})
_BASES = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel"})


class CordModelAsDict(Check):
    """A cord reads its validated body as a dict.

    ## What it does
    Follows the body of a cord that the SDK makes an object of a pydantic model: because the
    parameter is annotated with the model, or because `input_schema` is given, whatever the
    annotation says then. Reports where it is subscripted, or asked for a method of
    dictionaries that the model does not have. Under a condition that is a warning.

    ## Why it matters
    The object is no dict: `args["prompt"]` and `args.get("prompt")` raise, and every call
    fails with a 500.

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


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST", input_schema=Input)
    async def measure(self, args: dict) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args["prompt"])}
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


    @chute.cord(public_api_path="/measure", public_api_method="POST", input_schema=Input)
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_request_handler`: each argument that is a dict is
    replaced by `model(**argument)`.
    """

    id = "cord-model-as-dict"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function that takes the model for a dict."""
        for cord, function in running(project):
            parameter = body_parameter(function)
            model = validating_model(project, cord, function)
            if parameter is None or model is None or not _is_plain(project, model):
                continue
            for bearer in bearers(project, function, parameter.name):
                if _is_replaced(bearer):
                    continue
                every = list(mentions(bearer))
                if any(_asks_more(project, model, each, bearer) for each in every):
                    break  # it may well know when the body is a dict
                wrong = [each for each in every if _fails(project, model, each)]
                if wrong:
                    first = min(wrong, key=_is_conditional)
                    severity = Severity.WARNING if _is_conditional(first) else Severity.ERROR
                    yield self.finding(
                        first.module,
                        first.around[-1].span,
                        first.statement.scope,
                        f"{cord.label}: {bearer.name} is an object of {model.scope.name}, no "
                        f"dict: `{first.module.snippet(first.around[-1].span)}` raises, and the "
                        "call fails with 500",
                        f"read its fields as attributes of {bearer.name}",
                        severity=severity,
                    )
                    break


def _is_plain(project: Project, model: Class) -> bool:
    """Say whether a model is known whole: its classes are the tree's and pydantic's own."""
    return project.knowledge.resolver.members.ancestors(model).issubset(_BASES)


def _asks_more(project: Project, model: Class, mention: Mention, bearer: Bearer) -> bool:
    """Say whether code asks what the body is; ``isinstance(args, Model)`` is the usual guard."""
    found = use(project, mention, bearer)
    if found.kind != "asked":
        return False
    match found.call:
        case Call(function=Name(id="isinstance"), arguments=(_, kind)):
            asked = project.knowledge.resolver.resolve(
                mention.module, mention.statement.scope, kind.value
            )
            return asked != (model,)
        case _:
            return True


def _is_replaced(bearer: Bearer) -> bool:
    """Say whether a function gives the body's name to something else."""
    function = bearer.function
    return len(function.module.bindings[function.index][bearer.name]) > 1


def _fails(project: Project, model: Class, mention: Mention) -> bool:
    """Say whether an object of a model is asked for what only a dict can do."""
    match mention.parent:
        case Operation(operator="[]", operands=(owner, *_)) if owner is mention.name:
            name, error = "__getitem__", "TypeError"
        case Attribute(attribute=name) if name in _METHODS:
            error = "AttributeError"
        case _:
            return False
    caught = catches(mention.module, mention.statement.guards, error)
    return not caught and not _has(project, model, name)


def _is_conditional(mention: Mention) -> bool:
    return is_conditional(mention.module, mention.statement.guards, in_function=True)


def _has(project: Project, model: Class, name: str) -> bool:
    """Say whether a model or a class of the tree above it defines a name."""
    if name in model.module.bindings.get(model.index, {}):
        return True
    bases = project.knowledge.resolver.members.bases(model)
    return any(_has(project, each, name) for each in bases if isinstance(each, Class))
