"""What keeps a chute from telling the platform that it is ready."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Attribute, Statement
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import External
from chutes_cli.project.values import Known

_CONTEXT = "lifespan_context"
_HELP = "do the work in `@chute.on_startup()`; clean up in a signal handler that it installs"


class ChuteLifespan(Check):
    """A chute replaces FastAPI's lifespan, so it never becomes active.

    ## What it does
    Looks for `lifespan=` in `Chute(...)`, and for assignments to
    `chute.router.lifespan_context` where nothing keeps the old one.

    ## Why it matters
    The SDK tells the platform that an instance is ready from an `on_event("startup")`
    handler, and FastAPI ignores those when it is given a lifespan. The chute runs in dev
    mode; deployed, it starts, is never active, gets no calls and never locks its network.

    ## Example
    ```python
    import time

    from contextlib import asynccontextmanager

    from chutes.chute import Chute, NodeSelector


    @asynccontextmanager
    async def prepared(app):
        app.state.ready = True
        yield


    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        lifespan=prepared,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Use instead
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self) -> None:
        self.state.ready = True


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: `@chute.on_event("startup")` around the activation.
    """

    id = "chute-lifespan"
    category = "platform"
    severity = Severity.ERROR
    item = "graceful-shutdown"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per lifespan given or assigned."""
        for chute in project.chutes:
            argument = chute.arguments.get("lifespan")
            if argument is not None and _is_given(project, argument):
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    "lifespan= switches off the start-up events by which the SDK activates a "
                    "chute, so it never becomes active",
                    _HELP,
                )
            replaced = [] if _is_kept(project, chute) else _replacements(project, chute)
            for module, statement in replaced:
                yield self.finding(
                    module,
                    statement.span,
                    statement.scope,
                    "a new lifespan_context drops the start-up events by which the SDK "
                    "activates a chute, so it never becomes active",
                    _HELP,
                )


def _is_given(project: Project, argument: BoundArgument) -> bool:
    """Say whether an argument is certainly not None."""
    if isinstance(argument.value, Known):
        return argument.value.value is not None
    return bool(
        project.knowledge.resolver.resolve(argument.module, argument.scope, argument.expression)
    )


def _replacements(project: Project, chute: Chute) -> list[tuple[Module, Statement]]:
    """Return the assignments to a chute's lifespan context."""
    return [
        (module, statement)
        for module in project.modules
        for statement in module.facts.statements
        for target in statement.targets
        if _is_context(project, chute, module, statement.scope, target)
    ]


def _is_kept(project: Project, chute: Chute) -> bool:
    """Say whether the old lifespan context is read, as a wrapper of it would."""
    return any(
        _is_context(project, chute, module, statement.scope, expression)
        for module in project.modules
        for statement in module.facts.statements
        for value in statement.values
        for expression in value.walk()
    )


def _is_context(
    project: Project, chute: Chute, module: Module, scope: int, expression: object
) -> bool:
    """Say whether an expression is ``chute.router.lifespan_context``."""
    if not isinstance(expression, Attribute) or expression.attribute != _CONTEXT:
        return False
    router = project.knowledge.resolver.resolve(module, scope, expression.value)
    return External(f"{CHUTE}.router", chute.instance) in router
