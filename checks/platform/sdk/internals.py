"""Replacing parts of the SDK at run time."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD_OBJECT, contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Call, Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import External

from .objects import OBJECTS, SdkObject, SdkObjects, stored_attributes

_PATCH = "unittest.mock.patch"


class SdkInternalsPatched(Check):
    """Code replaces functions or data of the SDK.

    ## What it does
    Looks for assignments to attributes of the SDK's modules and classes, `setattr` and
    `unittest.mock.patch` on them, and assignments to private attributes of chutes and
    cords that belong to the SDK. Tests are left alone, and so is reading.

    ## Why it matters
    In production the platform asks the instance for hashes of the SDK's files and of its
    functions in memory. A replaced function can cost the instance its place, and the next
    version of the SDK may not have what was replaced. Whether the platform refuses every
    such change is not known. An object's private state is no function, and only info.

    ## Example
    ```python
    import chutes.chute.cord
    from chutes.chute import Chute, NodeSelector

    chutes.chute.cord.init_user_code_executor = print

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

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        concurrency=8,
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py:1040-1075, `process_integrity_verify`: "disk hash,
    memory hash, per-function hashes"; PLATFORM F50.
    """

    id = "sdk-internals-patched"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per place that replaces something."""
        objects = SdkObjects(project)
        for module in project.modules:
            if module.is_test:
                continue
            for statement in module.facts.statements:
                for stored in stored_attributes(statement):
                    site = Site(module, statement, stored)
                    owner = _of_the_sdk(project, module, statement.scope, stored.value)
                    if owner is not None and _is_there(owner, stored.attribute):
                        yield self._replaced(site, owner, stored.attribute)
                    found = objects.at(module, statement.scope, stored.value)
                    if found is not None and _is_state(found, stored.attribute):
                        yield self._set(site, found.label, stored.attribute)
        for site, owner, name in _by_call(project):
            yield self._replaced(site, owner, name)

    def _replaced(self, site: Site, owner: str, name: str) -> Finding:
        return self.at(
            site,
            f"this replaces {name!r} of {owner}, and the platform compares the SDK's functions "
            "in memory with its own",
            "leave the SDK as it is, and do it in functions of your own",
        )

    def _set(self, site: Site, label: str, name: str) -> Finding:
        return self.finding(
            site.module,
            site.span,
            site.scope,
            f"{name!r} of {label} is the SDK's own, and another version may not have it",
            "keep your own under another name; what is public can be passed to the constructor",
            severity=Severity.INFO,
        )


def _of_the_sdk(project: Project, module: Module, scope: int, holder: Expression) -> str | None:
    """Return the SDK's module or class that an expression stands for."""
    targets = project.knowledge.resolver.resolve(module, scope, holder)
    match targets:
        case (External(name=name, receiver=None),) if contract().canonical(name):
            return name
        case _:
            return None


def _is_there(owner: str, name: str) -> bool:
    """Say whether the SDK has something of that name; of functions and classes it is unknown."""
    sdk = contract()
    if owner in sdk.modules:
        return sdk.exists(f"{owner}.{name}")
    if owner in OBJECTS:
        return name in sdk.attributes(owner) or name in sdk.private_attributes(owner)
    return True


def _is_state(found: SdkObject, name: str) -> bool:
    return (
        found.is_object
        and found.kind in (CHUTE, CORD_OBJECT)
        and name in contract().private_attributes(found.kind)
    )


def _by_call(project: Project) -> Iterator[tuple[Site, str, str]]:
    """Yield calls that replace something by its name, with whose it is and the name."""
    for site, targets in project.knowledge.calls:
        call = site.expression
        assert isinstance(call, Call)
        if site.module.is_test:
            continue
        names = {each.name for each in targets if isinstance(each, External)}
        match names, [each.value for each in call.arguments]:
            case names, [holder, Literal(value=str(name)), *_] if names & {
                "builtins.setattr",
                f"{_PATCH}.object",
            }:
                owner = _of_the_sdk(project, site.module, site.scope, holder)
            case names, [Literal(value=str(dotted)), *_] if _PATCH in names:
                owner, _, name = dotted.rpartition(".")
                owner = contract().canonical(owner)
            case _:
                continue
        if owner is not None and _is_there(owner, name):
            yield site, owner, name
