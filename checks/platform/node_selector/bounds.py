"""What `NodeSelector(...)` accepts."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import NODE_SELECTOR, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known


class NodeSelectorOutOfRange(Check):
    """A number in `NodeSelector(...)` is outside what the SDK allows.

    ## What it does
    Compares the known numbers of every `NodeSelector` with the bounds of its fields.

    ## Why it matters
    `NodeSelector` is a pydantic model: a value out of range raises a ValidationError when
    the module is imported, so neither `chutes build` nor `chutes deploy` gets any further.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, min_vram_gb_per_gpu=8, include=["pro_6000"]),
        tee=True,
    )
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, min_vram_gb_per_gpu=16, include=["pro_6000"]),
        tee=True,
    )
    ```

    ## Source
    SDK 0.6.9 chutes/chute/node_selector.py: the bounds of its fields.
    """

    id = "node-selector-out-of-range"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per number out of range."""
        bounds = contract().field_bounds(NODE_SELECTOR)
        for selector in project.node_selectors:
            for argument in selector.arguments:
                bound = bounds.get(argument.name or "")
                if bound is None or not isinstance(argument.value, Known):
                    continue
                violation = bound.violation(_as_number(argument.value.value))
                if violation is None:
                    continue
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"NodeSelector: {argument.name} {violation}",
                    f"choose a value {bound}",
                )


def _as_number(value: object) -> object:
    """Return the number pydantic would make of a text, the value itself otherwise."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value
