"""Whether the SDK can fill the parameters of a cord's function: the fault that strikes first."""

from __future__ import annotations

from dataclasses import dataclass

from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Call, Expression, Parameter, Span
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Class, Function

from .registration import called_function, input_model, validates_by_annotation

_HTTP_TYPES = frozenset({"Request", "HTTPConnection", "WebSocket", "UploadFile", "BackgroundTasks"})
_HTTP_DEFAULTS = frozenset(
    {"Depends", "Security", "Query", "Header", "Cookie", "Body", "Form", "File", "Path"}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cord's parameters.

    Attributes:
        function: The function.
        span: The parameter at fault, or the function's name.
        message: What is wrong, to follow the cord's name.
        help: The way out.
        severity: An error where calls fail.
    """

    function: Function
    span: Span
    message: str
    help: str
    severity: Severity = Severity.ERROR


def signature_fault(project: Project, cord: Cord) -> Fault | None:
    """Return the first fault of a cord's parameters, None where none is certain."""
    function = called_function(project, cord)
    if function is None or cord.passthrough is not False:
        return None
    return _Signature(project, cord, function).fault()


def own_model(project: Project, function: Function, parameter: Parameter) -> Class | None:
    """Return the model a parameter is annotated with, None for anything else."""
    return project.schemas.annotated_model(
        function.module, function.scope.parent, parameter.annotation
    )


class _Signature:
    """The parameters of one cord's function, as the SDK meets them."""

    def __init__(self, project: Project, cord: Cord, function: Function) -> None:
        self._project = project
        self._cord = cord
        self._function = function
        self._all = function.scope.parameters
        self._positional = [each for each in self._all if each.kind == "positional"]
        self._rest = any(each.kind == "*" for each in self._all)
        self._advice = (
            f"take one pydantic model: `async def {function.scope.name}(self, args: Input)`"
        )

    def fault(self) -> Fault | None:
        """Return the fault that strikes first."""
        return (
            self._no_chute()
            or self._http_feature()
            or self._annotated_chute()
            or self._several()
            or self._never_passed()
            or self._validated_for_nobody()
            or self._no_validation()
        )

    def _at(self, span: Span, message: str, help: str | None = None) -> Fault:
        return Fault(self._function, span, message, help or self._advice)

    def _no_chute(self) -> Fault | None:
        scope = self._function.scope
        if not self._positional and not self._rest:
            return self._at(
                scope.name_span,
                "has no parameter for the chute; every call fails with 500",
                f"write `def {scope.name}(self, ...)`: the SDK passes the chute first",
            )
        first = self._all[0]
        alone = len(self._all) == 1 and not self._rest
        if alone and own_model(self._project, self._function, first):
            return self._at(
                first.span,
                f"has no parameter for the chute: {first.name} receives it, and every call "
                "with a body fails with 500",
            )
        return None

    def _http_feature(self) -> Fault | None:
        for each in (*self._positional[1:], *self._keyword_only()):
            reason = self._asks_http(each)
            if reason is not None:
                return self._at(each.span, f"cannot have {each.name!r}: {reason}")
        return None

    def _asks_http(self, parameter: Parameter) -> str | None:
        """Return why a parameter cannot work, when it asks for something of FastAPI's."""
        annotation = self._fastapi_name(parameter.annotation)
        if annotation in _HTTP_TYPES:
            return f"it is never a {annotation}, it receives the parsed JSON body"
        default, parts = parameter.default, parameter.annotation
        for part in (*(default.walk() if default else ()), *(parts.walk() if parts else ())):
            if isinstance(part, Call):
                name = self._fastapi_name(part.function)
                if name in _HTTP_DEFAULTS:
                    return f"{name}(...) is never resolved for a cord"
        return None

    def _fastapi_name(self, expression: Expression | None) -> str | None:
        if expression is None:
            return None
        dotted = self._project.knowledge.resolver.dotted(
            self._function.module, self._function.scope.parent, expression
        )
        if dotted is None or not dotted.startswith(("fastapi", "starlette")):
            return None
        return dotted.rsplit(".", 1)[-1]

    def _annotated_chute(self) -> Fault | None:
        """SDK util/schema.py, extract_models: only `self` may carry an annotation."""
        if len(self._positional) != 2 or self._positional[0].name == "self":
            return None
        first, second = self._positional
        model = own_model(self._project, self._function, second)
        if first.annotation is None or model is None or not validates_by_annotation(self._cord):
            return None
        return self._at(
            first.span,
            f"has an annotation on {first.name}, which the SDK takes for input: validation is "
            f"off and {second.name} receives the raw dict",
            "call it `self`, or leave out its annotation",
        )

    def _several(self) -> Fault | None:
        """Several parameters: fatal, or dead weight when the first one takes any JSON."""
        if len(self._positional) < 3:
            return None
        _, first, second, *_ = self._positional
        required = any(each.default is None for each in self._positional[2:])
        if required:
            names = ", ".join(each.name for each in self._positional[1:])
            message = f"takes {names}, but only one argument is ever passed: 500 on every call"
            return self._at(second.span, message)
        if self._takes_any_json(first):
            return Fault(
                self._function,
                second.span,
                f"receives the whole JSON body as {first.name}; {second.name} always has its "
                "default",
                self._advice,
                Severity.WARNING,
            )
        if own_model(self._project, self._function, first):
            return None  # the model is not applied: _no_validation
        return self._at(second.span, f"receives the whole JSON body as {first.name}, not its field")

    def _takes_any_json(self, first: Parameter) -> bool:
        """Say whether the first parameter is fine with the whole body."""
        if first.annotation is None or not validates_by_annotation(self._cord):
            return True
        shape = self._project.schemas.shape(
            self._function.module, self._function.scope.parent, first.annotation
        )
        return shape.kind in ("dict", "any", "union", "other")

    def _never_passed(self) -> Fault | None:
        for each in self._keyword_only():
            if each.default is None:
                return self._at(
                    each.span,
                    f"needs {each.name!r}, which only a keyword could pass; every call fails "
                    "with 500",
                )
        for each in self._all:
            if each.kind == "**" and len(self._positional) < 2 and not self._rest:
                return self._at(
                    each.span,
                    f"never gets its body as **{each.name}: it is passed by position, and every "
                    "call with one fails with 500",
                )
        return None

    def _validated_for_nobody(self) -> Fault | None:
        """SDK cord.py, _request_handler: with ``input_schema`` one argument is always passed."""
        if len(self._positional) > 1 or self._rest:
            return None
        if input_model(self._project, self._cord) is None:
            return None
        return self._at(
            self._function.scope.name_span,
            "has an input_schema but no parameter for it; every call fails with 500",
        )

    def _no_validation(self) -> Fault | None:
        """SDK util/schema.py, extract_models: validation is for one parameter alone."""
        if (
            len(self._positional) < 2
            or len(self._all) < 3
            or not validates_by_annotation(self._cord)
        ):
            return None
        first = self._positional[1]
        if own_model(self._project, self._function, first) is None:
            return None
        others = [each for each in self._all[1:] if each is not first]
        if all(own_model(self._project, self._function, each) for each in others):
            return self._at(
                others[0].span,
                f"has a second model, {others[0].name}, for which no argument is ever passed: "
                "500 on every call",
            )
        return self._at(
            others[0].span,
            f"is not validated because of the further parameter {others[0].name}; {first.name} "
            "receives the raw dict",
        )

    def _keyword_only(self) -> list[Parameter]:
        return [each for each in self._all if each.kind == "keyword"]
