"""Which commands call the SDK's tool, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chutes_cli.check import Check
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.kinds import Kind
from chutes_cli.project.model import Project
from chutes_cli.project.processes import Process
from chutes_cli.project.runs import Role, Run
from chutes_cli.project.scripts import Script
from chutes_cli.project.shell import Command

_WRAPPERS = frozenset(
    {"sudo", "env", "command", "timeout", "nohup", "nice", "stdbuf", "python", "python3"}
)
_RUNNERS = frozenset({"run", "exec", "--", "-m"})
"""Words after which another program may stand: ``uv run``, ``docker exec``, ``python -m``."""

_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True, eq=False)
class Invocation:
    """One call of ``chutes``.

    Attributes:
        verb: Its command, such as ``deploy``.
        arguments: What follows.
        command: The shell command.
        script: The file it stands in, None in Python code.
        run: The piece of shell it stands in, None in Python code.
        process: What starts it in Python code.
    """

    verb: str
    arguments: tuple[str, ...]
    command: Command
    script: Script | None = None
    run: Run | None = None
    process: Process | None = None

    @property
    def is_ci(self) -> bool:
        """Whether a pipeline runs it."""
        return self.run is not None and self.run.role is Role.CI

    @property
    def uploads(self) -> bool:
        """Whether it builds or deploys on the platform (``--local`` builds here)."""
        return self.verb in ("build", "deploy") and not {"--local", "--help"} & set(self.arguments)


class InvocationCheck(Check):
    """A check whose findings are calls of ``chutes``."""

    def said(
        self, found: Invocation, message: str, help: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding at a call."""
        if found.process is not None:
            return self.at(found.process.site, message, help)
        assert found.script is not None
        assert found.run is not None
        span = found.script.span(found.command.start, found.command.end)
        return self.within(found.script, span, found.run.name, message, help, severity=severity)


def invocations(project: Project) -> Iterator[Invocation]:
    """Yield every call of ``chutes`` in scripts, each place once, and in Python code."""
    for script in project.scripts:
        seen: set[tuple[int, int]] = set()
        variables = variables_of(script)
        for run in script.runs:
            for command in run.commands:
                found = called(command, variables)
                place = (command.start, command.end)
                if found and place not in seen:
                    seen.add(place)
                    yield replace(found, script=script, run=run)
    for process in project.processes:
        for found in map(called, process.commands):
            if found:
                yield replace(found, process=process)


def is_entry_point(script: Script, project: Project) -> bool:
    """Say whether a container starts a script, by its command or by the script's name."""
    name = program(script.path)
    return script.kind is Kind.SHELL and (
        "entrypoint" in name
        or any(
            program(text) == name
            for each in project.scripts
            for run in each.runs
            if run.role is Role.START
            for command in run.commands
            for text in command.texts
        )
    )


def variables_of(script: Script) -> dict[str, str]:
    """Return the shell variables of a script that are given one plain text."""
    found: dict[str, dict[str, None]] = {}
    for run in script.runs:
        for command in run.commands:
            for word in command.assignments:
                name, _, value = word.text.partition("=")
                found.setdefault(name, {})[value] = None
    return {name: value for name, (value, *others) in found.items() if not others}


def called(command: Command, variables: Mapping[str, str] | None = None) -> Invocation | None:
    """Return the call of ``chutes`` that a command is, None when it is none."""
    texts = command.texts
    for index, word in enumerate(texts[:-1]):
        # Only the program's name is looked up: options may be set under conditions.
        found = (*texts[:index], *_written_out(word, variables or {}))
        if program(found[-1]) in ("chutes", "chutes.cli") and leads_to_program(found[:-1]):
            return Invocation(texts[index + 1], texts[index + 2 :], command)
    return None


def _written_out(word: str, variables: Mapping[str, str]) -> list[str]:
    reference = _REFERENCE.match(word)
    if reference is None:
        return [word]
    value = variables.get(reference.group(1) or reference.group(2))
    return (value + word[reference.end() :]).split() if value else [word]


def program(word: str) -> str:
    """Return the name of a program without its folder."""
    return word.rsplit("/", 1)[-1]


def leads_to_program(words: tuple[str, ...]) -> bool:
    """Say whether the word after some words is a program that they run."""
    if not words or words[0].startswith("$"):
        return True
    return program(words[0]) in _WRAPPERS or bool(_RUNNERS & set(words))


def constant(project: Project, argument: BoundArgument) -> str:
    """Return the last part of the name of a constant such as ``subprocess.DEVNULL``."""
    dotted = project.knowledge.resolver.dotted(argument.module, argument.scope, argument.expression)
    return (dotted or "").rpartition(".")[2]
