"""Whether the question that `chutes build` and `chutes deploy` ask is answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.runs import Run, options
from chutes_cli.project.shell import Command, Stage

from .commands import Invocation, InvocationCheck, constant, invocations, program

_ANSWERS = {"build": r"printf 'y\ny\n' |", "deploy": "echo y |"}


class PipelineConfirmation(InvocationCheck):
    """A pipeline leaves the question of `chutes build` or `chutes deploy` unanswered.

    ## What it does
    Reports a `chutes build` or `chutes deploy` that cannot read an answer: in a CI file
    without anything piped or redirected into it, and anywhere with its input taken from
    nowhere. Reports `yes |` under `pipefail` as well, which answers and then fails the
    script: GitLab, CircleCI and GitHub's `shell: bash` set `pipefail` themselves. A build
    with `--local` asks nothing.

    ```yaml
    - run: chutes deploy chute:chute            # reported: ends with "Aborted."
    - run: echo y | chutes deploy chute:chute   # this is how
    ```

    ## Why it matters
    Both commands ask before they upload, `chutes build` twice when more than ten files are
    to be shipped, and no option answers for you. At the end of input they say "Aborted."
    and exit with 1, so such a pipeline never deploys. `yes` has an answer for every
    question, and ends with an error of its own (141, broken pipe) as soon as `chutes` has
    exited: under `pipefail` that is the status of the whole line, also after a success.

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
        said = subprocess.check_output(
            ["chutes", "deploy", "app:chute"], stdin=subprocess.DEVNULL, text=True
        )
        if "Successfully deployed" not in said:
            raise SystemExit(said)


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
        said = subprocess.check_output(["chutes", "deploy", "app:chute"], input="y", text=True)
        if "Successfully deployed" not in said:
            raise SystemExit(said)


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/deploy.py and build.py, `input(...)`; the shells' manuals
    for `pipefail`; GitHub's and GitLab's documentation for the options of their shells.
    """

    id = "pipeline-confirmation"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that is not answered, or is answered at a price."""
        for found in invocations(project):
            if not found.uploads:
                continue
            help_ = f"put `{_ANSWERS[found.verb]}` before it"
            if _is_unanswered(project, found):
                yield self.said(
                    found,
                    f"`chutes {found.verb}` asks for confirmation and gets no answer here: it "
                    f"ends with 'Aborted.' and exit status 1",
                    f"{help_.replace(' |`', '`')}" if found.process else help_,
                )
            elif found.run and _fails_by_yes(found.command, found.run):
                yield self.said(
                    found,
                    "under `pipefail` this line fails even when it succeeds: `yes` ends with an "
                    "error of its own (141, broken pipe)",
                    f"{help_} instead of `yes |`",
                )


def _is_unanswered(project: Project, found: Invocation) -> bool:
    stdin = found.process.arguments.get("stdin") if found.process else None
    if stdin is not None and constant(project, stdin) == "DEVNULL":
        return True
    source = _source(found.command)
    return source == "/dev/null" or (found.is_ci and source is None)


def _source(stage: Stage) -> str | None:
    """Return where a stage reads from: a file's name, anything for a pipe, None for nowhere."""
    read = [each.target.text for each in stage.redirects if each.operator.startswith("<")]
    if read:
        return read[-1]
    if stage.pipeline.stages[0] is not stage:
        return "|"
    owner = stage.pipeline.owner
    return None if owner is None else _source(owner)


def _fails_by_yes(command: Command, run: Run) -> bool:
    """Say whether ``yes`` answers a command and its own end fails what goes on."""
    first = command.pipeline.stages[0]
    if not isinstance(first, Command) or not first.texts or program(first.texts[0]) != "yes":
        return False
    said = " ".join(
        " ".join(each.texts[1:])
        for each in takewhile(lambda each: each is not command, run.commands)
        if each.texts[:1] == ("set",)
    )
    errexit, pipefail = options(said)
    stops = run.errexit or errexit or command.pipeline is run.pipelines[-1]
    return stops and (run.pipefail or pipefail)
