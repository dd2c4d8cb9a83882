"""Whether anybody reads what `chutes build` and `chutes deploy` say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Await, Name
from chutes_cli.project.model import Project
from chutes_cli.project.processes import Process
from chutes_cli.project.shell import Command, Pipeline, Stage, stages

from .commands import Invocation, InvocationCheck, constant, invocations, program

_WORDS = {"build": "Uploaded image package", "deploy": "Successfully deployed"}
_PASSES_ON = frozenset({"cat", "echo", "head", "printf", "sed", "tail", "tee"})
"""Programs that show or copy what they are given and fail at none of it."""

_NOTHING = frozenset({"true", ":", "echo"})
_DECLARING = frozenset({"declare", "export", "local", "readonly"})
_STEP_OUTPUTS = frozenset({"$GITHUB_OUTPUT", "$GITHUB_ENV"})
_CAPTURING = frozenset(
    {"os.popen", "subprocess.check_output", "subprocess.getoutput", "subprocess.getstatusoutput"}
)
_STATUS = frozenset({"returncode", "check_returncode"})
_ASSIGNED = re.compile(r"(\w+)\+?=")


class PipelineTrustsExitStatus(InvocationCheck):
    """A script takes the exit status of `chutes build` or `chutes deploy` for success.

    ## What it does
    Looks at every `chutes build` and `chutes deploy` in CI files, Makefiles, shell scripts
    and Python code, and reports those whose output nothing judges: it is neither piped into
    a test such as `grep`, nor kept in a file or a variable that is tested later. In CI
    files that is an error, elsewhere a warning, since somebody may be looking on. A build
    with `--local` is left alone: its status is Docker's own.

    ```yaml
    - run: echo y | chutes deploy chute:chute --accept-fee   # reported
    - run: |
        echo y | chutes deploy chute:chute --accept-fee | tee deploy.log
        grep -q 'Successfully deployed' deploy.log           # this is how
    ```

    ## Why it matters
    Both commands exit with 0 when the platform answers 400, 401, 402, 409, 422 or 500: they
    log the refusal and end. A pipeline that trusts them turns green although nothing was
    deployed, and what runs is the version before.

    ## Example
    ```python
    import time
    import subprocess

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )

    if __name__ == "__main__":
        subprocess.run(["chutes", "deploy", "app:chute"], input=b"y", check=True)


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Use instead
    ```python
    import time
    import subprocess

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )

    if __name__ == "__main__":
        done = subprocess.run(
            ["chutes", "deploy", "app:chute"], input=b"y", check=True, capture_output=True
        )
        if b"Successfully deployed" not in done.stdout:
            raise SystemExit(done.stdout.decode())


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/deploy.py and build.py: a status other than 200 or 202 is
    logged, and the function returns.
    """

    id = "pipeline-trusts-exit-status"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per build or deployment whose output nothing judges."""
        for found in invocations(project):
            if not found.uploads or _judged(found.command, found):
                continue
            if (found.run and found.run.taken) or (
                found.process and _is_read(project, found.process)
            ):
                continue
            words = _WORDS[found.verb]
            log = f"{found.verb}.log"
            help_ = (
                f"capture its output and fail unless it contains {words!r}"
                if found.process
                else f"append `| tee {log}`, and `grep -q '{words}' {log}` as the next command"
            )
            yield self.said(
                found,
                f"`chutes {found.verb}` exits 0 also when the platform refuses, and nothing "
                f"judges its output",
                help_,
                Severity.ERROR if found.is_ci else None,
            )


# Shell


def _judged(stage: Stage, found: Invocation | None) -> bool:
    """Say whether what a stage prints decides over anything.

    Args:
        stage: The stage.
        found: The call after which to look for tests of files and variables, if at all.
    """
    kept = _targets(stage)
    for after in stage.pipeline.after(stage):
        if not _passes_on(after):
            return not _is_ignored(stage.pipeline)
        kept += _targets(after)
    owner = stage.pipeline.owner
    if stage.pipeline.taken:
        assert owner is not None
        variables = list(_assigned(owner, stage.pipeline)) if isinstance(owner, Command) else []
        if variables:
            return _is_tested([rf"\$\{{?{name}\b" for name in variables], found)
        if not _passes_on(owner):
            return not _is_ignored(owner.pipeline)
    if _STEP_OUTPUTS & set(kept) or _is_tested(list(map(re.escape, kept)), found):
        return True
    return owner is not None and _judged(owner, found)


def _assigned(command: Command, taken: Pipeline) -> Iterator[str]:
    """Yield the variables that a command gives the output of a pipeline."""
    declares = bool(_DECLARING & set(command.texts[:1]))
    for word in command.words if declares else command.assignments:
        name = _ASSIGNED.match(word.text)
        if name and taken in word.inner:
            yield name.group(1)


def _targets(stage: Stage) -> list[str]:
    """Return the files that a stage writes its output to."""
    written = [
        each.target.text
        for each in stage.redirects
        if ">" in each.operator and not each.operator.startswith("2")
    ]
    if _program(stage) == "tee":
        assert isinstance(stage, Command)
        written += [text for text in stage.texts[1:] if not text.startswith("-")]
    return [text for text in written if not text.isdigit() and not text.startswith("/dev/")]


def _passes_on(stage: Stage) -> bool:
    return _program(stage) in _PASSES_ON


def _program(stage: Stage) -> str:
    """Return the name of the program that a stage runs, empty for a group or an assignment."""
    return program(stage.texts[0]) if isinstance(stage, Command) and stage.texts else ""


def _is_ignored(pipeline: Pipeline) -> bool:
    """Say whether a failure of a pipeline is turned into success: ``|| true``."""
    following = pipeline.following
    if pipeline.operator != "||" or following is None or following.operator == "&&":
        return False
    first = following.stages[0]
    return isinstance(first, Command) and bool(_NOTHING & set(first.texts[:1]))


def _is_tested(patterns: list[str], found: Invocation | None) -> bool:
    """Say whether a later command of the same file tests a file or a variable."""
    if not patterns or found is None or found.script is None:
        return False
    pattern = re.compile("|".join(patterns))
    return any(
        _judged(stage, None) if _passes_on(stage) else not _is_ignored(stage.pipeline)
        for run in found.script.runs
        for stage in stages(run.pipelines)
        if stage.start > found.command.end
        and any(pattern.search(word.text) for word in stage.parts)
    )


# Python


def _is_read(project: Project, process: Process) -> bool:
    """Say whether code may look at what a program prints."""
    arguments = process.arguments
    stdout = arguments.get("stdout")
    aim = "" if stdout is None else constant(project, stdout)
    if not arguments.complete or (stdout and aim not in ("PIPE", "DEVNULL")):
        return True
    captured = process.callee in _CAPTURING or arguments.get("capture_output") is not None
    if not captured and aim != "PIPE":
        return False
    statement, call = process.site.statement, process.site.expression
    for each in statement.expressions():
        if isinstance(each, Attribute) and each.value is call and each.attribute in _STATUS:
            return False
    value = statement.values[0]
    if (value.value if isinstance(value, Await) else value) is not call:
        return True
    names = {
        each.id for target in statement.targets for each in target.walk() if isinstance(each, Name)
    }
    return _is_used(process, names)


def _is_used(process: Process, names: set[str]) -> bool:
    """Say whether more of a result is used than its exit status."""
    used = status = 0
    for statement in process.site.module.facts.statements:
        for value in statement.values:
            for each in value.walk():
                used += isinstance(each, Name) and each.id in names
                if isinstance(each, Attribute) and isinstance(each.value, Name):
                    status += each.value.id in names and each.attribute in _STATUS
    return used > status
