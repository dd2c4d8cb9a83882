"""What `Image(...)` and its methods accept."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import IMAGE, Signature, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.facts import Span
from chutes_cli.project.fit import Misfit, misfits
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import External

from .directives import name_span

_ELSEWHERE = {
    "base_image": "call .from_base(base_image) on the image",
    "base": "call .from_base(base_image) on the image",
    "python_version": "choose Python with .from_base(...) or .with_python(version)",
    "description": "the text of an image is its `readme`",
    "env": "call .with_env(key, value) on the image",
    "version": "the version of an image is its `tag`",
}
_SURPLUS = {
    "with_entrypoint": 'pass one list: with_entrypoint(["python", "-m", "service"])',
    "apt_install": 'pass one list: apt_install(["git", "ffmpeg"])',
    "apt_remove": 'pass one list: apt_remove(["git", "ffmpeg"])',
    "run_command": "run one command per call, or join them with ` && `",
}


class ImageUnknownArgument(Check):
    """`Image(...)` or one of its methods is called with arguments that do not fit.

    ## What it does
    Compares the arguments of `Image(...)` and of every method with the SDK's signatures:
    unknown, missing, surplus and repeated ones.

    ## Why it matters
    Each is a TypeError when the module is imported, so `chutes build` and `chutes deploy`
    stop there. Arguments of `add` are looked at on your machine only: instances skip it.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0", python_version="3.12")
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

    id = "image-unknown-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument that does not fit."""
        for image in project.images:
            yield from self._misfits("Image", image.site, image.site.span, image.arguments)
        for each in project.directives:
            yield from self._misfits(each.method, each.site, name_span(each), each.arguments)
        yield from self._on_the_class(project)

    def _misfits(
        self, method: str, site: Site, span: Span, arguments: Arguments
    ) -> Iterator[Finding]:
        signature = contract().signature(IMAGE if method == "Image" else f"{IMAGE}.{method}")
        if signature is None:
            return  # there is no such method, which another check says
        found = list(misfits(arguments, signature))
        meant = {signature.nearest(each.name or "") for each in found if each.argument}
        surplus = False
        for misfit in found:
            if misfit.kind == "missing" and misfit.name in meant:
                continue  # it is there, misspelt
            if misfit.kind == "surplus" and surplus:
                continue
            surplus = surplus or misfit.kind == "surplus"
            module, place = _place(misfit, site.module, span)
            yield self.finding(
                module,
                place,
                site.scope,
                _message(method, misfit),
                _help(method, misfit, signature),
            )

    def _on_the_class(self, project: Project) -> Iterator[Finding]:
        """``Image.from_base("x")`` takes the text for the image."""
        for site, targets in project.knowledge.calls:
            for target in targets if len(targets) == 1 else ():
                match target:
                    case External(name=name, receiver=None):
                        signature = contract().signature(name)
                        if signature is None or not name.startswith(f"{IMAGE}."):
                            continue
                        names = ("self", *(each.name for each in signature.positional))
                        given = project.knowledge.binder.bind(site, names)
                        missing = {"self", *signature.required} - {each.name for each in given}
                        if given.complete and missing:
                            method = name.rsplit(".", 1)[-1]
                            yield self.at(
                                site,
                                f"Image.{method}(...) is called on the class: "
                                "TypeError, it needs an image",
                                f"make an image first: Image(...).{method}(...)",
                            )


def _place(misfit: Misfit, module: Module, span: Span) -> tuple[Module, Span]:
    if misfit.argument is None:
        return module, span
    return misfit.argument.module, misfit.argument.span


def _message(method: str, misfit: Misfit) -> str:
    match misfit.kind:
        case "unknown":
            return f"{method}() has no argument {misfit.name!r}"
        case "missing":
            return f"{method}() lacks its argument {misfit.name!r}"
        case "repeated":
            return f"{method}() is given {misfit.name!r} twice"
        case _:
            return f"{method}() is given too many arguments"


def _help(method: str, misfit: Misfit, signature: Signature) -> str:
    match misfit.kind:
        case "unknown":
            if method == "Image" and misfit.name in _ELSEWHERE:
                return _ELSEWHERE[misfit.name]
            assert misfit.name is not None
            close = signature.nearest(misfit.name)
            return f"did you mean `{close}`?" if close else "remove it"
        case "missing":
            return f"it takes {', '.join(each.name for each in signature.parameters)}"
        case "repeated":
            return "pass it once"
        case _:
            names = ", ".join(each.name for each in signature.parameters)
            return _SURPLUS.get(method, f"it takes {names} and no more")
