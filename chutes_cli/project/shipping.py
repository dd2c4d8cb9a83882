"""What of the tree reaches an instance: the one module deployed, and what the image adds.

``chutes deploy`` uploads the text of one module, which the instance writes into its working
directory ``/app``; every other file must be added to the image (PLATFORM F62, F63).
"""

from __future__ import annotations

import glob
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from chutes_cli.contract.sdk import IMAGE
from chutes_cli.project.model import Chute, Directive, Image, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import External, Instance
from chutes_cli.project.values import Known

APP = PurePosixPath("/app")
"""The working directory of an instance, and where its module lies."""

_PLATFORMS_OWN = re.compile(r"^(chutes|parachutes)/")
"""Images of the platform itself: nobody else's files are in them."""
_FETCHES = re.compile(r"\b(git|wget|curl|aria2c|tar|unzip|cp|mv|ln|rsync|hf|huggingface-cli)\b")
_INTO_APP = re.compile(r"(^|[\s='\"])(/app/?|\.)(?=$|[\s'\";&|])")
_LOCAL_INSTALL = re.compile(r"\b(pip3?|uv)\b.*\binstall\b.*(\s|=)[\"']?[./]|setup\.py")


@dataclass(frozen=True, slots=True)
class Addition:
    """What one ``add`` directive brings: a path of the tree, at a path of the image.

    Attributes:
        source: Absolute path of a file or folder, or None for a URL.
        target: Where it goes.
        into: Whether a file certainly becomes an entry of the target, not the target itself.
    """

    source: Path | None
    target: PurePosixPath
    into: bool

    def brings(self, file: Path, at: PurePosixPath) -> bool:
        """Say whether a file of the tree can be at a path of the image because of this."""
        if self.source is None:
            return at == self.target or self.target in at.parents
        if self.source == file:
            # Without a slash the target is the file, unless it is a folder already.
            return at == self.target / file.name or (at == self.target and not self.into)
        # A folder's content is copied, not the folder.
        return self.source in file.parents and at == self.target / file.relative_to(self.source)


@dataclass(frozen=True, slots=True)
class Shipment:
    """The files of an instance, as far as the source of the image tells.

    Attributes:
        folder: The folder ``chutes deploy`` runs in: the module's own.
        additions: What the image adds.
        commands: What it runs, and what it is built from.
        roots: Folders of the image that Python imports from.
    """

    folder: Path
    additions: tuple[Addition, ...]
    commands: tuple[str, ...]
    roots: tuple[PurePosixPath, ...]

    def holds(self, file: Path, at: PurePosixPath) -> bool:
        """Say whether a file of the tree can be at a path of the instance."""
        return any(each.brings(file, at) for each in self.additions)

    def may_make(self, name: str) -> bool:
        """Say whether a command of the image may bring a file or module of some name."""
        name = name.replace("-", "_")
        word = re.compile(rf"(?<![a-z0-9_]){re.escape(name.lower())}(?![a-z0-9_])")
        return any(
            word.search(command.lower().replace("-", "_"))
            or _LOCAL_INSTALL.search(command)
            or (_FETCHES.search(command) and _INTO_APP.search(command))
            for command in self.commands
        )


def shipment(project: Project, chute: Chute, module: Module) -> Shipment | None:
    """Return what reaches an instance when a module is deployed for a chute.

    Returns:
        None where the image, or something it does, is not known from the source.
    """
    folder = (project.root / module.path).parent
    nothing = Shipment(folder, (), (chute.callee,), (APP,))
    given = chute.arguments.get("image")
    if given is None:
        default = chute.from_template and chute.arguments.complete
        return nothing if default else None
    if isinstance(given.value, Known):
        return nothing if _PLATFORMS_OWN.match(str(given.value.value)) else None
    targets = project.knowledge.resolver.resolve(given.module, given.scope, given.expression)
    match targets:
        case (External(name=name),) if name.startswith("chutes.image.standard."):
            return nothing
        case (Instance(of=External(name=name), site=site) as made,) if name == IMAGE:
            image = next((each for each in project.images if each.site == site), None)
            if image is None or made in project.knowledge.handed_on:
                return None
            return _of_image(image, folder)
        case _:
            return None


def _of_image(image: Image, folder: Path) -> Shipment | None:
    additions: list[Addition] = []
    commands: list[str] = []
    roots = [APP]
    workdir = APP
    for directive in image.directives:
        texts = _texts(directive)
        match directive.method, texts:
            case "add", {"source": str(source), "dest": str(target)}:
                additions += _additions(folder, source, target, workdir)
            case "run_command", {"command": str(command)}:
                commands.append(command)
            case "set_workdir", {"directory": str(directory)}:
                workdir = workdir / directory
            case "with_env", {"key": "PYTHONPATH", "value": str(value)}:
                roots += [APP / part for part in value.strip("'\"").split(":") if part]
            case "from_base", {"base_image": str(base)} if not _may_be_own(image, base):
                commands.append(base)
            case (("add" | "run_command" | "set_workdir" | "from_base"), _):
                return None
            case "with_env", {"key": str(key)} if key != "PYTHONPATH":
                pass
            case "with_env", _:
                return None
    return Shipment(folder, tuple(additions), tuple(commands), tuple(roots))


def _texts(directive: Directive) -> dict[str, object]:
    """Return the arguments that are known texts."""
    if not directive.arguments.complete:
        return {}
    values = {each.name: each.value for each in directive.arguments if each.name}
    return {
        name: value.value
        for name, value in values.items()
        if isinstance(value, Known) and isinstance(value.value, str)
    }


def _may_be_own(image: Image, base: str) -> bool:
    """Say whether a base image may be the user's own, with files of theirs in it."""
    if "/" not in base or _PLATFORMS_OWN.match(base):
        return False
    username = image.arguments.value("username")
    if not isinstance(username, Known):
        return True
    return str(username.value).lower() in base.lower()


def _additions(
    folder: Path, source: str, target: str, workdir: PurePosixPath
) -> Iterator[Addition]:
    into = target.endswith("/") or target in (".", "./")
    at = PurePosixPath(posixpath.normpath(workdir / target))
    if "://" in source:
        yield Addition(None, at, into)
    elif glob.has_magic(source):
        for name in glob.glob(source, root_dir=folder, recursive=True):
            yield Addition(_joined(folder, name), at, True)
    else:
        yield Addition(_joined(folder, source), at, into)


def _joined(folder: Path, name: str) -> Path:
    return Path(os.path.normpath(folder / name))
