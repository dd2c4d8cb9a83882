"""What a RUN line runs: cut as the Dockerfile parser does, read as /bin/sh does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project import shell
from chutes_cli.project.shell import Piece, Stage, Word
from chutes_cli.project.shell_parser import exec_form, parse

_CONTINUED = re.compile(r"\\[ \t]*$")
_BEFORE_A_COMMAND = frozenset({"sudo", "env", "exec"})


@dataclass(frozen=True, slots=True)
class Redirection:
    """``x>=1`` redirects to a file.

    Attributes:
        operator: Such as ``>`` or ``<``.
        glued: The word it follows without a blank, empty when there is none.
        target: The file.
    """

    operator: str
    glued: str
    target: str


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    Attributes:
        simple: What the shell makes of it.
    """

    simple: shell.Command

    @property
    def words(self) -> list[str]:
        """Its words and assignments, quotes removed, variables as they are written."""
        return [each.text for each in (*self.simple.assignments, *self.simple.words)]

    @property
    def program(self) -> str:
        """The program's name without its folder, empty when there is none."""
        plain = self._plain()
        return plain[0].rsplit("/", 1)[-1] if plain else ""

    @property
    def arguments(self) -> list[str]:
        """What the program is given."""
        return self._plain()[1:]

    @property
    def read(self) -> list[Command]:
        """The commands whose output it reads through pipes."""
        return list(_before(self.simple))

    @property
    def redirections(self) -> list[Redirection]:
        """Its redirections, in order."""
        simple = self.simple
        ends = {each.end: each.text for each in simple.parts}
        return [
            Redirection(each.operator, ends.get(each.start, ""), each.target.text)
            for each in simple.redirects
        ]

    def _plain(self) -> list[str]:
        """Return the words without assignments, ``sudo -E`` and RUN's own flags."""
        words = self.simple.words
        for index, word in enumerate(words):
            text = word.text
            if not (text in _BEFORE_A_COMMAND or text[:1] == "-" or "=" in text):
                return [each.text for each in words[index:]]
        return []


def lines(text: str) -> list[str]:
    """Return a RUN's text as the Dockerfile parser cuts it: continued lines joined.

    The first belongs to RUN, each other one is an instruction of its own.
    """
    found = [""]
    for index, row in enumerate(text.split("\n")):
        if index and (not row.strip() or row.lstrip().startswith("#")):
            continue  # blank lines and comments do not end a continued line
        more = _CONTINUED.search(row)
        found[-1] += row[: more.start()] if more else row
        if not more:
            found.append("")
    return [found[0], *(each for each in found[1:] if each)]


def commands(text: str) -> list[Command]:
    """Return the simple commands of a RUN's text, those given to ``sh -c`` included."""
    words = _exec_form(text)
    read = parse(Piece.whole("\n".join(lines(text)))) if words is None else exec_form(words)
    return [Command(each) for each in shell.commands(read)]


def _exec_form(text: str) -> list[Word] | None:
    try:
        words = json.loads(text)
    except ValueError:
        return None
    if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
        return None
    return [Word(Piece.whole(each), quoted=True, start=0, end=0) for each in words]


def _before(stage: Stage) -> Iterator[Command]:
    """Yield the commands before a stage in its pipeline, and before what it runs inside."""
    pipeline = stage.pipeline
    for each in pipeline.stages[: pipeline.stages.index(stage)]:
        yield from map(Command, shell.commands_of(each))
    if pipeline.owner is not None:
        yield from _before(pipeline.owner)
