"""Templates: what each one asks, and where its files are.

A template is one folder under `chutes_cli.templates`, with a `template.toml` and a
`project/` folder; there is no list of them anywhere else.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from chutes_cli.core.errors import ConfigurationError, UsageError

MANIFEST = "template.toml"
PROJECT_FOLDER = "project"

Value = str | int | bool
"""What an answer can be."""

TYPES: Mapping[str, type] = {"text": str, "integer": int, "boolean": bool}
QUESTION_KEYS = {"key", "type", "default", "help", "pattern", "rule", "minimum", "maximum"}
RESERVED_KEYS = {"name", "package"}


@dataclass(frozen=True)
class Question:
    """One thing that a template wants to know.

    Args:
        key: Its name in ``--set``, in answers files and in the template's files.
        type: ``text``, ``integer`` or ``boolean``.
        default: The answer if none is given.
        help: One line that says what it decides.
        pattern: For text: a regular expression the whole answer must match.
        rule: The pattern in words, for the error message.
        minimum: For integers: the least value.
        maximum: For integers: the greatest value.
    """

    key: str
    type: str
    default: Value
    help: str
    pattern: str | None = None
    rule: str | None = None
    minimum: int | None = None
    maximum: int | None = None

    def accept(self, value: object, source: str) -> Value:
        """Return a typed value if it is a valid answer.

        Args:
            value: The answer, already of this question's type.
            source: Where it comes from, for the message.

        Raises:
            ConfigurationError: It has the wrong type or breaks the question's rule.
        """
        # type(), because isinstance() takes True for an answer to "how many".
        if not isinstance(value, str | int) or type(value) is not TYPES[self.type]:
            raise self._refusal(value, source, f"it must be of type {self.type}")
        if isinstance(value, str) and not _is_unicode(value):
            raise self._refusal(value, source, "it must be valid Unicode text")
        if isinstance(value, str) and self.pattern and not re.fullmatch(self.pattern, value):
            raise self._refusal(value, source, self.rule or f"it must match {self.pattern}")
        if isinstance(value, int) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                raise self._refusal(value, source, f"it must be at least {self.minimum}")
            if self.maximum is not None and value > self.maximum:
                raise self._refusal(value, source, f"it must be at most {self.maximum}")
        return value

    def parse(self, text: str, source: str) -> Value:
        """Return the valid answer that a text from the command line or a prompt means.

        Raises:
            ConfigurationError: The text is no valid answer.
        """
        if self.type == "integer":
            if not re.fullmatch(r"[+-]?\d+", text.strip(), re.ASCII):
                raise self._refusal(text, source, "it must be a whole number")
            return self.accept(int(text), source)
        if self.type == "boolean":
            words = {"true": True, "yes": True, "false": False, "no": False}
            if text.strip().lower() not in words:
                raise self._refusal(text, source, "it must be true or false")
            return self.accept(words[text.strip().lower()], source)
        return self.accept(text, source)

    def _refusal(self, value: object, source: str, rule: str) -> ConfigurationError:
        return ConfigurationError(
            f"{value!r} is no valid answer for {self.key!r}: {rule}", where=source, hint=self.help
        )


@dataclass(frozen=True)
class Template:
    """A template: its description, its questions and the root of its files."""

    name: str
    title: str
    description: str
    questions: tuple[Question, ...]
    root: Traversable

    @property
    def project(self) -> Traversable:
        """The folder whose contents become the project."""
        return self.root / PROJECT_FOLDER

    def question(self, key: str, source: str) -> Question:
        """Return the question with this key.

        Args:
            key: The key that was given.
            source: Where it was given, for the message.

        Raises:
            ConfigurationError: There is none; the message names the nearest ones.
        """
        known = {question.key: question for question in self.questions}
        if key in known:
            return known[key]
        near = difflib.get_close_matches(key, known, n=1)
        raise ConfigurationError(
            f"the template {self.name!r} asks nothing called {key!r}",
            where=source,
            hint=f"did you mean {near[0]!r}?" if near else f"it asks: {', '.join(known)}",
        )


def _is_unicode(text: str) -> bool:
    """Whether a text can be written to a file; broken bytes of a command line cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def all_templates(root: Traversable | None = None) -> dict[str, Template]:
    """Return every template by name, in alphabetical order.

    Args:
        root: The folder of templates; the installed ones by default.

    Raises:
        ConfigurationError: A template's manifest does not hold.
    """
    folder = files("chutes_cli.templates") if root is None else root
    found = (entry for entry in folder.iterdir() if (entry / MANIFEST).is_file())
    return {entry.name: _read(entry) for entry in sorted(found, key=lambda entry: entry.name)}


def template_named(name: str, root: Traversable | None = None) -> Template:
    """Return one template.

    Raises:
        UsageError: There is none of that name; the message names what there is.
    """
    templates = all_templates(root)
    if name in templates:
        return templates[name]
    near = difflib.get_close_matches(name, templates, n=1)
    raise UsageError(
        f"there is no template {name!r}",
        where="--template",
        hint=f"did you mean {near[0]!r}?" if near else f"there is: {', '.join(templates)}",
    )


def _read(folder: Traversable) -> Template:
    """Read a template's manifest."""
    where = f"{folder.name}/{MANIFEST}"
    try:
        manifest = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"not valid TOML: {error}", where=where) from error
    missing = {"title", "description"} - manifest.keys()
    if missing:
        raise ConfigurationError(f"{', '.join(sorted(missing))} missing", where=where)
    questions = tuple(_question(entry, where) for entry in manifest.get("questions", []))
    keys = [question.key for question in questions]
    doubled = {key for key in keys if keys.count(key) > 1}
    if doubled:
        raise ConfigurationError(f"asked twice: {', '.join(sorted(doubled))}", where=where)
    return Template(folder.name, manifest["title"], manifest["description"], questions, folder)


def _question(entry: dict[str, Any], where: str) -> Question:
    """Read one question, and check that its default is an answer to it."""
    missing = {"key", "type", "default", "help"} - entry.keys()
    unknown = entry.keys() - QUESTION_KEYS
    if missing or unknown:
        words = ", ".join(sorted(missing | unknown))
        raise ConfigurationError(f"a question has missing or unknown parts: {words}", where=where)
    question = Question(**entry)
    if question.type not in TYPES:
        raise ConfigurationError(f"{question.key}: no type {question.type!r}", where=where)
    if question.key in RESERVED_KEYS:
        raise ConfigurationError(f"{question.key!r} is always known, never asked", where=where)
    question.accept(question.default, where)
    return question
