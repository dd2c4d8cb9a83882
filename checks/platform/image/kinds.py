"""Values of a kind that `Image(...)` and its methods cannot take."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments, BoundArgument
from chutes_cli.project.model import Project
from chutes_cli.project.targets import External, Instance
from chutes_cli.project.values import Known

_MUST_BE_TEXT = {
    "Image": ("name", "tag"),
    "from_base": ("base_image",),
    "with_env": ("key",),
    "with_python": ("version",),
    "run_command": ("command",),
    "add": ("source", "dest"),
}
_TEXT_OR_NOTHING = ("chown", "chmod", "build_dir")
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})


class ImageArgumentType(Check):
    """`Image(...)` or one of its methods is given a value of the wrong kind.

    ## What it does
    Looks at known values: numbers where the SDK needs a text (`tag=1.0`, `chmod=755`),
    lists where it takes one text, texts where it takes a list.

    ## Why it matters
    The SDK matches these values against patterns and joins them to lines, which is a
    TypeError when the module is imported. A list given to `run_command` passes, but
    becomes a line that no shell understands, and the build fails.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag=1.0)
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
    SDK 0.6.9 chutes/image/__init__.py and chutes/image/directive/.
    """

    id = "image-argument-type"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument of the wrong kind."""
        calls = [("Image", image.arguments) for image in project.images]
        calls += [(each.method, each.arguments) for each in project.directives]
        for method, arguments in calls:
            for argument, wanted in (
                *_texts(project, method, arguments),
                *_lists(method, arguments),
            ):
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{method}: {argument.name} must be {wanted}, not {_kind(argument)}",
                    _help(argument, wanted),
                    severity=Severity.WARNING if _is_taken_apart(argument) else None,
                )


def _texts(
    project: Project, method: str, arguments: Arguments
) -> Iterator[tuple[BoundArgument, str]]:
    for name in _MUST_BE_TEXT.get(method, ()):
        argument = arguments.get(name)
        if argument is None:
            continue
        known = isinstance(argument.value, Known) and not isinstance(argument.value.value, str)
        if known or (method == "add" and _is_path(project, argument)):
            yield argument, "a text"
    for name in _TEXT_OR_NOTHING if method == "add" else ():
        argument = arguments.get(name)
        match argument:
            case BoundArgument(value=Known(value=value)) if value and not isinstance(value, str):
                yield argument, "a text"


def _is_path(project: Project, argument: BoundArgument) -> bool:
    """Say whether an argument is a ``Path(...)``."""
    targets = project.knowledge.resolver.resolve(
        argument.module, argument.scope, argument.expression
    )
    return any(
        isinstance(each, Instance) and isinstance(each.of, External) and each.of.name in _PATHS
        for each in targets
    )


def _lists(method: str, arguments: Arguments) -> Iterator[tuple[BoundArgument, str]]:
    argument = arguments.get("package" if method.startswith("apt_") else "exclude")
    if argument is None or not isinstance(argument.value, Known):
        return
    value = argument.value.value
    items = [value] if isinstance(value, str) else value
    if method == "add":
        if value and not _is_texts(value):
            yield argument, "a list of texts"
    elif not _is_texts(items):
        yield argument, "a text or a list of texts"


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple | set | dict) and all(
        isinstance(each, str) for each in value
    )


def _is_taken_apart(argument: BoundArgument) -> bool:
    """A text given as `exclude` is walked letter by letter, silently."""
    value = argument.value
    return isinstance(value, Known) and isinstance(value.value, str)


def _kind(argument: BoundArgument) -> str:
    value = argument.value
    return repr(value.value)[:60] if isinstance(value, Known) else "a Path"


def _help(argument: BoundArgument, wanted: str) -> str:
    value = argument.value
    if not isinstance(value, Known):
        return "wrap it: str(...)"
    if wanted == "a text":
        if isinstance(value.value, list | tuple):
            return "call the method once for each"
        return f'write "{value.value}"' if value.value is not None else "leave nothing out"
    return 'write ["..."]'
