"""From source files to the Project: which modules to read, and how they hang together."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chutes_cli.contract.sdk import contract
from chutes_cli.core.report import Skipped
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.binder import ArgumentBinder
from chutes_cli.project.displays import Turn
from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.facts import Call, Import, ModuleFacts
from chutes_cli.project.module import Module, Site, calls_in, is_test, lines_of
from chutes_cli.project.reader import UnreadableSource, read_facts
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.source import SourceFile, SourceTree, decode
from chutes_cli.project.targets import External, Instance, Target
from chutes_cli.project.turns import NO_LOOP, turns

_SDK_PACKAGE = "chutes"
_STANDARD = sys.stdlib_module_names - {
    "aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils",
    "imghdr", "imp", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd",
    "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib",
}  # fmt: skip
"""Modules that Python 3.13 has still (PEP 594, PEP 632): the others' names are free."""
_INSTALLED = ("site-packages", "dist-packages")
_SPEAKS_OF_CHUTES = (_SDK_PACKAGE, ".cord(", ".job(", ".on_startup(")
"""A module that registers something on a chute it imports need not name the SDK."""
_SPEAKS_OF_ANSWERS = (".status_code", "TestClient(")
"""A test of what a service answers need not name it at all."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file that is not Python: what LibCST says, and where (1-based, the end exclusive).

    The range is empty where the line ends too early.
    """

    path: str
    reason: str
    line: int
    column: int
    end_column: int


class ModuleSet:
    """The modules an audit reads: every file that speaks of chutes, and what those import.

    A helper module need not mention chutes, so imports are followed; everything else is
    only checked for being Python at all.

    Args:
        tree: The files.
        read: Turns source text into facts; the place where a cache comes in.
    """

    def __init__(self, tree: SourceTree, read: Callable[[str], ModuleFacts] = read_facts) -> None:
        self._tree = tree
        self._read_facts = read
        self._files = {file.absolute: file for file in tree.files}
        self._modules: dict[Path, Module | None] = {}
        self._found: dict[tuple[str, str, int], Module | None] = {}
        self.skipped: list[Skipped] = []
        self._broken: list[BrokenFile] = [
            BrokenFile(each.path, each.reason, each.line, 1, 1)
            for each in tree.unreadable
            if each.python_refuses
        ]
        self._read_all()

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules read, in order of path."""
        found = [module for module in self._modules.values() if module is not None]
        return tuple(sorted(found, key=lambda module: module.path))

    @property
    def broken(self) -> tuple[BrokenFile, ...]:
        """The files that are not Python, in order of path."""
        return tuple(sorted(self._broken, key=lambda each: each.path))

    def _read_all(self) -> None:
        for file in self._tree.files:
            marks = _SPEAKS_OF_CHUTES + (_SPEAKS_OF_ANSWERS if is_test(file.path) else ())
            if file.named or any(mark in file.text for mark in marks):
                self._read(file)
        pending = list(self.modules)
        while pending:
            module = pending.pop()
            for imported in module.facts.imports:
                for path in self._imported_paths(module, imported):
                    source = None if path in self._modules else self._file(path)
                    found = self._read(source) if source else None
                    if found is not None:
                        pending.append(found)
        for file in self._tree.files:
            if file.absolute not in self._modules:
                self._check_syntax(file)

    def _file(self, path: Path) -> SourceFile | None:
        """Return a file by its path; one outside the given paths is read on demand."""
        if path in self._files:
            return self._files[path]
        try:
            text = decode(path.read_bytes())
        except OSError:
            return None  # not readable: the import stays external, nothing is claimed of it
        if not isinstance(text, str):
            return None
        relative = path.relative_to(self._tree.root).as_posix()
        self._files[path] = SourceFile(relative, path, text, named=False)
        return self._files[path]

    def _read(self, file: SourceFile) -> Module | None:
        try:
            module = Module(file.path, self._read_facts(file.text), file.text)
        except UnreadableSource as error:
            self._note(file, error)
            self._modules[file.absolute] = None
            return None
        self._modules[file.absolute] = module
        return module

    def _check_syntax(self, file: SourceFile) -> None:
        """Ask Python's own parser, far quicker; LibCST knows newer syntax and has the last word."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(file.text)
                return
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass  # LibCST decides
        try:
            read_facts(file.text)
        except UnreadableSource as error:
            self._note(file, error)

    def _note(self, file: SourceFile, error: UnreadableSource) -> None:
        if error.is_python:
            self.skipped.append(Skipped(file.path, error.message))
        elif not file.path.endswith(".py"):
            # A template that is Python only once it is rendered.
            self.skipped.append(Skipped(file.path, f"not Python as it stands: {error.message}"))
        else:
            lines = lines_of(file.text)
            line = min(error.line, len(lines))
            last = len(lines[line - 1]) + 1
            column = min(error.column, last)
            self._broken.append(
                BrokenFile(file.path, error.message, line, column, min(column + 1, last))
            )

    # Imports

    def find(self, importer: Module, dotted: str, level: int) -> Module | None:
        """Return the module of the tree that an import names, None for anything else."""
        key = (importer.path, dotted, level)
        if key not in self._found:
            paths = self._candidates(self._tree.root / importer.path, dotted, level)
            modules = map(self._modules.get, paths)
            self._found[key] = next((each for each in modules if each is not None), None)
        return self._found[key]

    def _imported_paths(self, module: Module, imported: Import) -> Iterator[Path]:
        absolute = self._tree.root / module.path
        parts = imported.module.split(".")
        # Importing a module runs the packages around it first.
        for length in range(1, len(parts) + 1):
            yield from self._candidates(absolute, ".".join(parts[:length]), imported.level)
        if imported.name and imported.name != "*":
            dotted = f"{imported.module}.{imported.name}" if imported.module else imported.name
            yield from self._candidates(absolute, dotted, imported.level)

    def _candidates(self, importer: Path, dotted: str, level: int) -> Iterator[Path]:
        """Yield the existing files an import can mean, the most likely first."""
        parts = dotted.split(".") if dotted else []
        if level:
            base = importer.parent
            for _ in range(level - 1):
                base = base.parent
            yield from _module_files(base, parts)
            return
        if not parts or parts[0] == _SDK_PACKAGE or parts[0] in _STANDARD:
            # `chutes run` appends its folder to sys.path: installed modules come first
            # (SDK 0.6.9 entrypoint/_shared.py, load_chute).
            return
        for base in self._bases(importer):
            # What is installed is not followed; a package that is itself audited sees itself.
            own = importer.relative_to(base).parts[0] if importer.is_relative_to(base) else ""
            if base.name not in _INSTALLED or own.removesuffix(".py") == parts[0]:
                yield from _module_files(base, parts)

    def _bases(self, importer: Path) -> Iterator[Path]:
        """Yield the folders an absolute import starts from: above the importer's package, root."""
        folder = importer.parent
        while os.path.isfile(folder / "__init__.py") and folder != self._tree.root:
            folder = folder.parent
        seen = set()
        for base in (folder, *_up_to(folder, self._tree.root), self._tree.root / "src"):
            if base not in seen and base.is_relative_to(self._tree.root):
                seen.add(base)
                yield base


def _up_to(folder: Path, root: Path) -> Iterator[Path]:
    for parent in folder.parents:
        if not parent.is_relative_to(root):
            return
        yield parent


def _module_files(base: Path, parts: list[str]) -> Iterator[Path]:
    """Yield the files that a dotted name below a folder can be; the folder's own without one."""
    *folders, name = ("", *parts)
    files = (f"{name}.py", f"{name}/__init__.py") if parts else ("__init__.py",)
    for file in files:
        path = base.joinpath(*folders, file)
        if os.path.isfile(path):
            yield path


class Knowledge:
    """What names, values and calls of the modules stand for."""

    def __init__(self, modules: ModuleSet) -> None:
        self.modules = modules.modules
        self._sdk = contract()
        self.resolver = Resolver(self.modules, modules.find, self._sdk.canonical)
        self.evaluator = Evaluator(self.resolver)
        self.binder = ArgumentBinder(self.evaluator, self.resolver)
        self._turns: dict[Site, tuple[Turn, ...]] = {}

    @cached_property
    def calls(self) -> tuple[tuple[Site, tuple[Target, ...]], ...]:
        """Every call with what its callee stands for, in source order."""
        return tuple(
            (site, self.resolver.resolve(site.module, site.scope, site.expression.function))
            for module in self.modules
            for statement in module.facts.statements
            for site in calls_in(module, statement)
            if isinstance(site.expression, Call)
        )

    def calls_to(self, *names: str) -> Iterator[tuple[Site, Target]]:
        """Yield calls of external names, such as ``chutes.chute.base.Chute.cord``."""
        for site, targets in self.calls:
            for target in targets:
                if getattr(target, "name", None) in names:
                    yield site, target

    @cached_property
    def handed_on(self) -> frozenset[Instance]:
        """The objects passed to a function that may do something to them."""
        return frozenset(
            target
            for site, callees in self.calls
            if not (callees and all(map(_is_harmless, callees)))
            for part in site.expression.children()[1:]
            for target in self.resolver.resolve(site.module, site.scope, part)
            if isinstance(target, Instance)
        )

    def turns(self, site: Site) -> tuple[Turn, ...]:
        """Return the turns of the loops around an expression, as far as they can be told."""
        if site not in self._turns:
            self._turns[site] = turns(self.evaluator, site)
        return self._turns[site]

    def arguments(self, site: Site, callee: str, turn: Turn = NO_LOOP) -> Arguments:
        """Return a call's arguments, positional ones named by the SDK's signature."""
        signature = self._sdk.signature(callee)
        names = [one.name for one in signature.positional] if signature else []
        return self.binder.during(turn).bind(site, names)


def _is_harmless(callee: Target) -> bool:
    return isinstance(callee, External) and callee.name.startswith(("chutes.", "builtins."))
