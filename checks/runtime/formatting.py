"""What formatters of log records return."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.logging_handlers import FORMATTER, NO_TEXT, TEXT_HANDLERS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Collection, Expression, Mapping, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Function, Instance


class FormatterReturnsNoText(Check):
    """A log formatter returns something else than text.

    ## What it does
    Finds classes below `logging.Formatter` whose `format` returns a dict, a list or what
    `json.loads` gives, and that are set on a handler which writes text (`StreamHandler`,
    `FileHandler` and the like).

    ## Why it matters
    The handler adds a line end to what it gets, which is a TypeError with a dict. Logging
    catches it, prints "--- Logging error ---" with a traceback, and drops the record: no
    line is ever logged.

    ## Example
    ```python
    import logging

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class JSONFormatter(logging.Formatter):
        def format(self, record):
            return {"level": record.levelname, "message": record.getMessage()}


    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter())
    logging.getLogger("my-service").addHandler(handler)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    import json
    import logging

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class JSONFormatter(logging.Formatter):
        def format(self, record):
            return json.dumps({"level": record.levelname, "message": record.getMessage()})


    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter())
    logging.getLogger("my-service").addHandler(handler)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    CPython 3.11 Lib/logging/__init__.py: `StreamHandler.emit` writes `msg + self.terminator`.
    """

    id = "formatter-returns-no-text"
    category = "runtime"
    severity = Severity.ERROR
    item = "log-aggregation"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per return of something else than text."""
        members = project.knowledge.resolver.members
        for owner in _set_on_handlers(project):
            if FORMATTER not in members.ancestors(owner):
                continue
            for method in members.methods(owner, "format"):
                for statement in method.module.statements_in(method.index):
                    for value in statement.values if statement.kind == "return" else ():
                        if _is_no_text(project, method, value):
                            yield self.at(
                                Site(method.module, statement, value),
                                f"{owner.scope.name}.format returns no text here: the handler "
                                "fails on it and drops the record",
                                "return json.dumps(...) of it",
                            )


def _set_on_handlers(project: Project) -> dict[Class, None]:
    """Return the classes of the tree whose objects format what a text handler writes."""
    resolver = project.knowledge.resolver
    found: dict[Class, None] = {}
    for site, _ in project.knowledge.calls:
        match site.expression:
            case Call(function=Attribute(value=handler, attribute="setFormatter"), arguments=given):
                if site.module.is_test or not _writes_text(project, site, handler):
                    continue
                for argument in given:
                    for each in resolver.resolve(site.module, site.scope, argument.value):
                        if isinstance(each, Instance) and isinstance(each.of, Class):
                            found[each.of] = None
    return found


def _writes_text(project: Project, site: Site, handler: Expression) -> bool:
    made = project.knowledge.resolver.resolve(site.module, site.scope, handler)
    return bool(made) and all(
        isinstance(each, Instance)
        and isinstance(each.of, External)
        and each.of.name in TEXT_HANDLERS
        for each in made
    )


def _is_no_text(project: Project, method: Function, value: Expression | None) -> bool:
    module: Module = method.module
    match value:
        case Mapping() | Collection():
            return True
        case Call(function=callee):
            return project.knowledge.resolver.dotted(module, method.index, callee) in NO_TEXT
        case Name(id=name):
            _, bindings = module.lookup(name, method.index)
            given = [each.value for each in bindings]
            return bool(given) and all(
                not isinstance(each, Name) and _is_no_text(project, method, each) for each in given
            )
        case _:
            return False
