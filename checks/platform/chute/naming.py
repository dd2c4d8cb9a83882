"""What a chute and its owner may be called."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.values import Known

from .given import label, lacks_tee, name_of, shown


def tee_in_name(project: Project, chute: Chute) -> BoundArgument | None:
    """Return a chute's name where it says TEE while the chute certainly has none."""
    argument = name_of(chute)
    if argument is None or not isinstance(argument.value, Known):
        return None
    violation = platform().rule("chute-name-tee").violation(argument.value.value)
    return argument if violation and lacks_tee(project, chute) else None


class ChuteName(Check):
    """The platform refuses a chute's name.

    ## What it does
    Compares the names of chutes with the platform's rules: 3 to 127 characters, letters,
    digits, dots, dashes, underscores and slashes, the last part beginning with a letter or
    digit; for ordinary accounts also without the words that are reserved. A `username` that
    no account can have is told as a hint.

    ## Why it matters
    The SDK takes any name, so nothing is said before `chutes deploy`, which the platform
    refuses.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
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
    The platform's source, api/chute/schemas.py (`validate_name`), api/chute/router.py and
    api/user/util.py.
    """

    id = "chute-name"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per name."""
        for chute in project.chutes:
            argument = name_of(chute)
            if argument is not None and isinstance(argument.value, Known):
                fault = _fault(argument.value.value, circumstances)
                if fault is not None:
                    message, help = fault
                    yield self.finding(
                        argument.module,
                        argument.span,
                        argument.scope,
                        f"{label(chute)}: the name {shown(argument.value.value)} {message}",
                        help,
                    )
            yield from self._username(chute)

    def _username(self, chute: Chute) -> Iterator[Finding]:
        rule = platform().rule("username")
        argument = chute.arguments.get("username")
        if argument is None or not isinstance(argument.value, Known):
            return
        value = argument.value.value
        if isinstance(value, str) and rule.violation(value) is None:
            return
        yield self.finding(
            argument.module,
            argument.span,
            argument.scope,
            f"{label(chute)}: no account can have the username {shown(value)} as of {rule.as_of}",
            "write the username you registered with",
            severity=Severity.INFO,
        )


def _fault(name: object, circumstances: Circumstances) -> tuple[str, str] | None:
    """Return what is wrong with a name and the way out, None when it is right."""
    rule = platform().rule("chute-name")
    if not isinstance(name, str):
        return f"must be a text, as of {rule.as_of}", "write the name in quotes"
    violation = rule.violation(name)
    if violation is not None:
        return f"{violation}, as of {rule.as_of}", 'choose a name such as "my-service"'
    rule = platform().rule("chute-name-reserved")
    violation = rule.violation(name)
    if violation is None or circumstances.account is not Account.ORDINARY:
        return None
    return (
        f"{violation}: reserved for registered accounts as of {rule.as_of}",
        "choose another name; if your account is registered for it, audit with "
        "`--account privileged`",
    )


class ChuteNameTee(Check):
    """A chute says TEE in its name but does not run in one.

    ## What it does
    Looks for names that contain `TEE` or end in `tee` on chutes made without `tee=True`.

    ## Why it matters
    The SDK takes it; the platform refuses the deployment with a 400.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service-TEE",
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
        name="my-service-TEE",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's deployment policy, as of 2026-05-12.
    """

    id = "chute-name-tee"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute."""
        rule = platform().rule("chute-name-tee")
        for chute in project.chutes:
            argument = tee_in_name(project, chute)
            if argument is None:
                continue
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"{label(chute)}: a name that says TEE is refused without tee=True as of "
                f"{rule.as_of}",
                "add `tee=True`, or choose another name",
            )
