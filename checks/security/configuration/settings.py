"""Settings written for pydantic 1."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.pydantic_v1 import (
    CONFIGURATIONS,
    ENV,
    FIELD,
    PACKAGE,
    PREFIX,
    REMOVED,
    SETTINGS,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Name, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class
from chutes_cli.project.values import Known

from ..production import last_name, library_names, production_statements

_CONDITIONS = frozenset({"if", "else", "try", "except", "with"})


class PydanticV1Import(Check):
    """A name is imported that pydantic 2 no longer has.

    ## What it does
    Looks for names that pydantic 2 has removed or moved, first of all `BaseSettings`, in
    imports from `pydantic` that run without a condition.

    ## Why it matters
    The SDK needs pydantic 2, and there the import raises `PydanticImportError`: the module
    cannot be loaded, and no instance starts.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import BaseSettings


    class Settings(BaseSettings):
        cache_size: int = 100


    settings = Settings()
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "cache": settings.cache_size}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic_settings import BaseSettings


    class Settings(BaseSettings):
        cache_size: int = 100


    settings = Settings()
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "cache": settings.cache_size}
    ```

    ## Source
    pydantic 2, `pydantic/_migration.py`; migration guide, "BaseSettings has moved".
    """

    id = "pydantic-v1-import"
    category = "security"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per import."""
        for module in project.modules:
            for imported in module.facts.imports:
                kinds = {
                    module.facts.guards[each].kind for each in module.guards_of(imported.guards)
                }
                if module.is_test or kinds & _CONDITIONS or imported.level:
                    continue
                if imported.module == PACKAGE and imported.name in REMOVED:
                    moved = imported.name == "BaseSettings"
                    yield self.finding(
                        module,
                        imported.span,
                        imported.scope,
                        f"pydantic 2 has no {imported.name}: PydanticImportError at import",
                        "import it from pydantic_settings, and install pydantic-settings"
                        if moved
                        else "see pydantic's migration guide for what replaces it",
                    )


class SettingsEnvIgnored(Check):
    """A setting names its variable in a way that is ignored.

    ## What it does
    Looks at fields of `BaseSettings` for `Field(env="NAME")` where NAME is not what the field
    is read from anyway: its own name, after the prefix.

    ## Why it matters
    pydantic-settings 2 ignores `env=` without an error: the variable that you set is not
    read, and the default is used. Production runs with the settings of development, or with
    the default secret.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import Field
    from pydantic_settings import BaseSettings


    class Settings(BaseSettings):
        debug: bool = Field(default=True, env="APP_DEBUG")


    settings = Settings()
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "debug": settings.debug}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import Field
    from pydantic_settings import BaseSettings


    class Settings(BaseSettings):
        debug: bool = Field(default=False, validation_alias="APP_DEBUG")


    settings = Settings()
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "debug": settings.debug}
    ```

    ## Source
    pydantic-settings 2, "Environment variable names"; pydantic 2, migration guide: extra
    arguments of `Field`.
    """

    id = "settings-env-ignored"
    category = "security"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per field."""
        for module, statement in production_statements(project):
            match statement:
                case Statement(
                    kind="annotate", targets=(Name(id=name),), values=(_, Call() as made)
                ):
                    found = _ignored(project, module, statement, name, made)
                    if found is not None:
                        variable, read = found
                        yield self.finding(
                            module,
                            made.span,
                            statement.scope,
                            f"pydantic-settings ignores env=: {name} is not read from "
                            f"{variable}, but from {read}",
                            f'write validation_alias="{variable}"',
                        )


def _ignored(
    project: Project, module: Module, statement: Statement, name: str, made: Call
) -> tuple[str, str] | None:
    """Return the variable that a field names, and the one that it is read from."""
    if not _is_field(project, module, statement, made):
        return None
    variable = project.knowledge.binder.bind(Site(module, statement, made)).value(ENV)
    prefix = _prefix(project, module, statement.scope)
    if not isinstance(variable, Known) or prefix is None:
        return None
    read = f"{prefix}{name}".upper()
    if str(variable.value).upper() == read:
        return None
    ancestors = project.knowledge.resolver.members.ancestors(Class(module, statement.scope))
    return (str(variable.value), read) if ancestors & SETTINGS else None


def _is_field(project: Project, module: Module, statement: Statement, made: Call) -> bool:
    resolver = project.knowledge.resolver
    return bool(library_names(resolver.resolve(module, statement.scope, made.function)) & FIELD)


def _prefix(project: Project, module: Module, scope: int) -> str | None:
    """Return the prefix of the variables of a class, None where only a run can tell."""
    for statement in module.statements_in(scope):
        if not CONFIGURATIONS & set(map(last_name, statement.targets)):
            continue
        if statement.kind == "define":
            return _prefix_in(project, module, statement.defines)
        for made in statement.values[-1:]:  # none where it is deleted
            if not isinstance(made, Call):
                return None
            given = project.knowledge.binder.bind(Site(module, statement, made)).value(PREFIX)
            if given is not None:
                return str(given.value) if isinstance(given, Known) else None
    return ""


def _prefix_in(project: Project, module: Module, scope: int) -> str | None:
    """Return the prefix that an inner ``class Config`` names."""
    for statement in module.statements_in(scope):
        for made in statement.values[-1:] if PREFIX in map(last_name, statement.targets) else ():
            value = project.knowledge.evaluator.value(module, scope, made)
            return str(value.value) if isinstance(value, Known) else None
    return ""
