"""The paths of a cord, and those that follow from its function's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Span
from chutes_cli.project.model import Chute, Cord, Project
from chutes_cli.project.module import Module

from .registration import (
    both_run,
    is_one_chutes,
    left_out,
    normal,
    refused_by_sdk,
    registered_name,
    written,
)

_RULES = {"path": "cord-path", "public_api_path": "public-path", "passthrough_path": None}


@dataclass(frozen=True, slots=True)
class Place:
    """A path and where it comes from: an argument, or the name of a function."""

    path: str
    module: Module
    span: Span
    scope: int
    source: str


class CordPath(Check):
    """A cord's path is one that the SDK or the platform refuses.

    ## What it does
    Checks `path`, `public_api_path` and `passthrough_path` against the SDK's rule and,
    but for the last, the platform's. Where `path` or `passthrough_path` is left out, the
    SDK takes the function's name, which is checked instead.

    ## Why it matters
    The SDK raises `InvalidPath` at import for capitals, dots and `{placeholders}`, also in
    a function's name. What it lets pass, such as a segment that starts with a digit, the
    platform refuses when the chute is deployed.

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


    @chute.cord(public_api_path="/models/{name}", public_api_method="GET")
    async def models(self) -> dict:
        return {"models": sorted(vars(self))}
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


    @chute.cord(public_api_path="/models", public_api_method="GET")
    async def models(self) -> dict:
        return {"models": sorted(vars(self))}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `PATH_RE` and `Cord.__call__`; platform
    api/chute/schemas.py, as of 2025-10.
    """

    id = "cord-path"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per path or name that is refused."""
        for cord in project.cords:
            for name, rule in _RULES.items():
                place = _given(cord, name)
                if place is not None:
                    deployed = rule if circumstances.on_gateway else None
                    yield from self._judge(place, deployed, _advice(place.path))
            place = named(project, cord)
            if place is None:
                continue
            if left_out(cord, "path"):
                deployed = "cord-path" if circumstances.on_gateway else None
                help = "rename the function: lower-case letters, digits and _, a letter first"
                yield from self._judge(place, deployed, help)
            elif left_out(cord, "passthrough_path"):
                help = "rename the function, or set passthrough_path as well as path"
                yield from self._judge(place, None, help)

    def _judge(self, place: Place, rule: str | None, help: str) -> Iterator[Finding]:
        if refused_by_sdk(place.path):
            message = f"{place.source} is refused by the SDK at import (InvalidPath)"
        else:
            asked = platform().rule(rule) if rule else None
            if asked is None or asked.violation(place.path) is None:
                return
            message = (
                f"{place.source} is refused at deployment, as of {asked.as_of}: {asked.message}"
            )
        yield self.finding(place.module, place.span, place.scope, message, help)


def _given(cord: Cord, name: str) -> Place | None:
    """Return the path an argument is known to give."""
    found = written(cord, name)
    if found is None:
        return None
    argument, path = found
    source = f"{cord.label}: {name}={path!r}"
    return Place(normal(path), argument.module, argument.span, argument.scope, source)


def named(project: Project, cord: Cord) -> Place | None:
    """Return the path that follows from the name of a cord's function."""
    found = registered_name(project, cord)
    if found is None:
        return None
    name, bearer = found
    source = f"cord {name}: the path /{name}, taken from the function's name,"
    return Place(normal(name), bearer.module, bearer.scope.name_span, bearer.index, source)


def _advice(path: str) -> str:
    """Return how the path could read."""
    if "{" in path:
        return "a path is fixed text: take what varies from the JSON body"
    parts = [
        re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9_]+", "_", part.lower()))
        for part in path.split("/")
    ]
    better = "/".join(part for part in parts if part)
    rule = "segments of lower-case letters, digits and _, each with a letter first"
    return f"write {rule}, such as /{better}" if better else f"write {rule}"


class CordDuplicatePath(Check):
    """Two cords of one chute have the same internal path.

    ## What it does
    Compares the internal paths of a chute's cords: `path`, or the function's name where it
    is left out. Cords in branches that exclude each other are left alone, and so are paths
    that are computed.

    ## Why it matters
    The SDK raises `DuplicatePath` at import. A function defined twice by copy and paste is
    the usual cause, a decorator without `functools.wraps` the hidden one: every function
    below it gets the same name.

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


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def state(self) -> dict:
        return {"ready": hasattr(self, "model")}


    @chute.cord(public_api_path="/names", public_api_method="GET")
    async def state(self) -> dict:
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
    SDK 0.6.9 chutes/chute/cord.py, the setter of `Cord.path`.
    """

    id = "cord-duplicate-path"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord whose path an earlier one has taken."""
        for chute in project.chutes:
            seen: list[tuple[Cord, Place]] = []
            for cord in chute.cords:
                place = _internal(project, cord)
                if place is None or refused_by_sdk(place.path) or not is_one_chutes(project, cord):
                    continue
                clash = _clash(chute, cord, place, seen)
                if clash is not None:
                    yield self.finding(
                        place.module,
                        place.span,
                        place.scope,
                        f"{place.source} {clash}; the import fails (DuplicatePath)",
                        "give each cord a function name or a path= of its own",
                    )
                seen.append((cord, place))


def _internal(project: Project, cord: Cord) -> Place | None:
    """Return the path a cord is registered under on the instance."""
    if left_out(cord, "path"):
        return named(project, cord)
    return _given(cord, "path")


def _clash(chute: Chute, cord: Cord, place: Place, seen: list[tuple[Cord, Place]]) -> str | None:
    """Say which earlier cord has the path, None when none certainly has."""
    for other, taken in seen:
        if taken.path == place.path and both_run(chute, other, cord):
            if other.site == cord.site:
                return "is registered again in every turn of the loop"
            return f"is that of {other.label} in line {taken.span.line}"
    return None
