"""Secrets written into the image's variables and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Call, Expression, Name, Operation
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from .directives import called, name_span, text_of
from .leaks import holds_a_key, is_literal, names_a_secret
from .shell import Command, commands

_OPTION = re.compile(r"--[\w-]*(token|password|secret|api-key|access-key)")
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})


class ImageSecretLiteral(Check):
    """A secret is written into the image.

    ## What it does
    Looks at `with_env` and run commands for variables that are called as secrets are and
    have a value of their own, and for keys of known formats. Placeholders, paths, numbers
    and `$VARIABLES` are accepted. A value taken from your machine's environment is a
    warning: it is written into the image as well. The value is never shown.

    ## Why it matters
    The variable stands in the image's configuration and its history, in the uploaded
    Dockerfile and in this source. Whoever sees one of them has your key; deleting it in a
    later layer does not help.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_env("DATABASE_PASSWORD", "correct-horse-battery")
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

    # The value comes from: chutes secrets create --purpose my-service --key ... --value ...
    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
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
    SDK 0.6.9 chutes/image/directive/env.py; the platform's secrets arrive as environment
    variables before the module is imported.
    """

    id = "image-secret-literal"
    category = "platform"
    severity = Severity.ERROR
    item = "secrets-management"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per call."""
        for directive in called(project, "with_env", "run_command"):
            found = (
                _in_variable(project, directive)
                if directive.method == "with_env"
                else _in_command(text_of(directive, "command") or "")
            )
            if found is None:
                continue
            what, certain = found
            yield self.finding(
                directive.site.module,
                name_span(directive),
                directive.site.scope,
                f"{directive.method} writes {what} into the image",
                "take it out and replace the key, it may be known; `chutes secrets create` "
                "gives it to the instances as an environment variable",
                severity=None if certain else Severity.WARNING,
                confidence=None if certain else Confidence.MEDIUM,
            )


def _in_variable(project: Project, directive: Directive) -> tuple[str, bool] | None:
    """Say which secret a `with_env` holds, and whether that is certain."""
    key, argument = text_of(directive, "key") or "", directive.arguments.get("value")
    if argument is None:
        return None
    if not isinstance(argument.value, Known):
        if names_a_secret(key) and _is_from_here(project, argument):
            return f"the value that {key} has on the building machine", False
        return None
    value = argument.value.value
    if not isinstance(value, str):
        return None
    if names_a_secret(key) and is_literal(value):
        return f"the value of {key}", True
    return (f"a key, as the value of {key},", True) if holds_a_key(value) else None


def _is_from_here(project: Project, argument: BoundArgument) -> bool:
    """Say whether a value is read from the environment of the process that builds."""

    def reads(module: Module, scope: int, expression: Expression | None) -> bool:
        dotted = project.knowledge.resolver.dotted
        match expression:
            case Call(function=function):
                return dotted(module, scope, function) in _ENVIRONMENT
            case Operation(operator="[]", operands=(value, _)):
                return dotted(module, scope, value) == "os.environ"
            case Operation(operator="or", operands=parts):
                return any(reads(module, scope, part) for part in parts)
            case Name(id=name):
                where, bindings = module.lookup(name, scope)
                values = [each.value for each in bindings]
                return any(
                    reads(module, where, each) for each in values if not isinstance(each, Name)
                )
            case _:
                return False

    return reads(argument.module, argument.scope, argument.expression)


def _in_command(text: str) -> tuple[str, bool] | None:
    """Say which secret a command holds."""
    for command in commands(text):
        name = _given(command)
        if name is not None:
            return f"the value of {name}", True
    return ("a key", True) if holds_a_key(text) else None


def _given(command: Command) -> str | None:
    """Return the secret variable or option that a command gives a value."""
    for word, following in zip(command.words, [*command.words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if (names_a_secret(name) or _OPTION.fullmatch(name)) and is_literal(value):
            return name
        if _OPTION.fullmatch(word) and following[:1] != "-" and is_literal(following):
            return word
    return None
