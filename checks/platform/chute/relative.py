"""Relative imports in a chute's module."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import Runs, how_surely


class ChuteRelativeImport(Check):
    """A chute's module imports relatively.

    ## What it does
    Looks for `from . import x` and `from .x import y` in modules that make a chute, where
    they run: at import, or in functions reached from hooks, cords and jobs. An import
    whose failure is caught, and a module that another one imports as part of its package,
    are left alone.

    ## Why it matters
    `chutes build`, `deploy` and `run` load the module by its file, as a module of its own
    and not as part of a package. A relative import raises `ImportError: attempted relative
    import with no known parent package` then.

    ## Example
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector

    from .titles import TITLE

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
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
    SDK 0.6.9 chutes/entrypoint/_shared.py, `load_chute`: `spec_from_file_location`.
    """

    id = "chute-relative-import"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module, at the first import that fails."""
        for chute in project.chutes:
            found = project.references.of(chute.instance)
            if any(each.imported for each in found):
                continue
            for module in project.references.entries(chute.instance):
                yield from self._first(project, module)

    def _first(self, project: Project, module: Module) -> Iterator[Finding]:
        for imported in module.facts.imports:
            runs = how_surely(project.reach, module, imported.scope, imported.guards, "ImportError")
            at_import = module.enclosing_function(imported.scope) == -1
            if not imported.level or runs not in (Runs.ALWAYS, Runs.SOMETIMES):
                continue
            if runs is Runs.SOMETIMES and at_import:
                continue  # `if __package__:` chooses between the two ways
            name = "." * imported.level + imported.module
            yield self.finding(
                module,
                imported.span,
                imported.scope,
                f"`from {name} import ...` fails, because `chutes deploy` and `chutes run` load "
                "this module by its file and not as part of a package",
                "import it absolutely, from the folder the module lies in",
                severity=None if runs is Runs.ALWAYS else Severity.WARNING,
            )
            return
