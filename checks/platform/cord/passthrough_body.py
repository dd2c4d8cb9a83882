"""The body of a passthrough cord's function."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Statement,
    Yield,
)
from chutes_cli.project.model import Project

_PLACEHOLDERS = ("expression", "return", "raise")


class PassthroughBodyNeverRuns(Check):
    """A passthrough cord's function has a body, which never runs.

    ## What it does
    Looks for functions of passthrough cords that do more than hand on what they are given.

    ## Why it matters
    On an instance the SDK hands the call to the upstream and never calls the function: no
    validation, guard or change of the answer written there takes place. (Only the SDK's own
    client, on the machine of the caller, runs it on each result.)

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

    @chute.cord(
        public_api_path="/v1/embed",
        passthrough=True,
        passthrough_path="/v1/embed",
        passthrough_port=10101,
    )
    async def embed(data):
        return {"vectors": data["data"]}
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

    @chute.cord(
        public_api_path="/v1/embed",
        passthrough=True,
        passthrough_path="/v1/embed",
        passthrough_port=10101,
    )
    async def embed(data):
        return data
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call` and `_local_stream_call`.
    """

    id = "passthrough-body-never-runs"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function whose body is dead code on an instance."""
        for cord in project.cords:
            if not cord.passthrough or cord.function is None:
                continue
            function = cord.function
            busy = [
                each
                for each in function.module.statements_in(function.index)
                if not _is_placeholder(each)
            ]
            if busy:
                yield self.finding(
                    function.module,
                    busy[0].span,
                    function.index,
                    f"{cord.label} is a passthrough cord: its body never runs on an instance",
                    "move the work to the upstream, or make a cord without passthrough=True",
                )


def _is_placeholder(statement: Statement) -> bool:
    """Say whether a statement only hands on or refuses, as a body that never runs may."""
    return statement.kind in _PLACEHOLDERS and all(map(_is_simple, statement.expressions()))


def _is_simple(expression: Expression) -> bool:
    match expression:
        case Name() | Literal() | Yield() | Collection() | Mapping() | Opaque(kind="Ellipsis"):
            return True
        case Call(function=Name(id="NotImplementedError")):
            return True
        case _:
            return False
