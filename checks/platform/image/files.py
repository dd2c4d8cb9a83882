"""Files added to an image: whether they can be, and with which options."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.values import Known

from .directives import called, name_span, text_of
from .leaks import is_secret_file

_ADD = "chutes.image.directive.add"
_PATTERNS = {"chown": "CHOWN_RE", "chmod": "CHMOD_RE", "checksum": "CHECKSUM_RE"}


class ImageAddSource(Check):
    """`add` names something that cannot be added.

    ## What it does
    Looks for the files on disk, relative to the folder in which `chutes build` runs, which
    is that of the chute's module: missing ones, ones outside that folder, absolute paths
    and paths with blanks. URLs and patterns are understood.

    ## Why it matters
    The SDK looks for the files when the module is imported: a missing one or one outside
    the folder is an AssertionError in `chutes build` and in `chutes deploy`. An absolute
    path or one with a blank passes there and fails in the build.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add("../shared/prompts.json", "/app/prompts.json")
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
        .add("app.py", "/app/app.py")
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
    SDK 0.6.9 chutes/image/directive/add.py; chutes/entrypoint/build.py.
    """

    id = "image-add-source"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per source that cannot be added."""
        for directive in called(project, "add"):
            source = text_of(directive, "source")
            if source is None or "://" in source or directive.arguments.value("build_dir"):
                continue
            if is_secret_file(source):
                continue  # nothing that should be there
            fault, *elsewhere = (
                _fault(directive, source, folder) for folder in folders(project, directive)
            )
            if fault and all(elsewhere):
                message, help = fault
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    message,
                    help,
                )


def folders(project: Project, directive: Directive) -> list[Path]:
    """Return where `chutes build` may run: in the folder of the chute's module."""
    module = directive.site.module
    homes = [chute.site.module for chute in project.chutes]
    if module in homes:
        homes = []
    return list(dict.fromkeys((project.root / each.path).parent for each in (module, *homes)))


def sources(source: str, directive: Directive, folder: Path) -> Iterator[str]:
    """Yield what a pattern matches below a folder, exclusions left out as the SDK does."""
    excluded = directive.arguments.value("exclude")
    left_out = set()
    if isinstance(excluded, Known) and isinstance(excluded.value, list | tuple | set):
        for pattern in excluded.value:
            if isinstance(pattern, str):
                left_out |= set(glob.glob(pattern, root_dir=folder, recursive=True))
    for each in glob.iglob(source, root_dir=folder, recursive=True):
        if each not in left_out:
            yield each


def _fault(directive: Directive, source: str, folder: Path) -> tuple[str, str] | None:
    """Say why a source cannot be added to images built in a folder."""
    if os.path.isabs(source):
        return (
            f"add: the absolute path {source!r} is either outside the folder in which "
            "chutes build runs (AssertionError) or not found in the build",
            "write it relative to the folder in which chutes build runs",
        )
    if os.path.normpath(source).split(os.sep)[0] == os.pardir:
        return (
            f"add: {source!r} lies outside the folder in which chutes build runs: "
            "AssertionError at import",
            "copy it into the chute's folder",
        )
    if next(sources(source, directive, folder), None) is None:
        return (
            f"add: nothing matches {source!r} in the folder in which chutes build runs: "
            "AssertionError at import",
            "name a file or folder beside the chute's module",
        )
    dest = text_of(directive, "dest") or ""
    if len(f"{source} {dest}".split()) > (2 if dest else 1):
        return (
            "add: a path with a blank becomes several in the Dockerfile, and the build fails",
            "rename the file, or add its folder",
        )
    return None


class ImageAddOption(Check):
    """An option of `add` is refused by the SDK.

    ## What it does
    Compares `chown`, `chmod` and, for URLs, `checksum` with the SDK's own patterns.

    ## Why it matters
    What does not match is an AssertionError in `chutes build` and `chutes deploy`. The
    pattern for checksums has a slip: it takes the letters a to f and the digit 0 only, so
    that every real checksum is refused.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add("app.py", "/app/app.py", chmod="0755")
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
        .add("app.py", "/app/app.py", chmod="755")
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
    SDK 0.6.9 chutes/image/directive/add.py: `CHOWN_RE`, `CHMOD_RE`, `CHECKSUM_RE`.
    """

    id = "image-add-option"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per refused option."""
        for directive in called(project, "add"):
            source = text_of(directive, "source") or ""
            for option, pattern in _PATTERNS.items():
                if option == "checksum" and "://" not in source:
                    continue
                argument = directive.arguments.get(option)
                if argument is None:
                    continue
                error = _refusal(option, pattern, argument)
                if error is not None:
                    yield self.finding(
                        argument.module,
                        argument.span,
                        argument.scope,
                        f"add refuses {error} at import",
                        _OPTION_HELP[option],
                    )
            yield from self._build_dir(directive, source)

    def _build_dir(self, directive: Directive, source: str) -> Iterator[Finding]:
        """The SDK compares the start of absolute paths with it, so a relative one fits none."""
        value, argument = text_of(directive, "build_dir"), directive.arguments.get("build_dir")
        if not value or os.path.isabs(value) or "://" in source:
            return
        assert argument is not None
        yield self.finding(
            argument.module,
            argument.span,
            argument.scope,
            f"add finds nothing below build_dir={value!r}, which is no absolute path: "
            "AssertionError at import",
            "leave it out: sources are looked for where chutes build runs",
        )


def _refusal(option: str, pattern: str, argument: BoundArgument) -> str | None:
    """Return what `add` raises for an option's value, None when it takes it."""
    if not isinstance(argument.value, Known) or not argument.value.value:
        return None
    value = argument.value.value
    if not isinstance(value, str):
        return f"{option}={value!r}: TypeError" if option == "checksum" else None  # else another's
    taken = contract().pattern(f"{_ADD}.{pattern}").match(value)
    return None if taken else f"{option}={value!r}: AssertionError"


_OPTION_HELP = {
    "chown": 'write "user:group" or numbers',
    "chmod": 'write three octal digits, such as "755"',
    "checksum": "leave it out, the SDK refuses every checksum with a digit from 1 to 9; compare "
    "with `sha256sum -c` in a run_command",
}
