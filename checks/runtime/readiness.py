"""What a service takes for being ready."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Literal, Name, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module


class ReadinessByName(Check):
    """Readiness is answered by whether an attribute of some name exists.

    ## What it does
    Finds functions that answer several questions with `hasattr(x, "...")` each, and every
    other question with the same constant.

    ## Why it matters
    An attribute called `health_checker` tells nothing of what it checks, nor whether anything
    calls it; it may be None. And what is not asked about is always missing, or always there:
    the score says nothing of the service.

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


    def is_done(service, item: str) -> bool:
        if item == "health checks":
            return hasattr(service, "health_checker")
        if item == "error handling":
            return hasattr(service, "error_handler")
        return False


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": is_done(self, "health checks")}
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


    @chute.on_startup()
    async def load(self):
        self.loaded = {"model": True}


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": all(self.loaded.values())}
    ```

    ## Source
    The Python Standard Library, `hasattr`: it asks for the name alone.
    """

    id = "readiness-by-name"
    category = "runtime"
    severity = Severity.WARNING
    item = "health-checks"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function that goes by names."""
        for module in project.modules:
            for index in range(len(module.facts.scopes)):
                returns = [
                    each
                    for each in module.statements_in(index)
                    if each.kind == "return" and each.values and not module.is_test
                ]
                by_name = [each for each in returns if _asks_for_a_name(each.values[0])]
                if len(by_name) < 2 or not _is_constant(returns[-1].values[0]):
                    continue
                yield self._said(module, by_name[0])

    def _said(self, module: Module, statement: Statement) -> Finding:
        return self.finding(
            module, statement.span, statement.scope,
            "whether an attribute of this name exists is taken for evidence, and the rest "
            "is answered by a constant",
            "ask the thing itself whether it works, and leave out what cannot be asked",
        )  # fmt: skip


def _asks_for_a_name(value: Expression) -> bool:
    match value:
        case Call(function=Name(id="hasattr"), arguments=(_, second)):
            return isinstance(second.value, Literal)
        case _:
            return False


def _is_constant(value: Expression) -> bool:
    return isinstance(value, Literal) and isinstance(value.value, bool)
