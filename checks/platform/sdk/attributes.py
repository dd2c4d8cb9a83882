"""Attributes that the SDK's objects do not have."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import (
    CHUTE,
    CHUTE_PACK,
    CORD_OBJECT,
    contract,
    nearest,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Literal, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.targets import Function

from .objects import SdkObject, SdkObjects, stored_attributes

_INSTEAD = {
    "app": "a chute is the FastAPI application itself: leave `.app` out",
    "run": "serve it with `chutes run module:variable`",
    "deploy": "deploy it with `chutes deploy module:variable`",
    "build": "build its image with `chutes build module:variable`",
    "from_huggingface": "use a template builder, such as `build_vllm_chute`",
    "submit_job": "start jobs through the platform's API",
}
"""What the documentation does with a chute, and what really does it."""
_SET_BY_TEMPLATES = frozenset({"pipeline", "torch"})
"""What the start-up hook of `build_diffusion_chute` keeps on its chute."""

_CLOSE = 0.75
"""How alike two attributes must be for one to be a slip for the other."""


class SdkUnknownAttribute(Check):
    """Code reads an attribute that an object of the SDK does not have, and nobody sets.

    ## What it does
    Looks at attributes of chutes (also as `self` in cords, hooks and jobs), of template
    builders' packs, of cords and node selectors, and of their classes. What the project's
    code keeps on such an object anywhere is known; a read in a function that asks
    `hasattr` or `getattr` for it, or whose failure is caught, is left alone.

    ## Why it matters
    It raises an AttributeError: when the module is imported, or in every call of a cord,
    which the gateway then counts as a failure of the instance.

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


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"title": self.app.title}
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
        return {"title": self.title}
    ```

    ## Source
    The attributes of SDK 0.6.9's objects, those of FastAPI and pydantic included.
    """

    id = "sdk-unknown-attribute"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module and attribute, where it fails most surely."""
        objects = SdkObjects(project)
        first: dict[tuple[Module, str, str], tuple[Site, SdkObject, Runs]] = {}
        passthroughs = {each.function for each in project.cords if each.passthrough}
        for module in project.modules:
            for statement in module.facts.statements:
                for site, found in _unknown(objects, module, statement):
                    runs = how_surely(
                        project.reach, module, statement.scope, statement.guards, "AttributeError"
                    )
                    function = Function(module, module.enclosing_function(statement.scope))
                    if runs is Runs.HARMLESS or function in passthroughs:
                        continue
                    key = (module, found.kind, _name(site))
                    if key not in first or (first[key][2], runs) == (Runs.SOMETIMES, Runs.ALWAYS):
                        first[key] = (site, found, runs)
        for site, found, runs in first.values():
            yield self.finding(
                site.module,
                site.span,
                site.scope,
                f"{found.label} has no attribute {_name(site)!r}{_and_nobody(found)}",
                _way_out(project, objects, site.module, found, _name(site)),
                severity=None if runs is Runs.ALWAYS else Severity.WARNING,
            )


def _name(site: Site) -> str:
    assert isinstance(site.expression, Attribute)
    return site.expression.attribute


def _and_nobody(found: SdkObject) -> str:
    return ", and nothing sets it" if found.kind in (CHUTE, CORD_OBJECT) else ""


def _unknown(
    objects: SdkObjects, module: Module, statement: Statement
) -> Iterator[tuple[Site, SdkObject]]:
    """Yield the attributes that a statement reads and that do not exist."""
    stored = list(stored_attributes(statement))
    # An annotation need not be evaluated.
    skipped = statement.values[0].walk() if statement.kind == "annotate" else ()
    passed_over = {*stored, *skipped}
    for expression in statement.expressions():
        if not isinstance(expression, Attribute) or expression in passed_over:
            continue
        if expression.attribute.startswith("__"):
            continue
        found = objects.at(module, statement.scope, expression.value)
        if found is None or _has(objects, found, expression.attribute):
            continue
        if not _asks_first(objects, module, statement.scope, expression.attribute):
            yield Site(module, statement, expression), found


def _has(objects: SdkObjects, found: SdkObject, name: str) -> bool:
    sdk = contract()
    if name in sdk.attributes(found.kind) or name in sdk.private_attributes(found.kind):
        return True
    if found.kind not in (CHUTE, CORD_OBJECT):
        return False
    if found.of_template and (name.startswith("_") or name in _SET_BY_TEMPLATES):
        return True
    return objects.anything or name in objects.kept or objects.is_member(found, name)


def _asks_first(objects: SdkObjects, module: Module, scope: int, name: str) -> bool:
    """Say whether a function asks for an attribute by name before it uses it."""
    function = max(module.enclosing_function(scope), 0)
    return any(
        isinstance(expression, Call)
        and objects.asks(module, scope, expression)
        and any(
            isinstance(each.value, Literal) and each.value.value == name
            for each in expression.arguments
        )
        for statement in module.statements_in(function)
        for expression in statement.expressions()
    )


def _way_out(
    project: Project, objects: SdkObjects, module: Module, found: SdkObject, name: str
) -> str:
    if found.kind == CHUTE_PACK and name in contract().attributes(CHUTE):
        return f"take it from the pack's chute: `.chute.{name}`"
    if name in _INSTEAD:
        return _INSTEAD[name]
    functions = [cord.function for cord in project.cords]
    functions += [job.function for chute in project.chutes for job in chute.jobs]
    if name in {each.scope.name for each in functions if each}:
        return "a registered function is no method: call a plain function of the module"
    if name in module.bindings.get(0, {}):
        return f"what the module defines is called without the chute: `{name}`"
    known = {*contract().attributes(found.kind), *objects.kept}
    close = nearest(name, known)
    if close and SequenceMatcher(None, name, close).ratio() >= _CLOSE:
        return f"did you mean `{close}`?"
    if found.kind == CHUTE:
        return "set it in a hook: `@chute.on_startup()`"
    return "remove it"
