"""Files that a chute's module reads when it is imported, and that are not uploaded with it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Opaque, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.paths import LocalPaths
from chutes_cli.project.reach import Arrival
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.shipping import APP, Shipment, shipment
from chutes_cli.project.values import Known

_OPENERS = ("builtins.open", "io.open", "codecs.open")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that code opens.

    Attributes:
        site: The call.
        path: The expression that names the file.
        mode: The mode, None where it is not known.
    """

    site: Site
    path: Expression
    mode: str | None


class LocalFileReadAtImport(Check):
    """A chute's module reads a local file when it is imported, and the file is not deployed.

    ## What it does
    Looks for `open(...)` and `Path(...).read_text()` on paths relative to the working
    directory or to `__file__`, in what runs when a chute's module is imported. The image
    must `.add(...)` the file where it is read. Images whose content the source does not
    tell are left alone, and so is a read under a condition or whose failure is caught.

    ## Why it matters
    `chutes deploy` imports the module on the laptop, where the file is, and uploads the
    module alone. On the instance the same import is a FileNotFoundError, and the chute
    never starts.

    ## Example
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .set_user("chutes")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        readme=open("about.md").read(),
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    # file: about.md
    My service.
    ```

    ## Use instead
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add("about.md", "/app/about.md")
        .set_user("chutes")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        readme=open("about.md").read(),
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    # file: about.md
    My service.
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/deploy.py (uploads `code`) and run.py:2202-2241 (writes it
    to the working directory); PLATFORM F63.
    """

    id = "local-file-read-at-import"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per read that fails on an instance."""
        opened = list(_opened_files(project))
        for chute in project.chutes:
            for entry in project.references.entries(chute.instance):
                shipped = shipment(project, chute, entry)
                for each, name in _failing(project, entry, shipped, opened) if shipped else ():
                    yield self._finding(each, name, entry)

    def _finding(self, opened: _Opened, name: PurePosixPath, entry: Module) -> Finding:
        outside = ".." in name.parts
        return self.at(
            opened.site,
            f"{name} is read when {PurePosixPath(entry.path).name} is imported, but "
            "`chutes deploy` uploads that module alone",
            "move the file below the module's folder and add it to the image"
            if outside
            else f"add it to the image: `.add({str(name)!r}, {str(APP / name)!r})`, "
            "or write the text into the module",
        )


def _failing(
    project: Project, entry: Module, shipped: Shipment, every: Iterable[_Opened]
) -> Iterator[tuple[_Opened, PurePosixPath]]:
    """Yield the reads that find no file on an instance, with the path from the module's folder."""
    paths = LocalPaths(project.knowledge, project.root, shipped.folder)
    opened = [each for each in every if _at_import(each.site, entry)]
    written = {
        paths.of(each.site.module, each.site.scope, each.path)
        for each in opened
        if each.mode is not None and set(each.mode) & set("wax")
    }
    for each in opened:
        module, statement = each.site.module, each.site.statement
        file = paths.of(module, each.site.scope, each.path)
        if each.mode is None or file is None or file in written:
            continue
        name = PurePosixPath(os.path.relpath(file, shipped.folder))
        if shipped.holds(file, APP / name) or shipped.may_make(file.name):
            continue
        runs = how_surely(
            project.reach,
            module,
            each.site.scope,
            statement.guards,
            "OSError",
            "IOError",
            "FileNotFoundError",
            counts=lambda arrival: _from(arrival, entry),
        )
        if runs is Runs.ALWAYS:
            yield each, name


def _from(arrival: Arrival, entry: Module) -> bool:
    return arrival.entry.kind == "import" and arrival.entry.function.module is entry


def _at_import(site: Site, entry: Module) -> bool:
    """Say whether importing a module may run a call: its own statement, or in a function."""
    return site.module is entry or site.module.enclosing_function(site.scope) != -1


def _opened_files(project: Project) -> Iterator[_Opened]:
    """Yield every file that the tree opens."""
    for module in project.modules:
        for statement in module.facts.statements:
            for expression in statement.values:
                for call in _unconditional_calls(expression):
                    opened = _opened(project, Site(module, statement, call))
                    if opened is not None:
                        yield opened


def _unconditional_calls(expression: Expression) -> Iterator[Call]:
    """Yield the calls an expression makes whatever its operands are."""
    match expression:
        case Operation(operator="?:" | "and" | "or", operands=(first, *_)):
            yield from _unconditional_calls(first)
            return
        case Opaque():
            return
        case Call():
            yield expression
    for child in expression.children():
        yield from _unconditional_calls(child)


def _opened(project: Project, site: Site) -> _Opened | None:
    """Return what a call opens, None when it opens nothing."""
    call = site.expression
    assert isinstance(call, Call)
    given = [each.value for each in call.arguments if not each.keyword]
    named = {each.keyword: each.value for each in call.arguments}
    callee = project.knowledge.resolver.dotted(site.module, site.scope, call.function)
    match call.function:
        case _ if callee in _OPENERS and (given or "file" in named):
            path = given.pop(0) if given else named["file"]
        case Attribute(value=path, attribute="open"):
            pass
        case Attribute(value=path, attribute="read_text" | "read_bytes"):
            return _Opened(site, path, "r")
        case _:
            return None
    mode = given[0] if given else named.get("mode")
    if mode is None:
        return _Opened(site, path, "r")
    match project.knowledge.evaluator.value(site.module, site.scope, mode):
        case Known(value=str(text)):
            return _Opened(site, path, text)
        case _:
            return _Opened(site, path, None)
