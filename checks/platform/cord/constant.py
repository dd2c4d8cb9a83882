"""Cords that have nothing to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Await,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Statement,
)
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Function, Method
from chutes_cli.project.values import Known

from .body import running

_HEALTH = re.compile(
    r"(?:.*[/_-])?(?:health(?:z|[_-]?check)?|ready|readyz|readiness|status)/?", re.IGNORECASE
)
_PATHS = ("public_api_path", "path")
_LOGS = ("loguru.logger.", "logging.", "builtins.print")


class CordConstant(Check):
    """A cord returns the same value whatever happens.

    ## What it does
    Reports cords that return a value which the source fixes, and do nothing else but
    logging: at once, by a local name, from within a `try` in which nothing can fail, under
    conditions that the source fixes too, or by a function of the tree that does only this.
    A warning where the path speaks of health or readiness, advice elsewhere: `/live` and
    `/ping` may be so.

    ## Why it matters
    A health cord that says `{"status": "ok"}` says it with a dead model, too, so nothing
    that watches it ever notices. The platform has had code reviewed for cords that return
    a static value and do nothing useful, and banned them.

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


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"status": "ok"}
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


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"status": "ok" if hasattr(self, "model") else "starting"}
    ```

    ## Source
    Platform code review, as of 2025-10; the deploy path of 2026-05-12 no longer calls it.
    """

    id = "cord-constant"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "health-checks"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that only returns a constant."""
        rule = platform().rule("cord-does-nothing")
        for cord, function in _plain(project):
            value = _constant(project, function)
            if value is not None:
                yield self.finding(
                    function.module,
                    value.span,
                    function.index,
                    f"{cord.label} always returns the same value; the platform's review of "
                    f"{rule.as_of} banned cords that do nothing useful",
                    "return live state, such as whether the model answers",
                    severity=None if _tells_health(cord) else Severity.INFO,
                )


class CordEmptyBody(Check):
    """A cord does nothing and answers null.

    ## What it does
    Reports cords whose function holds nothing but a docstring, `pass` or `...`, and which
    are neither passthrough nor streaming.

    ## Why it matters
    An empty body is how passthrough cords are written, whose function never runs. Without
    `passthrough=True` it does run, and every caller gets `null` with status 200.

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


    @chute.cord(public_api_path="/models", public_api_method="GET")
    async def models(self):
        pass
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


    @chute.on_startup()
    async def start(self):
        self.names = ["one", "two"]


    @chute.cord(public_api_path="/models", public_api_method="GET")
    async def models(self):
        return {"models": self.names}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call`: only a passthrough cord skips its
    function.
    """

    id = "cord-empty-body"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord without a body."""
        for cord, function in _plain(project):
            if all(each.kind == "return" and not each.values for each in _doing(project, function)):
                yield self.finding(
                    function.module,
                    function.scope.name_span,
                    function.index,
                    f"{cord.label} has no body and is not passthrough: every call answers null",
                    "write its body, or pass passthrough=True with passthrough_path=",
                )


def _plain(project: Project) -> Iterator[tuple[Cord, Function]]:
    """Yield the cords that answer with what their function returns."""
    for cord, function in running(project):
        if cord.stream is False and len(function.scope.decorators) < 2:
            yield cord, function


def _doing(project: Project, function: Function) -> list[Statement]:
    """Return the statements of a function that do something: no docstring, no logging."""
    return [
        statement
        for statement in function.module.statements_in(function.index)
        if not _is_idle(project, function.module, statement)
    ]


def _is_idle(project: Project, module: Module, statement: Statement) -> bool:
    if statement.kind != "expression":
        return False
    match statement.values[0]:
        case Literal() | Opaque(kind="Ellipsis"):
            return True
        case Call(function=callee):
            dotted = project.knowledge.resolver.dotted(module, statement.scope, callee) or ""
            return dotted.startswith(_LOGS)
        case _:
            return False


def _constant(
    project: Project, function: Function, seen: frozenset[Function] = frozenset()
) -> Expression | None:
    """Return the value that a function always returns and does nothing else, None for others."""
    module, returned = function.module, []
    if function in seen:
        return None
    for each in _doing(project, function):
        guards = (module.facts.guards[index].kind for index in module.guards_of(each.guards))
        if each.kind == "except" or "except" in guards:
            continue  # nothing beside it can fail
        match each:
            case Statement(kind="return", values=(value,)) if _is_fixed(
                project, function, value, seen
            ):
                returned.append(value)
            case Statement(kind="test" | "assign", values=(value,), targets=targets) if _is_fixed(
                project, function, value, seen
            ):
                if not all(isinstance(target, Name) for target in targets):
                    return None
            case _:
                return None
    return returned[0] if returned else None


def _is_fixed(
    project: Project, function: Function, expression: Expression, seen: frozenset[Function]
) -> bool:
    value = project.knowledge.evaluator.value(function.module, function.index, expression)
    if isinstance(value, Known):
        return value.value is not None
    match expression:
        case Await(value=inner):
            return _is_fixed(project, function, inner, seen)
        case Mapping() | Collection():
            return all(_is_fixed(project, function, each, seen) for each in expression.children())
        case Call(function=callee, arguments=()):
            resolve = project.knowledge.resolver.resolve
            match resolve(function.module, function.index, callee):
                case (Function() as called,) | (Method(function=called),):
                    return _constant(project, called, seen | {function}) is not None
    return False


def _tells_health(cord: Cord) -> bool:
    """Say whether what watches a service is to ask this cord how it is."""
    values = [cord.arguments.value(each) for each in _PATHS]
    return any(
        isinstance(each, Known) and bool(_HEALTH.fullmatch(str(each.value))) for each in values
    )
