"""The parameters of a cord's function."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Parameter, Span
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Function

_HTTP_TYPES = frozenset({"Request", "HTTPConnection", "WebSocket", "UploadFile", "BackgroundTasks"})
_HTTP_DEFAULTS = frozenset(
    {"Depends", "Security", "Query", "Header", "Cookie", "Body", "Form", "File", "Path"}
)
_ONE_MODEL = "take one pydantic model: `async def {name}(self, args: Input)`"


class CordSignature(Check):
    """A cord's function has parameters the SDK cannot fill.

    ## What it does
    Checks that the function below `@chute.cord` takes the chute and at most one further
    parameter, and that this one is not a FastAPI feature (`Request`, `UploadFile`,
    `Depends`, `Query`, ...). Passthrough cords are left alone: their body never runs.

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
    `_run_in_thread` (the function gets the chute and args).
    """

    id = "cord-signature"
    category = "platform"
    severity = Severity.ERROR
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per cord: the fault that strikes first."""
        for cord in project.cords:
            if cord.function is None or cord.passthrough is not False:
                continue
            fault = self._fault(project, cord, cord.function)
            if fault is not None:
                yield fault

    def _fault(self, project: Project, cord: Cord, function: Function) -> Finding | None:
        parameters = function.scope.parameters
        positional = [each for each in parameters if each.kind == "positional"]
        takes_rest = any(each.kind == "*" for each in parameters)
        name = function.scope.name
        if not positional and not takes_rest:
            return self._at(
                function,
                function.scope.name_span,
                f"{cord.label} has no parameter for the chute; every call fails with 500",
                f"write `def {name}(self, ...)`: the SDK passes the chute first",
            )
        first = positional[0] if positional else None
        if (
            first is not None
            and len(parameters) == 1
            and project.schemas.annotated_model(
                function.module, function.scope.parent, first.annotation
            )
        ):
            return self._at(
                function,
                first.span,
                f"{cord.label} has no parameter for the chute: {first.name} receives it, and "
                "every call with a body fails with 500",
                _advice(name),
            )
        for each in (*positional[1:], *(one for one in parameters if one.kind == "keyword")):
            reason = self._http_feature(project, function, each)
            if reason is not None:
                return self._at(function, each.span, f"{cord.label}: {reason}", _advice(name))
        renamed = self._renamed_chute(project, function, positional)
        if renamed is not None:
            return renamed
        if len(positional) > 2:
            return self._several(project, cord, function, positional)
        for each in parameters:
            if each.kind == "keyword" and each.default is None:
                return self._at(
                    function,
                    each.span,
                    f"{cord.label}: keyword-only parameter {each.name!r} is never passed; "
                    "every call fails with 500",
                    _advice(name),
                )
            if each.kind == "**" and len(positional) < 2 and not takes_rest:
                return self._at(
                    function,
                    each.span,
                    f"{cord.label}: the body is passed by position and never reaches "
                    f"**{each.name}; every call with a body fails with 500",
                    _advice(name),
                )
        return None

    def _renamed_chute(
        self, project: Project, function: Function, positional: list[Parameter]
    ) -> Finding | None:
        """SDK util/schema.py, extract_models: only `self` may carry an annotation."""
        if len(positional) != 2 or positional[0].name == "self":
            return None
        first, second = positional
        model = project.schemas.annotated_model(
            function.module, function.scope.parent, second.annotation
        )
        if first.annotation is None or model is None:
            return None
        return self._at(
            function,
            first.span,
            f"cord {function.scope.name}: the SDK takes the annotated {first.name} for input, so "
            f"validation is off and {second.name} receives the raw dict",
            "call it `self`, or leave out its annotation",
        )

    def _several(
        self, project: Project, cord: Cord, function: Function, positional: list[Parameter]
    ) -> Finding:
        """Several parameters: fatal, or dead weight when the first one takes any JSON."""
        names = ", ".join(each.name for each in positional[1:])
        first = positional[1]
        severity = Severity.ERROR
        if any(each.default is None for each in positional[2:]):
            message = (
                f"{cord.label} takes {names}, but only one argument is ever passed: "
                "500 on every call"
            )
        elif self._takes_any_json(project, cord, function, first):
            severity = Severity.WARNING
            message = (
                f"{cord.label}: the whole JSON body is passed as {first.name}; "
                f"{positional[2].name} always has its default"
            )
        elif project.schemas.annotated_model(
            function.module, function.scope.parent, first.annotation
        ):
            # SDK util/schema.py, extract_models: one parameter that is no model turns it off.
            message = (
                f"{cord.label}: the further parameter {positional[2].name} turns validation off; "
                f"{first.name} receives the raw dict"
            )
        else:
            message = f"{cord.label}: the whole JSON body is passed as {first.name}, not its field"
        return self.finding(
            function.module,
            positional[2].span,
            function.index,
            message,
            _advice(function.scope.name),
            severity=severity,
        )

    def _takes_any_json(
        self, project: Project, cord: Cord, function: Function, first: Parameter
    ) -> bool:
        """Say whether the first parameter is fine with the whole body."""
        if cord.arguments.value("input_schema") is not None or first.annotation is None:
            return True
        shape = project.schemas.shape(function.module, function.scope.parent, first.annotation)
        return shape.kind in ("dict", "any", "union", "other")

    def _at(self, function: Function, span: Span, message: str, help: str) -> Finding:
        return self.finding(function.module, span, function.index, message, help)

    def _http_feature(
        self, project: Project, function: Function, parameter: Parameter
    ) -> str | None:
        """Return why a parameter cannot work, when it asks for something of FastAPI's."""
        annotation = self._last_name(project, function, parameter.annotation)
        if annotation in _HTTP_TYPES:
            return f"{parameter.name!r} is never a {annotation}; it receives the parsed JSON body"
        if isinstance(parameter.default, Call):
            default = self._last_name(project, function, parameter.default.function)
            if default in _HTTP_DEFAULTS:
                return f"{default}(...) is never resolved for a cord"
        if parameter.annotation is not None:
            for part in parameter.annotation.walk():
                if isinstance(part, Call):
                    metadata = self._last_name(project, function, part.function)
                    if metadata in _HTTP_DEFAULTS:
                        return f"{metadata}(...) is never resolved for a cord"
        return None

    def _last_name(
        self, project: Project, function: Function, expression: Expression | None
    ) -> str | None:
        if expression is None:
            return None
        dotted = project.knowledge.resolver.dotted(
            function.module, function.scope.parent, expression
        )
        if dotted is None or not dotted.startswith(("fastapi", "starlette")):
            return None
        return dotted.rsplit(".", 1)[-1]


def _advice(name: str) -> str:
    return _ONE_MODEL.format(name=name)
