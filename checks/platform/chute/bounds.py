"""The bounds of what `Chute(...)` and the template builders are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import Rule, platform
from chutes_cli.contract.sdk import CHUTE, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.values import Known

from ..coercion import number, whole_number
from .given import label, shown

_COMMIT = "give the full commit hash, 40 hexadecimal digits, not a branch, tag or short hash"
_WAYS_OUT = {
    "tagline": "shorten it; the long text belongs in `readme`",
    "readme": "shorten it, and link to the rest",
    "concurrency": "choose a whole number from 1 on that is {bound}",
    "standard_template": "leave it out; the builders in `chutes.chute.template` set it",
    "revision": _COMMIT,
}


class ChuteValueOutOfBounds(Check):
    """A value of `Chute(...)` or of a template builder is one the platform refuses.

    ## What it does
    Compares the known values of `concurrency`, `max_instances`, `scaling_threshold`,
    `shutdown_after_seconds`, `tagline`, `readme`, `standard_template` and `revision` with
    the types and bounds of the platform's schema, also where a template builder is called.
    A concurrency below 1, or one that is no number, is reported for what the SDK does.

    ## Why it matters
    The SDK checks none of them, so the chute imports, builds and runs in dev mode, and is
    refused at `chutes deploy`. A concurrency that is zero or no number deploys and then
    serves nothing.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        concurrency=1000,
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
        concurrency=100,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    The platform's source, api/chute/schemas.py (`ChuteArgs`); SDK 0.6.9
    chutes/entrypoint/run.py, `GraValMiddleware`.
    """

    id = "chute-value-out-of-bounds"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per value."""
        for chute in project.chutes:
            for argument in chute.arguments:
                fault = _fault(chute, argument)
                if fault is None:
                    continue
                message, help = fault
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{label(chute)}: {argument.name} {message}",
                    help,
                )


def _fault(chute: Chute, argument: BoundArgument) -> tuple[str, str] | None:
    """Return what is wrong with an argument and the way out, None when it is right."""
    name = argument.name or ""
    rule = platform().for_parameter(name)
    if rule is None or not isinstance(argument.value, Known):
        return None
    value = argument.value.value
    if name == "concurrency":
        found = _idle(value) or _refused(name, value, rule)
    elif name == "name" or (name == "revision" and chute.from_template):
        return None  # checks of their own judge these
    else:
        found = None if value is None else _refused(name, value, rule)
    if name == "standard_template" and _lacks_revision(chute):
        rule = platform().rule("revision-required")
        if rule.violation(value) is not None:
            return f"{value!r} needs a revision as of {rule.as_of}", f"add `revision=`: {_COMMIT}"
    if found is None:
        return None
    return found, _WAYS_OUT.get(name, "choose a value {bound}").format(bound=rule.bound)


def _idle(value: object) -> str | None:
    """Say why an instance with such a concurrency serves nothing."""
    if not isinstance(value, int | float):
        effect = (
            "an instance compares it with the number of open calls, and every call fails"
            if _is_taken(value)
            else "no instance starts"
        )
        return f"must be a number, not {shown(value)}: {effect}"
    if value <= 0:
        return f"must be at least 1, not {value!r}: every call is answered 429"
    return None


def _is_taken(value: Any) -> bool:
    """Say whether an instance starts with it: SDK entrypoint/run.py, `int(... or 1)`."""
    try:
        int(value or 1)
    except (TypeError, ValueError):
        return False
    return True


def _refused(name: str, value: object, rule: Rule) -> str | None:
    """Say how a value breaks the platform's schema, which converts as pydantic does."""
    signature = contract().signature(CHUTE)
    assert signature is not None
    parameter = signature.parameter(name)
    assert parameter is not None  # a rule names only real ones
    kind = parameter.annotation
    given = {"int": whole_number, "float": number}.get(kind, _text)(value)
    if given is None:
        words = {"int": "a whole number", "float": "a number"}.get(kind, "a text")
        return f"must be {words}, not {shown(value)}, as of {rule.as_of}"
    violation = rule.violation(given)
    return f"{violation}, as of {rule.as_of}" if violation else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _lacks_revision(chute: Chute) -> bool:
    value = chute.arguments.value("revision")
    return value is None or value == Known(None)
