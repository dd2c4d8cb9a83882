"""The types of what `Chute(...)` is given."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.values import Known

from .forwarded import DEMANDS, Demand
from .given import AN_IMAGE, certainly, label, shown


class ChuteArgumentType(Check):
    """`Chute(...)` is given a value that the SDK or FastAPI cannot use.

    ## What it does
    Checks that `image` is an Image or its name, that `passthrough_headers` is a dict where
    a cord passes calls through, and that the keywords `Chute` passes on to FastAPI have
    values FastAPI can work with. What breaks only the API documentation is a warning.

    ## Why it matters
    Some of these values fail the import, some the start, every call, or `chutes build` and
    `chutes deploy`, depending on who looks at them first.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        docs_url="docs",
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
        docs_url="/docs",
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    FastAPI's constructor; SDK 0.6.9 chutes/entrypoint/deploy.py and chutes/chute/cord.py.
    """

    id = "chute-argument-type"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument."""
        for chute in project.chutes:
            for argument in chute.arguments:
                fault = _image(project, argument) or _headers(chute, argument)
                demand = _broken_demand(chute, argument)
                severity = Severity.ERROR
                if demand is not None:
                    assert isinstance(argument.value, Known)  # an Unknown breaks no demand
                    value = shown(argument.value.value)
                    fault = f"{demand.words}, not {value}: {demand.otherwise}", demand.words
                    severity = Severity.ERROR if demand.fatal else Severity.WARNING
                if fault is None:
                    continue
                message, help = fault
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{label(chute)}: {argument.name} {message}",
                    help,
                    severity=severity,
                )


def _image(project: Project, argument: BoundArgument) -> tuple[str, str] | None:
    if argument.name != "image":
        return None
    help = "pass an Image(...), or the name of one that is built"
    if isinstance(argument.value, Known) and isinstance(argument.value.value, str):
        return None  # image-reference judges texts
    found = certainly(project, argument)
    if found in (None, AN_IMAGE):
        return None
    return f"is {found}, neither an Image nor a text: `chutes deploy` fails", help


def _headers(chute: Chute, argument: BoundArgument) -> tuple[str, str] | None:
    if argument.name != "passthrough_headers" or not isinstance(argument.value, Known):
        return None
    value = argument.value.value
    if not value or isinstance(value, dict) or not any(each.passthrough for each in chute.cords):
        return None
    return (
        f"must be a dict, not {shown(value)}: every call that is passed through fails",
        'write `{"name": "value"}`',
    )


def _broken_demand(chute: Chute, argument: BoundArgument) -> Demand | None:
    """Return what FastAPI wants of an argument and does not get."""
    if not isinstance(argument.value, Known):
        return None
    for demand in DEMANDS:
        if argument.name not in demand.keywords or demand.fits(argument.value.value):
            continue
        if all(_is_on(chute, each) for each in demand.needs):
            return demand
    return None


def _is_on(chute: Chute, keyword: str) -> bool:
    """Say whether a keyword whose default is not empty is certainly not empty."""
    value = chute.arguments.value(keyword)
    return value is None or (isinstance(value, Known) and bool(value.value))
