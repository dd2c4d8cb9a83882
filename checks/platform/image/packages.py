"""System packages: the names the SDK takes, and what apt needs to install them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.values import Known

from .directives import called, name_span, text_of
from .shell import Command, commands

_ASKING = frozenset({"install", "upgrade", "dist-upgrade", "remove", "purge", "autoremove"})
_YES = re.compile(r"-\w*y\w*|-\w*qq\w*|--yes|--assume-yes")
_NAMES = "chutes.image.directive.apt.PACKAGE_RE"


class ImageAptPackage(Check):
    """`apt_install` or `apt_remove` is given a name that the SDK refuses.

    ## What it does
    Compares the package names with the SDK's own pattern: letters, digits, `_`, `:`, `*`
    and `-`.

    ## Why it matters
    Versions (`curl=7.88`), names with a plus or a dot (`g++`, `python3.11`) and several
    names in one text raise an AssertionError when the module is imported: neither
    `chutes build` nor `chutes deploy` nor an instance gets any further.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("root")
        .run_command("apt-get update")
        .apt_install(["git", "g++"])
        .set_user("chutes")
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
        .set_user("root")
        .run_command("apt-get update && apt-get install -y git 'g++'")
        .set_user("chutes")
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
    SDK 0.6.9 chutes/image/directive/apt.py, `PACKAGE_RE`.
    """

    id = "image-apt-package"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call with a refused name."""
        pattern = contract().pattern(_NAMES)
        for directive in called(project, "apt_install", "apt_remove"):
            refused = [each for each in _packages(directive) if not pattern.match(each)]
            if not refused:
                continue
            argument = directive.arguments.get("package")
            assert argument is not None
            action = directive.method.removeprefix("apt_")
            several = " " in refused[0].strip()
            yield self.finding(
                argument.module,
                argument.span,
                argument.scope,
                f"{directive.method} refuses {refused[0]!r}: AssertionError at import",
                "pass a list, one name each"
                if several
                else f"""run_command("apt-get update && apt-get {action} -y '{refused[0]}'")""",
            )


def _packages(directive: Directive) -> list[str]:
    """Return the names passed that are texts."""
    value = directive.arguments.value("package")
    given = value.value if isinstance(value, Known) else ()
    names = given if isinstance(given, list | tuple | set) else [given]
    return [each for each in names if isinstance(each, str)]


class ImageAptWithoutUpdate(Check):
    """Packages are installed without fetching the package lists first.

    ## What it does
    Looks for `apt_install` and `apt-get install` on images on which nothing before ran
    `apt-get update`.

    ## Why it matters
    Most base images are shipped without package lists: apt then answers "Unable to locate
    package" and the build fails. Where old lists are left, the versions they name may be
    gone from the mirrors. The SDK's `apt_install` does not update by itself.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("root")
        .apt_install("ffmpeg")
        .set_user("chutes")
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
        .set_user("root")
        .run_command("apt-get update")
        .apt_install("ffmpeg")
        .set_user("chutes")
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
    SDK 0.6.9 chutes/image/__init__.py, `apt_install`: `apt-get -y install` and no more.
    """

    id = "image-apt-without-update"
    category = "platform"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per image, at the first install."""
        for image in project.images:
            first = _first_apt(image.directives)
            if first is not None:
                yield self.finding(
                    first.site.module,
                    name_span(first),
                    first.site.scope,
                    "nothing before this fetched the package lists, which most base images lack",
                    'put .run_command("apt-get update") before it',
                )


def _first_apt(directives: tuple[Directive, ...]) -> Directive | None:
    """Return the first install, unless something before it may have updated the lists."""
    for each in directives:
        if each.method == "apt_install":
            return each
        if each.method == "with_python":
            return None  # it starts with an update
        if each.method == "run_command":
            text = text_of(each, "command")
            if text is None or "update" in text:
                return None
            if installs_with_apt(each):
                return each
    return None


def installs_with_apt(directive: Directive) -> bool:
    """Say whether a run command installs with apt."""
    found = commands(text_of(directive, "command") or "")
    return any(each.program in ("apt", "apt-get") and "install" in each.arguments for each in found)


class ImageAptWithoutYes(Check):
    """apt would ask before it installs, and nobody answers.

    ## What it does
    Looks for `apt` and `apt-get` commands that install or remove without `-y`.

    ## Why it matters
    A build has no terminal. As soon as apt has more to do than install the named package,
    it asks whether to go on, gets no answer and aborts, and the build fails.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("root")
        .run_command("apt-get update && apt-get install ffmpeg")
        .set_user("chutes")
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
        .set_user("root")
        .run_command("apt-get update && apt-get install -y ffmpeg")
        .set_user("chutes")
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
    apt-get(8): without `-y` it asks unless only the named packages are installed.
    """

    id = "image-apt-without-yes"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per run command in which apt asks."""
        for directive in called(project, "run_command"):
            for command in commands(text_of(directive, "command") or ""):
                action = _asks(command)
                if action:
                    yield self.finding(
                        directive.site.module,
                        name_span(directive),
                        directive.site.scope,
                        f"{command.program} {action} without -y asks a question that nobody "
                        "answers in a build",
                        f"write {command.program} {action} -y",
                    )
                    break


def _asks(command: Command) -> str | None:
    """Return the action that apt asks about."""
    words = command.arguments
    if command.program not in ("apt", "apt-get") or command.read:
        return None
    if any(map(_YES.fullmatch, words)):
        return None
    return next((each for each in words if each in _ASKING), None)
