"""The vocabulary of shell text: commands, their words, and the pipes between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """A text taken from a file.

    Attributes:
        text: The text.
        places: Where each character stands in the file, and at last where the text ends.
    """

    text: str
    places: Sequence[int]

    @classmethod
    def whole(cls, text: str, at: int = 0) -> Piece:
        """Return a text that stands in the file as it is, from an offset on."""
        return cls(text, range(at, at + len(text) + 1))

    @classmethod
    def joined(cls, pieces: Sequence[Piece]) -> Piece:
        """Return lines that stand apart in the file as one text."""
        places = [place for piece in pieces for place in piece.places]
        return cls("\n".join(piece.text for piece in pieces), places)


@dataclass(slots=True, eq=False)
class Word:
    """A word of a command.

    Attributes:
        piece: Its text, quotes removed and expansions as they are written.
        quoted: Whether some of it stands in quotes.
        start: Where it starts in the file.
        end: Where it ends there.
        inner: The pipelines whose output it takes in.
    """

    piece: Piece
    quoted: bool
    start: int
    end: int
    inner: list[Pipeline] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text."""
        return self.piece.text


@dataclass(slots=True, eq=False)
class Redirect:
    """A redirection.

    Attributes:
        operator: Such as ``2>&`` or ``<<<``.
        target: Where to, or a heredoc's text.
        start: Where it starts in the file.
    """

    operator: str
    target: Word
    start: int


@dataclass(slots=True, eq=False)
class Stage:
    """One stage of a pipeline: a command, or a group of them.

    Attributes:
        pipeline: The pipeline it is part of.
        redirects: Its redirections.
        start: Where it starts in the file.
    """

    pipeline: Pipeline
    redirects: list[Redirect] = field(default_factory=list)
    start: int = -1

    @property
    def parts(self) -> tuple[Word, ...]:
        """The words it is given: the targets of its redirections, and a command's own."""
        return tuple(each.target for each in self.redirects)


@dataclass(slots=True, eq=False)
class Command(Stage):
    """A simple command.

    Attributes:
        words: Program and arguments.
        assignments: ``NAME=value`` words before the program.
        end: Where it ends in the file.
        inner: The pipelines it runs itself, for ``sh -c '...'``.
    """

    words: list[Word] = field(default_factory=list)
    assignments: list[Word] = field(default_factory=list)
    end: int = -1
    inner: list[Pipeline] = field(default_factory=list)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of its words."""
        return tuple(word.text for word in self.words)

    @property
    def parts(self) -> tuple[Word, ...]:
        """Every word of it: assignments, arguments and the targets of redirections."""
        return (*self.assignments, *self.words, *(each.target for each in self.redirects))


@dataclass(slots=True, eq=False)
class Group(Stage):
    """A compound command: ``( ... )``, ``{ ... }``, ``if``, loops, ``case``."""

    body: list[Pipeline] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Pipeline:
    """Stages joined by pipes.

    Attributes:
        owner: The group or command it runs inside, None at the top.
        taken: Whether the owner takes in its output, as ``$(...)`` does.
        stages: The stages, in order.
        operator: What ends it: ``&&``, ``||``, ``;``, ``&``, a line break or nothing.
        following: The pipeline after it in the same list.
    """

    owner: Stage | None
    taken: bool = False
    stages: list[Stage] = field(default_factory=list)
    operator: str = ""
    following: Pipeline | None = None

    def after(self, stage: Stage) -> list[Stage]:
        """Return the stages that a stage's output goes through."""
        return self.stages[self.stages.index(stage) + 1 :]


def stages(pipelines: Sequence[Pipeline]) -> Iterator[Stage]:
    """Yield every stage of some pipelines, nested ones after the one they are in."""
    for pipeline in pipelines:
        for stage in pipeline.stages:
            yield from _with_inner(stage)


def commands(pipelines: Sequence[Pipeline]) -> Iterator[Command]:
    """Yield every command of some pipelines, nested ones after the one they are in."""
    return (stage for stage in stages(pipelines) if isinstance(stage, Command))


def commands_of(stage: Stage) -> Iterator[Command]:
    """Yield every command of a stage: itself, or those of the group."""
    return (each for each in _with_inner(stage) if isinstance(each, Command))


def _with_inner(stage: Stage) -> Iterator[Stage]:
    yield stage
    match stage:
        case Group(body=inner) | Command(inner=inner):
            yield from stages(inner)
    for word in stage.parts:
        yield from stages(word.inner)
