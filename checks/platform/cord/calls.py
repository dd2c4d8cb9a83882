"""What the name of a decorated function stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call
from chutes_cli.project.model import Cord, Hook, Job, Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Function, Target

_KINDS = ("cord", "on_startup", "on_shutdown", "job", "route")


class CordCallsCord(Check):
    """Code calls a function that `@chute.cord`, `@chute.job` or a hook has replaced.

    ## What it does
    Looks at what cords, hooks, jobs and middleware run for calls of another cord or job by
    name, and of a hook with the chute as its argument. (A chute has no attribute of a cord's
    name: `self.name(...)` is reported by `sdk-unknown-attribute`.) Code under
    `if __name__ == "__main__":` is left alone: on your own machine such a call is a request
    to the deployed chute.

    ## Why it matters
    The decorator does not give the function back. On an instance the name of a cord is the
    SDK's request handler, which takes the first argument for an HTTP request and fails; a
    job's name is its decorator.

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
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"health": await ready(self)}
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


    def readiness(chute: Chute) -> dict:
        return {"ready": hasattr(chute, "model")}


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return readiness(self)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"health": readiness(self)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `Cord.__call__`: it returns `_remote_call`;
    chutes/chute/job.py; chutes/chute/base.py, `_on_event`.
    """

    id = "cord-calls-cord"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call of a replaced function."""
        replaced: dict[tuple[Target, ...], list[_Replaced]] = {}
        for each in _replaced(project):
            replaced.setdefault((each.function,), []).append(each)
        for site, targets in project.knowledge.calls:
            for each in replaced.get(targets, ()):
                arrival = _arrival(project, site)
                if arrival is None or not _fails(project, site, each):
                    continue
                name = each.function.scope.name
                yield self.at(
                    site,
                    f"{name} is {each.stands_for}, not your function: this call fails "
                    f"({arrival.entry.label})",
                    each.way_out.format(name=name),
                    trace=arrival.trace if len(arrival.trace) > 1 else (),
                )


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A function whose name a decorator of the SDK has taken.

    Attributes:
        function: The function.
        stands_for: What its name stands for.
        way_out: What to do instead.
        streams: Whether its name stands for a generator of the SDK's.
        passes_chute: Whether its name adds the chute to the arguments.
    """

    function: Function
    stands_for: str
    way_out: str
    streams: bool = False
    passes_chute: bool = False


_EXTRACT = "move what {name} does into a plain function and call that from both"


def _replaced(project: Project) -> Iterator[_Replaced]:
    for chute in project.chutes:
        for cord in chute.cords:
            handler = "the SDK's request handler for the cord"
            for function in _decorated(cord):
                streams = cord.stream is not False
                yield _Replaced(function, handler, _EXTRACT, streams)
        for job in chute.jobs:
            for function in _decorated(job):
                yield _Replaced(function, "the SDK's Job", _EXTRACT)
        for hook in chute.hooks:
            for function in _decorated(hook):
                yield _Replaced(
                    function,
                    "a wrapper that passes the chute itself",
                    "call `{name}()` without arguments, or move what it does into a plain function",
                    passes_chute=True,
                )


def _decorated(registered: Cord | Job | Hook) -> tuple[Function, ...]:
    """Return the function below a decorator; `chute.cord()(function)` leaves the name alone."""
    function = registered.function
    if function is None or registered.site.expression not in function.scope.decorators:
        return ()
    return (function,)


def _arrival(project: Project, site: Site) -> Arrival | None:
    function = Function(site.module, site.module.enclosing_function(site.scope))
    return next(iter(project.reach.arrivals(function, *_KINDS)), None)


def _fails(project: Project, site: Site, each: _Replaced) -> bool:
    """Say whether a call takes a replaced function for the one that was written."""
    call = site.expression
    assert isinstance(call, Call)
    if each.passes_chute:
        takes = [one for one in each.function.scope.parameters if one.kind == "positional"]
        given = [one for one in call.arguments if not one.keyword]
        return len(given) + 1 > len(takes)
    # A stream's handler asks its first argument for `.state`, which a chute happens to have.
    members, resolver = project.knowledge.resolver.members, project.knowledge.resolver
    firsts = [resolver.resolve(site.module, site.scope, one.value) for one in call.arguments[:1]]
    return not (each.streams and any(members.is_chute(one) for first in firsts for one in first))
