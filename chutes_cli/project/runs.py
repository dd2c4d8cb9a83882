"""The vocabulary of files beside the chute: pieces of shell, and who runs them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from chutes_cli.project.shell import Command, Pipeline, commands


class Role(StrEnum):
    """Who runs a piece of shell, and when."""

    CI = "ci"
    """A pipeline, with nobody at a keyboard."""
    HAND = "hand"
    """Whoever calls the script or the target."""
    START = "start"
    """A container or a process manager, to start the service."""
    BUILD = "build"
    """The build of a container image."""


class UnreadableScript(Exception):
    """A file cannot be read as what it is; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A piece of shell that runs by itself: a step, a recipe line, a container's command.

    Attributes:
        role: Who runs it.
        name: The job, target or service it belongs to, empty where there is none.
        pipelines: What it runs.
        errexit: Whether a failing command ends it, from its start on.
        pipefail: Whether any failing stage fails a pipeline, from its start on.
        taken: Whether whoever runs it takes in its output.
    """

    role: Role
    name: str
    pipelines: tuple[Pipeline, ...]
    errexit: bool = False
    pipefail: bool = False
    taken: bool = False

    @property
    def commands(self) -> tuple[Command, ...]:
        """Its commands, nested ones after the one they are in."""
        return tuple(commands(self.pipelines))


def options(words: str) -> tuple[bool, bool]:
    """Return whether a shell's options say errexit and pipefail."""
    errexit = bool(re.search(r"(?:^|\s)-[a-z]*e|errexit", words))
    return errexit, "pipefail" in words


def is_shell(name: str) -> bool:
    """Say whether a shell's name or command line means a POSIX shell."""
    return bool(re.search(r"\b(?:ba|da|z|k|a)?sh\b", name))
