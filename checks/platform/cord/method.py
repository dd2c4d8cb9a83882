"""The HTTP method of a cord."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known


class CordMethodWithoutPublicMethod(Check):
    """A cord sets `method` where it means `public_api_method`.

    ## What it does
    Looks for cords with a public path and a `method` other than POST but no
    `public_api_method`. Passthrough cords are left alone: there `method` is the verb of
    the upstream call.

    ## Why it matters
    `method` is only the verb of a passthrough cord's upstream call. The public path stays
    POST, so every GET from a client, a load balancer or a health probe is answered 405.

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


    @chute.cord(public_api_path="/health", method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
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


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.initialize` (the route's method) and
    chutes/chute/cord.py, `Cord.__init__`.
    """

    id = "cord-method-without-public-method"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord whose public method is not the one it names."""
        for cord in project.cords:
            method = cord.arguments.get("method")
            if method is None or cord.passthrough is not False:
                continue
            if cord.arguments.value("public_api_method") is not None:
                continue
            if cord.arguments.value("public_api_path") is None:
                continue
            value = method.value
            if not isinstance(value, Known) or not isinstance(value.value, str):
                continue
            if value.value.upper() == "POST":
                continue
            yield self.finding(
                method.module,
                method.span,
                method.scope,
                f"{cord.label}: method={value.value!r} does not change the public path, "
                "which stays POST",
                f"write public_api_method={value.value.upper()!r}",
            )
