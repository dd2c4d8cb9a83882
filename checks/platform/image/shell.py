"""Reads the command of a RUN line as /bin/sh would, as far as its words go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_CONTINUED = re.compile(r"\\[ \t]*$")
_PLAIN = re.compile(r"[^ \t\n'\"\\`$<>&|;()]+")
_QUOTED = re.compile(r"[^\"\\`$]+")
_COMMENT = re.compile(r"#[^\n]*")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BEFORE_A_COMMAND = frozenset({"sudo", "env", "exec", "time", "if", "then", "else", "do", "!", "{"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "su"})


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


@dataclass(slots=True)
class Command:
    """One simple command.

    Attributes:
        words: Its words, quotes removed; variables and substitutions are left as written.
        redirections: Its redirections, in order.
        piped: Whether it reads the output of the command before it.
    """

    words: list[str] = field(default_factory=list)
    redirections: list[Redirection] = field(default_factory=list)
    piped: bool = False

    @property
    def program(self) -> str:
        """The program's name without its folder, empty when there is none."""
        plain = self._plain()
        return plain[0].rsplit("/", 1)[-1] if plain else ""

    @property
    def arguments(self) -> list[str]:
        """What the program is given."""
        return self._plain()[1:]

    def _plain(self) -> list[str]:
        """Return the words without assignments, keywords, ``sudo -E`` and RUN's own flags."""
        for index, word in enumerate(self.words):
            if not (_ASSIGNMENT.match(word) or word in _BEFORE_A_COMMAND or word[:1] == "-"):
                return self.words[index:]
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
    """Return the simple commands of a RUN's text, those given to ``sh -c`` included.

    Returns:
        Nothing where the quoting is odd or the text is a here-document.
    """
    words = _exec_form(text)
    if words is not None:
        return _with_inner([Command(words)])
    try:
        return _with_inner(_Reader("\n".join(lines(text))).read())
    except _Odd:
        return []


def _exec_form(text: str) -> list[str] | None:
    try:
        words = json.loads(text)
    except ValueError:
        return None
    fits = isinstance(words, list) and all(isinstance(each, str) for each in words)
    return words if fits else None


def _with_inner(found: list[Command]) -> list[Command]:
    return [each for one in found for each in (one, *_inner(one))]


def _inner(command: Command) -> Iterator[Command]:
    """Yield the commands of ``sh -c "..."``."""
    if command.program not in _SHELLS:
        return
    arguments = command.arguments
    for option, script in pairwise(arguments):
        if re.fullmatch(r"-\w*c", option):
            yield from commands(script)


class _Odd(Exception):
    """The text cannot be cut into words with certainty."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._commands = [Command()]
        self._word: str | None = None
        self._redirecting: tuple[str, str] | None = None

    def read(self) -> list[Command]:
        while self._at < len(self._text):
            self._step()
        self._end_word()
        return [each for each in self._commands if each.words]

    def _step(self) -> None:
        char = self._text[self._at]
        if char in "<>":
            self._redirect()
        elif char == "#" and self._word is None:
            self._run_of(_COMMENT)
        elif char in " \t":
            self._end_word()
            self._at += 1
        elif char in "\n;&|()":
            self._end_command()
        else:
            self._word = (self._word or "") + self._piece(char)

    def _piece(self, char: str) -> str:
        """Take the next piece of a word."""
        match char:
            case "\\":
                self._at += 2
                return self._text[self._at - 1 : self._at]
            case "'":
                return self._until("'", self._at + 1)
            case '"':
                return self._double_quoted()
            case "`":
                return "`" + self._until("`", self._at + 1) + "`"
            case "$" if self._text.startswith("$(", self._at):
                return self._substitution()
            case "$":
                self._at += 1
                return char
            case _:
                return self._run_of(_PLAIN)

    def _run_of(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return found.group()

    def _until(self, closing: str, start: int) -> str:
        end = self._text.find(closing, start)
        if end == -1:
            raise _Odd
        self._at = end + 1
        return self._text[start:end]

    def _double_quoted(self) -> str:
        self._at += 1
        found = ""
        while self._at < len(self._text) and self._text[self._at] != '"':
            char = self._text[self._at]
            found += self._piece(char) if char in "\\`$" else self._run_of(_QUOTED)
        if self._at >= len(self._text):
            raise _Odd
        self._at += 1
        return found

    def _substitution(self) -> str:
        """Take ``$(...)`` or ``<(...)`` as it stands."""
        start, depth = self._at, 0
        for index in range(start, len(self._text)):
            depth += {"(": 1, ")": -1}.get(self._text[index], 0)
            if self._text[index] == ")" and depth == 0:
                self._at = index + 1
                return self._text[start : self._at]
        raise _Odd

    def _redirect(self) -> None:
        if self._text.startswith(("<(", ">("), self._at):
            self._word = (self._word or "") + self._substitution()
            return
        operator = re.compile(r"<<<|<<-?|<&|<>|<|>>|>&|>\||>").match(self._text, self._at)
        assert operator is not None
        if operator.group().startswith("<<"):
            raise _Odd  # a here-document is another language
        self._at = operator.end()
        glued = self._word or ""
        if glued.isdigit():
            self._word, glued = None, ""  # the number of a file descriptor
        self._end_word()
        self._redirecting = (operator.group(), glued)

    def _end_word(self) -> None:
        if self._word is None:
            return
        if self._redirecting:
            self._commands[-1].redirections.append(Redirection(*self._redirecting, self._word))
            self._redirecting = None
        else:
            self._commands[-1].words.append(self._word)
        self._word = None

    def _end_command(self) -> None:
        self._end_word()
        operator = re.compile(r"\|\|?|&&?|[\n;()]").match(self._text, self._at)
        assert operator is not None
        self._at = operator.end()
        self._commands.append(Command(piped=operator.group() == "|"))
