"""What a node selector leaves to run on: nothing, what is refused, or needlessly little."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.core.report import Account
from chutes_cli.project.model import NodeSelector, Project

from .selection import Selection, alternatives, selection


class NodeSelectorMatchesNothing(Check):
    """No GPU of the platform fits `NodeSelector(...)`.

    ## What it does
    Applies `include`, `exclude`, `min_vram_gb_per_gpu` and `max_hourly_price_per_gpu` to the
    platform's table of GPUs. A GPU of unknown memory or rate fits any of them.

    ## Why it matters
    The SDK does not know the table, so nothing is said before `chutes deploy`, which the
    platform refuses because there is nothing to run the chute on.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], exclude=["pro_6000"]),
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
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/schemas.py, `NodeSelector.supported_gpus`.
    """

    id = "node-selector-matches-nothing"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per selector, at the field that rules out the last GPU."""
        for selector in project.node_selectors:
            chosen = selection(selector)
            if chosen is None or chosen.left:
                continue
            name, message, help = _ruled_out(chosen)
            argument = selector.arguments.get(name)
            assert argument is not None  # a filter that is not given rules out nothing
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"NodeSelector matches no GPU: {message}",
                help,
                confidence=Confidence.MEDIUM if chosen.large else Confidence.HIGH,
            )


def _ruled_out(chosen: Selection) -> tuple[str, str, str]:
    """Return the field that rules out the last GPU, how, and the way out."""
    gpus = platform().gpus
    if not chosen.allowed:
        return "exclude", "every GPU in include is excluded as well", "take it out of `exclude`"
    if not chosen.large:
        most = max(filter(None, (gpus[name].memory_gb for name in chosen.allowed)))
        return (
            "min_vram_gb_per_gpu",
            f"those in include have {most} GB at most",
            f"ask for {most} GB or less, or include a larger GPU",
        )
    cheapest = min(filter(None, (gpus[name].dollars_per_hour for name in chosen.large)))
    return (
        "max_hourly_price_per_gpu",
        f"the cheapest left costs ${cheapest:g} per hour as of {platform().gpus_as_of}",
        f"allow {cheapest:g} or more, or include a cheaper GPU",
    )


class NodeSelectorRestricted(Check):
    """`NodeSelector(...)` leaves only GPUs the platform keeps back.

    ## What it does
    Looks for selectors that match b200 or mi300x and nothing else. Only for
    `--account privileged`: an ordinary account may not choose its GPU at all.

    ## Why it matters
    The SDK takes such a selector; the platform refuses it for every account without
    unlimited rights, 400, or 403 with an `exclude` of your own.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["b200"]),
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
        node_selector=NodeSelector(gpu_count=1, include=["h200"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/router.py, `_deploy_chute`.
    """

    id = "node-selector-restricted"
    category = "platform"
    severity = Severity.ERROR
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per selector that matches only such GPUs."""
        rule = platform().rule("gpu-restricted")
        for selector, chosen in _chosen_freely(project, circumstances):
            if any(rule.violation(name) is None for name in chosen.left):
                continue
            yield self.at(
                selector.site,
                f"NodeSelector leaves only {_listed(chosen.left)}, which the platform refuses "
                f"as of {rule.as_of}",
                "include another GPU as well",
            )


class NodeSelectorDroppedGpu(Check):
    """`NodeSelector(include=...)` names a GPU that its other fields rule out.

    ## What it does
    Looks for names in `include` that `exclude`, `min_vram_gb_per_gpu` or
    `max_hourly_price_per_gpu` take away again, and for mi300x beside other GPUs. Only for
    `--account privileged`: an ordinary account may not choose its GPU at all.

    ## Why it matters
    Neither the SDK nor the platform says a word: the chute runs on fewer kinds of GPU than
    the line says, and waits longer for one.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(
            gpu_count=1, min_vram_gb_per_gpu=80, include=["l40s", "a100", "h100"]
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
        node_selector=NodeSelector(
            gpu_count=1, min_vram_gb_per_gpu=48, include=["l40s", "a100", "h100"]
        ),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/schemas.py, `NodeSelector.supported_gpus`.
    """

    id = "node-selector-dropped-gpu"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per selector."""
        mixed = platform().rule("gpu-dropped")
        for selector, chosen in _chosen_freely(project, circumstances):
            dropped = chosen.named - chosen.left
            if len(chosen.left) > 1:
                dropped |= {name for name in chosen.named & chosen.left if mixed.violation(name)}
            if not dropped:
                continue
            argument = selector.arguments.get("include")
            assert argument is not None  # it names what is dropped
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"NodeSelector names {_listed(dropped)} in include and rules it out again, as of "
                f"{mixed.as_of}",
                "take it out of `include`, or change the field that rules it out",
            )


class NodeSelectorNarrow(Check):
    """`NodeSelector(...)` leaves one kind of GPU where others would do.

    ## What it does
    Looks for selectors that leave a single kind of GPU while others have as much memory.
    Only for `--account privileged`: an ordinary account may not choose its GPU at all.

    ## Why it matters
    Every kind of GPU you allow makes it likelier that one is free: a narrow selector means
    longer cold starts, and no instance at all while that one kind is taken.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["a100"]),
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
        node_selector=NodeSelector(gpu_count=1, include=["a100", "a100_sxm", "h100"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's table of GPUs.
    """

    id = "node-selector-narrow"
    category = "platform"
    severity = Severity.INFO
    confidence = Confidence.LOW

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per selector."""
        for selector, chosen in _chosen_freely(project, circumstances):
            if len(chosen.left) != 1:
                continue
            (name,) = chosen.left
            others = [gpu.name for gpu in alternatives(name)]
            if not others:
                continue
            yield self.at(
                selector.site,
                f"NodeSelector leaves only {name!r}, while {len(others)} other kinds of GPU have "
                f"as much memory, as of {platform().gpus_as_of}",
                f"include others that run your code as well: {', '.join(others[:3])}",
            )


def _chosen_freely(
    project: Project, circumstances: Circumstances
) -> Iterator[tuple[NodeSelector, Selection]]:
    """Yield the selectors that are known and leave something, for who may choose a GPU."""
    if circumstances.account is not Account.PRIVILEGED:
        return
    for selector in project.node_selectors:
        chosen = selection(selector)
        if chosen is not None and chosen.certain and chosen.left:
            yield selector, chosen


def _listed(names: frozenset[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
