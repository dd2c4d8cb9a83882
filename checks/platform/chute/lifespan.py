"""What keeps a chute from telling the platform that it is ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Attribute, Expression, Statement
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
        contexts = list(_contexts(project))
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
            own = [each for each in contexts if each.is_of(project, chute)]
            if not all(each.replaces for each in own):
                continue  # a wrapper of the old one
            for each in own:
                yield self.finding(
                    each.module,
                    each.statement.span,
                    each.statement.scope,
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


@dataclass(frozen=True, slots=True)
class _Context:
    """A mention of some router's ``lifespan_context``.

    Attributes:
        module: Where it stands.
        statement: Where in it.
        router: The expression before the dot.
        replaces: Whether it is assigned to, not read.
    """

    module: Module
    statement: Statement
    router: Expression
    replaces: bool

    def is_of(self, project: Project, chute: Chute) -> bool:
        """Say whether the router is a chute's."""
        resolver = project.knowledge.resolver
        routers = resolver.resolve(self.module, self.statement.scope, self.router)
        return External(f"{CHUTE}.router", chute.instance) in routers


def _contexts(project: Project) -> Iterator[_Context]:
    """Yield every mention, in source order."""
    for module in project.modules:
        for statement in module.facts.statements:
            read = [each for value in statement.values for each in value.walk()]
            for replaces, expressions in ((True, statement.targets), (False, read)):
                for each in expressions:
                    if isinstance(each, Attribute) and each.attribute == _CONTEXT:
                        yield _Context(module, statement, each.value, replaces)
