"""Start-up hooks: whether they are registered, and whether they can be called."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call
from chutes_cli.project.model import Hook, Project
from chutes_cli.project.targets import Function


class StartupHookNeverRuns(Check):
    """A start-up hook is written so that its body never runs.

    ## What it does
    Reports `@chute.on_startup` without parentheses, `chute.on_startup(function)`, and hooks
    that are generators.

    ## Why it matters
    Without its call the decorator takes the function for a priority and registers nothing,
    without an error. A generator is only made, never run. The model is not loaded, and
    every cord that uses it fails with 500.

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


    @chute.on_startup
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


    @chute.on_startup()
    async def load(self):
        self.words = ["yes", "no"]


    @chute.cord(public_api_path="/words", public_api_method="GET")
    async def words(self) -> dict:
        return {"words": self.words}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.on_startup(priority)` returns the decorator, and
    `_on_event` calls the function without iterating over what it returns.
    """

    id = "startup-hook-never-runs"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per start-up hook that is never run."""
        for hook in project.hooks:
            if hook.kind != "on_startup":
                continue
            if not isinstance(hook.site.expression, Call):
                yield self.at(
                    hook.site,
                    "@chute.on_startup without parentheses registers nothing; the hook never runs",
                    "write `@chute.on_startup()`",
                )
            elif _takes_function(project, hook):
                yield self.at(
                    hook.site,
                    "on_startup() takes this function for a priority; the hook never runs",
                    "write `chute.on_startup()(function)`, or use it as a decorator",
                )
            elif hook.function is not None and hook.function.scope.is_generator:
                yield self.finding(
                    hook.function.module,
                    hook.function.scope.name_span,
                    hook.function.index,
                    f"start-up hook {hook.function.scope.name} is a generator; its body never runs",
                    "remove the yield: what follows it would not run at shutdown either",
                )


def _takes_function(project: Project, hook: Hook) -> bool:
    call = hook.site.expression
    assert isinstance(call, Call)
    return any(
        isinstance(target, Function)
        for argument in call.arguments
        for target in project.knowledge.resolver.resolve(
            hook.site.module, hook.site.scope, argument.value
        )
    )


class StartupHookSignature(Check):
    """A start-up hook cannot be called with the chute alone.

    ## What it does
    Checks that the function below `@chute.on_startup()` takes exactly one argument by
    position. Functions with further decorators are left alone.

    ## Why it matters
    The SDK calls the hook with the chute and nothing else. Any other signature is a
    TypeError at start-up: the instance never serves.

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
    async def load():
        chute.words = ["yes", "no"]


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


    @chute.on_startup()
    async def load(self):
        self.words = ["yes", "no"]


    @chute.cord(public_api_path="/words", public_api_method="GET")
    async def words(self) -> dict:
        return {"words": self.words}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `_on_event` (`func(self)`) and `Chute.initialize`.
    """

    id = "startup-hook-signature"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per hook the SDK cannot call."""
        for hook in project.hooks:
            function = hook.function
            if hook.kind != "on_startup" or function is None:
                continue
            if not isinstance(hook.site.expression, Call):
                continue  # it is not registered at all: startup-hook-never-runs
            if function.scope.decorators != (hook.site.expression,):
                continue
            fault = _fault(function)
            if fault is not None:
                yield self.finding(
                    function.module,
                    function.scope.name_span,
                    function.index,
                    f"start-up hook {function.scope.name} {fault}; the start fails",
                    f"write `def {function.scope.name}(self)`: the SDK passes the chute alone",
                )


def _fault(function: Function) -> str | None:
    """Return why a function cannot be called with one positional argument."""
    parameters = function.scope.parameters
    positional = [each for each in parameters if each.kind == "positional"]
    if not positional and not any(each.kind == "*" for each in parameters):
        return "has no parameter for the chute"
    required = [each.name for each in positional[1:] if each.default is None]
    required += [
        each.name for each in parameters if each.kind == "keyword" and each.default is None
    ]
    return f"needs {', '.join(required)}, which is never passed" if required else None
