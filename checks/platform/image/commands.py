"""What a run command really does when the image is built."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .directives import called, name_span, text_of
from .shell import Command, commands, lines

_INSTRUCTION = re.compile(
    r"(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL"
    r"|STOPSIGNAL|USER|VOLUME|WORKDIR)\b"
)
_FETCHERS = frozenset({"curl", "wget"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
_FETCHED = re.compile(r"[<$]\(\s*(curl|wget)\b|`\s*(curl|wget)\b")


class ImageCommandLineBreak(Check):
    """A run command breaks off at a line end.

    ## What it does
    Looks at run commands of several lines. A line that does not end with a backslash ends
    the `RUN` instruction; here-documents and further Dockerfile instructions are accepted.

    ## Why it matters
    The SDK writes the text into the Dockerfile as it is. The next line is read as an
    instruction of its own, which it is not, and the build fails with "unknown instruction".

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command(
            '''
            mkdir -p /app/cache
            pip install --no-cache-dir httpx==0.28.1
            '''
        )
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("mkdir -p /app/cache && pip install --no-cache-dir httpx==0.28.1")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/image/directive/generic_run.py: the text becomes `RUN <text>`.
    """

    id = "image-command-line-break"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per run command that is cut off."""
        for directive in called(project, "run_command"):
            text = text_of(directive, "command")
            if text is None or "<<" in text:
                continue
            first, *rest = lines(text)
            cut = [each.strip() for each in rest if not _INSTRUCTION.match(each.strip())]
            if cut:
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"the line that starts with {cut[0].split()[0]!r} becomes a Dockerfile "
                    "instruction of its own, and the build fails",
                    "end each line but the last with ` && \\\\`, or run one command per call"
                    if first.strip() or len(cut) > 1
                    else "begin the command right behind the opening quotes, on the same line",
                )


class ImagePipeToShell(Check):
    """The build downloads a script and runs it unseen.

    ## What it does
    Looks for downloads by curl or wget that are piped into a shell or into Python, or
    substituted into one (`bash <(curl ...)`, `sh -c "$(curl ...)"`).

    ## Why it matters
    What is installed depends on what the server sends on that day. A changed, hijacked or
    half-transferred script becomes part of the image, without an error.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("curl -LsSf https://example.com/install.sh | sh")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("pip install --no-cache-dir uv==0.9.9")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    POSIX shell: `sh` runs what it reads; curl's exit status is lost in a pipe.
    """

    id = "image-pipe-to-shell"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per run command that runs what it downloads."""
        for directive in called(project, "run_command"):
            program = _run_unseen(commands(text_of(directive, "command") or ""))
            if program:
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"{program} runs a downloaded script that nothing has checked",
                    "install a pinned package, or download to a file, compare its sha256sum, "
                    "and run it then",
                )


def _run_unseen(found: list[Command]) -> str | None:
    """Return the program that runs a download, if there is one."""
    for command in found:
        fetches = any(each.program in _FETCHERS for each in command.read)
        if fetches and _runs_its_input(command):
            return command.program
        if command.program in _SHELLS and any(map(_FETCHED.match, command.arguments)):
            return command.program
    return None


def _runs_its_input(command: Command) -> bool:
    if re.fullmatch(r"python[\d.]*", command.program):
        return command.arguments[:1] in ([], ["-"])
    return command.program in _SHELLS
