"""The statuses a cord answers with."""

from __future__ import annotations

import http
import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Opaque, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, calls_in
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Class, External, Function, Instance, Target
from chutes_cli.project.values import Known

_EXCEPTIONS = frozenset(
    {"fastapi.HTTPException", "fastapi.exceptions.HTTPException",
     "starlette.exceptions.HTTPException"}
)  # fmt: skip
_CATCHES = _EXCEPTIONS | {"builtins.Exception", "builtins.BaseException"}
_CONSTANT = re.compile(r"\.HTTP_(\d{3})(?:_|$)")


class CordStatusCode(Check):
    """A cord answers with a status that the gateway counts against the instance.

    ## What it does
    Follows the code a cord runs, helpers and middleware included, and reports every
    `HTTPException` with a known status other than 400 and 429. Code that runs on direct
    exposure only is left alone.

    ## Why it matters
    The gateway passes on 200, 400 and 429. Any other status is retried on further
    instances, so the caller waits, gets a 500 in the end, and each instance is charged a
    failure: seven in a row disable or delete it. One client sending bad tokens can take
    the service down.

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


    @chute.cord(public_api_path="/lookup", public_api_method="POST")
    async def lookup(self, args: Lookup) -> dict:
        raise HTTPException(status_code=404, detail="no such word")
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
        raise HTTPException(status_code=400, detail={"code": "no-such-word"})
    ```

    ## Source
    Platform gateway, as of 2026-05-12: 200 passes, 400 is returned, 429 is retried and
    returned, everything else is retried and counted as a failure of the instance.
    """

    id = "cord-status-code"
    category = "platform"
    severity = Severity.ERROR
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per exception with a harmful status that a cord can raise."""
        if not circumstances.on_gateway:
            return
        for function, arrival in project.reach.reached("cord", "route"):
            module = function.module
            for statement in module.statements_in(function.index):
                for site in calls_in(module, statement):
                    status = _status(project, site)
                    if status is None or status in _allowed() or status < 300:
                        continue
                    if _stays_direct(project, function, arrival, statement):
                        continue
                    if _is_caught(project, function, arrival, statement):
                        continue
                    yield self.at(
                        site,
                        f"status {status} on the gateway is retried and counts towards "
                        f"disabling the instance ({arrival.entry.label})",
                        _advice(status),
                        trace=arrival.trace if len(arrival.trace) > 1 else (),
                    )


def _allowed() -> frozenset[object]:
    """The statuses the gateway passes on when a cord raises them."""
    return frozenset(platform().rule("gateway-status").allowed)


def _advice(status: int) -> str:
    if status in (408, 425, 503, 504):
        return "answer 429 when the caller should come back later, 400 when the request is at fault"
    return "answer 400 with a code of your own in the body for the caller's fault, 429 for overload"


def _status(project: Project, site: Site) -> int | None:
    """Return the known status of an HTTPException made at a site."""
    call = site.expression
    assert isinstance(call, Call)
    if not any(_is_exception(project, target) for target in _callees(project, site)):
        return None
    arguments = project.knowledge.binder.bind(site, ("status_code", "detail"))
    given = arguments.get("status_code")
    if given is None:
        return None
    if isinstance(given.value, Known):
        value = given.value.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    return _named_status(project, given.module, given.scope, given.expression)


def _callees(project: Project, site: Site) -> tuple[Target, ...]:
    call = site.expression
    assert isinstance(call, Call)
    return project.knowledge.resolver.resolve(site.module, site.scope, call.function)


def _is_exception(project: Project, target: Target) -> bool:
    """Say whether a callee makes an HTTPException: the class, a plain subclass, or super()."""
    match target:
        case External(name=name, receiver=None):
            return name in _EXCEPTIONS
        case External(name=name, receiver=Instance()):
            return name.removesuffix(".__init__") in _EXCEPTIONS and name.endswith(".__init__")
        case Class() as owner:
            ancestors = project.knowledge.resolver.members.ancestors(owner)
            own_init = project.knowledge.resolver.members.class_member(owner, "__init__")
            plain = not any(isinstance(each, Function) for each in own_init)
            return bool(ancestors & _EXCEPTIONS) and plain
        case _:
            return False


def _named_status(
    project: Project, module: Module, scope: int, expression: Expression
) -> int | None:
    """Return the number of ``status.HTTP_404_NOT_FOUND`` or ``HTTPStatus.NOT_FOUND``."""
    dotted = project.knowledge.resolver.dotted(module, scope, expression) or ""
    found = _CONSTANT.search(dotted)
    if found:
        return int(found.group(1))
    owner, _, name = dotted.removesuffix(".value").rpartition(".")
    if owner == "http.HTTPStatus" and name in http.HTTPStatus.__members__:
        return int(http.HTTPStatus[name])
    return None


def _stays_direct(
    project: Project, function: Function, arrival: Arrival, statement: Statement
) -> bool:
    """Say whether every way to a statement runs on direct exposure only."""
    here = exposures_at(function.module, statement.guards)
    arrivals = project.reach.arrivals(function, "cord", "route")
    return all("gateway" not in (each.exposures & here) for each in arrivals or (arrival,))


def _is_caught(
    project: Project, function: Function, arrival: Arrival, statement: Statement
) -> bool:
    """Say whether an exception raised at a statement is swallowed on its way out of the cord."""
    frames = [*arrival.path, (function, statement)]
    return any(_swallows(project, frame, at) for frame, at in frames)


def _swallows(project: Project, function: Function, statement: Statement) -> bool:
    module = function.module
    for index in module.guards_of(statement.guards):
        guard = module.facts.guards[index]
        for handler in guard.handlers if guard.kind == "try" else ():
            if not _handles(project, module, statement.scope, module.facts.guards[handler].test):
                continue
            inside = [
                each
                for each in module.statements_in(statement.scope)
                if handler in module.guards_of(each.guards)
            ]
            if not any(each.kind == "raise" and _passes_on(each) for each in inside):
                return True
            break
    return False


def _passes_on(statement: Statement) -> bool:
    """A bare ``raise``, or ``raise error``, lets the exception out as it is."""
    return not statement.values or isinstance(statement.values[0], Name | Attribute | Opaque)


def _handles(project: Project, module: Module, scope: int, caught: Expression | None) -> bool:
    if caught is None:
        return True
    names = caught.children() if not isinstance(caught, Name | Attribute) else (caught,)
    dotted = {project.knowledge.resolver.dotted(module, scope, each) for each in names}
    return bool(dotted & _CATCHES)
