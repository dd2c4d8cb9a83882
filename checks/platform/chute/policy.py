"""What the platform's dated policies let an ordinary account deploy."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import NODE_SELECTOR, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account
from chutes_cli.project.model import Chute, NodeSelector, Project
from chutes_cli.project.values import Known

from ..coercion import number, whole_number
from .given import label, lacks_tee
from .naming import tee_in_name

_OTHERWISE = "for an account with more rights, audit with `--account privileged`"
_NUMBERS = {
    "gpu_count": "ordinary-gpu-count",
    "min_vram_gb_per_gpu": "ordinary-min-vram",
    "max_hourly_price_per_gpu": "ordinary-max-price",
}


class AccountPolicy(Check):
    """A chute is one that the platform lets no ordinary account deploy.

    ## What it does
    For `--account ordinary`, the default, looks for chutes made without `tee=True`, and for
    node selectors other than one pro_6000 per instance: any other `gpu_count`, an `include`
    that is left out or names anything else, more memory than that GPU has, a price cap
    below its rate. Made by a template builder or by `Chute(...)` is the same.

    ## Why it matters
    The SDK takes them all; the platform refuses the deployment with a 400, or a bare 500.
    The policy is dated, so it may have changed since.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
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
    The platform's deployment policy, as of 2026-05-12: "Only TEE chutes are supported",
    "TEE private deployments are limited at this time".
    """

    id = "account-policy"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute without TEE, and one per field of its node selector."""
        if circumstances.account is not Account.ORDINARY:
            return
        selectors = []
        for chute in project.chutes:
            if tee_in_name(project, chute) is None:  # else told as a fault of the name
                yield from self._tee(project, chute)
            selectors.append(project.node_selector_of(chute))
        for selector in dict.fromkeys(selectors):
            if selector is not None:
                yield from self._include(selector)
                yield from self._numbers(selector)

    def _tee(self, project: Project, chute: Chute) -> Iterator[Finding]:
        if not lacks_tee(project, chute):
            return
        message = (
            f"{label(chute)}: ordinary accounts can deploy only TEE chutes as of "
            f"{platform().rule('ordinary-tee').as_of}"
        )
        help = f"write `tee=True`; {_OTHERWISE}"
        argument = chute.arguments.get("tee")
        if argument is None:
            yield self.at(chute.site, message, help)
        else:
            yield self.finding(argument.module, argument.span, argument.scope, message, help)

    def _include(self, selector: NodeSelector) -> Iterator[Finding]:
        rule = platform().rule("ordinary-include")
        names = _included(selector)
        if names is None or (names and all(each in rule.allowed for each in names)):
            return
        fault = f"includes {', '.join(map(repr, names))}" if names else "names no GPU in include"
        message = (
            f"NodeSelector {fault}; ordinary accounts get only {rule.allowed[0]} as of {rule.as_of}"
        )
        help = f'write `include=["{rule.allowed[0]}"]`; {_OTHERWISE}'
        argument = selector.arguments.get("include")
        if argument is None:
            yield self.at(selector.site, message, help)
        else:
            yield self.finding(argument.module, argument.span, argument.scope, message, help)

    def _numbers(self, selector: NodeSelector) -> Iterator[Finding]:
        bounds = contract().field_bounds(NODE_SELECTOR)
        allowed = list(platform().rule("ordinary-include").allowed)
        for name, policy in _NUMBERS.items():
            argument = selector.arguments.get(name)
            if argument is None or not isinstance(argument.value, Known):
                continue
            if name != "gpu_count" and _included(selector) == allowed:
                continue  # nothing matches such a selector, whoever deploys it
            given = argument.value.value
            value = number(given) if whole_number(given) is None else whole_number(given)
            if bounds[name].violation(value):
                continue  # the SDK refuses it
            rule = platform().rule(policy)
            violation = rule.violation(value)
            if violation is None:
                continue
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"NodeSelector: for ordinary accounts {name} {violation}, as of {rule.as_of}",
                f"{'write `gpu_count=1`' if name == 'gpu_count' else 'leave it out'}; {_OTHERWISE}",
            )


def _included(selector: NodeSelector) -> list[str] | None:
    """Return the GPUs a selector includes, in order and each once.

    Returns:
        None where they cannot be told, and where one is none of the platform's GPUs or the
        SDK refuses the value, which other checks tell.
    """
    value = selector.arguments.value("include")
    if value is None or value == Known(None):
        return []
    names = value.value if isinstance(value, Known) else None
    if not isinstance(names, list | tuple | set):
        return None
    if not all(isinstance(each, str) and each in platform().gpus for each in names):
        return None
    return sorted(set(names))
