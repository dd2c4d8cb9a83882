"""Finding the chute that `--serve PATH[:MODULE:CHUTE]` means, without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chutes_cli.core.errors import UsageError
from chutes_cli.project.link import link
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.source import SourceTree, collect
from chutes_cli.project.targets import Instance
from chutes_cli.project.tree import ModuleSet

# What the SDK itself accepts after `chutes run`: SDK 0.6.9 entrypoint/_shared.py:27.
_SDK_REFERENCE = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]+", re.IGNORECASE)
_REFERENCE = re.compile(r"(?P<path>.+?):(?P<module>\w+):(?P<chute>\w+)")
_USUAL_NAMES = ("chute.py", "app.py")


@dataclass(frozen=True, slots=True)
class ChuteRef:
    """A chute in a file: the folder to run in, and what the SDK calls it."""

    folder: Path
    module: str
    chute: str

    @property
    def reference(self) -> str:
        """The ``module:chute`` that `chutes run` takes."""
        return f"{self.module}:{self.chute}"

    @property
    def file(self) -> Path:
        """The file the SDK loads."""
        return self.folder / f"{self.module}.py"

    @property
    def runnable(self) -> bool:
        """Whether the SDK accepts the reference."""
        return _SDK_REFERENCE.fullmatch(self.reference) is not None


def find_chute(spec: str) -> ChuteRef:
    """Return the chute that ``PATH``, ``FILE.py`` or ``PATH:MODULE:CHUTE`` means.

    Raises:
        UsageError: The path does not exist, cannot be read, or holds no chute or several.
    """
    match = _REFERENCE.fullmatch(spec)
    if match is not None:
        folder = _folder(Path(match["path"]), spec)
        found = ChuteRef(folder, match["module"], match["chute"])
        if not found.file.is_file():
            raise UsageError(f"--serve: there is no {found.module}.py in {folder}", where=spec)
    else:
        found = _search(Path(spec), spec)
    if not found.runnable:
        raise UsageError(
            f"--serve: the SDK cannot run {found.reference!r}",
            where=spec,
            hint="module and chute begin with a letter; a chute's name has two or more characters",
        )
    return found


def read_chutes(ref: ChuteRef) -> tuple[Project, tuple[Chute, ...]]:
    """Read a chute's file and the modules it imports.

    Args:
        ref: The chute.

    Returns:
        The Project, and the chutes the name can stand for: one, several where branches make
        different ones, none where the source does not tell.

    Raises:
        UsageError: The file does not exist or cannot be reached.
    """
    tree = collect([ref.file])
    project = link(tree, ModuleSet(tree))
    found: set[Instance] = set()
    for module in project.modules:
        if tree.root / module.path == ref.file.resolve():
            found |= _chutes_named(project, module, ref.chute)
    return project, tuple(chute for chute in project.chutes if chute.instance in found)


def _folder(path: Path, spec: str) -> Path:
    if not path.exists():
        raise UsageError(f"--serve: {path} does not exist", where=spec)
    return (path if path.is_dir() else path.parent).resolve()


def _search(path: Path, spec: str) -> ChuteRef:
    folder = _folder(path, spec)
    if path.is_file():
        groups = [[path]]
    else:
        usual = [folder / name for name in _USUAL_NAMES if (folder / name).is_file()]
        others = sorted(file for file in folder.glob("*.py") if file.is_file())
        # The usual file first; the rest only when no usual one holds a chute.
        groups = [*([file] for file in usual), others]
    problems: tuple[str, ...] = ()
    for group in filter(None, groups):
        found, problems = chutes_in(group)
        if len(found) == 1:
            return found[0]
        if found:
            candidates = ", ".join(ref.reference for ref in found)
            raise UsageError(
                f"--serve: there are several chutes: {candidates}",
                where=spec,
                hint=f"say which one: --serve {folder}:{found[0].reference}",
            )
        if problems and len(group) == 1:
            break  # another file would be a wrong guess when this one cannot be read
    raise UsageError(
        "--serve: no chute was found (looked for NAME = Chute(...) in chute.py, app.py, *.py)",
        where=spec,
        detail="\n".join(problems),
        hint="name it: --serve PATH:MODULE:CHUTE",
    )


def chutes_in(files: Sequence[Path]) -> tuple[list[ChuteRef], tuple[str, ...]]:
    """Return the chutes that files bind to module-level names, and what could not be read.

    A chute with several names (an alias, an import into another of the files) is returned
    once, by the name under which it is made.

    Raises:
        UsageError: A file does not exist or cannot be reached.
    """
    tree = collect(files)
    project = link(tree, ModuleSet(tree))
    modules = {tree.root / module.path: module for module in project.modules}
    named = [
        (ref, targets, imported)
        for file in files
        if (module := modules.get(file.resolve())) is not None
        for ref, targets, imported in _named_chutes(project, module, file)
    ]
    # Where it is made before where it is imported, and names the SDK can run before others.
    named.sort(key=lambda each: (each[2], not each[0].runnable))
    found: list[ChuteRef] = []
    seen: set[Instance] = set()
    for ref, targets, _ in named:
        if not targets <= seen:
            found.append(ref)
        # Without a making call, equal targets need not be the same chute.
        seen |= {target for target in targets if target.site is not None}
    return found, tuple(_problems(tree, project))


def _named_chutes(
    project: Project, module: Module, file: Path
) -> Iterator[tuple[ChuteRef, set[Instance], bool]]:
    """Yield each module-level name of a chute, what it stands for, and if it is imported."""
    folder = file.parent.resolve()
    for name, bindings in module.bindings.get(0, {}).items():
        targets = _chutes_named(project, module, name)
        if targets:
            imported = all(binding.kind == "import" for binding in bindings)
            yield ChuteRef(folder, file.stem, name), targets, imported


def _chutes_named(project: Project, module: Module, name: str) -> set[Instance]:
    resolver = project.knowledge.resolver
    found = resolver.module_member(module, name)
    return {
        target
        for target in found
        if isinstance(target, Instance) and resolver.members.is_chute(target)
    }


def _problems(tree: SourceTree, project: Project) -> Iterator[str]:
    for broken in project.broken:
        yield f"{broken.path}:{broken.line}: {broken.reason}"
    for unreadable in tree.unreadable:
        if not unreadable.python_refuses:
            yield f"{unreadable.path}: {unreadable.reason}"
    for skipped in tree.skipped:
        yield f"{skipped.path}: {skipped.reason}"
