"""Dockerfiles, Makefiles, justfiles, Procfiles and Jenkinsfiles: the shell in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from chutes_cli.project.runs import Role, Run, options
from chutes_cli.project.shell import Piece, Pipeline, Word
from chutes_cli.project.shell_parser import exec_form, parse

_LONGEST_VALUE = 1000
_DEEPEST_VALUE = 5


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line starts and ends, lines joined that a backslash continues."""
    start = 0
    for match in re.finditer(r"(?<!\\)\n|\Z", text):
        if start <= match.start():
            yield start, match.start()
        start = match.end()


# Dockerfiles

_INSTRUCTION = re.compile(r"\s*(FROM|RUN|CMD|ENTRYPOINT)\s+", re.IGNORECASE)
_RUN_OPTION = re.compile(r"--[a-z]+=\S+\s+")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COMMENT_LINE = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_SKIPPED_LINES = re.compile(r"(?<=\\\n)(?:[ \t]*\n)+")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")


def container(text: str) -> tuple[Run, ...]:
    """Return what the build of a Dockerfile runs, and what its last stage starts."""
    # Comments and empty lines may stand between continued lines; blanks keep every place.
    bare = _SKIPPED_LINES.sub(_blanks, _COMMENT_LINE.sub(_blanks, text))
    found: list[Run] = []
    starts: dict[str, Piece] = {}
    skip_to = 0
    for start, end in _logical_lines(bare):
        head = _INSTRUCTION.match(bare, start, end)
        if head is None or start < skip_to:
            continue
        keyword = head.group(1).upper()
        if keyword == "FROM":
            starts = {}  # what an earlier stage starts is not what the image starts
        elif keyword == "RUN":
            at = head.end()
            while option := _RUN_OPTION.match(bare, at, end):
                at = option.end()
            skip_to = _heredoc_end(bare, at, end)
            piece = Piece.whole(bare[at:skip_to], at)
            found.append(Run(Role.BUILD, "", tuple(_command(piece))))
        else:
            starts[keyword] = Piece.whole(bare[head.end() : end], head.end())
    return (*found, *_started(starts))


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _heredoc_end(text: str, start: int, end: int) -> int:
    found = _HEREDOC.search(text, start, end)
    if found is None:
        return end
    last = re.compile(rf"^[ \t]*{found.group(1)}$", re.MULTILINE).search(text, end)
    return last.end() if last else end


def _started(starts: Mapping[str, Piece]) -> Iterator[Run]:
    words = {keyword: _exec_words(piece) for keyword, piece in starts.items()}
    if all(words.values()):
        joined = [*(words.get("ENTRYPOINT") or ()), *(words.get("CMD") or ())]
        if joined:
            yield Run(Role.START, "", tuple(exec_form(joined)))
        return
    for piece in starts.values():
        yield Run(Role.START, "", tuple(_command(piece)))


def _command(piece: Piece) -> list[Pipeline]:
    words = _exec_words(piece)
    return exec_form(words) if words else parse(piece)


def _exec_words(piece: Piece) -> list[Word]:
    """Return the words of ``["a", "b"]``, none for a command that a shell reads."""
    if not piece.text.lstrip().startswith("["):
        return []
    try:
        json.loads(piece.text.replace("\\\n", ""))
    except ValueError:
        return []  # Docker hands it to the shell as well
    return [_json_word(match, piece) for match in _STRING.finditer(piece.text)]


def _json_word(match: re.Match[str], piece: Piece) -> Word:
    text: str = json.loads(match.group())
    places = piece.places[match.start(1) : match.end(1) + 1]
    if len(text) != len(match.group(1)):
        # Escapes: the start and the end are exact, the characters between nearly so.
        places = [*places[: len(text)], places[-1]]
    return Word(Piece(text, places), True, piece.places[match.start()], piece.places[match.end()])


# Makefiles and justfiles

_MAKE_VARIABLE = re.compile(
    r"(?:export\s+|override\s+)*([\w.-]+)[ \t]*(?::{0,3}|\?|\+)=[ \t]*([^#\n]*)"
)
_MAKE_REFERENCE = re.compile(r"\$\$|\$\(([^()\n]*)\)|\$\{([^{}\n]*)\}")
_JUST_VARIABLE = re.compile(r"(?:export\s+)?([\w-]+)[ \t]*:=[ \t]*[\"']([^\"'\n]*)[\"']")
_JUST_REFERENCE = re.compile(r"\{\{\s*([^}\n]*?)\s*\}\}")
_TARGET = re.compile(r"([^\s:=#][^:=#\n]*)::?(?!=)")
_INSIDE = re.compile(r"#|ifn?eq|ifn?def|else|endif")
"""What may stand at the start of a line within a recipe."""
_JUST_RECIPE = re.compile(r"@?([A-Za-z_][\w-]*+)[^:\n]*+:(?!=)")


def make(text: str) -> tuple[Run, ...]:
    """Return the recipes of a Makefile, a run for each line."""
    variables = _variables(_MAKE_VARIABLE, _MAKE_REFERENCE, text)
    errexit, pipefail = options(variables.get(".SHELLFLAGS", ""))
    one_shell = ".ONESHELL" in text
    found = []
    for name, lines in _recipes(text, _TARGET, "\t"):
        pieces = [_expanded(piece, _MAKE_REFERENCE, variables) for piece in lines]
        for piece in [Piece.joined(pieces)] if one_shell else pieces:
            found.append(Run(Role.HAND, name, tuple(parse(piece)), errexit, pipefail))
    return tuple(found)


def just(text: str) -> tuple[Run, ...]:
    """Return the recipes of a justfile, a run for each line, or one for a script."""
    variables = _variables(_JUST_VARIABLE, _JUST_REFERENCE, text)
    found = []
    for name, lines in _recipes(text, _JUST_RECIPE, " \t"):
        pieces = [_expanded(piece, _JUST_REFERENCE, variables) for piece in lines]
        is_script = pieces[0].text.startswith("#!")
        errexit, pipefail = options(pieces[0].text if is_script else "")
        for piece in [Piece.joined(pieces)] if is_script else pieces:
            found.append(Run(Role.HAND, name, tuple(parse(piece)), errexit, pipefail))
    return tuple(found)


def _recipes(text: str, head: re.Pattern[str], indent: str) -> Iterator[tuple[str, list[Piece]]]:
    """Yield each target with the lines of its recipe, without the marks before them."""
    name, lines = "", list[Piece]()
    for start, end in _logical_lines(text):
        if text[start:end][:1] in tuple(indent):
            match = re.compile(r"[\s@+-]*").match(text, start, end)
            at = match.end() if match else start
            if at < end:
                lines.append(Piece.whole(text[at:end], at))
        elif text[start:end].strip() and not _INSIDE.match(text, start, end):
            if name and lines:
                yield name, lines
            found = head.match(text, start, end)
            name, lines = (found.group(1).strip() if found else ""), []
    if name and lines:
        yield name, lines


def _variables(pattern: re.Pattern[str], reference: re.Pattern[str], text: str) -> dict[str, str]:
    """Return the variables that are set once, at the start of a line, written out."""
    found: dict[str, str | None] = {}
    for start, end in _logical_lines(text):
        match = pattern.match(text, start, end)
        if match:
            name, value = match.group(1), match.group(2).strip()
            found[name] = None if name in found else value
    values = {name: value for name, value in found.items() if value is not None}
    for _ in range(_DEEPEST_VALUE):
        written = {name: _expanded(Piece.whole(value), reference, values).text
                   for name, value in values.items() if reference.search(value)}  # fmt: skip
        values |= written
        values = {name: value for name, value in values.items() if len(value) <= _LONGEST_VALUE}
    # What is left refers to itself.
    return {name: value for name, value in values.items() if "$(" not in value}


def _expanded(piece: Piece, reference: re.Pattern[str], variables: Mapping[str, str]) -> Piece:
    """Write out the references to known variables; others become ``${NAME}``."""
    text, places, last = list[str](), list[int](), 0
    for match in reference.finditer(piece.text):
        text.append(piece.text[last : match.start()])
        places += piece.places[last : match.start()]
        last = match.end()
        name = next(filter(None, match.groups()), "")
        shown = variables.get(name) or f"${{{re.sub('[^A-Za-z0-9_]', '_', name)}}}"
        if match.group() == "$$":
            shown = "$"
        text.append(shown)
        places += [piece.places[match.start()]] * len(shown)
    return Piece("".join(text) + piece.text[last:], [*places, *piece.places[last:]])


# Procfiles and Jenkinsfiles

_PROCESS = re.compile(r"^([\w-]+):[ \t]*(.+)$", re.MULTILINE)
_STEP = re.compile(
    r"\bsh\b\s*+\(?\s*+((?:[^()'\"\n]{0,99}?\bscript\s*:\s*)?)"
    r"(?:\"\"\"(?P<a>.*?)\"\"\"|'''(?P<b>.*?)'''"
    r"|\"(?P<c>(?:[^\"\\\n]|\\.)*)\"|'(?P<d>(?:[^'\\\n]|\\.)*)')"
    r"(?P<rest>[^)\n]*)",
    re.DOTALL,
)


def procfile(text: str) -> tuple[Run, ...]:
    """Return the processes of a Procfile."""
    return tuple(
        Run(Role.START, match.group(1), tuple(parse(Piece.whole(match.group(2), match.start(2)))))
        for match in _PROCESS.finditer(text)
    )


def jenkins(text: str) -> tuple[Run, ...]:
    """Return the ``sh`` steps of a Jenkinsfile."""
    found = []
    for match in _STEP.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.lstrip().startswith(("//", "*", "/*")):
            continue
        group = next(name for name in "abcd" if match.group(name) is not None)
        piece = Piece.whole(match.group(group), match.start(group))
        taken = "returnStdout" in match.group(1) + match.group("rest")
        found.append(Run(Role.CI, "", tuple(parse(piece)), errexit=True, taken=taken))
    return tuple(found)
