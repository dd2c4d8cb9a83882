"""Names and modules that the SDK does not have."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Expression, Import
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.targets import External

_SDK = "chutes"
_GONE = {
    "chutes.chute.template.tei": "use `build_embedding_chute` of chutes.chute.template.embedding",
    "chutes.client": "the SDK has no client: call the chute's public path over HTTP",
}
"""What the documentation names, and what takes its place."""


class SdkUnknownName(Check):
    """Code imports or names something that the SDK does not have.

    ## What it does
    Compares every import below `chutes`, and every attribute of an imported SDK module,
    with the names of the SDK. An import whose failure is caught is left alone, and so is
    everything where a package `chutes` of the project's own comes first.

    ## Why it matters
    The import fails with a ModuleNotFoundError or an ImportError. The official
    documentation names several modules that do not exist, or no longer do.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.chute.image import Image

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


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
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
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    The modules of SDK 0.6.9 and the names they hold.
    """

    id = "sdk-unknown-name"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per import or attribute."""
        for module in project.modules:
            if not _has_package_of_its_own(project, module):
                yield from self._imports(project, module)
                yield from self._attributes(project, module)

    def _imports(self, project: Project, module: Module) -> Iterator[Finding]:
        for imported in module.facts.imports:
            problem = _unknown_import(imported)
            if problem is None:
                continue
            runs = how_surely(
                project.reach,
                module,
                imported.scope,
                imported.guards,
                "ImportError",
                "ModuleNotFoundError",
            )
            if runs is not Runs.HARMLESS:
                message, dotted = problem
                yield self.finding(
                    module,
                    imported.span,
                    imported.scope,
                    message,
                    _way_out(dotted),
                    severity=_severity(runs),
                )

    def _attributes(self, project: Project, module: Module) -> Iterator[Finding]:
        for statement in module.facts.statements:
            # An annotation need not be evaluated.
            values = statement.values[1:] if statement.kind == "annotate" else statement.values
            for root in values:
                for expression in root.walk():
                    dotted = _unknown_attribute(project, module, statement.scope, expression)
                    if dotted is None:
                        continue
                    runs = how_surely(
                        project.reach, module, statement.scope, statement.guards, "AttributeError"
                    )
                    if runs is not Runs.HARMLESS:
                        owner, _, name = dotted.rpartition(".")
                        yield self.finding(
                            module,
                            expression.span,
                            statement.scope,
                            f"the SDK's module {owner} has no {name!r}",
                            _way_out(dotted),
                            severity=_severity(runs),
                        )


def _severity(runs: Runs) -> Severity | None:
    """What is not surely run fails later, or never."""
    return None if runs is Runs.ALWAYS else Severity.WARNING


def _has_package_of_its_own(project: Project, module: Module) -> bool:
    """Say whether a regular package `chutes` may come before the SDK, as when run by hand."""
    folder = (project.root / module.path).parent
    above = (each for each in folder.parents if each.is_relative_to(project.root))
    return any(
        (each / _SDK / "__init__.py").is_file() for each in (folder, *above, project.root / "src")
    )


def _unknown_import(imported: Import) -> tuple[str, str] | None:
    """Say what is wrong with an import, and which dotted name it asks for."""
    if imported.level or imported.module.partition(".")[0] != _SDK:
        return None
    dotted = f"{imported.module}.{imported.name}" if imported.name else imported.module
    if imported.module not in contract().modules:
        return f"the SDK has no module {imported.module}", dotted
    if imported.name is None or imported.name == "*":
        return None
    if _is_every_modules(imported.name) or contract().exists(dotted):
        return None
    return f"the SDK's module {imported.module} has no {imported.name!r}", dotted


def _unknown_attribute(
    project: Project, module: Module, scope: int, expression: Expression
) -> str | None:
    """Return the dotted name of an attribute that an SDK module does not have."""
    if not isinstance(expression, Attribute) or _is_every_modules(expression.attribute):
        return None
    owners = project.knowledge.resolver.resolve(module, scope, expression.value)
    match owners:
        case (External(name=name, receiver=None),) if name in contract().modules:
            dotted = f"{name}.{expression.attribute}"
            return None if contract().exists(dotted) else dotted
        case _:
            return None


def _is_every_modules(name: str) -> bool:
    """``__file__`` and the like; a version is what only some modules have."""
    return name.startswith("__") and name != "__version__"


def _way_out(dotted: str) -> str:
    """Return what replaces a name, where it really is, or the nearest one."""
    for gone, instead in _GONE.items():
        if dotted == gone or dotted.startswith(f"{gone}."):
            return instead
    owner, _, name = dotted.rpartition(".")
    homes = [home for home, names in contract().modules.items() if names and name in names]
    if homes:
        return f"it is `{min(homes, key=len)}.{name}`"
    close = contract().nearest_name(dotted)
    if close is None or (owner in contract().modules and not close.startswith(f"{owner}.")):
        return "remove it"
    return f"did you mean `{close}`?"
