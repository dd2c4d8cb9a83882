"""Finding the chute that `--serve PATH[:MODULE:CHUTE]` means, without running anything."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from chutes_cli.core.errors import UsageError

# What the SDK itself accepts after `chutes run`: SDK 0.6.9 entrypoint/_shared.py:30.
_SDK_REFERENCE = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]+", re.IGNORECASE)
_REFERENCE = re.compile(r"(?P<path>.+?):(?P<module>\w+):(?P<chute>\w+)")
_BUILDER = re.compile(r"build_\w+_chute")
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


def find_chute(spec: str) -> ChuteRef:
    """Return the chute that ``PATH``, ``FILE.py`` or ``PATH:MODULE:CHUTE`` means.

    Raises:
        UsageError: The path does not exist, or holds no chute or several.
    """
    match = _REFERENCE.fullmatch(spec)
    if match is not None:
        folder = _folder(Path(match["path"]), spec)
        found = ChuteRef(folder, match["module"], match["chute"])
        if not (folder / f"{found.module}.py").is_file():
            raise UsageError(f"--serve: there is no {found.module}.py in {folder}", where=spec)
    else:
        found = _search(Path(spec), spec)
    if not _SDK_REFERENCE.fullmatch(found.reference):
        raise UsageError(
            f"--serve: the SDK cannot run {found.reference!r}",
            where=spec,
            hint="module and chute begin with a letter; a chute's name has two or more characters",
        )
    return found


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
    for group in groups:
        found = [ChuteRef(folder, file.stem, name) for file in group for name in chutes_in(file)]
        if len(found) == 1:
            return found[0]
        if found:
            candidates = ", ".join(ref.reference for ref in found)
            raise UsageError(
                f"--serve: there are several chutes: {candidates}",
                where=spec,
                hint=f"say which one: --serve {folder}:{found[0].reference}",
            )
    raise UsageError(
        "--serve: no chute was found (looked for NAME = Chute(...) in chute.py, app.py, *.py)",
        where=spec,
        hint="name it: --serve PATH:MODULE:CHUTE",
    )


def chutes_in(file: Path) -> list[str]:
    """Return the module-level names that a file binds to a chute, in order.

    Recognised are ``NAME = Chute(...)``, also through an alias or a module, and
    ``NAME = build_..._chute(...)``. A file that cannot be read or parsed holds none.
    """
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    aliases = {"Chute"} | {
        name.asname
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == "Chute" and name.asname
    }
    names = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if isinstance(value, ast.Call) and _makes_chute(value.func, aliases):
            names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def _makes_chute(function: ast.expr, aliases: set[str]) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "Chute" or _BUILDER.fullmatch(function.attr) is not None
    if isinstance(function, ast.Name):
        return function.id in aliases or _BUILDER.fullmatch(function.id) is not None
    return False
