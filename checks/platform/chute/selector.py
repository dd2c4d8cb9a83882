"""The node selector of a chute."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .given import A_NODE_SELECTOR, certainly, label


class ChuteWithoutNodeSelector(Check):
    """A chute has no node selector.

    ## What it does
    Looks for chutes made without `node_selector`, or with something else in its place, such
    as None or a dict.

    ## Why it matters
    The import and `chutes run --dev` work, and nothing is said until `chutes deploy` asks
    the selector for its fields: an AttributeError, and nothing is deployed.

    ## Example
    ```python
    import time

    from chutes.chute import Chute

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
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
    SDK 0.6.9 chutes/entrypoint/deploy.py, `_deploy`: `chute.node_selector.dict()`.
    """

    id = "chute-without-node-selector"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute."""
        help = 'pass `node_selector=NodeSelector(gpu_count=1, include=["pro_6000"])`'
        for chute in project.chutes:
            argument = chute.arguments.get("node_selector")
            if project.knowledge.resolver.members.stores(chute.instance, "_node_selector"):
                continue
            if argument is not None:
                found = certainly(project, argument)
                if found in (None, A_NODE_SELECTOR):
                    continue
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{label(chute)}: node_selector is {found}, not a NodeSelector, and "
                    "`chutes deploy` fails",
                    help,
                )
            elif chute.arguments.complete and chute.callee == CHUTE:
                yield self.at(
                    chute.site,
                    "Chute() has no node selector, and `chutes deploy` fails with an "
                    "AttributeError",
                    help,
                )
