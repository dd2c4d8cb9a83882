"""Replacing parts of the SDK at run time."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD_OBJECT, contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.references import is_test
from chutes_cli.project.targets import External

from .objects import SdkObjects, stored_attributes

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
    such change is not known.

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
            if is_test(module):
                continue
            for statement in module.facts.statements:
                for stored in stored_attributes(statement):
                    what = _of_the_sdk(project, module, statement.scope, stored.value)
                    name = stored.attribute
                    if what is None and _is_private(objects, module, statement.scope, stored):
                        what = "the SDK's object"
                    if what is not None:
                        yield self._finding(Site(module, statement, stored), what, name)
        for site, what, name in _by_call(project):
            yield self._finding(site, what, name)

    def _finding(self, site: Site, what: str, name: str) -> Finding:
        return self.at(
            site,
            f"this replaces {name!r} of {what}, whose code the platform checks in memory",
            "leave the SDK as it is, and do it in functions of your own",
        )


def _of_the_sdk(project: Project, module: Module, scope: int, holder: Expression) -> str | None:
    """Return the SDK's module, class or function that an expression stands for."""
    targets = project.knowledge.resolver.resolve(module, scope, holder)
    match targets:
        case (External(name=name, receiver=None),) if contract().canonical(name):
            return name
        case _:
            return None


def _is_private(objects: SdkObjects, module: Module, scope: int, stored: Attribute) -> bool:
    found = objects.at(module, scope, stored.value)
    return (
        found is not None
        and found.kind in (CHUTE, CORD_OBJECT)
        and stored.attribute in contract().private_attributes(found.kind)
    )


def _by_call(project: Project) -> Iterator[tuple[Site, str, str]]:
    """Yield calls that replace something by its name, with whose it is and the name."""
    for site, targets in project.knowledge.calls:
        call = site.expression
        names = {each.name for each in targets if isinstance(each, External)}
        if not isinstance(call, Call) or is_test(site.module) or not call.arguments:
            continue
        first, *rest = (each.value for each in call.arguments)
        second = rest[0] if rest else None
        if names & {"builtins.setattr", f"{_PATCH}.object"}:
            owner = _of_the_sdk(project, site.module, site.scope, first)
            if owner is not None:
                name = second.value if isinstance(second, Literal) else "an attribute"
                yield site, owner, str(name)
        elif names & {_PATCH}:
            match first:
                case Literal(value=str(dotted)) if dotted.startswith("chutes."):
                    yield site, dotted.rpartition(".")[0], dotted.rpartition(".")[2]
