"""Shell text read into commands, without running anything.

Follows quotes, comments, heredocs, compound commands and substitutions, and takes what is
no valid shell as it comes. ``shlex`` would give words alone: neither their places, nor the
pipes around ``$(...)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chutes_cli.project.shell import (
    Command,
    Group,
    Piece,
    Pipeline,
    Redirect,
    Stage,
    Word,
    commands,
)

_DEEPEST = 40
"""Nesting past this is not read, so that no text can exhaust the stack."""

_OPERATOR = re.compile(
    r"\d*(?:&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||<(?!\()|>(?!\())"
    r"|&&|\|\||;;&|;;|;&|;|\|&|\||&|\(|\)|\n"
)
_CLOSERS = {
    "if": "fi", "while": "done", "until": "done", "for": "done", "select": "done",
    "case": "esac", "{": "}",
}  # fmt: skip
_SEPARATORS = frozenset({"then", "do", "else", "elif", "!", "time", *_CLOSERS.values()})
_PLAIN = re.compile(r"[\w./:=@%+,-]+")
_HEAD_END = re.compile(r"[ \t]*\)")
_BRACE = re.compile(r"[{}]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh", "su"})


def parse(piece: Piece) -> list[Pipeline]:
    """Return the pipelines of a shell text; none when it is nested too deeply."""
    try:
        return Parser(piece, 0, 0, None).read("")
    except TooDeepError:
        return []


def exec_form(words: Sequence[Word]) -> list[Pipeline]:
    """Return the pipeline of a command given as a list of words, run without a shell."""
    if not words:
        return []
    pipeline = Pipeline(None)
    start, end = min(word.start for word in words), max(word.end for word in words)
    command = Command(pipeline, words=list(words), start=start, end=end)
    pipeline.stages.append(command)
    try:
        run_inner(command, 0)
    except TooDeepError:
        return []
    return [pipeline]


def run_inner(command: Command, depth: int) -> None:
    """Read what ``sh -c '...'`` runs."""
    texts = command.texts
    for index, text in enumerate(texts[:-1]):
        is_script = index and re.fullmatch(r"-[a-z]*c", text)
        if is_script and {each.rsplit("/", 1)[-1] for each in texts[:index]} & _SHELLS:
            inner = command.words[index + 1].piece
            command.inner = Parser(inner, 0, depth + 1, command).read("")
            return


class TooDeepError(Exception):
    """The text is nested deeper than is read."""


class Parser:
    """Reads one list of pipelines.

    Args:
        piece: The text.
        at: Where to start.
        depth: How many texts and groups are around it.
        owner: The stage that runs it.
        taken: Whether that takes in its output.
        end: Where to stop at the latest.
    """

    def __init__(
        self,
        piece: Piece,
        at: int,
        depth: int,
        owner: Stage | None,
        *,
        taken: bool = False,
        end: int | None = None,
    ) -> None:
        if depth > _DEEPEST:
            raise TooDeepError
        self._piece = piece
        self._text = piece.text
        self._end = len(piece.text) if end is None else end
        self.at = at
        self._depth = depth
        self._owner = owner
        self._taken = taken
        self._heredocs: list[tuple[Redirect, bool]] = []
        self._found: list[Pipeline] = []
        self._pipeline = Pipeline(owner, taken)
        self._stage: Stage | None = None

    def read(self, closer: str) -> list[Pipeline]:
        """Read pipelines up to a closing word or parenthesis, which is read as well."""
        while self._blank():
            operator = _OPERATOR.match(self._text, self.at, self._end)
            if operator is None:
                if self._take(self._word(), closer):
                    break
                continue
            text = operator.group()
            self.at = operator.end()
            if text == ")" == closer:
                break
            # Inside ``[[ ... ]]`` the operators are no operators.
            if not _in_test(self._stage):
                self._operate(text)
        self._finish("")
        return self._found

    def _operate(self, operator: str) -> None:
        stage = self._stage
        if "<" in operator or ">" in operator:
            self._redirect(stage or self._command(), operator)
        elif operator == "(" and stage is None:
            self._group(")")
        elif operator == "(" and stage and self._ends_head():
            self._pipeline.stages.remove(stage)  # the name in `name() { ... }`
            self._stage = None
        elif operator in ("|", "|&"):
            self._stage = None
        elif operator != "\n" or stage is not None or not self._pipeline.stages:
            # (A line break after a pipe goes on with the pipeline.)
            self._finish(operator)

    def _take(self, word: Word, closer: str) -> bool:
        """Place a word; say whether it closes the list."""
        keyword = word.text if self._stage is None and not word.quoted else ""
        if keyword and keyword == closer:
            return True
        if keyword in _CLOSERS:
            self._group(_CLOSERS[keyword])
        elif keyword not in _SEPARATORS:
            command = self._stage if isinstance(self._stage, Command) else self._command()
            command.start = word.start if command.start < 0 else command.start
            command.end = word.end
            for each in word.inner:
                each.owner = command
            is_assignment = not command.words and _ASSIGNMENT.match(word.text)
            (command.assignments if is_assignment else command.words).append(word)
        return False

    def _finish(self, operator: str) -> None:
        pipeline = self._pipeline
        self._stage = None
        if not pipeline.stages:
            return
        pipeline.operator = operator
        for stage in pipeline.stages:
            if isinstance(stage, Command):
                run_inner(stage, self._depth)
        if self._found:
            self._found[-1].following = pipeline
        self._found.append(pipeline)
        self._pipeline = Pipeline(self._owner, self._taken)

    def _command(self) -> Command:
        command = Command(self._pipeline)
        self._pipeline.stages.append(command)
        self._stage = command
        return command

    def _group(self, closer: str) -> None:
        group = Group(self._pipeline, start=self._piece.places[self.at - 1])
        self._pipeline.stages.append(group)
        inner = Parser(self._piece, self.at, self._depth + 1, group, end=self._end)
        inner._heredocs = self._heredocs
        group.body = inner.read(closer)
        self.at = inner.at
        self._stage = group

    def _ends_head(self) -> bool:
        """Read the ``)`` of a function's head, if it follows."""
        found = _HEAD_END.match(self._text, self.at, self._end)
        self.at = found.end() if found else self.at
        return bool(found)

    # Redirections and heredocs

    def _redirect(self, stage: Stage, operator: str) -> None:
        start = self._piece.places[self.at - len(operator)]
        while self._text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        target = self._word()
        for each in target.inner:
            each.owner = stage
        redirect = Redirect(operator, target, start)
        stage.redirects.append(redirect)
        if operator.lstrip("0123456789") in ("<<", "<<-"):
            self._heredocs.append((redirect, operator.endswith("-")))
        if isinstance(stage, Command):
            stage.start = start if stage.start < 0 else stage.start
            stage.end = target.end

    def _read_heredocs(self) -> None:
        """Read the texts that start on the line after their ``<<``."""
        for redirect, indented in self._heredocs:
            start = self.at
            while self.at < self._end:
                end = self._text.find("\n", self.at, self._end)
                end = self._end if end < 0 else end
                line = self._text[self.at : end]
                stop = self.at
                self.at = min(end + 1, self._end)
                if (line.lstrip("\t") if indented else line) == redirect.target.text:
                    break
            else:
                stop = self.at
            redirect.target = self._made(start, stop, list(range(start, stop)), True, [])
        self._heredocs.clear()

    # Characters

    def _blank(self) -> bool:
        """Skip blanks, comments and continued lines; say whether anything is left."""
        text, size = self._text, self._end
        while self.at < size:
            char = text[self.at]
            if char in " \t\r" or text.startswith("\\\n", self.at):
                self.at += 2 if char == "\\" else 1
            elif char == "#":
                end = text.find("\n", self.at, size)
                self.at = size if end < 0 else end
            elif char == "\n" and self._heredocs:
                self.at += 1
                self._read_heredocs()
                self.at -= 1 if text[self.at - 1] == "\n" else 0
            else:
                return True
        return False

    def _word(self) -> Word:
        """Read one word; at an operator, the operator's first character."""
        start, kept, inner = self.at, list[int](), list[Pipeline]()
        quoted = False
        while self.at < self._end:
            char = self._text[self.at]
            if char in " \t\r\n;&|()<>" and not self._opens(start):
                break
            if char in "'\"":
                quoted = True
                self._quoted(char, kept, inner)
            elif char == "\\":
                if self._text[self.at + 1 : self.at + 2] != "\n":
                    kept.append(self.at + 1)
                self.at += 2
            elif char in "$`<>" and self._expansion(kept, inner):
                pass
            elif char == "(":  # an array: NAME=(...)
                start_of_items = self.at
                for each in commands(self._taken_in(self.at + 1, self._end, ")")):
                    inner += [found for item in each.words for found in item.inner]
                kept += range(start_of_items, self.at)
            else:
                plain = _PLAIN.match(self._text, self.at + 1, self._end)
                kept += range(self.at, plain.end() if plain else self.at + 1)
                self.at = kept[-1] + 1
        if self.at == start:
            self.at += 1
        return self._made(start, self.at, kept, quoted, inner)

    def _opens(self, start: int) -> bool:
        """Say whether a special character belongs to the word all the same."""
        text, at = self._text, self.at
        if text[at] in "<>":
            return text.startswith("(", at + 1)
        return text[at] == "(" and bool(_ASSIGNMENT.fullmatch(text, start, at))

    def _made(
        self, start: int, end: int, kept: list[int], quoted: bool, inner: list[Pipeline]
    ) -> Word:
        places = self._piece.places
        end = min(end, self._end)
        kept = [at for at in kept if at < end]
        text = "".join(self._text[at] for at in kept)
        after = kept[-1] + 1 if kept else end
        piece = Piece(text, [*(places[at] for at in kept), places[after]])
        return Word(piece, quoted, places[start], places[end], inner)

    def _quoted(self, quote: str, kept: list[int], inner: list[Pipeline]) -> None:
        self.at += 1
        while self.at < self._end:
            char = self._text[self.at]
            if char == quote:
                self.at += 1
                return
            if quote == '"' and char == "\\" and self._text[self.at + 1 : self.at + 2] in '$`"\\\n':
                kept.append(self.at + 1)
                self.at += 2
            elif not (quote == '"' and char in "$`" and self._expansion(kept, inner)):
                kept.append(self.at)
                self.at += 1

    def _expansion(self, kept: list[int], inner: list[Pipeline]) -> bool:
        """Read ``$(...)``, `` `...` ``, ``<(...)`` and ``${...}``; say whether one stands here."""
        text, start = self._text, self.at
        if text.startswith("$((", start):
            self._until("))", start + 3, kept)
        elif text.startswith(("$(", "<(", ">("), start):
            inner += self._taken_in(start + 2, self._end, ")")
            kept += range(start, self.at)
        elif text.startswith("${", start):
            self._braces(kept)
        elif text[start] == "`":
            self._until("`", start + 1, kept)
            after = self.at
            inner += self._taken_in(start + 1, max(after - 1, start + 1), "")
            self.at = after
        else:
            return False
        return True

    def _taken_in(self, start: int, end: int, closer: str) -> list[Pipeline]:
        parser = Parser(self._piece, start, self._depth + 1, None, taken=True, end=end)
        found = parser.read(closer)
        self.at = parser.at
        return found

    def _until(self, closer: str, after: int, kept: list[int]) -> None:
        """Take everything up to a closing text as it is."""
        end = self._text.find(closer, after, self._end)
        kept += range(self.at, self._end if end < 0 else end + len(closer))
        self.at = kept[-1] + 1

    def _braces(self, kept: list[int]) -> None:
        """Take ``${...}`` as it is, braces inside it counted."""
        start, depth = self.at, 0
        self.at = self._end
        for brace in _BRACE.finditer(self._text, start, self._end):
            depth += 1 if brace.group() == "{" else -1
            if not depth:
                self.at = brace.end()
                break
        kept += range(start, self.at)


def _in_test(stage: Stage | None) -> bool:
    """Inside ``[[ ... ]]`` the operators are no operators."""
    if not isinstance(stage, Command) or not stage.words:
        return False
    return stage.words[0].text == "[[" and stage.words[-1].text != "]]"
