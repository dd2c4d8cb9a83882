"""What a cord is applied to."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Opaque
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Class, External, Function, Instance

from .registration import decorator_name, decorators_below, is_chute_method, left_out

_NO_FUNCTIONS = {
    "builtins.classmethod": "@classmethod",
    "builtins.property": "@property",
    "functools.cached_property": "@cached_property",
}
_REGISTRATIONS = ("cord", "job", "on_startup", "on_shutdown")


class CordFunction(Check):
    """A cord is applied to something other than a plain function.

    ## What it does
    Looks for cords on classes, class methods, properties, lambdas and partial functions,
    and for functions that are registered a second time, as a cord, job or hook.

    ## Why it matters
    The SDK needs a function with a name and a signature, which it calls with the chute.
    Partial functions, class methods and properties raise at import, lambdas have no name a
    path could be made of, and a class is made anew on every call. Above another
    registration the SDK meets that one's wrapper, whose calls fail.

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

    @chute.cord(public_api_path="/ready", public_api_method="GET")
    @chute.cord(public_api_path="/healthy", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )

    async def state(chute) -> dict:
        return {"ready": hasattr(chute, "model")}


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return await state(self)


    @chute.cord(public_api_path="/healthy", public_api_method="GET")
    async def healthy(self) -> dict:
        return await state(self)
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `Cord.__call__`, which returns the SDK's own wrapper,
    and chutes/chute/base.py, `_on_event`.
    """

    id = "cord-function"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that is no function's."""
        for cord in project.cords:
            fault = _applied(project, cord) or _decorated(project, cord) or _above(project, cord)
            if fault is not None:
                yield self.at(
                    cord.site,
                    f"{cord.label} is applied to {fault}",
                    "put it directly above a `def` or `async def` of its own that takes the chute",
                )


def _applied(project: Project, cord: Cord) -> str | None:
    """Return what else than a function a cord is applied to, and what happens then."""
    statement = cord.site.statement
    if statement.kind == "define" and cord.site.module.scope(statement.defines).kind == "class":
        return "a class, which every call makes anew and answers 500"
    for site, _ in project.knowledge.calls:
        call = site.expression
        assert isinstance(call, Call)
        if call.function is not cord.site.expression or not call.arguments:
            continue
        given = call.arguments[0].value
        if isinstance(given, Opaque) and given.kind == "Lambda":
            nameless = left_out(cord, "path") or left_out(cord, "passthrough_path")
            return "a lambda, which has no name for a path; the import fails" if nameless else None
        for target in project.knowledge.resolver.resolve(site.module, site.scope, given):
            match target:
                case Instance(of=External(name="functools.partial")):
                    return "a partial function; the import fails"
                case Class():
                    return "a class, which every call makes anew and answers 500"
    return None


def _decorated(project: Project, cord: Cord) -> str | None:
    """Return what a decorator below the cord makes of its function, and what happens then."""
    function = cord.function
    if function is None:
        return None
    for decorator in decorators_below(cord, function):
        name = decorator_name(project, function, decorator)
        if name in _NO_FUNCTIONS:
            return f"what {_NO_FUNCTIONS[name]} makes of a function; the import fails"
        for method in _REGISTRATIONS:
            if _registers(project, function, decorator, method):
                return f"what @chute.{method}(...) returns; every call fails"
    return None


def _above(project: Project, cord: Cord) -> str | None:
    """Return which hook gets the SDK's wrapper of a cord instead of a function."""
    function = cord.function
    if function is None or cord.site.expression not in function.scope.decorators:
        return None
    place = function.scope.decorators.index(cord.site.expression)
    for decorator in function.scope.decorators[:place]:
        if _registers(project, function, decorator, "on_startup"):
            return "a start-up hook as well, which gets the SDK's wrapper; the start fails"
    return None


def _registers(project: Project, function: Function, decorator: Expression, method: str) -> bool:
    callee = decorator.function if isinstance(decorator, Call) else decorator
    return is_chute_method(project, function.module, function.scope.parent, callee, method)
