"""Template and answers become a tree of files in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from jinja2 import Environment, StrictUndefined, TemplateError

from chutes_cli.core.errors import ConfigurationError
from chutes_cli.scaffold.answers import ANSWERS_FILE, Answers
from chutes_cli.scaffold.template import PROJECT_FOLDER, Template, Value

SUFFIX = ".jinja"
"""Files with this ending are rendered and lose it; all others are copied as they are."""

REGULAR, EXECUTABLE = 0o644, 0o755


@dataclass(frozen=True)
class RenderedFile:
    """A file's bytes and mode."""

    content: bytes
    mode: int


RenderedTree = dict[str, RenderedFile]
"""POSIX path in the project -> file, in alphabetical order."""


def render(template: Template, answers: Answers, tool_version: str) -> RenderedTree:
    """Render a template.

    Args:
        template: The template.
        answers: An answer to each of its questions.
        tool_version: What to note in the answers file.

    Raises:
        ConfigurationError: The template is at fault: a broken or unsafe path, a syntax
            error, a name that no question asks, or two files of one name.
    """
    # Nothing here is HTML: escaping would only break the files.
    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    context = answers.context()
    tree: RenderedTree = {}
    for source, file in _walk(template.project, PurePosixPath()):
        where = f"{template.name}/{PROJECT_FOLDER}/{source}"
        target = _target(environment, source, context, where)
        content = file.read_bytes()
        if source.suffix == SUFFIX:
            content = _rendered(environment, content.decode(), context, where).encode()
        if target in tree:
            raise ConfigurationError(f"two files of the template become {target}", where=where)
        tree[target] = _file(content)
    tree[ANSWERS_FILE] = _file(answers.to_toml(template, tool_version).encode())
    return dict(sorted(tree.items()))


def _walk(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Yield every file below a folder, with its path."""
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":  # left by whoever imported from the template
                yield from _walk(entry, at / entry.name)
        else:
            yield at / entry.name, entry


def _target(
    environment: Environment, source: PurePosixPath, context: dict[str, Value], where: str
) -> str:
    """Render a path, part by part, so that an answer cannot add or climb folders."""
    parts = [_rendered(environment, part, context, where) for part in source.parts]
    parts[-1] = parts[-1].removesuffix(SUFFIX)
    for part in parts:
        if not part or part in {".", ".."} or set(part) & set("/\\\0"):
            raise ConfigurationError(f"{part!r} cannot be a file's name", where=where)
    return "/".join(parts)


def _rendered(environment: Environment, text: str, context: dict[str, Value], where: str) -> str:
    """Render one text.

    Raises:
        ConfigurationError: It is no valid template, or uses an unknown name.
    """
    try:
        return environment.from_string(text).render(context)
    except TemplateError as error:
        raise ConfigurationError(
            f"the template is at fault: {error}", where=where, hint="report it to its author"
        ) from error


def _file(content: bytes) -> RenderedFile:
    """Give a file its mode. Wheels lose modes, so a script is known by its first bytes."""
    return RenderedFile(content, EXECUTABLE if content.startswith(b"#!") else REGULAR)
