"""Which status an exception or a response is made with, and who catches the exception."""

from __future__ import annotations

import http
import re
from collections.abc import Iterator

from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Opaque, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, calls_in
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Class, External, Function, Instance, Target
from chutes_cli.project.values import Known

_MODULES = ("fastapi", "fastapi.responses", "starlette.responses")
EXCEPTIONS = frozenset(
    {"fastapi.HTTPException", "fastapi.exceptions.HTTPException",
     "starlette.exceptions.HTTPException"}
)  # fmt: skip
_BODIES = ("Response", "JSONResponse", "ORJSONResponse", "UJSONResponse", "HTMLResponse",
           "PlainTextResponse", "RedirectResponse")  # fmt: skip
RESPONSES = frozenset(f"{module}.{name}" for module in _MODULES for name in _BODIES)
"""Responses that hold their whole body, which the SDK passes on."""
STREAMED = frozenset(
    {*(f"{module}.{name}" for module in _MODULES for name in ("StreamingResponse", "FileResponse")),
     "sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse"}
)  # fmt: skip
"""Responses that make their body while they are sent, which the SDK cannot pass on."""
_EXCEPTION_INITS = frozenset(f"{each}.__init__" for each in EXCEPTIONS)
HTTP_EXCEPTION_CATCHES = EXCEPTIONS | {"builtins.Exception", "builtins.BaseException"}
_CONSTANT = re.compile(r"\.HTTP_(\d{3})(?:_|$)")
_REDIRECT = 307
"""Starlette's default status of a RedirectResponse."""


def callees(project: Project, site: Site) -> tuple[Target, ...]:
    """Return what the call at a site calls."""
    call = site.expression
    assert isinstance(call, Call)
    return project.knowledge.resolver.resolve(site.module, site.scope, call.function)


def exception_status(project: Project, site: Site) -> BoundArgument | None:
    """Return the status given to an HTTPException at a site.

    Returns:
        None when the call makes no HTTPException, or leaves the status out.
    """
    if any(_is_exception(project, target) for target in callees(project, site)):
        return project.knowledge.binder.bind(site, ("status_code",)).get("status_code")
    return None


def response_status(project: Project, site: Site) -> int | None:
    """Return the known status of a response made at a site, None when it has its default."""
    for target in callees(project, site):
        if isinstance(target, External) and target.name in RESPONSES:
            names = ("content", "status_code")
            given = project.knowledge.binder.bind(site, names).get("status_code")
            if given is not None:
                return number_given(project, given)
            return _REDIRECT if target.name.endswith(".RedirectResponse") else None
    return None


def number_given(project: Project, given: BoundArgument) -> int | None:
    """Return the status that is given as an argument, None when it is not known."""
    return number(project, given.module, given.scope, given.expression)


def number(project: Project, module: Module, scope: int, expression: Expression) -> int | None:
    """Return the status an expression stands for: ``404``, ``status.HTTP_404_NOT_FOUND``."""
    value = project.knowledge.evaluator.value(module, scope, expression)
    if isinstance(value, Known):
        return value.value if isinstance(value.value, int) else None
    dotted = project.knowledge.resolver.dotted(module, scope, expression) or ""
    match = _CONSTANT.search(dotted)
    if match:
        return int(match.group(1))
    owner, _, name = dotted.removesuffix(".value").rpartition(".")
    if owner == "http.HTTPStatus" and name in http.HTTPStatus.__members__:
        return int(http.HTTPStatus[name])
    return None


def _is_exception(project: Project, target: Target) -> bool:
    """Say whether a callee makes an HTTPException: the class, a plain subclass, or super()."""
    match target:
        case External(name=name, receiver=None):
            return name in EXCEPTIONS
        case External(name=name, receiver=Instance()):
            return name in _EXCEPTION_INITS
        case Class() as owner:
            ancestors = project.knowledge.resolver.members.ancestors(owner)
            own_init = project.knowledge.resolver.members.methods(owner, "__init__")
            return bool(ancestors & EXCEPTIONS) and not own_init
        case _:
            return False


# Exceptions on their way out


def stays_direct(project: Project, function: Function, statement: Statement) -> bool:
    """Say whether every way to a statement runs on direct exposure only."""
    here = exposures_at(function.module, statement.guards)
    arrivals = project.reach.arrivals(function, "cord", "route")
    return all("gateway" not in (each.exposures & here) for each in arrivals)


def is_caught(project: Project, function: Function, arrival: Arrival, statement: Statement) -> bool:
    """Say whether an HTTPException raised at a statement is swallowed on its way out."""
    frames = [*arrival.path, (function, statement)]
    return any(
        handler(project, frame.module, at, HTTP_EXCEPTION_CATCHES) is not None
        for frame, at in frames
    )


def handler(
    project: Project, module: Module, statement: Statement, names: frozenset[str]
) -> int | None:
    """Return the handler that catches one of some exceptions raised at a statement.

    Returns:
        Index of the ``except`` guard; None when there is none, or it lets them out again.
    """
    for index in module.guards_of(statement.guards):
        guard = module.facts.guards[index]
        for each in guard.handlers:
            if not _handles(
                project, module, statement.scope, module.facts.guards[each].test, names
            ):
                continue
            inside = handled(module, statement.scope, each)
            if not any(one.kind == "raise" and _passes_on(one) for one in inside):
                return each
            break
    return None


def handled(module: Module, scope: int, index: int) -> list[Statement]:
    """Return the statements of an ``except`` clause."""
    return [each for each in module.statements_in(scope) if index in module.guards_of(each.guards)]


def raised_statuses(
    project: Project, module: Module, statements: list[Statement]
) -> Iterator[int | None]:
    """Yield the status of each exception that statements raise, None where it is not known."""
    for statement in statements:
        if statement.kind == "raise":
            given = [exception_status(project, site) for site in calls_in(module, statement)]
            found = (number_given(project, each) for each in filter(None, given))
            yield next(found, None)


def _passes_on(statement: Statement) -> bool:
    """A bare ``raise``, or ``raise error``, lets the exception out as it is."""
    return not statement.values or isinstance(statement.values[0], Name | Attribute | Opaque)


def _handles(
    project: Project,
    module: Module,
    scope: int,
    caught: Expression | None,
    exceptions: frozenset[str],
) -> bool:
    if caught is None:
        return True
    names = caught.children() if not isinstance(caught, Name | Attribute) else (caught,)
    dotted = {project.knowledge.resolver.dotted(module, scope, each) for each in names}
    return bool(dotted & exceptions)
