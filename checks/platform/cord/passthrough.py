"""Passthrough cords: calls that a local server answers instead of the function."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.values import Known

from .registration import left_out, normal, refused_by_sdk, registered_name, text

_OWN_PORTS = (8000, 8001)
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_OPTIONS = ("passthrough_path", "passthrough_port", "sglang_passthrough")


class PassthroughUpstream(Check):
    """A passthrough cord's calls go to a place where no upstream can be.

    ## What it does
    Checks where passthrough cords send their calls: `passthrough_port`, `passthrough_path`
    and `method`.

    ## Why it matters
    Without `passthrough_port` the SDK calls port 8000, on which the chute itself listens
    (its log server has 8001). Without `passthrough_path` it calls a path that is made of
    the function's name, and a method that no HTTP client has is an AttributeError: 500 on
    every call.

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

    @chute.cord(public_api_path="/v1/embed", passthrough=True, passthrough_path="/v1/embed")
    async def embed(data):
        return data
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

    @chute.cord(
        public_api_path="/v1/embed",
        passthrough=True,
        passthrough_path="/v1/embed",
        passthrough_port=10101,
    )
    async def embed(data):
        return data
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_passthrough_call`, and chutes/entrypoint/run.py, the
    default of `--port`.
    """

    id = "passthrough-upstream"
    category = "platform"
    severity = Severity.ERROR
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per part of the upstream's address that cannot be right."""
        for cord in project.cords:
            if cord.passthrough:
                yield from self._port(cord)
                yield from self._path(project, cord)
                yield from self._verb(cord)

    def _port(self, cord: Cord) -> Iterator[Finding]:
        argument = cord.arguments.get("passthrough_port")
        help = "start the upstream on a port of its own, such as 10101, and name it here"
        if left_out(cord, "passthrough_port"):
            yield self.at(
                cord.site,
                f"{cord.label} passes calls on to port 8000 by default, the chute's own",
                help,
            )
        elif argument is not None and isinstance(argument.value, Known):
            port = _port_number(argument.value.value)
            if port is None:
                message = f"passthrough_port={argument.value.value!r} is no port"
            elif port in _OWN_PORTS:
                message = f"passthrough_port={port} is the chute's own, so no upstream has it"
            else:
                return
            yield self._pointing(argument, f"{cord.label}: {message}", help)

    def _path(self, project: Project, cord: Cord) -> Iterator[Finding]:
        public = text(cord, "public_api_path")
        name = registered_name(project, cord)
        if not left_out(cord, "passthrough_path") or public is None or name is None:
            return
        if normal(public) != normal(name[0]):
            yield self.finding(
                cord.site.module,
                cord.site.span,
                cord.site.scope,
                f"{cord.label} passes calls on to {normal(name[0])}, after the function's name",
                f"add passthrough_path={normal(public)!r}, or what the upstream calls it",
                severity=Severity.WARNING,
            )

    def _verb(self, cord: Cord) -> Iterator[Finding]:
        argument = cord.arguments.get("method")
        if argument is None or not isinstance(argument.value, Known):
            return
        verb = argument.value.value
        if not isinstance(verb, str) or verb.lower() not in _VERBS:
            yield self._pointing(
                argument,
                f"{cord.label}: no HTTP client has the method {verb!r}; every call fails with 500",
                'use "GET" or "POST"',
            )

    def _pointing(self, argument: BoundArgument, message: str, help: str) -> Finding:
        return self.finding(argument.module, argument.span, argument.scope, message, help)


def _port_number(value: object) -> int | None:
    """Return the port a value stands for in a URL, None when it is none."""
    written = str(value)
    return int(written) if written.isdecimal() and 0 < int(written) < 65536 else None


class PassthroughOptionUnused(Check):
    """A cord has passthrough options but is no passthrough cord.

    ## What it does
    Looks for `passthrough_path`, `passthrough_port` and `sglang_passthrough` on cords
    without `passthrough=True`.

    ## Why it matters
    The options alone do nothing: the function is called, and the upstream never sees the
    call.

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

    @chute.cord(public_api_path="/state", public_api_method="GET", passthrough_port=10101)
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
    SDK 0.6.9 chutes/chute/cord.py: `_remote_call` and `_remote_stream_call` ask for
    `passthrough` first.
    """

    id = "passthrough-option-unused"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord with such options."""
        for cord in project.cords:
            if cord.passthrough is not False:
                continue
            unused = [
                argument
                for argument in cord.arguments
                if argument.name in _OPTIONS and not left_out(cord, argument.name)
            ]
            if not unused or _is_for_the_name(project, cord, unused):
                continue
            names = ", ".join(str(argument.name) for argument in unused)
            yield self.finding(
                unused[0].module,
                unused[0].span,
                unused[0].scope,
                f"{cord.label} ignores {names}: it is no passthrough cord",
                "add passthrough=True, or leave it out",
            )


def _is_for_the_name(project: Project, cord: Cord, unused: list[BoundArgument]) -> bool:
    """Say whether a path is given only since the function's name could not be one."""
    name = registered_name(project, cord)
    names = [argument.name for argument in unused]
    return names == ["passthrough_path"] and name is not None and refused_by_sdk(normal(name[0]))
