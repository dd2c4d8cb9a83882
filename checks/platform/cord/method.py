"""The HTTP methods of a cord."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import one_of, platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from .registration import left_out, written


class CordMethodWithoutPublicMethod(Check):
    """A cord sets `method` where it means `public_api_method`.

    ## What it does
    Looks for cords with a public path and a `method` other than POST but no
    `public_api_method`. On passthrough cords, where `method` is the verb of the upstream
    call and the two may differ on purpose, it is a warning.

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
            given = written(cord, "method")
            if given is None or given[1].upper() == "POST":
                continue
            method, verb = given
            if cord.passthrough is None or cord.arguments.value("public_api_method") is not None:
                continue
            if left_out(cord, "public_api_path"):
                continue  # it cannot be called at all: cord-without-public-path
            if cord.passthrough and verb.upper() not in platform().rule("public-method").allowed:
                continue  # the upstream cannot be called: passthrough-upstream
            upstream = " but the call to the upstream" if cord.passthrough else ""
            yield self.finding(
                method.module,
                method.span,
                method.scope,
                f"{cord.label}: method={verb!r} changes nothing{upstream}; the public path "
                "stays POST",
                f"write public_api_method={verb.upper()!r}",
                severity=Severity.WARNING if cord.passthrough else None,
            )


class CordPublicMethod(Check):
    """A cord's public method is none the platform accepts.

    ## What it does
    Compares a known `public_api_method` of a cord with a public path with the platform's
    list. Lower case is not accepted either.

    ## Why it matters
    The SDK takes anything, so dev mode works with `"get"`; the platform refuses the
    deployment.

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

    @chute.cord(public_api_path="/state", public_api_method="get")
    async def state(self) -> dict:
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

    @chute.cord(public_api_path="/state", public_api_method="GET")
    async def state(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    Platform api/chute/schemas.py, as of 2026-05-12: rule `public-method`.
    """

    id = "cord-public-method"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per method that is refused."""
        if not circumstances.on_gateway:
            return
        rule = platform().rule("public-method")
        for cord in project.cords:
            argument = cord.arguments.get("public_api_method")
            if argument is None or not isinstance(argument.value, Known):
                continue
            if left_out(cord, "public_api_path"):
                continue  # it says nothing there: cord-without-public-path
            method = argument.value.value
            if method in rule.allowed:
                continue
            upper = str(method).upper()
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"{cord.label}: public_api_method={method!r} is refused at deployment, as of "
                f"{rule.as_of}: {rule.message}",
                f"write {upper!r}" if upper in rule.allowed else f"use {one_of(rule.allowed)}",
            )
