"""The image an image is built on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Directive, Image, Project
from chutes_cli.project.values import Known

from .directives import called, name_span, text_of

DEFAULT = "parachutes/python:3.12"
_PATTERN = "chutes.image.directive.base_image.IMAGE_RE"
_MAKES_USER = re.compile(r"\b(useradd|adduser)\b[^&;|]*(\bchutes\b|\$)")


class ImageBase(Check):
    """`from_base` is given what the SDK refuses, or is called in vain.

    ## What it does
    Compares the base image with the SDK's pattern, and looks for images whose base is
    replaced by a later `from_base`.

    ## Why it matters
    A name the SDK refuses is an AssertionError when the module is imported. Of several
    `from_base` calls the last one wins, wherever it stands, without a word.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("https://docker.io/parachutes/python:3.12")
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
    SDK 0.6.9 chutes/image/directive/base_image.py, `IMAGE_RE`; chutes/image/__init__.py,
    `from_base`.
    """

    id = "image-base"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per base that is refused or replaced."""
        pattern = contract().pattern(_PATTERN)
        for directive in called(project, "from_base"):
            base = text_of(directive, "base_image")
            if base is not None and not pattern.match(base):
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"from_base refuses {base!r}: AssertionError at import",
                    'write "name:tag" as after FROM in a Dockerfile, without a scheme or blanks',
                )
        for image in project.images:
            for directive in _replaced(image):
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    "a later from_base replaces this base",
                    "remove one of the two",
                    severity=Severity.INFO,
                )


def _replaced(image: Image) -> tuple[Directive, ...]:
    """Return the bases that a later call replaces whatever happens."""
    bases = [each for each in image.directives if each.method == "from_base"]
    certain = [index for index, each in enumerate(bases) if not each.conditional]
    return tuple(bases[: certain[-1]]) if certain else ()


class ImageBaseUnpinned(Check):
    """The base image is not pinned.

    ## What it does
    Looks for base images without a tag, and for the tag `latest` without a digest.

    ## Why it matters
    The next build starts from whatever was pushed there last: another Python, another CUDA,
    and a service that differs from the one you tested although nothing of yours changed.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:latest")
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
    Container images: a name without a tag means `latest`, which is moved at will.
    """

    id = "image-base-unpinned"
    category = "platform"
    severity = Severity.WARNING
    item = "zero-downtime"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per base without a fixed version."""
        pattern = contract().pattern(_PATTERN)
        for directive in called(project, "from_base"):
            base = text_of(directive, "base_image") or ""
            if not pattern.match(base):
                continue
            # A digest counts as a tag here.
            _, _, tag = base.rpartition("/")[2].partition(":")
            if tag.lower() in ("", "latest"):
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"the base image {base!r} may be another one at the next build",
                    "name a version, such as parachutes/python:3.12, or a digest",
                )


class ImageBaseUser(Check):
    """A foreign base image may lack what the platform's own layers need.

    ## What it does
    Looks for base images that are not the platform's own (`parachutes/...`, `chutes/...`)
    on which no run command makes the user `chutes`.

    ## Why it matters
    The platform adds layers to every image: they switch to the user `chutes` and run `pip
    install chutes`. A base without that user, python and pip fails there, after your own
    lines were all built.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("nvidia/cuda:12.4.1-runtime-ubuntu22.04")
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
    The platform's image build as of 2026-05, read in a fork of its source.
    """

    id = "image-base-user"
    category = "platform"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per image."""
        rule = platform().rule("image-last-word")
        for image in project.images:
            directive, base = last_base(image)
            if base is None or is_platforms(base) or _makes_user(image):
                continue
            assert directive is not None, "the default base is the platform's"
            yield self.finding(
                directive.site.module,
                name_span(directive),
                directive.site.scope,
                f"the platform adds layers that need the user chutes, python and pip as of "
                f"{rule.as_of}, and {base!r} may have none",
                "build on parachutes/python, or make them: run_command("
                '"useradd -m -s /bin/bash chutes && ...")',
            )


def last_base(image: Image) -> tuple[Directive | None, str | None]:
    """Return the call that sets the base and the base: None where it is not known."""
    bases = [each for each in image.directives if each.method == "from_base"]
    if not bases:
        return None, DEFAULT
    base = text_of(bases[-1], "base_image") or ""
    fine = contract().pattern(_PATTERN).match(base)
    return bases[-1], base if fine and not bases[-1].conditional else None


def is_platforms(base: str) -> bool:
    """Say whether a base image is one of the platform's own."""
    return base.removeprefix("docker.io/").startswith(("parachutes/", "chutes/"))


def _makes_user(image: Image) -> bool:
    """Say whether a command makes the user, or may do so."""
    for each in image.directives:
        if each.method == "add":
            return True  # a script may do it
        if each.method == "run_command":
            value = each.arguments.value("command")
            if not isinstance(value, Known) or _MAKES_USER.search(str(value.value)):
                return True
    return False
