"""What an image may be called, and how a chute names an image it does not build."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import IMAGE, contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known


class ImageName(Check):
    """An image's name or tag is refused by the SDK or the platform.

    ## What it does
    Compares `name` and `tag` with the SDK's pattern, with the platform's lengths (3 to 65
    characters for the name, 2 to 33 for the tag), and warns of upper case.

    ## Why it matters
    What the SDK refuses is a ValueError when the module is imported; what only the platform
    refuses is found out by `chutes build`, which exits with status 0 all the same. Upper
    case has led to an image id that `chutes deploy` could not find.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my service", tag="1.0")
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
    SDK 0.6.9 chutes/image/__init__.py; the platform's image schema as of 2025-10.
    """

    id = "image-name"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per name or tag."""
        for image in project.images:
            for parameter in ("name", "tag"):
                argument = image.arguments.get(parameter)
                text = _text(argument)
                if text is not None:
                    assert argument is not None
                    yield from self._judged(parameter, argument, text)

    def _judged(self, parameter: str, argument: BoundArgument, text: str) -> Iterator[Finding]:
        rule = platform().rule(f"image-{parameter}")
        confidence, severity = Confidence.HIGH, Severity.ERROR
        if not contract().pattern(f"{IMAGE}.{parameter}").match(text):
            message = f"Image: the SDK refuses {parameter} {text!r}: ValueError at import"
            help = "use letters, digits, `-`, `_` and `.`, a letter or digit first"
        elif rule.violation(text):
            message = f"Image: the platform refuses {parameter} {text!r} as of {rule.as_of}"
            lengths = "3 to 65" if parameter == "name" else "2 to 33"
            help = f"use {lengths} letters, digits, `-`, `_` and `.`"
        elif text != text.lower():
            confidence, severity = Confidence.LOW, Severity.WARNING
            message = (
                f"Image: upper case in {parameter} {text!r} gave the image different ids in the "
                f"SDK and on the platform as of {rule.as_of}, so that deploy never found it"
            )
            help = f"write {text.lower()!r}"
        else:
            return
        yield self.finding(
            argument.module,
            argument.span,
            argument.scope,
            message,
            help,
            severity=severity,
            confidence=confidence,
        )


class ImageTagLatest(Check):
    """An image is tagged or referred to as `latest`.

    ## What it does
    Looks for `tag="latest"` in `Image(...)` and for images given to a chute as
    `"user/name:latest"`.

    ## Why it matters
    A tag can be built only once: the second `chutes build` of `latest` answers that the
    image exists, exits with status 0, and the old image goes on serving. Nor can you roll
    back to a version that has no name of its own.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="latest")
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
    SDK 0.6.9 chutes/entrypoint/build.py: an image that exists is not built again.
    """

    id = "image-tag-latest"
    category = "platform"
    severity = Severity.WARNING
    item = "zero-downtime"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per image tagged or called latest."""
        tags = (image.arguments.get("tag") for image in project.images)
        images = (chute.arguments.get("image") for chute in project.chutes)
        for argument in (*tags, *images):
            text = _text(argument) or ""
            if text.rsplit(":", 1)[-1].lower() == "latest":
                assert argument is not None
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{text!r} does not say which image serves, and a tag is built only once",
                    "use a version of its own for each build, such as 1.0.1",
                )


class ImageReference(Check):
    """A chute names an image in a way the platform cannot look up.

    ## What it does
    Compares a text given as `image=` with the form in which the platform finds images:
    `user/name:tag`, `name:tag` of your own, or an image id.

    ## Why it matters
    `image=` names an image that was built on the platform, not one of a registry. Any other
    form is not found, and `chutes deploy` answers that the image is not available.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service",
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

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/deploy.py, `_image_available`; the platform's look-up of
    images as of 2025-10.
    """

    id = "image-reference"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per image that is not named as the platform names it."""
        rule = platform().rule("image-reference")
        for chute in project.chutes:
            match chute.arguments.get("image"):
                case BoundArgument(value=Known(value=str(name))) as argument:
                    if rule.violation(name):
                        yield self.finding(
                            argument.module,
                            argument.span,
                            argument.scope,
                            f"{name!r} is not how the platform names an image as of "
                            f"{rule.as_of}: it is never found",
                            'write "user/name:tag" of an image built on the platform, or pass '
                            "an Image(...)",
                        )


def _text(argument: BoundArgument | None) -> str | None:
    value = argument.value if argument is not None else None
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None
