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
_SETS = frozenset({"export", "env", "ENV"})


@dataclass(frozen=True, slots=True)
class Said:
    """A command that switches verification off.

    Attributes:
        what: The words that do.
        site: The Python call that runs it, if one does.
        script: The file it stands in otherwise.
        span: Where, in that file.
        name: The job or target there.
    """

    what: str
    site: Site | None = None
    script: Script | None = None
    span: Span | None = None
    name: str = ""


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
                    found = switched_off(command)
                    yield from (Said(what, None, script, span, run.name) for what in found)


def _in_directive(directive: Directive) -> Iterator[str]:
    key, value = text_of(directive, "key"), text_of(directive, "value")
    if value in VARIABLES.get(key or "", ()):
        yield f"{key}={value}"
    for command in commands(parse(Piece.whole(text_of(directive, "command") or ""))):
        yield from switched_off(command)


def switched_off(command: Command) -> Iterator[str]:
    """Yield what a command switches verification off with, once at most."""
    texts = [each.text for each in (*command.assignments, *command.words)]
    if any(is_loopback(host_of(each)) for each in texts):
        return
    program = next((each.rsplit("/", 1)[-1] for each in command.texts[:1]), "")
    if program in ("sudo", "exec", "env") and len(command.texts) > 1:
        program = command.texts[1].rsplit("/", 1)[-1]
    variables = [each.text for each in command.assignments]
    variables += texts if program in _SETS or "env" in texts[:1] else []
    for text in variables:
        name, _, value = text.partition("=")
        if value in VARIABLES.get(name, ()):
            yield text
            return
    if program.startswith("python") and "pip" in texts:
        program = "pip"
    for text in texts:
        option = text.split("=", 1)[0]
        if option in OPTIONS.get(program, ()) or (
            program == "curl" and _INSECURE.fullmatch(text) and not text.startswith("--")
        ):
            yield f"{program} {option}"
            return
    for owner, setting, value in SETTINGS:
        joined = " ".join(texts).lower().replace("=", " ")
        if program == owner and f"{setting} {value}" in joined:
            yield f"{owner} {setting}={value}"
