"""Secrets in the files beside the code: settings, scripts, containers, pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from chutes_cli.project.facts import Span
from chutes_cli.project.scripts import Script

from .judging import is_secret, key_in, names_secret
from .prose import keys_in_lines

_EXAMPLE = re.compile(r".*(?:example|sample|template|dist|defaults?)\b.*", re.IGNORECASE)
_ENTRY = re.compile(
    r"""(?:^|[\s"'{,;-])(?:--)?["']?(?P<name>[A-Za-z][\w.-]*)["']?(?:[ \t]*=[ \t]*|:[ \t]+)
        (?P<value>"[^"\n]*"|'[^'\n]*'|[^\s"'#;,}]+)""",
    re.VERBOSE | re.MULTILINE,
)
_OPTION = re.compile(r"\s--?(?P<name>[A-Za-z][\w-]*)\s+(?P<value>[^\s\"'-][^\s\"']*)")


def secrets_in(script: Script) -> Iterator[tuple[Span, str]]:
    """Yield range and kind of the secrets in a file, one for each line at most."""
    path = PurePosixPath(script.path)
    if _EXAMPLE.fullmatch(path.name) or {"test", "tests"} & set(path.parts):
        return
    seen: set[int] = set()
    for span, what in (*_formats(script), *_entries(script)):
        if span.line not in seen:
            seen.add(span.line)
            yield span, what


def _formats(script: Script) -> Iterator[tuple[Span, str]]:
    lines = script.text.split("\n")
    yield from keys_in_lines(lines)
    for number, line in enumerate(lines, 1):
        what = key_in(line) if not line.lstrip().startswith("#") else None
        if what is not None:
            start = len(line) - len(line.lstrip()) + 1
            yield Span(number, start, number, len(line) + 1), what


def _entries(script: Script) -> Iterator[tuple[Span, str]]:
    for pattern in (_ENTRY, _OPTION):
        for found in pattern.finditer(script.text):
            name, value = found["name"], found["value"].strip("\"'")
            if names_secret(name) and is_secret(name, value):
                yield script.span(found.start("name"), found.end()), f"the value of {name}"
