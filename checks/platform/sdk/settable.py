"""Attributes of the SDK's objects that cannot be set."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE_PACK, NODE_SELECTOR, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.running import Runs, how_surely

from .objects import SdkObject, SdkObjects, stored_attributes


class SdkReadOnlyAttribute(Check):
    """Code sets an attribute of an SDK object that cannot be set.

    ## What it does
    Looks for assignments to the properties of a chute that have no setter, such as `jobs`,
    `name` and `image`, and to names that are no field of a `ChutePack` or `NodeSelector`.

    ## Why it matters
    The assignment raises: an AttributeError for a property, a ValueError for a model that
    has no such field. `self.jobs = {}` in a start-up hook keeps the chute from starting.

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


    @chute.on_startup()
    async def prepare(self):
        self.jobs = {}


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"jobs": len(self.jobs)}
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


    @chute.on_startup()
    async def prepare(self):
        self.work = {}


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"jobs": len(self.work)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, the properties of `Chute`; pydantic's `BaseModel`.
    """

    id = "sdk-read-only-attribute"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per assignment that raises."""
        objects = SdkObjects(project)
        for module in project.modules:
            for statement in module.facts.statements:
                for stored in stored_attributes(statement):
                    found = objects.at(module, statement.scope, stored.value)
                    if found is None or not found.is_object:
                        continue
                    problem = _unsettable(objects, found, stored.attribute)
                    runs = how_surely(
                        project.reach,
                        module,
                        statement.scope,
                        statement.guards,
                        "AttributeError",
                        "ValueError",
                    )
                    if problem is None or runs is Runs.HARMLESS:
                        continue
                    yield self.finding(
                        module,
                        stored.span,
                        statement.scope,
                        problem,
                        _settable(found, stored.attribute),
                        severity=None if runs is Runs.ALWAYS else Severity.WARNING,
                    )


def _unsettable(objects: SdkObjects, found: SdkObject, name: str) -> str | None:
    """Say why an attribute cannot be set, None when it can."""
    if name in contract().read_only_attributes(found.kind):
        if objects.is_member(found, name):
            return None
        return f"{name!r} of {found.label} is a property without a setter: setting it raises"
    fields = contract().signature(found.kind) if found.kind in (CHUTE_PACK, NODE_SELECTOR) else None
    if fields is not None and name not in fields.keywords and not name.startswith("_"):
        return f"{found.label} has no field {name!r}, and takes no other: setting it raises"
    return None


def _settable(found: SdkObject, name: str) -> str:
    if found.kind == CHUTE_PACK:
        return f"set it on the pack's chute: `.chute.{name} = ...`"
    if found.kind == NODE_SELECTOR:
        signature = contract().signature(NODE_SELECTOR)
        assert signature is not None
        close = signature.nearest(name)
        return f"did you mean `{close}`?" if close else "remove it"
    return "keep it under a name of your own"
