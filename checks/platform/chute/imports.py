"""Modules of the tree that a chute imports and its image does not bring."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Import
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module
from chutes_cli.project.reach import Arrival
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.shipping import APP, Shipment, shipment


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A module as an instance imports it: its dotted name there."""

    module: Module
    name: str

    @property
    def package(self) -> str:
        """The package its relative imports start from."""
        is_package = self.module.path.endswith("__init__.py")
        return self.name if is_package else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class _Missing:
    """An import that fails on an instance.

    Attributes:
        loaded: The module with the import.
        imported: The import.
        module: The module of the tree it wants.
        name: That module's dotted name on the instance.
        runs: How surely the import runs.
    """

    loaded: _Loaded
    imported: Import
    module: Module
    name: str
    runs: Runs


class LocalImportNotInImage(Check):
    """A chute imports a module of its own project that its image does not contain.

    ## What it does
    Follows the imports of each chute's module, at import and in the functions its hooks,
    cords and jobs reach, through the modules of the project. Each must be put by an
    `.add(...)` of the image where Python finds it: below `/app` or a folder of
    `PYTHONPATH`. Images that are only named, or whose content the source does not tell,
    are left alone, and so is an import whose failure is caught.

    ## Why it matters
    `chutes deploy` uploads the one module it is given. On the laptop the others lie beside
    it and everything works; on the instance the import is a ModuleNotFoundError and the
    chute never starts.

    ## Example
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image
    from titles import TITLE

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("chutes")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/title", public_api_method="GET")
    async def title(self) -> dict:
        return {"title": TITLE, "ready": hasattr(self, "model")}
    # file: titles.py
    TITLE = "My service"
    ```

    ## Use instead
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image
    from titles import TITLE

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add("titles.py", "/app/titles.py")
        .set_user("chutes")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/title", public_api_method="GET")
    async def title(self) -> dict:
        return {"title": TITLE, "ready": hasattr(self, "model")}
    # file: titles.py
    TITLE = "My service"
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/deploy.py (uploads `code`), run.py:2202-2241 (writes it to
    the working directory) and _shared.py, `load_chute`; PLATFORM F62, F63.
    """

    id = "local-import-not-in-image"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module or package that is missing."""
        told: set[tuple[Module, str]] = set()
        for chute in project.chutes:
            for entry in project.references.entries(chute.instance):
                shipped = shipment(project, chute, entry)
                if shipped is None or _changes_path(project, entry):
                    continue
                for missing in _missing(project, chute, entry, shipped):
                    key = (entry, missing.name.partition(".")[0])
                    if key not in told:
                        told.add(key)
                        yield self._finding(missing, entry)

    def _finding(self, missing: _Missing, entry: Module) -> Finding:
        source, target = _what_to_add(missing, entry)
        way_out = (
            f"add it to the image: `.add({source!r}, {target!r})`"
            if source
            else "`.add(...)` takes nothing from outside the module's folder: move it below that "
            "folder, and add it to the image"
        )
        return self.finding(
            missing.loaded.module,
            missing.imported.span,
            missing.imported.scope,
            f"{missing.name} will not be on the instance: `chutes deploy` uploads "
            f"{PurePosixPath(entry.path).name} alone, and the image does not add "
            f"{missing.module.path}",
            way_out,
            severity=None if missing.runs is Runs.ALWAYS else Severity.WARNING,
        )


def _what_to_add(missing: _Missing, entry: Module) -> tuple[str, str]:
    """Return source and target of the directive that helps; no source when none does."""
    top = missing.name.partition(".")[0]
    depth = missing.name.count(".") + missing.module.path.endswith("__init__.py")
    file = PurePosixPath(missing.module.path)
    found = file.parents[depth - 1] if depth else file
    folder = PurePosixPath(entry.path).parent
    source = found.relative_to(folder).as_posix() if found.is_relative_to(folder) else ""
    return source, str(APP / (top if depth else f"{top}.py"))


def _missing(
    project: Project, chute: Chute, entry: Module, shipped: Shipment
) -> Iterator[_Missing]:
    """Yield the imports that fail on an instance, as far as execution gets."""
    start = _Loaded(entry, PurePosixPath(entry.path).stem)
    queue = deque([start])
    seen = {start.name}
    while queue:
        loaded = queue.popleft()
        for imported in loaded.module.facts.imports:
            runs = _how_surely(project, chute, entry, loaded.module, imported)
            if runs is None:
                continue
            for found in _loads(project, loaded, imported):
                if found.name in seen:
                    continue
                seen.add(found.name)
                if _is_held(project, shipped, found):
                    queue.append(found)
                else:
                    yield _Missing(loaded, imported, found.module, found.name, runs)


def _how_surely(
    project: Project, chute: Chute, entry: Module, module: Module, imported: Import
) -> Runs | None:
    """Say how surely an import runs on the chute's instances, None where it may never."""
    mine = {
        *(each.function for each in chute.cords),
        *(each.function for each in chute.hooks),
        *(each.function for each in chute.jobs),
        *chute.routes,
    }

    def counts(arrival: Arrival) -> bool:
        if arrival.entry.kind == "import":
            return arrival.entry.function.module in (entry, module)
        return arrival.entry.function in mine

    runs = how_surely(
        project.reach,
        module,
        imported.scope,
        imported.guards,
        "ImportError",
        "ModuleNotFoundError",
        counts=counts,
    )
    if runs is Runs.SOMETIMES and module.enclosing_function(imported.scope) == -1:
        return None  # chosen at import: for the laptop, perhaps
    return runs if runs in (Runs.ALWAYS, Runs.SOMETIMES) else None


def _loads(project: Project, loaded: _Loaded, imported: Import) -> Iterator[_Loaded]:
    """Yield the modules of the tree that an import loads, packages first."""
    base = ""
    if imported.level:
        parts = loaded.package.split(".") if loaded.package else []
        kept = parts[: len(parts) - imported.level + 1]
        if not kept:
            return  # fails for another reason: there is no package
        base = ".".join(kept) + "."
    names = imported.module.split(".") if imported.module else []
    if imported.name:
        names.append(imported.name)
    for length in range(1, len(names) + 1):
        dotted = ".".join(names[:length])
        found = project.knowledge.resolver.find_module(loaded.module, dotted, imported.level)
        if found is not None:
            yield _Loaded(found, f"{base}{dotted}")


def _is_held(project: Project, shipped: Shipment, found: _Loaded) -> bool:
    """Say whether an instance can import a module of the tree under its name."""
    file: Path = project.root / found.module.path
    parts = found.name.split(".")
    inside = "/".join(parts) + ("/__init__.py" if file.name == "__init__.py" else ".py")
    return shipped.may_make(parts[0]) or any(
        shipped.holds(file, root / inside) for root in shipped.roots
    )


def _changes_path(project: Project, module: Module) -> bool:
    """Say whether a module touches ``sys.path``, and so imports from elsewhere."""
    return any(
        project.knowledge.resolver.dotted(module, statement.scope, expression) == "sys.path"
        for statement in module.facts.statements
        for expression in statement.expressions()
    )
