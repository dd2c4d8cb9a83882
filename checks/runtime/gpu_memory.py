"""How full the memory of a GPU is."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.torch_memory import IN_USE, PEAK
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site


class GpuMemoryRatio(Check):
    """The memory in use is divided by its own peak.

    ## What it does
    Finds `torch.cuda.memory_allocated()` or `memory_reserved()` divided by
    `max_memory_allocated()` or `max_memory_reserved()`, names and units between them included.

    ## Why it matters
    The peak is the most that this process has held, not what the GPU has. It is 0 before
    anything was put on the GPU, so that the division fails; afterwards the ratio is near 1
    however empty the GPU is: load is shed, and alerts ring, for nothing.

    ## Example
    ```python
    import torch
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/memory", public_api_method="GET")
    async def memory(self) -> dict:
        return {"used": torch.cuda.memory_allocated() / torch.cuda.max_memory_allocated()}
    ```

    ## Use instead
    ```python
    import torch
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/memory", public_api_method="GET")
    async def memory(self) -> dict:
        free, total = torch.cuda.mem_get_info()
        return {"used": 1 - free / total}
    ```

    ## Source
    torch documentation, `torch.cuda.max_memory_allocated` and `torch.cuda.mem_get_info`.
    """

    id = "gpu-memory-ratio"
    category = "runtime"
    severity = Severity.WARNING
    item = "memory-usage"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per division."""
        for module in project.modules:
            for statement in module.facts.statements:
                for each in statement.expressions():
                    match each:
                        case Operation(operator="/", operands=(used, whole)) if (
                            not module.is_test
                            and _asked(project, module, statement.scope, used) in IN_USE
                            and _asked(project, module, statement.scope, whole) in PEAK
                        ):
                            yield self.at(
                                Site(module, statement, each),
                                "the memory in use is divided by its own peak: by 0 at first, "
                                "and near 1 however empty the GPU is",
                                "compare it with the total of torch.cuda.mem_get_info()",
                            )


def _asked(project: Project, module: Module, scope: int, expression: Expression) -> str | None:
    """Return the function that a number is from, whatever its unit."""
    where, held = project.knowledge.evaluator.held(module, scope, expression)
    match held:
        case Call(function=function):
            return project.knowledge.resolver.dotted(module, where, function)
        case Operation(operator="/", operands=(number, _)):
            return _asked(project, module, where, number)
        case _:
            return None
