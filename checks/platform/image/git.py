"""Code that the image takes from git."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.values import Known

from .directives import histories, name_span, text_of
from .pip import pip_installs
from .shell import Command, commands

_FIXED_REF = re.compile(r"[0-9a-f]{7,40}|(refs/)?tags/.+|.*\d\.\d.*|v?\d+|.*\$.*")
_BRANCH_ARCHIVE = re.compile(r"/archive/(refs/heads/|main\.|master\.)|/(main|master)\.(zip|tar)")
_CHECKOUTS = frozenset({"checkout", "reset", "switch"})


class ImageUnpinnedGit(Check):
    """The image takes code from git without saying which commit.

    ## What it does
    Looks in run commands for `git clone` without a later `git checkout` of a commit or
    tag, for `pip install git+https://...` without `@commit`, and for archives of branches.
    Names of branches count as unpinned.

    ## Why it matters
    Whatever is on the branch on the day of the build becomes part of your service: no two
    builds are alike, and whoever can push to that repository runs code on your instances.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("git clone https://github.com/someone/model-code /opt/model-code")
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
        .run_command(
            "git clone https://github.com/someone/model-code /opt/model-code"
            " && git -C /opt/model-code checkout 985f6a239b1aed0c67158f64bf579875ec292cb2"
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

    ## Source
    git: a clone checks out the head of the default branch.
    """

    id = "image-unpinned-git"
    category = "platform"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per clone or requirement without a fixed commit."""
        for history in histories(project):
            for directive, what in _loose_sources(history):
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"{what} takes whatever is on the branch on the day of the build",
                    "name a commit: `git checkout <commit>` after a clone, "
                    "`git+https://...@<commit>` for pip",
                )


def _loose_sources(history: tuple[Directive, ...]) -> Iterator[tuple[Directive, str]]:
    clones: list[tuple[Directive, str]] = []
    for directive in history:
        if directive.method != "run_command":
            continue
        if not isinstance(directive.arguments.value("command"), Known):
            clones.clear()  # it may check out what was cloned before
        found = commands(text_of(directive, "command") or "")
        for command in found:
            if command.program == "git":
                _follow_git(directive, command, clones)
        for install in pip_installs(found):
            for each in (*install.requirements, *install.editable):
                if _is_loose_url(each):
                    yield directive, f"pip install {_shown(each)}"
    yield from clones


def _follow_git(
    directive: Directive, command: Command, clones: list[tuple[Directive, str]]
) -> None:
    """Note a clone of a moving branch; a checkout of something fixed settles the last one."""
    words = command.arguments
    if "clone" in words:
        if not any(_FIXED_REF.fullmatch(each) for each in _branches(words)):
            source = next((each for each in words if "/" in each), "")
            clones.append((directive, f"git clone {_shown(source)}".strip()))
    elif clones and any(_FIXED_REF.fullmatch(each) for each in _checked_out(words)):
        clones.pop()


def _checked_out(words: list[str]) -> list[str]:
    """Return what follows ``checkout`` and its like."""
    at = next((i for i, word in enumerate(words) if word in _CHECKOUTS), len(words))
    return words[at + 1 :]


def _branches(words: list[str]) -> Iterator[str]:
    for option, value in zip(words, [*words[1:], ""], strict=True):
        if option in ("-b", "--branch", "--revision"):
            yield value
        elif option.startswith(("--branch=", "--revision=")):
            yield option.partition("=")[2]


def _is_loose_url(requirement: str) -> bool:
    _, marker, url = requirement.partition("git+")
    if not marker:
        return bool(_BRANCH_ARCHIVE.search(requirement))
    path = re.sub(r"^[a-z+]*://[^/]*", "", url.partition("#")[0])
    _, _, ref = path.partition("@")
    return not (_FIXED_REF.fullmatch(ref) or "$" in path)


def _shown(source: str) -> str:
    """Return a source without what may be a password in its address."""
    return re.sub(r"//[^/@]+@", "//", source)[:80]
