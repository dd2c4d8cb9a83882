"""Which arguments `NodeSelector(...)` has."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD, IMAGE, NODE_SELECTOR, Signature, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.fit import Misfit, misfits
from chutes_cli.project.model import Project

from ..wayout import way_out

_ELSEWHERE = (
    (CHUTE, "Chute(...)"),
    (CORD, "@chute.cord(...)"),
    (IMAGE, "Image(...)"),
)
_NAME_THE_GPUS = 'name the GPUs: `include=["h100"]`'
_RENAMED = {
    "num_gpus": "use `gpu_count`",
    "gpus": "use `gpu_count`",
    "gpu_type": _NAME_THE_GPUS,
    "gpu_model": _NAME_THE_GPUS,
    "max_vram_gb_per_gpu": "there is no upper limit of memory; exclude the larger GPUs",
    "min_memory_gb": "main memory cannot be asked for; GPU memory is `min_vram_gb_per_gpu`",
    "min_cpu_count": "processors cannot be asked for; remove it",
    "regions": "the place cannot be chosen; remove it",
    "preferred_provider": "the provider cannot be chosen; remove it",
}


class NodeSelectorUnknownArgument(Check):
    """`NodeSelector(...)` is given an argument it does not have.

    ## What it does
    Compares the arguments of every `NodeSelector(...)` with its fields: unknown keywords,
    arguments by position, and a field given twice.

    ## Why it matters
    An unknown keyword is swallowed without a word, so the GPU memory, region or model you
    asked for is not asked for at all, and the chute lands on any machine. An argument by
    position or given twice is a TypeError when the module is imported.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], min_memory_gb=64),
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
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"], min_vram_gb_per_gpu=64),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/node_selector.py: a pydantic model that ignores extra fields.
    """

    id = "node-selector-unknown-argument"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument; arguments by position count as one."""
        signature = contract().signature(NODE_SELECTOR)
        assert signature is not None
        for selector in project.node_selectors:
            found = list(misfits(selector.arguments, signature))
            surplus = [each for each in found if each.kind == "surplus"]
            for misfit in found:
                if misfit not in surplus[1:]:
                    yield self._fault(signature, misfit)

    def _fault(self, signature: Signature, misfit: Misfit) -> Finding:
        argument = misfit.argument
        assert argument is not None  # no field is required
        severity = Severity.ERROR
        if misfit.name is None:
            message = "NodeSelector takes no arguments by position: TypeError at import"
            help = "give every field by name: `NodeSelector(gpu_count=1, ...)`"
        elif misfit.kind == "repeated":
            message = f"NodeSelector is given {misfit.name} twice: the import fails"
            help = "keep one of them"
        else:
            message = f"NodeSelector has no field {misfit.name!r} and ignores it without a word"
            help = way_out(misfit.name, signature, _RENAMED, _ELSEWHERE)
            severity = Severity.WARNING
        return self.finding(
            argument.module, argument.span, argument.scope, message, help, severity=severity
        )
