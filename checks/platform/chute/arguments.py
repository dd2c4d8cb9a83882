"""Whether `Chute(...)` is called as its signature asks."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD, IMAGE, JOB, NODE_SELECTOR, Signature, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.fit import Misfit, misfits
from chutes_cli.project.model import Chute, Project

from ..wayout import way_out

_ELSEWHERE = (
    (NODE_SELECTOR, "NodeSelector(...)"),
    (CORD, "@chute.cord(...)"),
    (IMAGE, "Image(...)"),
    (JOB, "@chute.job(...)"),
)
_NO_MINIMUM = "chutes have no minimum number of instances; `max_instances` is the upper one"
_NO_LIMIT = "the platform sets the limit of a call; leave it out"
_VARIABLES = "set variables with `Image.with_env`, secrets with `chutes secrets create`"
_NAMED_AT_DEPLOY = "`chutes deploy module:variable` names the chute and its file; leave it out"
_RENAMED = {
    "min_replicas": _NO_MINIMUM,
    "min_instances": _NO_MINIMUM,
    "max_replicas": "use `max_instances`",
    "auto_scale": "scaling is always on; set `max_instances` and `scaling_threshold`",
    "scale_up_threshold": "use `scaling_threshold`",
    "scale_down_delay": "use `shutdown_after_seconds`",
    "timeout": _NO_LIMIT,
    "timeout_seconds": _NO_LIMIT,
    "environment": _VARIABLES,
    "env": _VARIABLES,
    "entry_file": _NAMED_AT_DEPLOY,
    "entry_point": _NAMED_AT_DEPLOY,
    "python_version": "choose Python with `Image.from_base` or `Image.with_python`",
}


def _plain_chutes(project: Project) -> Iterator[tuple[Chute, Signature]]:
    """Yield the chutes that no template builder makes, with what they accept."""
    signature = contract().signature(CHUTE)
    assert signature is not None
    for chute in project.chutes:
        if chute.callee == CHUTE:
            yield chute, signature


class ChuteUnknownArgument(Check):
    """`Chute(...)` is given an argument it does not have.

    ## What it does
    Compares the keywords of every `Chute(...)` call with the SDK's signature and with
    FastAPI's, which `Chute` passes the rest on to.

    ## Why it matters
    With a recent FastAPI the import fails with a TypeError, so the chute never starts.
    With an older one the argument is swallowed without a word: the scaling, timeout or
    storage you asked for does not exist.

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
        min_instances=1,
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
        max_instances=2,
        title="My service",
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.__init__`; FastAPI's constructor.
    """

    id = "chute-unknown-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per unknown keyword."""
        for chute, signature in _plain_chutes(project):
            for misfit in misfits(chute.arguments, signature):
                if misfit.kind != "unknown":
                    continue
                argument = misfit.argument
                assert misfit.name is not None
                assert argument is not None
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"Chute() has no argument {misfit.name!r}",
                    way_out(misfit.name, signature, _RENAMED, _ELSEWHERE),
                )


class ChuteMissingArgument(Check):
    """`Chute(...)` lacks an argument, or is given one too many.

    ## What it does
    Reports `Chute(...)` calls without username, name or image, with more positional
    arguments than there are parameters, and with an argument given twice, as by position
    and by keyword or by a `**` and by keyword.

    ## Why it matters
    Each is a TypeError when the module is imported: the chute can neither be built nor
    deployed, nor does it start.

    ## Example
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
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
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.__init__`.
    """

    id = "chute-missing-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument given twice, one for all missing, one for all surplus."""
        for chute, signature in _plain_chutes(project):
            found = list(misfits(chute.arguments, signature))
            for misfit in found:
                if misfit.kind == "repeated":
                    yield self._refused(
                        misfit, f"Chute() is given {misfit.name} twice", "keep one of them"
                    )
            surplus = [misfit for misfit in found if misfit.kind == "surplus"]
            if surplus:
                most = len(signature.positional)
                yield self._refused(
                    surplus[0],
                    f"Chute() takes {most} positional arguments at most, not {most + len(surplus)}",
                    "give the arguments by keyword",
                )
            missing = [str(misfit.name) for misfit in found if misfit.kind == "missing"]
            if missing:
                yield self.at(
                    chute.site,
                    f"Chute() is not given {', '.join(missing)}: TypeError at import",
                    f"add {', '.join(f'`{name}=...`' for name in missing)}",
                )

    def _refused(self, misfit: Misfit, message: str, help: str) -> Finding:
        argument = misfit.argument
        assert argument is not None  # only a missing argument has none
        return self.finding(
            argument.module,
            argument.span,
            argument.scope,
            f"{message}: TypeError at import",
            help,
        )
