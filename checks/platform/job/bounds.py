"""What `@chute.job(...)` and `Port(...)` accept."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments, BoundArgument
from chutes_cli.project.facts import Collection, Mapping
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from ..coercion import whole_number, written
from .ports import JobPort, job_calls, listed, ports

_ONE_PORT = 'Port(name="web", port=8080, proto="http")'


class JobValueOutOfBounds(Check):
    """A value of `@chute.job(...)` or `Port(...)` is not one the SDK allows.

    ## What it does
    Checks the timeout (None, or 30 to 86400 whole seconds), that `ports` is a list of `Port`
    objects or dictionaries, their numbers (2202, or 8002 to 65535), and that none is listed
    twice.

    ## Why it matters
    The SDK raises when the module is imported, mostly a bare AssertionError that names
    neither the job nor the value.

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


    @chute.job(timeout=10)
    async def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
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


    @chute.job(
        timeout=3600, ports=[{"name": "web", "port": 8080, "proto": "http"}]
    )
    async def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/job.py: the setters of `Job`, and `Port`.
    """

    id = "job-value-out-of-bounds"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per value the SDK refuses."""
        for _, arguments in job_calls(project):
            yield from self._timeout(arguments.get("timeout"))
            no_list = self._list(arguments.get("ports"))
            if no_list is not None:
                yield no_list
            else:
                yield from self._items(project, arguments.get("ports"))
        for port in ports(project):
            yield from self._port(port)

    def _timeout(self, argument: BoundArgument | None) -> Iterator[Finding]:
        if argument is None or not isinstance(argument.value, Known):
            return
        value = argument.value.value
        violation = platform().rule("job-timeout").violation(value)
        if value is not None and not isinstance(value, int):
            violation = f"must be a whole number, not {value!r}"
        if violation is not None:
            yield self._found(
                argument,
                f"job timeout {violation}: AssertionError at import",
                "choose 30 to 86400 seconds, or None for no limit",
            )

    def _list(self, argument: BoundArgument | None) -> Finding | None:
        if argument is None:
            return None
        match argument.expression, argument.value:
            case (Collection(kind=kind), _) if kind != "list":
                given = f"a {kind}"
            case Mapping(), _:
                given = "a dictionary"
            case _, Known(value=value) if not isinstance(value, list):
                given = repr(value)
            case _:
                return None
        return self._found(
            argument,
            f"job ports must be a list, not {given}: TypeError at import",
            f"write `ports=[{_ONE_PORT}]`, or leave it out",
        )

    def _items(self, project: Project, argument: BoundArgument | None) -> Iterator[Finding]:
        seen: set[int] = set()
        for port in listed(project, argument):
            value = project.knowledge.evaluator.value(port.module, port.scope, port.expression)
            if isinstance(value, Known) and not isinstance(value.value, dict):
                message = f"job ports hold {value.value!r}, which is no port"
                yield self._at(port, f"{message}: AssertionError at import", f"write `{_ONE_PORT}`")
            number = _number(port.fields)
            if number is None:
                continue
            if number in seen:
                message = f"port {number} is listed twice: ValueError at import"
                yield self._at(port, message, "list each port once")
            seen.add(number)

    def _port(self, port: JobPort) -> Iterator[Finding]:
        argument = port.fields.get("port")
        if argument is None:
            if port.fields.complete and all(each.name for each in port.fields):
                message = "Port has no number: ValidationError at import"
                yield self._at(port, message, "give it `port=8080`")
        elif isinstance(argument.value, Known):
            rule = platform().rule("job-port")
            number = whole_number(argument.value.value)
            violation = rule.violation(number)
            if number is None:
                violation = f"must be a whole number, not {argument.value.value!r}"
            if violation is not None:
                message = f"port {violation}: ValidationError at import"
                yield self._found(argument, message, "choose 2202 (ssh), or 8002 to 65535")
        for name in ("name", "proto"):
            argument = port.fields.get(name)
            if argument is None or not isinstance(argument.value, Known):
                continue
            if written(argument.value.value) is None:
                message = f"the {name} of a port must be a text, not {argument.value.value!r}"
                yield self._found(
                    argument, f"{message}: ValidationError at import", f"write `{_ONE_PORT}`"
                )

    def _found(self, argument: BoundArgument, message: str, help: str) -> Finding:
        return self.finding(argument.module, argument.span, argument.scope, message, help)

    def _at(self, port: JobPort, message: str, help: str) -> Finding:
        return self.finding(port.module, port.span, port.scope, message, help)


class JobPortUnchecked(Check):
    """The name or protocol of a job's port is missing, or none that is meant.

    ## What it does
    Checks that every port has a name (lower-case letters, then digits) and a protocol (tcp,
    udp or http).

    ## Why it matters
    The SDK means to enforce both and does not: any text passes, and the port cannot be
    reached the way you think. Left out, they hold a type instead of a text, and
    `chutes deploy` stops with "Type is not JSON serializable".

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.chute.job import Port

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.job(ports=[Port(name="web", port=8080, proto="https")])
    async def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.chute.job import Port

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.job(ports=[Port(name="web", port=8080, proto="http")])
    async def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/job.py, `Port`: the constraints stand where defaults belong;
    chutes/entrypoint/deploy.py sends both as they are.
    """

    id = "job-port-unchecked"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per port that lacks something, and one per odd value."""
        for port in ports(project):
            missing = [name for name in ("name", "proto") if port.fields.value(name) is None]
            if missing and port.fields.get("port") is not None:
                yield self.finding(
                    port.module,
                    port.span,
                    port.scope,
                    f"Port has no {' and no '.join(missing)}: `chutes deploy` fails with a "
                    "TypeError",
                    f"write `{_ONE_PORT}`",
                    severity=Severity.ERROR,
                )
            for name in ("name", "proto"):
                yield from self._odd(port.fields.get(name))

    def _odd(self, argument: BoundArgument | None) -> Iterator[Finding]:
        if argument is None or not isinstance(argument.value, Known):
            return
        rule = platform().rule(f"job-port-{argument.name}")
        value = argument.value.value
        violation = rule.violation(value) if isinstance(value, str) else None
        if violation is not None:
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"the {argument.name} of a port {violation}; nothing enforces it",
                rule.message,
            )


def _number(fields: Arguments) -> int | None:
    """Return a port's number where it is known."""
    argument = fields.get("port")
    if argument is None or not isinstance(argument.value, Known):
        return None
    return whole_number(argument.value.value)
