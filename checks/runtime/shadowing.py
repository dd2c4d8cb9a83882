"""Attributes that take the place of methods."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.uncallable import CONSTRUCTORS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Collection, Expression, Literal, Mapping, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, Function, Method, Target


class AttributeShadowsMethod(Check):
    """An attribute of an object hides the method of the same name, which is called.

    ## What it does
    Finds `__init__` methods that give `self` an attribute of a method's name, with a value
    that cannot be called (a dict, a list, a number, a text), where the tree calls that method.

    ## Why it matters
    An object's attribute wins over its class's method: every call of the method fails with
    "'dict' object is not callable".

    ## Example
    ```python
    from contextlib import contextmanager

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Log:
        def __init__(self):
            self.context = {}

        @contextmanager
        def context(self, **values):
            yield values


    @chute.on_startup()
    async def start(self):
        self.log = Log()


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        with self.log.context(path="/ready"):
            return {"ready": hasattr(self, "log")}
    ```

    ## Use instead
    ```python
    from contextlib import contextmanager

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Log:
        def __init__(self):
            self.values = {}

        @contextmanager
        def context(self, **values):
            yield values


    @chute.on_startup()
    async def start(self):
        self.log = Log()


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        with self.log.context(path="/ready"):
            return {"ready": hasattr(self, "log")}
    ```

    ## Source
    Python data model: `object.__getattribute__` looks into the instance before functions of
    the class.
    """

    id = "attribute-shadows-method"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per attribute that hides a method."""
        called = _called_methods(project)
        for module in project.modules:
            for index, scope in enumerate(module.facts.scopes):
                if scope.name != "__init__":
                    continue
                for site, name in _plain_attributes(project, module, index):
                    methods = project.knowledge.resolver.members.class_member(
                        Class(module, scope.parent), name
                    )
                    if any(each in called for each in methods):
                        yield self.at(
                            site,
                            f"self.{name} hides the method {name}, whose calls fail with a "
                            "TypeError",
                            f"give the attribute another name, such as _{name}",
                        )


def _called_methods(project: Project) -> set[Target]:
    """Return the methods that production code calls on an object."""
    return {
        target.function
        for site, targets in project.knowledge.calls
        for target in targets
        if isinstance(target, Method)
        and not _is_property(target.function)
        and not site.module.is_test
    }


def _is_property(method: Function) -> bool:
    """Say whether a method is a property, which refuses the attribute instead."""
    names = {each.id for each in method.scope.decorators if isinstance(each, Name)}
    return "property" in names


def _plain_attributes(project: Project, module: Module, scope: int) -> Iterator[tuple[Site, str]]:
    """Yield the attributes that `__init__` always gives a value which cannot be called."""
    for statement in module.statements_in(scope):
        if not statement.values or statement.guards >= 0:
            continue
        for target in statement.targets:
            match target:
                case Attribute(value=Name(id="self"), attribute=name):
                    value = statement.values[-1]
                    if _is_plain(project, module, scope, value):
                        yield Site(module, statement, target), name


def _is_plain(project: Project, module: Module, scope: int, value: Expression) -> bool:
    match value:
        case Mapping() | Collection() | Literal():
            return True
        case Call(function=callee):
            return project.knowledge.resolver.dotted(module, scope, callee) in CONSTRUCTORS
        case _:
            return False
