"""Commands that a caller can write."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chutes_cli.contract.libraries.sinks import (
    CODE_FLAGS,
    INTERPRETERS,
    PROGRAMS,
    SHELL,
    STARTERS,
)
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.lists import Items
from chutes_cli.project.taint.spot import Placed, Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.values import Known

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
    the place of the program in calls without a shell, and to what a shell is given as
    `input=`. The words of a command are read one by
    one, wherever a list of them is put together. What was held against a list of
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
            for words in _commands(project, passing, spot, command):
                for at, each in (*words[:1], *_code(project, words)):
                    yield passing, each, at
                for given in passing.arguments:
                    if given.keyword == "input" and _reads_program(project, words):
                        yield passing, given.value

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who writes the command."""
        return (
            f"{called} runs a command that the caller of {by} can write",
            "pass a list without a shell, its program fixed, and hold what callers choose "
            "against a list of allowed values",
        )


def _commands(project: Project, passing: Passing, spot: Spot, command: Expression) -> list[Items]:
    """Return the words of the commands that a call starts, those of all its arguments."""
    lists = project.taint.lists
    given = [
        each.value for each in passing.arguments if not each.keyword and each.star != "**"
    ] or [command]
    while given[0] is not command and command in given:
        del given[0]  # how it is started stands before the program
    found: list[Items] = [()]
    for each in given:
        more = lists.items(spot, each) or [((spot, each),)]
        found = [(*start, *end) for start in found for end in more]
    return found


def _code(project: Project, words: Items) -> Iterator[Placed]:
    """Yield the words that a shell or an interpreter takes for its program text."""
    texts = [_text(project, *each) for each in words]
    first = next(iter(texts), "")
    for place, text in enumerate(texts):
        if text in INTERPRETERS and (place == 0 or first in STARTERS):
            for flag, word in pairwise(range(place + 1, len(words))):
                if texts[flag] in CODE_FLAGS:
                    yield words[word]
            return


def _reads_program(project: Project, words: Items) -> bool:
    """Say whether a shell or an interpreter is given its program as input: ``bash -s``."""
    texts = [_text(project, *each) for each in words]
    while texts and texts[0] in STARTERS:
        del texts[0]
    if not texts or texts[0] not in INTERPRETERS:
        return False
    return all(each.startswith("-") for each in texts[1:])


def _text(project: Project, spot: Spot, word: Expression) -> str:
    """Return a word of a command, a program without its folder; nothing where it is not known."""
    value = project.knowledge.evaluator.value(spot.module, spot.scope, word)
    if isinstance(value, Known) and isinstance(value.value, str):
        text = value.value
        return text if text in CODE_FLAGS else text.rsplit("/", 1)[-1]
    dotted = project.knowledge.resolver.dotted(spot.module, spot.scope, word)
    return "python" if dotted == "sys.executable" else ""
