"""What `NodeSelector(...)` accepts."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import NODE_SELECTOR, Parameter, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from ..coercion import number, whole_number, written


class NodeSelectorOutOfRange(Check):
    """A value in `NodeSelector(...)` is not one the SDK allows.

    ## What it does
    Compares the known values of every `NodeSelector` with the types and bounds of its
    fields, as pydantic does: `"2"` and `2.0` are whole numbers, `"two"`, `1.5` and None are
    not; `include` and `exclude` are lists of texts, a bare `"h100"` is none.

    ## Why it matters
    `NodeSelector` is a pydantic model: a value of the wrong type or out of range raises a
    ValidationError when the module is imported, so neither `chutes build` nor
    `chutes deploy` gets any further.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, min_vram_gb_per_gpu=8, include=["pro_6000"]),
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
        node_selector=NodeSelector(gpu_count=1, min_vram_gb_per_gpu=16, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/node_selector.py: the types and bounds of its fields.
    """

    id = "node-selector-out-of-range"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument the SDK refuses."""
        signature = contract().signature(NODE_SELECTOR)
        assert signature is not None
        for selector in project.node_selectors:
            for field in signature.parameters:
                argument = selector.arguments.get(field.name)
                if argument is None or not isinstance(argument.value, Known):
                    continue
                fault = _fault(field, argument.value.value)
                if fault is None:
                    continue
                message, help = fault
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"NodeSelector: {field.name} {message}",
                    help,
                )


def _fault(field: Parameter, value: object) -> tuple[str, str] | None:
    """Return what is wrong with a field's value and the way out, None when it is accepted."""
    if value is None and field.default is None:
        return None
    bound = contract().field_bounds(NODE_SELECTOR).get(field.name)
    if bound is None:
        return _list_fault(value)
    whole = field.annotation == "int"
    given = whole_number(value) if whole else number(value)
    if given is None:
        kind = "a whole number" if whole else "a number"
        help = f"choose a value {bound}"
        if value is None:
            help = f"leave it out for the default, {field.default}"
        return f"must be {kind}, not {value!r}", help
    violation = bound.violation(given)
    return (violation, f"choose a value {bound}") if violation else None


def _list_fault(value: object) -> tuple[str, str] | None:
    if not isinstance(value, list | tuple | set):
        example = f"[{value!r}]" if isinstance(value, str) else '["h100"]'
        return f"must be a list of GPU names, not {value!r}", f"write `{example}`"
    for each in value:
        if written(each) is None:
            return f"holds {each!r}, which is not a text", "name each GPU by a text"
    return None
