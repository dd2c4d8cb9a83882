"""How full a GPU is."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.gpu_memory import IN_USE, PEAKS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import External, Instance

from ..security.production import production_statements


class TorchMemoryRatio(Check):
    """The memory in use is divided by its own peak, which says nothing of how full the GPU is.

    ## What it does
    Finds divisions of `torch.cuda.memory_allocated()` or `memory_reserved()` by
    `max_memory_allocated()` or `max_memory_reserved()`, also where the two are kept in
    variables first.

    ## Why it matters
    The maximum is the largest amount this process has had so far, not what the GPU has: a
    model of 2 GB alone on a GPU of 96 GB makes 1.0, so an alarm at 0.9 goes off for ever, and
    never says when memory really runs out. Before the first tensor both are 0, and the
    division raises `ZeroDivisionError`.

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


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        used = torch.cuda.memory_allocated() / torch.cuda.max_memory_allocated()
        return {"gpu_memory": used}
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


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        free, total = torch.cuda.mem_get_info()
        return {"gpu_memory": 1 - free / total}
    ```

    ## Source
    PyTorch, torch.cuda.max_memory_allocated: "the peak allocated memory since the beginning
    of this program"; torch.cuda.mem_get_info: "free and total GPU memory".
    """

    id = "torch-memory-ratio"
    category = "runtime"
    severity = Severity.WARNING
    item = "memory-usage"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per division."""
        for module, statement in production_statements(project):
            for expression in statement.expressions():
                match expression:
                    case Operation(operator="/" | "//", operands=(used, peak)):
                        if (
                            self._made(project, module, statement.scope, used) & IN_USE
                            and self._made(project, module, statement.scope, peak) & PEAKS
                        ):
                            yield self.finding(
                                module,
                                expression.span,
                                statement.scope,
                                "this divides the memory in use by its own peak, which is 0 at "
                                "first and no measure of the GPU",
                                "free, total = torch.cuda.mem_get_info()",
                            )

    def _made(self, project: Project, module: Module, scope: int, value: Expression) -> set[str]:
        """Return the functions of libraries whose results a value may be."""
        parts = [value]
        match value:
            case Operation(operator="/" | "*" | "//", operands=(inner, _)):
                parts.append(inner)  # in gigabytes
            case Call(arguments=given):
                parts += [each.value for each in given]  # float(…), max(…, 1)
        return {
            target.of.name
            for part in parts
            for target in project.knowledge.resolver.resolve(module, scope, part)
            if isinstance(target, Instance) and isinstance(target.of, External)
        }
