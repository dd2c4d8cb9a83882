"""The GPUs that `NodeSelector(...)` names."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Span
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from .selection import entries


class NodeSelectorUnknownGpu(Check):
    """`NodeSelector(...)` names a GPU the platform does not know.

    ## What it does
    Looks up the known entries of `include` and `exclude` in the platform's table of GPUs.

    ## Why it matters
    The SDK takes any text, so nothing is said before `chutes deploy`, and then the platform
    answers "Invalid GPU identifiers". A name in the wrong case gets past that: in `include`
    the platform then fails with a KeyError, in `exclude` it excludes nothing.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], exclude=["rtx4090"]),
        tee=True,
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
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], exclude=["4090"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/schemas.py (`NodeSelector`), and its table of GPUs.
    """

    id = "node-selector-unknown-gpu"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per name."""
        for selector in project.node_selectors:
            for argument in selector.arguments:
                if argument.name not in ("include", "exclude"):
                    continue
                for entry, span in entries(project, argument):
                    if isinstance(entry, str) and entry not in platform().gpus:
                        yield self._fault(argument, entry, span)

    def _fault(self, argument: BoundArgument, name: str, span: Span) -> Finding:
        rule = platform().rule("gpu-name")
        severity = Severity.ERROR
        close = platform().nearest_gpu(name)
        help = f'did you mean "{close}"?' if close else f"choose among {', '.join(platform().gpus)}"
        if name.lower() not in platform().gpus:
            message = f"NodeSelector: the platform knows no GPU {name!r}"
        else:
            help = f'write "{name.lower()}"'
            if argument.name == "include":
                message = f"NodeSelector: {name!r} in upper case fails on the platform (KeyError)"
            else:
                severity = Severity.WARNING
                message = f"NodeSelector: {name!r} in upper case excludes nothing, without a word"
        message = f"{message}, as of {rule.as_of}"
        return self.finding(argument.module, span, argument.scope, message, help, severity=severity)


class NodeSelectorTooManyExcluded(Check):
    """`NodeSelector(exclude=...)` has more entries than the platform takes.

    ## What it does
    Counts the entries of `exclude` where they are known.

    ## Why it matters
    The SDK takes a list of any length; the platform refuses the deployment (400).

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(
            gpu_count=1,
            include=["pro_6000"],
            exclude=["3090", "4090", "5090", "a4000", "a5000", "l4"],
        ),
        tee=True,
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
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], min_vram_gb_per_gpu=48),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/router.py, `_deploy_chute`.
    """

    id = "node-selector-too-many-excluded"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per list that is too long."""
        rule = platform().rule("exclude-entries")
        for selector in project.node_selectors:
            argument = selector.arguments.get("exclude")
            if argument is None or not isinstance(argument.value, Known):
                continue
            value = argument.value.value
            if not isinstance(value, list | tuple | set):
                continue
            violation = rule.violation(list(value))
            if violation is None:
                continue
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"NodeSelector: exclude {violation}, as of {rule.as_of}",
                "name what you want with `include`, or rule out small GPUs with "
                "`min_vram_gb_per_gpu`",
            )
