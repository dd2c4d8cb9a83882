"""What `pip install` commands install, and in which versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project

from .directives import called, name_span, text_of
from .shell import Command, Redirection, commands

_TOOLS = frozenset({"pip", "uv", "wheel"})
_SHOWN = 4
_PROGRAM = re.compile(r"pip[\d.]*")
_PYTHON = re.compile(r"python[\d.]*")
_CONSTRAINTS = frozenset({"-c", "--constraint"})
_EDITABLE = frozenset({"-e", "--editable"})
_TAKE_A_VALUE = frozenset(
    {"-r", "--requirement", "-i", "--index-url", "--extra-index-url", "-f", "--find-links",
     "-t", "--target", "--platform", "--python-version", "--implementation", "--abi", "--root",
     "--prefix", "--src", "--upgrade-strategy", "-C", "--config-settings", "--global-option",
     "--no-binary", "--only-binary", "--progress-bar", "--report", "--trusted-host", "--cert",
     "--cache-dir", "--log", "--proxy", "--retries", "--timeout", "--exists-action",
     "--python", "-p", "--index", "--default-index", "--index-strategy", "--torch-backend",
     "--resolution", "--prerelease", "--exclude-newer", "--group", "--root-user-action",
     "--use-feature", "--use-deprecated", "--build-constraint"}
)  # fmt: skip


@dataclass(slots=True)
class PipInstall:
    """One install.

    Attributes:
        requirements: What it names: packages, paths, URLs.
        editable: What ``-e`` names.
        constrained: Whether a constraints file decides on versions.
        redirections: Version bounds that the shell takes for redirections.
    """

    requirements: list[str] = field(default_factory=list)
    editable: list[str] = field(default_factory=list)
    constrained: bool = False
    redirections: list[Redirection] = field(default_factory=list)

    @property
    def redirected(self) -> set[str]:
        """Requirements that lost their version to a redirection."""
        return {each.glued for each in self.redirections}


def pip_installs(commands: Sequence[Command]) -> Iterator[PipInstall]:
    """Yield the installs among some commands."""
    for command in commands:
        words = _after_pip(command)
        if "install" in words:
            bounds = [each for each in command.redirections if _is_bound(each)]
            yield _install(words[words.index("install") + 1 :], bounds)


def _after_pip(command: Command) -> list[str]:
    """Return pip's own arguments, nothing for other programs."""
    words = command.arguments
    if _PROGRAM.fullmatch(command.program):
        return words
    if command.program == "uv" and words[:1] == ["pip"]:
        return words
    if _PYTHON.fullmatch(command.program) and "-m" in words:
        module = words[words.index("-m") + 1 :]
        return module if module[:1] == ["pip"] else []
    return []


def _is_bound(redirection: Redirection) -> bool:
    """Say whether a redirection was meant as ``package>=1``."""
    return bool(redirection.glued) and redirection.target[:1] in tuple("=0123456789")


def _install(words: list[str], bounds: list[Redirection]) -> PipInstall:
    found = PipInstall(redirections=bounds)
    rest = iter(words)
    for word in rest:
        option, _, value = word.partition("=")
        if option in _CONSTRAINTS:
            found.constrained = True
            next(rest, None)
        elif option in _EDITABLE:
            found.editable.append(value or next(rest, ""))
        elif word in _TAKE_A_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            found.requirements.append(word)
    return found


class ImageUnpinnedPip(Check):
    """A pip install in the image does not say which version.

    ## What it does
    Reads the run commands of images, `uv pip` and `python -m pip` included, for packages
    without `==`. Requirement and constraint files, local paths and URLs of files are
    accepted, and pip, uv and wheel may be upgraded.

    ## Why it matters
    Images are built once per tag, and the next tag may be built months later: with other
    versions, a build that fails, or a service that behaves differently while its code has
    not changed.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("pip install --no-cache-dir httpx 'numpy>=2'")
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
        .run_command("pip install --no-cache-dir httpx==0.28.1 numpy==2.3.4")
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
    pip: a requirement without `==` takes the newest version on the day of the build.
    """

    id = "image-unpinned-pip"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per run command with unpinned packages."""
        for directive in called(project, "run_command"):
            loose = [
                each
                for install in pip_installs(commands(text_of(directive, "command") or ""))
                for each in _unpinned(install)
            ]
            if loose:
                shown = ", ".join(loose[:_SHOWN])
                more = f" and {len(loose) - _SHOWN} more" if len(loose) > _SHOWN else ""
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"pip chooses the version of {shown}{more} on the day of the build",
                    "write package==version, or install from a requirements file that does",
                )


def _unpinned(install: PipInstall) -> Iterator[str]:
    """Yield the requirements of an install that name a package without a version."""
    if install.constrained:
        return
    for requirement in install.requirements:
        if requirement in install.redirected or _is_location(requirement):
            continue
        spec = requirement.partition(";")[0].strip()
        exact = re.search(r"===?\s*([^\s,]+)", spec)
        if exact and not exact.group(1).endswith("*"):
            continue
        name = re.split(r"[^\w.-]", spec, maxsplit=1)[0]
        if name.lower() not in _TOOLS:
            yield requirement


def _is_location(requirement: str) -> bool:
    """Say whether a requirement is a path, a URL or only known to the shell."""
    return (
        any(mark in requirement for mark in ("/", "$", "`", " @ "))
        or requirement.startswith(".")
        or requirement.endswith((".whl", ".zip", ".gz"))
    )


class ImagePipRedirection(Check):
    """A version bound without quotes is a redirection of the shell.

    ## What it does
    Looks for `<` and `>` in the requirements of a pip install that stand outside quotes.

    ## Why it matters
    `pip install httpx>=0.28` installs any version of httpx and writes pip's output to a
    file named `=0.28`. `pip install httpx<1` reads a file named `1`, which does not exist,
    and the build fails.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("pip install --no-cache-dir httpx>=0.28")
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
        .run_command("pip install --no-cache-dir 'httpx==0.28.1'")
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
    POSIX shell: `>` and `<` outside quotes redirect; `RUN` gives its text to `/bin/sh -c`.
    """

    id = "image-pip-redirection"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per run command with such a bound."""
        for directive in called(project, "run_command"):
            text = text_of(directive, "command") or ""
            bounds = [b for install in pip_installs(commands(text)) for b in install.redirections]
            if not bounds:
                continue
            # Reading a file that is not there is worse than writing one that nobody wants.
            worst = next((each for each in bounds if each.operator == "<"), bounds[0])
            fails = worst.operator == "<"
            effect = (
                f"reads a file {worst.target!r}, which does not exist, so the build fails"
                if fails
                else f"writes to a file {worst.target!r}, and drops the bound"
            )
            requirement = _requirement(bounds, worst)
            yield self.finding(
                directive.site.module,
                name_span(directive),
                directive.site.scope,
                f"the shell takes {worst.operator!r} in {requirement} for a redirection: "
                f"it {effect}",
                f"quote the requirement: '{requirement}'",
                severity=Severity.ERROR if fails else None,
            )


def _requirement(bounds: Sequence[Redirection], one: Redirection) -> str:
    """Return the whole requirement that a bound is part of, as it was meant."""
    chains: list[list[Redirection]] = []
    for each in bounds:
        if chains and each.glued == chains[-1][-1].target:  # `httpx>=0.28,<1`
            chains[-1].append(each)
        else:
            chains.append([each])
    chain = next(each for each in chains if one in each)
    return chain[0].glued + "".join(f"{each.operator}{each.target}" for each in chain)
