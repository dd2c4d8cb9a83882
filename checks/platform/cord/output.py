"""Whether what a cord returns can be sent."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Function

from .body import body_parameter, running
from .guard import validating_model
from .json_values import Body, Encoder
from .returns import is_bare, returned


class CordUnserialisableReturn(Check):
    """A cord returns what production cannot encode.

    ## What it does
    Follows what a cord returns, through names, conditions, dicts, lists and the functions
    it calls, and reports pydantic models, sets, bytes, iterators, objects, streaming and
    file responses, dict keys that are no text, and the like.

    ## Why it matters
    The dev runtime leaves the encoding to FastAPI, which takes nearly anything. In
    production the SDK calls `orjson.dumps` without options, and every such answer is a 500
    that counts as a failure of the instance: it works on the laptop and never afterwards.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import BaseModel

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class State(BaseModel):
        ready: bool


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> State:
        return State(ready=hasattr(self, "model"))
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import BaseModel

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class State(BaseModel):
        ready: bool


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return State(ready=hasattr(self, "model")).model_dump()
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call`: `encrypt(json.dumps(response))`, where
    json is orjson; only what has a `body` is sent as a response.
    """

    id = "cord-unserialisable-return"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per value a cord returns and production cannot encode."""
        if not circumstances.on_gateway:
            return
        for cord, function in running(project):
            if cord.stream is not False or not is_bare(project, function, cord.site.expression):
                continue
            encoder = Encoder(project, _body(project, cord, function))
            for statement, value in returned(function):
                if "gateway" not in exposures_at(function.module, statement.guards):
                    continue
                for refusal in encoder.refusals(value):
                    yield self.finding(
                        function.module,
                        refusal.shown.span,
                        function.index,
                        f"{cord.label} returns {refusal.what}: fine in the dev runtime, 500 in "
                        "production, where orjson cannot encode it",
                        refusal.help,
                        confidence=refusal.confidence,
                    )


def _body(project: Project, cord: Cord, function: Function) -> Body | None:
    parameter, model = body_parameter(function), validating_model(project, cord, function)
    return Body(function, parameter.name, model) if parameter else None
