"""Answers: from the defaults, a file, the command line and, on a terminal, the user."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chutes_cli.core.errors import ConfigurationError, UsageError
from chutes_cli.scaffold.naming import ProjectName
from chutes_cli.scaffold.template import Question, Template, Value

ANSWERS_FILE = ".chutes-prod/answers.toml"

Ask = Callable[[Question, Value], Value]
"""Asks the user one question, given the answer that stands if they only press Enter."""


@dataclass(frozen=True)
class Answers:
    """Every answer a template needs."""

    project: ProjectName
    values: Mapping[str, Value]

    def context(self) -> dict[str, Value]:
        """Return the names a template's files can use."""
        return {**self.values, "name": self.project.name, "package": self.project.package}

    def to_toml(self, template: Template, tool_version: str) -> str:
        """Return the answers file of a project."""
        lines = [
            "# How chutes-prod made this project. `chutes-prod new NAME --answers` reads it.",
            f"template = {_toml(template.name)}",
            f"tool_version = {_toml(tool_version)}",
            f"name = {_toml(self.project.name)}",
            "",
            "[answers]",
            *(f"{key} = {_toml(value)}" for key, value in self.values.items()),
        ]
        return "\n".join(lines) + "\n"


def gather(
    template: Template,
    project: ProjectName,
    *,
    answers_file: Path | None = None,
    settings: Iterable[str] = (),
    ask: Ask | None = None,
) -> Answers:
    """Collect the answers; a later source wins: defaults, file, settings, user.

    Args:
        template: What is asked.
        project: The project's checked name.
        answers_file: A TOML file of answers.
        settings: ``key=value`` texts of ``--set``.
        ask: Asks the user what neither the file nor a setting answered; None never asks.

    Raises:
        ConfigurationError: A key is unknown or a value breaks its question's rule.
        UsageError: The file cannot be read, or a setting is no ``key=value``.
    """
    given: dict[str, Value] = {}
    if answers_file is not None:
        where = str(answers_file)
        for key, value in _read_answers(answers_file, template).items():
            given[key] = template.question(key, where).accept(value, where)
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator:
            raise UsageError(
                f"{setting!r} is not of the form key=value", where="--set", hint="--set key=value"
            )
        where = f"--set {setting}"
        given[key.strip()] = template.question(key.strip(), where).parse(text, where)
    values: dict[str, Value] = {}
    for question in template.questions:
        if question.key in given or ask is None:
            values[question.key] = given.get(question.key, question.default)
        else:
            values[question.key] = ask(question, question.default)
    return Answers(project, values)


def _read_answers(path: Path, template: Template) -> dict[str, Any]:
    """Return the answers in a file: its `[answers]` table, or the file if it has none."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"the answers file cannot be read: {error.strerror}", where=str(path)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the answers file is not valid TOML: {error}", where=str(path)
        ) from error
    if "answers" not in content:
        return content
    if not isinstance(content["answers"], dict):
        raise ConfigurationError("'answers' must be a table", where=str(path))
    if content.get("template", template.name) != template.name:
        raise ConfigurationError(
            f"the answers are for the template {content['template']!r}, not {template.name!r}",
            where=str(path),
            hint=f"--template {content['template']}",
        )
    return content["answers"]


def _toml(value: Value) -> str:
    """Return a value as TOML: JSON's spelling, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
