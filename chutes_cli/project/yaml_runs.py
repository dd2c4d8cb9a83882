"""CI and compose files: YAML read for the shell in it, with the place of every character.

PyYAML's events are read one by one: they come without recursion and without writing out
aliases, so that neither nesting nor a file of aliases of aliases costs more than its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chutes_cli.project.kinds import Kind
from chutes_cli.project.runs import Role, Run, UnreadableScript, is_shell, options
from chutes_cli.project.shell import Piece, Word
from chutes_cli.project.shell_parser import exec_form, parse

_DEEPEST = 100
_DEEPEST_LIST = 10
"""GitLab flattens lists in lists to this depth."""


_ESCAPE = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of file means.

    Attributes:
        keys: The keys below which shell stands.
        name_at: Which key of the path to it names the job or service.
        role: Who runs it.
        errexit: Whether a failing command ends it.
        pipefail: Whether any failing stage fails a pipeline.
        shells: What the names of shells mean, where that differs from their options.
    """

    keys: frozenset[str]
    name_at: int
    role: Role = Role.CI
    errexit: bool = False
    pipefail: bool = False
    shells: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)


DIALECTS: Mapping[Kind, Dialect] = {
    Kind.GITHUB: Dialect(
        frozenset({"run"}), 1, errexit=True, shells={"bash": (True, True), "sh": (True, False)}
    ),
    # GitLab's runner and CircleCI's agent start bash with `-eo pipefail`.
    Kind.GITLAB: Dialect(
        frozenset({"script", "before_script", "after_script"}), 0, errexit=True, pipefail=True
    ),
    Kind.CIRCLECI: Dialect(frozenset({"run", "command"}), 1, errexit=True, pipefail=True),
    Kind.AZURE: Dialect(frozenset({"script", "bash"}), 1),
    Kind.BITBUCKET: Dialect(frozenset({"script", "after-script"}), 1, errexit=True),
    Kind.COMPOSE: Dialect(frozenset({"entrypoint", "command"}), 1, role=Role.START),
}


@dataclass(slots=True, eq=False)
class _Node:
    """A node: ``value`` for a scalar, ``items`` for a list, ``pairs`` for a mapping."""

    value: str | None = None
    start: int = 0
    end: int = 0
    style: str = ""
    items: list[_Node] | None = None
    pairs: list[tuple[_Node, _Node]] | None = None

    def get(self, *keys: str) -> _Node | None:
        """Return what stands below some keys of a mapping."""
        found: _Node | None = self
        for key in keys:
            pairs = found.pairs if found else None
            found = next((value for name, value in pairs or () if name.value == key), None)
        return found


def read(dialect: Dialect, text: str) -> tuple[Run, ...]:
    """Return the pieces of shell in a YAML file.

    Raises:
        UnreadableScript: It is not YAML, or is nested too deeply.
    """
    reader = _Reader(dialect, text)
    for document in _documents(text):
        reader.walk(document, (), "")
    return tuple(reader.runs)


@dataclass(slots=True)
class _Reader:
    dialect: Dialect
    text: str
    runs: list[Run] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def walk(self, node: _Node, path: tuple[str, ...], shell: str) -> None:
        """Read a node and everything below it; what aliases name is read once."""
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        for item in node.items or ():
            self.walk(item, path, shell)
        default = node.get("defaults", "run", "shell")
        shell = default.value or "" if default else shell
        found = {}
        for key, value in node.pairs or ():
            if key.value in self.dialect.keys and _scalars(value):
                found[key.value] = value
            else:
                self.walk(value, (*path, key.value or ""), shell)
        own = node.get("shell")
        shell = own.value or "" if own else shell
        if found and (is_shell(shell) or not shell):
            name = path[self.dialect.name_at] if len(path) > self.dialect.name_at else ""
            starts = self.dialect.role is Role.START
            self.runs += self._starts(name, found) if starts else self._steps(name, found, shell)

    def _steps(self, name: str, found: Mapping[str, _Node], shell: str) -> Iterator[Run]:
        dialect = self.dialect
        errexit, pipefail = dialect.shells.get(shell) or (
            options(shell) if shell else (dialect.errexit, dialect.pipefail)
        )
        for node in found.values():
            # The items of a list are lines of one script.
            piece = Piece.joined([_aligned(each, self.text) for each in _scalars(node)])
            yield Run(dialect.role, name, tuple(parse(piece)), errexit, pipefail)

    def _starts(self, name: str, found: Mapping[str, _Node]) -> Iterator[Run]:
        nodes = [found[key] for key in ("entrypoint", "command") if key in found]
        if all(node.items for node in nodes):
            # The entry point, then the command as its arguments.
            words = [
                Word(_aligned(each, self.text), True, each.start, each.end)
                for node in nodes
                for each in _scalars(node)
            ]
            yield Run(Role.START, name, tuple(exec_form(words)))
            return
        for node in nodes:
            piece = Piece.joined([_aligned(each, self.text) for each in _scalars(node)])
            yield Run(Role.START, name, tuple(parse(piece)))


def _scalars(node: _Node) -> list[_Node]:
    """Return a scalar itself, or the scalars of a list and of the lists in it, each once."""
    found, seen, stack = list[_Node](), set[int](), [(node, 0)]
    while stack:
        each, depth = stack.pop()
        if id(each) in seen or depth > _DEEPEST_LIST:
            continue
        seen.add(id(each))
        if each.value is not None:
            found.append(each)
        stack += [(item, depth + 1) for item in reversed(each.items or ())]
    return found


def _aligned(node: _Node, text: str) -> Piece:
    """Return a scalar's value with the place of each character in the file."""
    assert node.value is not None
    at = node.start
    if node.style in ("|", ">"):
        at = text.find("\n", at) + 1 or len(text)
    places = []
    for char in node.value:
        if char.isspace():
            places.append(min(at, node.end))
            escaped = node.style == '"' and text[at : at + 1] == "\\"
            at += 2 if escaped else int(text[at : at + 1].isspace())
            continue
        while text[at : at + 1].isspace():
            at += 1
        # Quotes and backslashes stand between the characters of quoted scalars.
        here = text.find(char, at, at + 12)
        escape = _ESCAPE.match(text, at) if here < 0 else None
        at = max(at, here)
        places.append(min(at, node.end))
        at = escape.end() if escape else at + (here >= 0)
    return Piece(node.value, [*places, min(at, node.end)])


# Nodes


def _documents(text: str) -> list[_Node]:
    import yaml  # when the first such file is read, and not before

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _built(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" on line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "unreadable characters"
        raise UnreadableScript(f"not YAML: {reason}{where}") from error


def _built(events: Iterator[Any]) -> list[_Node]:
    documents: list[_Node] = []
    anchors: dict[str, _Node] = {}
    stack: list[_Node] = []
    keys: list[_Node | None] = []
    for event in events:
        match type(event).__name__:
            case "ScalarEvent":
                start, end = event.start_mark.index, event.end_mark.index
                node = _Node(event.value, start, end, event.style or "")
            case "SequenceStartEvent":
                node = _Node(items=[])
            case "MappingStartEvent":
                node = _Node(pairs=[])
            case "AliasEvent":
                node = anchors.get(event.anchor) or _Node()
            case "SequenceEndEvent" | "MappingEndEvent":
                stack.pop()
                keys.pop()
                continue
            case _:
                continue
        if stack:
            keys[-1] = _placed(node, stack[-1], keys[-1])
        else:
            documents.append(node)
        if event.anchor is not None:
            anchors[event.anchor] = node
        if type(event).__name__ in ("SequenceStartEvent", "MappingStartEvent"):
            stack.append(node)
            keys.append(None)
        if len(stack) > _DEEPEST:
            raise UnreadableScript("nested too deeply")
    return documents


def _placed(node: _Node, parent: _Node, key: _Node | None) -> _Node | None:
    """Put a node into its parent; return the key that waits for its value now."""
    if parent.items is not None:
        parent.items.append(node)
        return None
    if key is None:
        return node
    assert parent.pairs is not None
    parent.pairs.append((key, node))
    return None
