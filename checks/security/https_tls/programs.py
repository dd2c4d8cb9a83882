"""Programs told to verify nothing: in run commands, started processes, scripts, containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.contract.libraries.hosts import host_of, is_loopback
from chutes_cli.contract.libraries.tls import OPTIONS, SETTINGS, VARIABLES
from chutes_cli.project.facts import Span
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.module import Site
from chutes_cli.project.scripts import Script
from chutes_cli.project.shell import Command, Piece, commands
from chutes_cli.project.shell_parser import parse

from ...platform.image.directives import text_of
from ..production import is_production

_INSECURE = re.compile(r"-[a-zA-Z]*k[a-zA-Z]*")
_BEFORE = frozenset({"sudo", "exec", "env", "nohup"})
"""What runs the program named after it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A place in a script.

    Attributes:
        script: The file.
        span: Where, in that file.
        name: The job or target there.
    """

    script: Script
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A command that switches verification off.

    Attributes:
        what: The words that do.
        where: The Python call that runs it, or the lines of another file.
    """

    what: str
    where: Site | Lines


def in_commands(project: Project) -> Iterator[Said]:
    """Yield every such command, once for each place."""
    for process in project.processes:
        if is_production(process.site.module, process.site.statement):
            for command in process.commands:
                yield from (Said(what, process.site) for what in switched_off(command))
    for directive in project.directives:
        yield from (Said(what, directive.site) for what in _in_directive(directive))
    for script in project.scripts:
        seen = set()
        for run in script.runs:
            for command in run.commands:
                span = script.span(command.start, command.end)
                if span not in seen:
                    seen.add(span)
                    lines = Lines(script, span, run.name)
                    yield from (Said(what, lines) for what in switched_off(command))


def _in_directive(directive: Directive) -> Iterator[str]:
    key, value = text_of(directive, "key"), text_of(directive, "value")
    if value in VARIABLES.get(str(key), ()):
        yield f"{key}={value}"
    for command in commands(parse(Piece.whole(text_of(directive, "command") or ""))):
        yield from switched_off(command)


def switched_off(command: Command) -> Iterator[str]:
    """Yield what a command switches verification off with, once at most."""
    texts = [each.text for each in (*command.assignments, *command.words)]
    if any(is_loopback(host_of(each)) for each in texts):
        return
    start = next((at for at, each in enumerate(texts) if not _is_before(each)), len(texts))
    program = "".join(texts[start : start + 1]).rsplit("/", 1)[-1]
    for text in texts if program == "export" else texts[:start]:
        name, _, value = text.partition("=")
        if value in VARIABLES.get(name, ()):
            yield text
            return
    if program.startswith("python") and "pip" in texts:
        program = "pip"
    for text in texts:
        option = text.split("=", 1)[0]
        if option in OPTIONS.get(program, ()) or (program == "curl" and _INSECURE.fullmatch(text)):
            yield f"{program} {option}"
            return
    for owner, setting, value in SETTINGS:
        joined = " ".join(texts).lower().replace("=", " ")
        if program == owner and f"{setting} {value}" in joined:
            yield f"{owner} {setting}={value}"


def _is_before(text: str) -> bool:
    """Say whether a word stands before the program: another that runs it, a variable, an option."""
    return text in _BEFORE or text.startswith("-") or "=" in text
