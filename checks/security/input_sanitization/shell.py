"""Commands that a caller can write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from chutes_cli.contract.libraries.sinks import CODE_FLAGS, INTERPRETERS, PROGRAMS, SHELL
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.taint.spot import spot_of
from chutes_cli.project.taint.threats import Threat

from .sinks import (
    Reached,
    SinkCheck,
    calls_to,
)


class ShellInjection(SinkCheck):
    """A command is built from what a caller sends.

    ## What it does
    Follows the input of cords to `os.system`, `subprocess` with `shell=True`, `sh -c`,
    `asyncio.create_subprocess_shell` and the like, through helpers and other modules, and to
    the place of the program in calls without a shell. What was held against a list of
    allowed values or a strict pattern, converted to a number, or quoted with `shlex.quote`
    is left alone.

    ## Why it matters
    A caller who sends `x; curl … | sh` runs programs on the instance, with its secrets and
    its GPU. The gateway checks who calls, not what they send.

    ## Example
    ```python
    import subprocess


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        file: str = Field(max_length=100)


    @chute.cord(public_api_path="/convert", public_api_method="POST")
    async def convert(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        command = f"file --brief /data/{args.file}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=10)
        return {"kind": done.stdout}
    ```

    ## Use instead
    ```python
    import subprocess


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        file: str = Field(max_length=100, pattern=r"^[a-z0-9]+$")


    @chute.cord(public_api_path="/convert", public_api_method="POST")
    async def convert(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        command = ["file", "--brief", f"/data/{args.file}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        return {"kind": done.stdout}
    ```

    ## Source
    Python documentation, subprocess, Security Considerations.
    """

    id = "shell-injection"
    severity = Severity.ERROR
    threat = Threat.SHELL

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield what is handed to a shell, and what names the program to start."""
        yield from calls_to(project, SHELL)
        for passing, command in calls_to(project, PROGRAMS):
            spot = spot_of(Site(passing.site.module, passing.site.statement, command))
            lists = project.taint.lists.written(spot, command)
            arguments = tuple(each.value for each in passing.arguments)
            for at, words in lists or [(spot, (command, *arguments))]:
                for each in (*words[:1], *_code(words)):
                    yield passing, each, at

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who writes the command."""
        return (
            f"{called} runs a command that the caller of {by} can write",
            "pass a list without a shell, its program fixed, and hold what callers choose "
            "against a list of allowed values",
        )


def _code(words: Sequence[Expression]) -> Iterator[Expression]:
    """Yield the words that a shell or an interpreter takes for its program text."""
    match words:
        case [Literal(value=str(path)), *rest] if path.rsplit("/", 1)[-1] in INTERPRETERS:
            for flag, word in pairwise(rest):
                if isinstance(flag, Literal) and flag.value in CODE_FLAGS:
                    yield word
