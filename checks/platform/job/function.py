"""The function of a job: how the SDK calls it."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.nested import decorators_of
from chutes_cli.project.targets import External, Function, Method

from ..cord.returns import is_bare


class JobSyncFunction(Check):
    """The function of a job is no coroutine function.

    ## What it does
    Looks for functions below `@chute.job()` that are written with plain `def`, or that
    yield.

    ## Why it matters
    The SDK calls the function and makes a task of what it returns. A plain function does all
    its work at once, on the main loop, where the platform's pings wait for it; then the job
    fails with "a coroutine was expected", and its result and files are lost. One that yields
    never starts.

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


    @chute.job(timeout=3600)
    def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
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


    @chute.job(timeout=3600)
    async def train(self, **job_data) -> dict:
        return {"settings": len(job_data)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/job.py, `Job.run`: `asyncio.create_task(self._func(...))`.
    """

    id = "job-sync-function"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function."""
        for function in dict.fromkeys((*_functions(project), *_called_otherwise(project))):
            scope = function.scope
            if scope.is_generator:
                message = f"job {scope.name} yields, which no job can: it fails before it starts"
                help = "collect the results and return them, or write them below `output_dir`"
            elif not scope.is_async and not _returns_awaitable(project, function):
                message = (
                    f"job {scope.name} is a plain function: it runs on the main loop, then "
                    'fails with "a coroutine was expected"'
                )
                help = (
                    f"write `async def {scope.name}(...)`, and move blocking work into "
                    "`await asyncio.to_thread(...)`"
                )
            else:
                continue
            yield self.finding(function.module, scope.name_span, function.index, message, help)


class JobSignature(Check):
    """The function of a job cannot take what the SDK passes.

    ## What it does
    Checks that `chute.job()` is given a function, and that it takes the chute, `output_dir`
    and every key of the job's data as keyword arguments, none of them as a pydantic model.

    ## Why it matters
    The SDK calls it with the chute, each key of the job's data by name, and `output_dir`, the
    folder whose files are uploaded. The platform adds the key `_disk_gb` to the data of every
    job. Without room for them every run fails with a TypeError, after the instance was found
    and paid for. Nothing validates the data: where a model is annotated, a plain dictionary
    arrives.

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


    @chute.job(timeout=3600)
    async def train(self, dataset: str) -> dict:
        return {"dataset": dataset}
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


    @chute.job(timeout=3600)
    async def train(self, dataset: str, output_dir: str, **job_data) -> dict:
        return {"dataset": dataset, "output": output_dir, "settings": len(job_data)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/job.py, `Job.run`; the platform's source, api/job/router.py,
    `create_job`.
    """

    id = "job-signature"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per function and parameter."""
        for site in _without_function(project):
            yield self.at(
                site,
                "chute.job() is given no function: the chute fails to start with an AttributeError",
                "write it as a decorator above an `async def`, or remove it",
            )
        for function in _functions(project):
            name = function.scope.name
            fault = _misses(function)
            if fault is not None:
                message, confidence = fault
                yield self.finding(
                    function.module,
                    function.scope.name_span,
                    function.index,
                    f"job {name} {message}",
                    f"write `async def {name}(self, output_dir, **job_data)`",
                    confidence=confidence,
                )
            for parameter in function.scope.parameters:
                model = project.schemas.annotated_model(
                    function.module, function.scope.parent, parameter.annotation
                )
                if model is not None:
                    yield self.finding(
                        function.module,
                        parameter.span,
                        function.index,
                        f"job {name} gets a plain dictionary as {parameter.name}, never a "
                        f"{model.scope.name}",
                        f"validate it yourself: `{model.scope.name}.model_validate(...)`",
                        severity=Severity.WARNING,
                    )


def _misses(function: Function) -> tuple[str, Confidence] | None:
    """Return what a function has no room for, and how sure that is."""
    parameters = function.scope.parameters
    kinds = {each.kind for each in parameters}
    if not kinds & {"positional", "*"}:
        return "has no parameter for the chute: every run fails with a TypeError", Confidence.HIGH
    if "**" in kinds:
        return None
    positional = [each.name for each in parameters if each.kind == "positional"]
    named = {*positional[1:], *(each.name for each in parameters if each.kind == "keyword")}
    if "output_dir" not in named:
        return (
            "takes neither output_dir nor **job_data: every run fails with a TypeError",
            Confidence.HIGH,
        )
    rule = platform().rule("job-data")
    lacking = [each for each in rule.allowed if each not in named]
    if not lacking:
        return None
    return (
        f"has no **job_data, and the platform adds {lacking[0]!r} to every job's data as of "
        f"{rule.as_of}: every run fails with a TypeError there",
        Confidence.MEDIUM,
    )


def _without_function(project: Project) -> Iterator[Site]:
    """Yield each ``chute.job(...)`` that stands alone, so that nothing can follow."""
    for chute in project.chutes:
        for job in chute.jobs:
            statement = job.site.statement
            if statement.kind == "expression" and job.site.expression in statement.values:
                yield job.site


def _functions(project: Project) -> Iterator[Function]:
    """Yield the functions of jobs that the SDK calls as they are written.

    A decorator between may change what is called, and a method taken from an object has its
    first parameter filled already.
    """
    found: dict[Function, None] = {}
    for chute in project.chutes:
        for job in chute.jobs:
            if job.function is None:
                continue
            decorators = [each is job.site.expression for each in job.function.scope.decorators]
            in_class = job.function.module.enclosing_class(job.function.index) != -1
            if all(decorators) and (decorators or not in_class):
                found[job.function] = None
    yield from found


def _called_otherwise(project: Project) -> Iterator[Function]:
    """Yield what is a job undecorated, and the wrappers around jobs that drive their own loop.

    What else a wrapper returns, only a run can tell.
    """
    found: dict[Function, None] = {}
    for chute in project.chutes:
        for job in chute.jobs:
            function = job.function
            if function is None:
                continue
            if is_bare(project, function, None):
                found[function] = None
            if _is_wrapped_plainly(project, function):
                found[function] = None
            for wrapper in project.reach.wrappers(function):
                values = list(_returned(wrapper))
                if values and all(_drives_loop(project, wrapper, each) for each in values):
                    found[wrapper] = None
    yield from found


def _is_wrapped_plainly(project: Project, function: Function) -> bool:
    """Say whether every decorator is the tree's own, and gives what the function gives."""
    own = [
        each
        for decorator in function.scope.decorators
        for each in decorators_of(
            project.knowledge.resolver, function.module, function.scope.parent, decorator
        )
    ]
    wrappers = project.reach.wrappers(function)
    registrations = {job.site.expression for chute in project.chutes for job in chute.jobs}
    registered = registrations.intersection(function.scope.decorators)
    return (
        len(own) + len(registered) == len(function.scope.decorators)
        and len(wrappers) == len(own)
        and all(not each.scope.is_async and _gives_as_it_is(project, each) for each in wrappers)
    )


def _gives_as_it_is(project: Project, wrapper: Function) -> bool:
    """Say whether a wrapper returns nothing but what the function that it was given gives."""
    return all(
        isinstance(each, Call)
        and isinstance(each.function, Name)
        and wrapper.module.lookup(each.function.id, wrapper.index)[0] == wrapper.scope.parent
        for each in _returned(wrapper)
    )


def _returned(function: Function) -> Iterator[Expression]:
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return":
            yield from statement.values


def _drives_loop(project: Project, function: Function, value: Expression) -> bool:
    """Say whether a value is what a coroutine returns that was run to its end."""
    if not isinstance(value, Call):
        return False
    if isinstance(value.function, Attribute) and value.function.attribute == "run_until_complete":
        return True
    scope = function.index
    return (
        project.knowledge.resolver.dotted(function.module, scope, value.function) == "asyncio.run"
    )


def _returns_awaitable(project: Project, function: Function) -> bool:
    """Say whether a plain function may return a coroutine, which is as good as being one."""
    return any(
        _is_awaitable(project, function.module, function.index, value)
        for value in _returned(function)
        if not _drives_loop(project, function, value)
    )


def _is_awaitable(project: Project, module: Module, scope: int, value: Expression) -> bool:
    if not isinstance(value, Call):
        return False
    for target in project.knowledge.resolver.resolve(module, scope, value.function):
        match target:
            case Function(scope=called) | Method(function=Function(scope=called)):
                if called.is_async:
                    return True
            case External(name=name):
                if name.startswith("asyncio."):
                    return True
    return False
