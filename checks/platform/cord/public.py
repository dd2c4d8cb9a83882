"""The public paths of cords: what the gateway makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure
from chutes_cli.project.model import Chute, Cord, Project

from .registration import (
    both_run,
    is_one_chutes,
    left_out,
    normal,
    public_method,
    text,
    written,
)


class CordReservedPath(Check):
    """A cord's public path is one the platform keeps for itself.

    ## What it does
    Compares `public_api_path` with the paths the platform reserves, and with those it
    answers itself.

    ## Why it matters
    A reserved path is refused at deployment. `/ping` is accepted, but on the chute's host
    name the platform answers it, so the cord is never called.

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

    @chute.cord(public_api_path="/evidence", public_api_method="GET")
    async def evidence(self) -> dict:
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
    Platform, as of 2026-05-12: rules `public-path-reserved` and `public-path-shadowed`.
    """

    id = "cord-reserved-path"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per public path that is not free."""
        if not circumstances.on_gateway:
            return
        for cord in project.cords:
            given = written(cord, "public_api_path")
            if given is None:
                continue
            argument, path = given
            for name, severity in _KEPT.items():
                rule = platform().rule(name)
                if rule.violation(normal(path)):
                    yield self.finding(
                        argument.module,
                        argument.span,
                        argument.scope,
                        f"{cord.label}: public path {normal(path)}, as of {rule.as_of}: "
                        f"{rule.message}",
                        "choose another path",
                        severity=severity,
                    )


_KEPT = {"public-path-reserved": Severity.ERROR, "public-path-shadowed": Severity.WARNING}


class CordDuplicatePublicPath(Check):
    """Two cords of one chute have the same public path and method.

    ## What it does
    Compares the public path and method of a chute's cords. GET and POST on one path are
    two different things. On chutes with `standard_template="vllm"` a streaming and a plain
    cord may share both.

    ## Why it matters
    Nothing is refused, but every call goes to the first of the two: the second is never
    called. That holds for dev mode as well.

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

    @chute.cord(public_api_path="/state", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}


    @chute.cord(public_api_path="/state", public_api_method="GET")
    async def names(self) -> dict:
        return {"names": sorted(vars(self))}
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

    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}


    @chute.cord(public_api_path="/names", public_api_method="GET")
    async def names(self) -> dict:
        return {"names": sorted(vars(self))}
    ```

    ## Source
    Platform api/invocation/router.py, as of 2025-10; SDK 0.6.9 chutes/chute/base.py,
    `Chute.initialize`: the first route that matches answers.
    """

    id = "cord-duplicate-public-path"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that an earlier one hides."""
        for chute in project.chutes:
            seen: list[tuple[Cord, tuple[object, ...]]] = []
            for cord in chute.cords:
                given = written(cord, "public_api_path")
                if given is None or not is_one_chutes(project, cord):
                    continue
                argument, path = given
                key = _public(chute, cord, path)
                if key is None:
                    continue
                hidden = _hidden_by(chute, cord, key, seen)
                if hidden is not None:
                    rule = platform().rule("public-path-match")
                    yield self.finding(
                        argument.module,
                        argument.span,
                        argument.scope,
                        f"{cord.label}: {key[1]} {key[0]} is {hidden} already; {rule.message}, "
                        f"as of {rule.as_of}",
                        "give it a path of its own, or one cord that does both",
                    )
                seen.append((cord, key))


def _public(chute: Chute, cord: Cord, path: str) -> tuple[object, ...] | None:
    """Return what the gateway tells a cord by, None when it is not known."""
    method = public_method(cord)
    if method is None or _means_another_method(cord):
        return None
    template = chute.arguments.value("standard_template")
    if template is None and not chute.from_template:
        return normal(path), method
    # Whoever says "vllm", and whoever may say it, has the stream flag looked at.
    return None if cord.stream is None else (normal(path), method, cord.stream)


def _means_another_method(cord: Cord) -> bool:
    """Say whether `method` was written for `public_api_method`, which another check reports."""
    verb = text(cord, "method")
    return verb not in (None, "POST") and cord.arguments.get("public_api_method") is None


def _hidden_by(
    chute: Chute, cord: Cord, key: tuple[object, ...], seen: list[tuple[Cord, tuple[object, ...]]]
) -> str | None:
    """Say which earlier cord the gateway calls instead, None when none certainly is."""
    for other, taken in seen:
        if taken == key and both_run(chute, other, cord):
            if other.site == cord.site:
                return "registered in an earlier turn of the loop"
            return f"that of {other.label} in line {other.site.span.line}"
    return None


class CordWithoutPublicPath(Check):
    """A cord has no public path.

    ## What it does
    Reports cords whose `public_api_path` is left out.

    ## Why it matters
    The platform calls cords by their public path, so nothing can call this one. In dev
    mode it is worse: the SDK stops at start-up with a TypeError, and no cord is served.

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

    @chute.cord(public_api_method="GET")
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
    SDK 0.6.9 chutes/chute/base.py, `Chute.initialize`: the route's path in dev mode;
    platform api/invocation/router.py, as of 2025-10.
    """

    id = "cord-without-public-path"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord that cannot be called."""
        direct = circumstances.exposure is not Exposure.GATEWAY
        for cord in project.cords:
            if not left_out(cord, "public_api_path"):
                continue
            if any(argument.name is None for argument in cord.arguments):
                continue  # it is meant by position, which cord-call reports
            useless = cord.arguments.get("public_api_method")
            also = ", so its public_api_method says nothing," if useless else ""
            name = f"/{cord.function.scope.name}" if cord.function else "/..."
            yield self.finding(
                cord.site.module,
                cord.site.span,
                cord.site.scope,
                f"{cord.label} has no public_api_path{also} and cannot be called; "
                "`chutes run --dev` stops with a TypeError",
                f'add public_api_path="{name}"',
                severity=Severity.ERROR if direct else None,
            )
