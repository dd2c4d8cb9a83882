"""Which arguments `@chute.job(...)` and `Port(...)` have."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE, CORD, JOB, NODE_SELECTOR, PORT, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.fit import misfits
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.targets import External

from ..wayout import way_out
from .ports import job_calls, ports

_ELSEWHERE = (
    (NODE_SELECTOR, "NodeSelector(...)"),
    (CHUTE, "Chute(...)"),
    (CORD, "@chute.cord(...)"),
)
_RETRY = "jobs are never retried; retry inside the function"
_RENAMED = {
    "retry": _RETRY,
    "retries": _RETRY,
    "name": "a job is called by its function's name; rename the function",
    "disk_gb": "give it when the job is started: `_disk_gb` in the job's data",
}


class JobUnknownArgument(Check):
    """`@chute.job(...)` or `Port(...)` is given an argument it does not have.

    ## What it does
    Compares the arguments of every `chute.job(...)`, and of the ports it is given, with the
    SDK's signatures: unknown keywords, arguments by position, an argument given twice, and
    `@chute.job` without its parentheses.

    ## Why it matters
    `chute.job` passes everything on to `Job`, which raises a TypeError when the module is
    imported. A port ignores an unknown keyword without a word.

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


    @chute.job(timeout=3600, retry=3)
    async def train(self, **job_data) -> dict:
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
    SDK 0.6.9 chutes/chute/job.py, `Job.__init__` and `Port`; chutes/chute/base.py,
    `Chute.job`.
    """

    id = "job-unknown-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument; arguments by position count as one."""
        for _, arguments in job_calls(project):
            yield from self._faults(arguments, JOB, "job()")
        for port in ports(project):
            yield from self._faults(port.fields, PORT, "Port()")
        for site in _bare_decorators(project):
            yield self.at(
                site,
                "@chute.job without its parentheses is given the function: TypeError at import",
                "write `@chute.job()`",
            )

    def _faults(self, arguments: Arguments, callee: str, label: str) -> Iterator[Finding]:
        signature = contract().signature(callee)
        assert signature is not None
        found = list(misfits(arguments, signature))
        surplus = [each for each in found if each.kind == "surplus"]
        for misfit in found:
            argument = misfit.argument
            if argument is None or misfit in surplus[1:]:
                continue  # what is missing is a question of values
            severity = Severity.ERROR if misfit.refused else Severity.WARNING
            if misfit.name is None:
                message = f"{label} takes no arguments by position: TypeError at import"
                help = f"give them by name: `{signature.keywords[0]}=...`"
            elif misfit.kind == "repeated":
                message = f"{label} is given {misfit.name} twice: the import fails"
                help = "keep one of them"
            else:
                effect = "fails with a TypeError" if misfit.refused else "ignores it without a word"
                message = f"{label} has no argument {misfit.name!r} and {effect}"
                help = way_out(misfit.name, signature, _RENAMED, _ELSEWHERE)
            yield self.finding(
                argument.module, argument.span, argument.scope, message, help, severity=severity
            )


def _bare_decorators(project: Project) -> Iterator[Site]:
    """Yield each ``@chute.job`` that is written without its call."""
    resolver = project.knowledge.resolver
    for module in project.modules:
        for statement in module.facts.statements:
            for expression in statement.values if statement.kind == "define" else ():
                # What a call stands for is no method any more.
                for target in resolver.resolve(module, statement.scope, expression):
                    match target:
                        case External(name=name) if name == JOB:
                            yield Site(module, statement, expression)
