"""Keys and passwords written into code, and into the files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.key_formats import IN_ADDRESS
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Call, Expression, Literal, Span, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from .judging import is_secret, key_in, names_secret
from .literals import Named, named_texts
from .prose import keys_in_lines
from .settings import secrets_in
from .uses import used_texts

_HELP = (
    "take it out and replace the key, it may be known; give it to the instances with "
    "`chutes secrets create` and read it from the environment"
)
_HIDDEN = "…"
"""Reports are mailed, uploaded and kept: they must not spread the secret further."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"})
_IMAGE_METHODS = frozenset({"with_env", "run_command"})


class HardcodedSecret(Check):
    """A secret is written into the code.

    ## What it does
    Looks for keys of known formats (some forty issuers, private keys, tokens, passwords in
    addresses) anywhere in the modules, comments included, and for texts that look made by a
    generator or made up as a password under names such as `api_key`, `JWT_SECRET` or
    `password`: assignments, arguments, defaults, dictionaries, comparisons. The same in
    `.env`, YAML and TOML files, scripts, Dockerfiles and CI files that git does not ignore.
    Placeholders, names of variables, paths, UUIDs and well-known defaults are left alone
    (see `default-secret`), and so are tests. The value is never shown.

    ## Why it matters
    Whoever can read the repository, the uploaded build context or the image has the key, and
    git keeps it after it is deleted. The code of a public chute can be read by everybody.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    UPSTREAM_PASSWORD = "Tr0ub4dor&3-Kestrel"

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "upstream": bool(UPSTREAM_PASSWORD)}
    ```

    ## Use instead
    ```python
    import os

    from chutes.chute import Chute, NodeSelector

    # Set with: chutes secrets create --purpose my-service --key UPSTREAM_PASSWORD --value ...
    UPSTREAM_PASSWORD = os.getenv("UPSTREAM_PASSWORD")

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "upstream": bool(UPSTREAM_PASSWORD)}
    ```

    ## Source
    The issuers' documentation of their key formats (named beside each format). SDK 0.6.9:
    secrets of the platform are environment variables before the module is imported.
    """

    id = "hardcoded-secret"
    category = "security"
    severity = Severity.ERROR
    item = "secrets-management"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per text."""
        named = [each for module in project.modules for each in named_texts(module)]
        named += used_texts(project)
        for module in project.modules:
            if module.is_test:
                continue
            seen: set[int] = set()
            for span, scope, what, certain in _in_module(project, module, named):
                if span.line in seen:
                    continue
                seen.add(span.line)
                found = self.finding(
                    module,
                    span,
                    scope,
                    f"{what} is written into the code",
                    _HELP,
                    severity=None if certain else Severity.WARNING,
                    confidence=None if certain else Confidence.MEDIUM,
                )
                yield replace(found, snippet=_HIDDEN)
        for script in project.scripts:
            for span, what in secrets_in(script):
                found = self.within(script, span, "", f"{what} is written into the file", _HELP)
                yield replace(found, snippet=_HIDDEN)


_Found = tuple[Span, int, str, bool]
"""Range, scope, what it is, and whether that is certain."""


def _in_module(project: Project, module: Module, named: list[Named]) -> Iterator[_Found]:
    elsewhere = _of_images(project, module)
    known = {each.text for each in named}
    for each in named:
        if each.module is not module:
            continue
        in_production = not module.only_as_script(each.statement.guards)
        if in_production and is_secret(each.name, each.text):
            yield each.expression.span, each.statement.scope, _named(each), True
    for statement in module.facts.statements:
        for expression in statement.expressions():
            if expression not in elsewhere and not _is_docstring(statement):
                yield from _in_expression(project, module, statement, expression, known)
    covered = [each.span for each in elsewhere]
    for span, what in keys_in_lines(module.lines):
        if not any(_inside(span, each) for each in covered):
            yield span, 0, what, True


def _is_docstring(statement: Statement) -> bool:
    return statement.kind == "expression" and isinstance(statement.values[0], Literal)


def _in_expression(
    project: Project, module: Module, statement: Statement, expression: Expression, known: set[str]
) -> Iterator[_Found]:
    match expression:
        case Literal(value=str(text)):
            what = key_in(text)
            if what is not None:
                yield expression.span, statement.scope, what, not _is_local(text)
        case Call() if not module.only_as_script(statement.guards):
            for name, span in _handed(project, module, statement.scope, expression, known):
                yield span, statement.scope, f"the value of {name}", True


def _named(each: Named) -> str:
    return f"the value of {each.name}" + (", a fallback," if each.fallback else "")


def _is_local(text: str) -> bool:
    """Say whether all that a text gives away is a password for a service beside it."""
    hosts = [host for *_, host in IN_ADDRESS.findall(text)]
    return bool(hosts) and all(host.lower() in _LOCAL for host in hosts)


def _handed(
    project: Project, module: Module, scope: int, call: Call, known: set[str]
) -> Iterator[tuple[str, Span]]:
    """Yield arguments called as secrets are, whose text stands under an innocent name."""
    for argument in call.arguments:
        name = argument.keyword or ""
        if not names_secret(name):
            continue
        match project.knowledge.evaluator.value(module, scope, argument.value):
            case Known(value=str(text)) if text not in known:
                if is_secret(name, text) and key_in(text) is None:
                    yield name, argument.span


def _of_images(project: Project, module: Module) -> frozenset[Expression]:
    """Return what is handed to an image: the image checks speak of it."""
    return frozenset(
        part
        for directive in project.directives
        if directive.method in _IMAGE_METHODS and directive.site.module is module
        for argument in directive.arguments
        for part in argument.expression.walk()
    )


def _inside(span: Span, other: Span) -> bool:
    return other[:2] <= span[:2] and span[2:] <= other[2:]
