"""Paths of local files that expressions stand for: relative ones and those beside the module."""

from __future__ import annotations

import os
from pathlib import Path

from chutes_cli.project.facts import Attribute, Call, Expression, Literal, Name, Operation
from chutes_cli.project.module import Module
from chutes_cli.project.tree import Knowledge
from chutes_cli.project.values import Known

_DEEPEST = 20
_WHOLE = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "os.path.join", "builtins.str",
     "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"}
)  # fmt: skip
"""Callables whose result is their arguments joined; without arguments, the current folder."""
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})
_SAME = frozenset({"resolve", "absolute", "as_posix"})


class LocalPaths:
    """Finds the local file an expression means.

    Args:
        knowledge: What names and values stand for.
        root: The folder module paths are relative to.
        folder: The current folder when the code runs.
    """

    def __init__(self, knowledge: Knowledge, root: Path, folder: Path) -> None:
        self._knowledge = knowledge
        self._root = root
        self._folder = folder

    def of(self, module: Module, scope: int, expression: Expression) -> Path | None:
        """Return the path of a local file, None for an absolute or an unknown one."""
        found = self._path(module, scope, expression, 0)
        return Path(os.path.normpath(self._folder / found)) if found else None

    def _path(self, module: Module, scope: int, expression: Expression, depth: int) -> Path | None:
        """Return a path as the code has it: relative, or absolute below the tree's root."""
        if depth > _DEEPEST:
            return None
        match expression:
            case Name(id="__file__"):
                return self._root / module.path
            case Name(id=name):
                where, bindings = module.lookup(name, scope)
                if where >= 0 and len(bindings) == 1 and bindings[0].value is not None:
                    return self._path(module, where, bindings[0].value, depth + 1)
            case Operation(operator="/", operands=(left, right)):
                return self._joined(module, scope, (left, right), depth)
            case Attribute(value=value, attribute="parent"):
                inner = self._path(module, scope, value, depth + 1)
                return inner.parent if inner is not None else None
            case Operation(
                operator="[]",
                operands=(Attribute(value=value, attribute="parents"), Literal(value=int(index))),
            ):
                inner = self._path(module, scope, value, depth + 1)
                if inner is not None and 0 <= index < len(inner.parents):
                    return inner.parents[index]
                return None
            case Call():
                return self._called(module, scope, expression, depth)
        value_of = self._knowledge.evaluator.value(module, scope, expression)
        if isinstance(value_of, Known) and isinstance(value_of.value, str):
            text = value_of.value
            outside = text.startswith(("/", "~")) or "://" in text
            return None if outside else Path(text)
        return None

    def _joined(
        self, module: Module, scope: int, parts: tuple[Expression, ...], depth: int
    ) -> Path | None:
        whole = Path()
        for part in parts:
            found = self._path(module, scope, part, depth + 1)
            if found is None:
                return None
            whole /= found
        return whole

    def _called(self, module: Module, scope: int, call: Call, depth: int) -> Path | None:
        if any(each.keyword or each.star for each in call.arguments):
            return None
        parts = tuple(each.value for each in call.arguments)
        name = self._knowledge.resolver.dotted(module, scope, call.function) or ""
        if name in _HERE:
            return self._folder
        if name in _WHOLE:
            return self._joined(module, scope, parts, depth)
        if name == "os.path.dirname" and len(parts) == 1:
            inner = self._path(module, scope, parts[0], depth + 1)
            return inner.parent if inner is not None else None
        match call.function:
            case Attribute(value=value, attribute=method) if method in _SAME:
                return self._path(module, scope, value, depth + 1)
            case Attribute(value=value, attribute="joinpath"):
                return self._joined(module, scope, (value, *parts), depth)
            case Attribute(value=value, attribute="with_name") if len(parts) == 1:
                inner = self._path(module, scope, value, depth + 1)
                other = self._path(module, scope, parts[0], depth + 1)
                return inner.parent / other if inner is not None and other is not None else None
        return None
