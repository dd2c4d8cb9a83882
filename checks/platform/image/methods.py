"""Methods and attributes that an image does not have."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import IMAGE, contract, nearest
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Span,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import External, Instance

_WAYS_OUT = (
    ({"pip_install", "pip", "uv_pip_install", "install"}, 'use run_command("pip install ...")'),
    ({"copy", "copy_file", "copy_files", "copy_dir", "add_file", "add_files", "add_local_file",
      "add_local_dir"}, "use add(source, dest)"),
    ({"env", "set_env", "set_environment_variable", "add_env", "environment"},
     "use with_env(key, value)"),
    ({"run", "run_commands", "shell"}, "use run_command(command), once per command"),
    ({"with_workdir", "workdir", "set_working_directory"}, "use set_workdir(directory)"),
    ({"with_user", "user"}, "use set_user(user)"),
    ({"apt", "apt_get"}, "use apt_install(package)"),
    ({"base", "base_image", "from_image", "from_registry", "with_base"},
     "use from_base(base_image)"),
    ({"expose_port", "expose", "with_port"},
     "remove it: a chute is reached through its cords, not through ports of the image"),
    ({"with_healthcheck", "healthcheck"}, "remove it and serve health from a GET cord"),
    ({"with_label", "label", "with_arg", "arg", "with_volume", "with_cmd", "cmd"},
     "remove it: the SDK has no such Dockerfile instruction"),
    ({"build", "push"}, "remove it: `chutes build module:variable` builds the image"),
)  # fmt: skip


class ImageUnknownMethod(Check):
    """An image is asked for a method or attribute it does not have.

    ## What it does
    Follows images through chains, assignments and annotated parameters, and compares every
    attribute taken from one with those of the SDK's `Image`.

    ## Why it matters
    It is an AttributeError when the module is imported: neither `chutes build` nor
    `chutes deploy` gets any further. Many such methods (`pip_install`, `copy_files`) are in
    the official documentation.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .pip_install(["httpx==0.28.1"])
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
        .run_command("pip install --no-cache-dir httpx==0.28.1")
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
    SDK 0.6.9 chutes/image/__init__.py: the methods of `Image`.
    """

    id = "image-unknown-method"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per name taken from an image that has none such."""
        known = contract().attributes(IMAGE)
        for module in project.modules:
            for statement in module.facts.statements:
                called = {
                    id(each.function) for each in statement.expressions() if isinstance(each, Call)
                }
                for taken in statement.expressions():
                    if not isinstance(taken, Attribute):
                        continue
                    name = taken.attribute
                    if name in known or name.startswith("_"):
                        continue
                    if not _is_missing(project, module, statement, taken):
                        continue
                    kind = "method" if id(taken) in called else "attribute"
                    _, _, line, column = taken.span
                    yield self.finding(
                        module,
                        Span(line, column - len(name), line, column),
                        statement.scope,
                        f"Image has no {kind} {name!r}",
                        _way_out(name),
                    )


def _is_missing(project: Project, module: Module, statement: Statement, taken: Attribute) -> bool:
    resolver = project.knowledge.resolver
    missing = f"{IMAGE}.{taken.attribute}"
    targets = resolver.resolve(module, statement.scope, taken)
    if not targets or not all(
        isinstance(each, External) and each.name == missing for each in targets
    ):
        return False
    owners = resolver.resolve(module, statement.scope, taken.value)
    if any(
        resolver.members.stores(owner, taken.attribute)
        for owner in owners
        if isinstance(owner, Instance)
    ):
        return False
    return _is_certain(project, module, statement.scope, taken.value) and not _is_tried(
        project, module, statement, taken.attribute
    )


def _is_certain(project: Project, module: Module, scope: int, value: Expression) -> bool:
    """Say whether everything the name at the start of a chain is bound to is known."""
    while isinstance(value, Call | Attribute):
        value = value.function if isinstance(value, Call) else value.value
    if not isinstance(value, Name):
        return True
    where, bindings = module.lookup(value.id, scope)
    resolver = project.knowledge.resolver
    return all(any(resolver.bound(module, where, each, value.id)) for each in bindings)


def _is_tried(project: Project, module: Module, statement: Statement, name: str) -> bool:
    """Say whether the code is made for the attribute's absence."""
    for index in module.guards_of(statement.guards):
        guard = module.facts.guards[index]
        if guard.test is not None and any(_asks_for(each, name) for each in guard.test.walk()):
            return True
        for handler in guard.handlers:
            caught = module.facts.guards[handler].test
            for each in caught.walk() if caught is not None else ():
                dotted = project.knowledge.resolver.dotted(module, statement.scope, each)
                if dotted == "builtins.AttributeError":
                    return True
    return False


def _asks_for(expression: Expression, name: str) -> bool:
    """Say whether an expression is ``hasattr(image, "name")``."""
    match expression:
        case Call(function=Name(id="hasattr"), arguments=(_, Argument(value=Literal(value=asked)))):
            return asked == name
        case _:
            return False


def _way_out(name: str) -> str:
    """Return what to use instead, or the nearest real name."""
    for names, advice in _WAYS_OUT:
        if name in names:
            return advice
    close = nearest(name, contract().attributes(IMAGE))
    return f"did you mean `{close}`?" if close else "remove it"
