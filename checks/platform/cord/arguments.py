"""The keywords of `@chute.cord(...)`, and how it is called."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD, JOB, NODE_SELECTOR, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.fit import misfits
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.values import Known

from ..wayout import way_out
from .registration import bare_decorators

_ELSEWHERE = (
    (CHUTE, "Chute(...)"),
    (JOB, "@chute.job(...)"),
    (NODE_SELECTOR, "NodeSelector(...)"),
)
_RENAMED = {
    "name": "the function's name is the cord's; `path=` overrides it",
    "route": "use `public_api_path`",
    "url": "use `public_api_path`",
    "endpoint": "use `public_api_path`",
    "methods": "use `public_api_method`, one verb per cord",
    "http_method": "use `public_api_method`",
    "api_method": "use `public_api_method`",
    "response_model": "use `output_schema`",
    "request_model": "use `input_schema`",
    "media_type": "use `output_content_type`",
    "port": "use `passthrough_port`",
    "status_code": "a cord answers 200; raise HTTPException with 400 or 429 for anything else",
    "rate_limit": "count the calls in the cord and raise HTTPException with 429",
    "timeout": "set a limit inside the cord, such as `asyncio.timeout(60)`",
}


class CordUnknownArgument(Check):
    """`@chute.cord(...)` is given an argument it does not have.

    ## What it does
    Compares the keywords of every `chute.cord(...)` call with the SDK's signature. What the
    HTTP session of the SDK's own client takes is accepted, but for `timeout` with a number.

    ## Why it matters
    Cords swallow unknown keywords without a word: they become options of the HTTP session
    with which the SDK calls the chute from your own machine, and do nothing on an instance.
    The limit, model or method you asked for does not exist.

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


    @chute.cord(public_api_path="/ready", public_api_method="GET", concurrency=8)
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
        concurrency=8,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `Cord.__init__`: `session_kwargs`, used by
    `_local_call_base` alone.
    """

    id = "cord-unknown-argument"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per keyword that does nothing."""
        signature = contract().signature(CORD)
        assert signature is not None
        for cord in project.cords:
            for argument in cord.arguments:
                name = argument.name
                if name is None or (signature.accepts(name) and not _is_limit(argument)):
                    continue
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{cord.label}: cord() ignores the argument {name!r} without a word",
                    way_out(name, signature, _RENAMED, _ELSEWHERE),
                )


def _is_limit(argument: BoundArgument) -> bool:
    """Say whether it is ``timeout=60``, which no HTTP session means and every reader does."""
    value = argument.value
    return argument.name == "timeout" and isinstance(value, Known) and value.value is not None


class CordCall(Check):
    """`chute.cord` is called in a way that Python or the SDK refuses.

    ## What it does
    Reports `@chute.cord` without parentheses, positional arguments, an argument given
    twice, and a `chute.cord(...)` whose result is applied to no function.

    ## Why it matters
    The first three are TypeErrors when the module is imported, so neither `chutes build`
    nor an instance gets past it. A cord without a function lets the import pass and then
    stops the instance at start-up.

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


    @chute.cord
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


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.cord(self, **kwargs)` and `Chute.initialize`,
    which reads the path and the function of every cord.
    """

    id = "cord-call"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument or call at fault."""
        for site in bare_decorators(project, "cord"):
            yield self.at(
                site,
                "@chute.cord without parentheses raises a TypeError at import",
                'write `@chute.cord(public_api_path="/...", public_api_method="POST")`',
            )
        for cord in project.cords:
            refused = list(self._arguments(cord))
            yield from refused
            statement = cord.site.statement
            unapplied = statement.kind == "expression" and (
                statement.values[0] is cord.site.expression
            )
            if unapplied and not refused:
                yield self.at(
                    cord.site,
                    "this cord is applied to no function, so the chute fails at start-up",
                    "put it above a function as a decorator, or remove it",
                )

    def _arguments(self, cord: Cord) -> Iterator[Finding]:
        signature = contract().signature(CORD)
        assert signature is not None
        for misfit in misfits(cord.arguments, signature):
            if misfit.kind == "surplus":
                message = f"{cord.label}: cord() takes keywords only; this is a TypeError at import"
                help = "write `path=` or `public_api_path=` before it"
            elif misfit.kind == "repeated":
                message = f"{cord.label}: {misfit.name} is given twice, a TypeError at import"
                help = "leave one of the two"
            else:
                continue
            argument = misfit.argument
            assert argument is not None
            yield self.finding(argument.module, argument.span, argument.scope, message, help)
