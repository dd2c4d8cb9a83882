"""What `Chute(...)` accepts."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD, IMAGE, NODE_SELECTOR, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

_ELSEWHERE = (
    (NODE_SELECTOR, "NodeSelector(...)"),
    (CORD, "@chute.cord(...)"),
    (IMAGE, "Image(...)"),
)
_RENAMED = {
    "min_replicas": "chutes have no minimum number of instances; `max_instances` is the upper one",
    "min_instances": "chutes have no minimum number of instances; `max_instances` is the upper one",
    "max_replicas": "use `max_instances`",
    "auto_scale": "scaling is always on; set `max_instances` and `scaling_threshold`",
    "scale_up_threshold": "use `scaling_threshold`",
    "scale_down_delay": "use `shutdown_after_seconds`",
    "timeout_seconds": "the platform sets the limit of a call; leave it out",
    "environment": "set variables with `Image.with_env`, secrets with `chutes secrets create`",
    "env": "set variables with `Image.with_env`, secrets with `chutes secrets create`",
    "entry_file": "`chutes deploy module:variable` names the file; leave it out",
    "entry_point": "`chutes deploy module:variable` names the chute; leave it out",
    "python_version": "choose Python with `Image.from_base` or `Image.with_python`",
}


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
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        min_instances=1,
    )
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
        max_instances=2,
        title="My service",
    )
    ```

    ## Source
    SDK 0.6.9 chutes/chute/base.py, `Chute.__init__`; FastAPI's constructor.
    """

    id = "chute-unknown-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per unknown keyword."""
        signature = contract().signature(CHUTE)
        assert signature is not None
        for chute in project.chutes:
            if chute.callee != CHUTE:
                continue
            for argument in chute.arguments:
                if argument.name is None or signature.accepts(argument.name):
                    continue
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"Chute() has no argument {argument.name!r}",
                    _way_out(argument.name),
                )


def _way_out(name: str) -> str:
    """Return where an argument belongs, what replaces it, or the nearest real one."""
    for owner, label in _ELSEWHERE:
        signature = contract().signature(owner)
        if signature is not None and name in signature.keywords:
            return f"pass it to {label} instead"
    if name in _RENAMED:
        return _RENAMED[name]
    signature = contract().signature(CHUTE)
    close = signature.nearest(name) if signature else None
    return f"did you mean `{close}`?" if close else "remove it"
