"""The arguments of `@chute.on_startup(...)` and `@chute.on_shutdown(...)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.facts import Call
from chutes_cli.project.fit import misfits
from chutes_cli.project.model import Chute, Hook, Project
from chutes_cli.project.values import Known, Value

_DEFAULT = Known(50)


class HookArgument(Check):
    """`on_startup()` or `on_shutdown()` is given something other than a priority.

    ## What it does
    Compares the arguments of hooks with the SDK's signature, which has `priority` alone,
    and checks that the priorities of one chute can be compared.

    ## Why it matters
    An unknown argument is a TypeError when the module is imported. A priority that is no
    number is one at start-up, as soon as a second hook is there to be sorted with it.

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


    @chute.on_startup(order=10)
    async def load(self):
        self.words = ["yes", "no"]


    @chute.cord(public_api_path="/words", public_api_method="GET")
    async def words(self) -> dict:
        return {"words": self.words}
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


    @chute.on_startup(priority=10)
    async def load(self):
        self.words = ["yes", "no"]


    @chute.cord(public_api_path="/words", public_api_method="GET")
    async def words(self) -> dict:
        return {"words": self.words}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.on_startup`, `Chute.on_shutdown` and
    `Chute.initialize`, which sorts the hooks.
    """

    id = "hook-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument at fault."""
        for chute in project.chutes:
            for hook in chute.hooks:
                if isinstance(hook.site.expression, Call):
                    arguments = _arguments(project, hook)
                    yield from self._misfits(hook, arguments)
                    yield from self._priority(project, chute, hook, arguments)

    def _misfits(self, hook: Hook, arguments: Arguments) -> Iterator[Finding]:
        signature = contract().signature(f"{CHUTE}.{hook.kind}")
        assert signature is not None
        for misfit in misfits(arguments, signature):
            argument = misfit.argument
            assert argument is not None
            what = f"no argument {argument.name!r}"
            if misfit.kind == "surplus":
                what = "one argument only"
            elif misfit.kind == "repeated":
                what = f"one {argument.name!r} only"
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"{hook.kind}() has {what}; this is a TypeError at import",
                "keep `priority=<number>` (lower runs first), or nothing",
            )

    def _priority(
        self, project: Project, chute: Chute, hook: Hook, arguments: Arguments
    ) -> Iterator[Finding]:
        argument = arguments.get("priority")
        if hook.kind != "on_startup" or argument is None:
            return
        if not isinstance(argument.value, Known) or isinstance(argument.value.value, int | float):
            return
        others = [
            _arguments(project, each).value("priority") or _DEFAULT
            for each in chute.hooks
            if each.kind == hook.kind
            and each is not hook
            and isinstance(each.site.expression, Call)
        ]
        if not any(_clash(argument.value.value, other) for other in others):
            return
        yield self.finding(
            argument.module,
            argument.span,
            argument.scope,
            f"priority {argument.value.value!r} cannot be compared with the other hooks'; "
            "the start fails",
            "write a number: lower runs first, 50 is the default",
        )


def _arguments(project: Project, hook: Hook) -> Arguments:
    return project.knowledge.arguments(hook.site, f"{CHUTE}.{hook.kind}")


def _clash(priority: Any, other: Value) -> bool:
    """Say whether sorting two priorities raises a TypeError."""
    if not isinstance(other, Known):
        return False
    try:
        sorted((priority, other.value))
    except TypeError:
        return True
    return False
