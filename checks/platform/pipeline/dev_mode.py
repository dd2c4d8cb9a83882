"""The SDK's dev mode where it serves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.kinds import Kind
from chutes_cli.project.model import Project
from chutes_cli.project.processes import CommandReader
from chutes_cli.project.runs import Role
from chutes_cli.project.shell import Command, Piece, commands
from chutes_cli.project.shell_parser import parse

from .commands import Invocation, InvocationCheck, called, invocations, is_entry_point

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FOR_DEVELOPMENT = re.compile(r"(?:^|[._/-])(?:dev|devel|development|local|test|debug)(?:[._/-]|$)")
_HELP = "leave out `--dev`; to try the chute by hand, add `--host 127.0.0.1`"


class DevModeInProduction(InvocationCheck):
    """The service is started in the SDK's dev mode, reachable from elsewhere.

    ## What it does
    Looks for `chutes run ... --dev` in what starts the service: `CMD` and `ENTRYPOINT` of a
    Dockerfile, `command` and `entrypoint` of a compose file, a Procfile, a script that
    these run or that the image build writes, and `Image.with_entrypoint`: errors, all of
    them. In other scripts, Makefiles and Python code it is a warning, unless the command
    has `--host 127.0.0.1`. CI files are left alone, and so are container files that are for
    development by their name, such as `Dockerfile.dev`.

    ```dockerfile
    CMD ["chutes", "run", "chute:chute", "--dev", "--port", "8000"]
    ```

    ## Why it matters
    Dev mode listens on all addresses and asks nobody who they are. `/_slurp` hands out
    every file the process can read, `/_procs` the environment with its secrets, and
    `/_connectivity` fetches any URL on behalf of the caller. Nor does it limit concurrency,
    and over one HTTP/2 connection requests get each other's bodies.

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
        subprocess.run(["chutes", "run", "app:chute", "--dev", "--port", "8000"], check=True)


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
        subprocess.run(["chutes", "run", "app:chute", "--dev", "--host", "127.0.0.1"], check=True)


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: `--host` is 0.0.0.0 unless given, and `--dev` mounts
    the internal endpoints without the middleware that authenticates.
    """

    id = "dev-mode-in-production"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per start in dev mode."""
        for found in invocations(project):
            severity = _severity(found, project) if _is_dev(found) else None
            if severity is not None:
                yield self.said(found, _message(found.arguments), _HELP, severity)
        for script in project.scripts:
            for run in script.runs if script.kind is Kind.CONTAINER else ():
                for found in _written(run.commands):
                    yield self.said(
                        replace(found, script=script, run=run),
                        _message(found.arguments),
                        _HELP,
                        Severity.ERROR,
                    )
        yield from self._images(project)

    def _images(self, project: Project) -> Iterator[Finding]:
        reader = CommandReader(project.knowledge)
        for directive in (each for image in project.images for each in image.directives):
            for argument in directive.arguments:
                here = (argument.module, argument.scope, argument.expression)
                if directive.method == "with_entrypoint":
                    every = commands(reader.pipelines(*here))
                    starts = [each for each in map(called, every) if each and _is_dev(each)]
                elif directive.method == "run_command":
                    starts = list(_written(commands(reader.pipelines(*here))))
                else:
                    continue
                for found in starts:
                    message = _message(found.arguments)
                    yield self.finding(
                        argument.module,
                        argument.span,
                        argument.scope,
                        message,
                        _HELP,
                        severity=Severity.ERROR,
                    )


def _is_dev(found: Invocation) -> bool:
    return found.verb == "run" and "--dev" in found.arguments


def _severity(found: Invocation, project: Project) -> Severity | None:
    """Return how bad a start in dev mode is where it stands, None where it may stand."""
    host = _host(found.arguments)
    role = found.run.role if found.run else Role.HAND
    if role in (Role.CI, Role.BUILD):
        return None
    if role is Role.START or (found.script and is_entry_point(found.script, project)):
        assert found.script is not None
        if _FOR_DEVELOPMENT.search(found.script.path):
            return None
        return Severity.WARNING if host in _LOOPBACK else Severity.ERROR
    # Only a run can tell what a variable holds.
    return None if host in _LOOPBACK or "$" in host else Severity.WARNING


def _host(arguments: tuple[str, ...]) -> str:
    for index, text in enumerate(arguments):
        if text.startswith("--host="):
            return text.partition("=")[2]
        if text == "--host":
            return "".join(arguments[index + 1 : index + 2])
    return "0.0.0.0"


def _message(arguments: tuple[str, ...]) -> str:
    host = _host(arguments)
    if host in _LOOPBACK:
        return (
            "dev mode is not the runtime of production: it limits no concurrency, and over one "
            "HTTP/2 connection requests get each other's bodies"
        )
    return (
        f"dev mode hands every file and the environment, secrets included, to whoever reaches "
        f"it, and it listens on {host}"
    )


def _written(every: Iterable[Command]) -> Iterator[Invocation]:
    """Yield the starts in dev mode in scripts that commands write into files."""
    for command in every:
        if not any(each.operator in (">", ">>") for each in command.redirects):
            continue
        texts = [each.target for each in command.redirects if each.operator.startswith("<<")]
        for word in (*command.words[1:], *texts):
            # `printf` and `echo -e` make line breaks of these.
            piece = Piece(word.text.replace("\\n", " \n"), word.piece.places)
            for found in map(called, commands(parse(piece))):
                if found and _is_dev(found):
                    yield found
