"""Who the image's commands run as, and what starts in the end."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Directive, Image, Project
from chutes_cli.project.values import Known

from .base import is_platforms, last_base
from .directives import called, name_span, text_of
from .packages import installs_with_apt

_AS_ROOT = ("apt_install", "apt_remove", "with_python")


class ImageEndsAsRoot(Check):
    """The image ends as root.

    ## What it does
    Looks at the last `set_user` of each image.

    ## Why it matters
    The platform's own layers switch to the user `chutes` after yours. Everywhere else, on
    your machine or behind your own proxy, the service runs with every right in its
    container, and files your last commands made belong to root and cannot be written by
    the service.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("root")
        .run_command("apt-get update && apt-get install -y ffmpeg")
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
    Dockerfile `USER`; the platform's image build as of 2026-05, read in a fork of its source.
    """

    id = "image-ends-as-root"
    category = "platform"
    severity = Severity.INFO

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per image."""
        for image in project.images:
            users = [each for each in image.directives if each.method == "set_user"]
            if users and _user(users[-1]) == "root":
                yield self.finding(
                    users[-1].site.module,
                    name_span(users[-1]),
                    users[-1].site.scope,
                    "the image ends as root",
                    'end with .set_user("chutes")',
                )


class ImageNeedsRoot(Check):
    """System packages are installed by a user who may not.

    ## What it does
    Follows `set_user` through each image and looks for apt and `with_python` while the user
    is not root. The platform's own base images end as the user `chutes`.

    ## Why it matters
    apt cannot open its lock file ("Permission denied") and the build fails.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("apt-get update && apt-get install -y ffmpeg")
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
    apt-get(8); the SDK's own examples, which all switch to root first on parachutes images.
    """

    id = "image-needs-root"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per image."""
        for image in project.images:
            found = _first_without_root(image)
            if found is not None:
                directive, user = found
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"this runs as the user {user}, whom apt refuses: the build fails",
                    'put .set_user("root") before it and .set_user("chutes") after it',
                )


def _first_without_root(image: Image) -> tuple[Directive, str] | None:
    """Return the first directive that needs root and lacks it, with the user it runs as."""
    _, base = last_base(image)
    user = "chutes" if base is not None and is_platforms(base) else None
    for each in image.directives:
        if each.method == "set_user":
            user = None if each.conditional else _user(each)
        elif user not in (None, "root"):
            by_command = "sudo" not in (text_of(each, "command") or "") and installs_with_apt(each)
            if by_command or each.method in _AS_ROOT:
                return each, str(user)
    return None


def _user(directive: Directive) -> str | None:
    """Return the user a ``set_user`` names, None when it is not known."""
    value = directive.arguments.value("user")
    if not isinstance(value, Known):
        return None
    name = str(value.value).partition(":")[0]
    return "root" if name == "0" else name


class ImageEntrypoint(Check):
    """`with_entrypoint` has no effect on the platform.

    ## What it does
    Looks for `with_entrypoint` on images.

    ## Why it matters
    The platform ends every image with an empty `ENTRYPOINT` and starts `chutes run` itself.
    What your entrypoint was to prepare never happens there.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_entrypoint(["/app/prepare.sh"])
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


    @chute.on_startup()
    async def prepare(self) -> None:
        self.greeting = "ready"


    @chute.cord(public_api_path="/greet", public_api_method="GET")
    async def greet(self) -> dict:
        return {"greeting": self.greeting}
    ```

    ## Source
    The platform's image build as of 2026-05, read in a fork of its source.
    """

    id = "image-entrypoint"
    category = "platform"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per entrypoint."""
        rule = platform().rule("image-last-word")
        for directive in called(project, "with_entrypoint"):
            yield self.finding(
                directive.site.module,
                name_span(directive),
                directive.site.scope,
                f"the platform empties the entrypoint of every image as of {rule.as_of}: "
                "this never runs there",
                "prepare the service in an @chute.on_startup() hook",
            )
