"""Code that comes with a model, and runs."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.remote_code import (
    COMMIT,
    MODELS,
    OPTION,
    REVISION_OPTION,
    REVISIONS,
    SWITCH,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Literal, Mapping, Name, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from .production import production_statements

_HELP = (
    "use a model that the library knows by itself; else read its code, and pin "
    "revision= to the commit that you read"
)
Entries = list[tuple[str | None, Expression]]


class TrustRemoteCode(Check):
    """The code that comes with a model is run.

    ## What it does
    Finds `trust_remote_code=True` in calls and in dictionaries of options, and
    `--trust-remote-code` in engine arguments, started programs and scripts. It is an error
    where no commit pins the code, a warning where one does; models at local paths are
    accepted.

    ## Why it matters
    Loading the model downloads Python files from its repository and runs them, with the
    chute's secrets in the environment. Whoever can push to that repository, today or after it
    changes hands, runs what they like in every instance that starts. A pinned commit is at
    least the code that you read.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from transformers import AutoModel

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.model = AutoModel.from_pretrained("someone/model", trust_remote_code=True)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from transformers import AutoModel

    REVISION = "0123456789abcdef0123456789abcdef01234567"

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.model = AutoModel.from_pretrained("someone/model", revision=REVISION)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    CWE-829. transformers, "Custom models": "pass a commit hash as a revision".
    """

    id = "trust-remote-code"
    category = "security"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per switch."""
        for module, statement in production_statements(project):
            if _is_field(project, module, statement):
                yield self.finding(
                    module, statement.span, statement.scope,
                    f"{SWITCH} is on unless it is set", _HELP, severity=Severity.WARNING,
                )  # fmt: skip
            for expression in statement.expressions():
                for found, pinned in _switched_on(project, module, statement, expression):
                    yield self.finding(
                        module,
                        found.span,
                        statement.scope,
                        _message(pinned),
                        _HELP,
                        severity=Severity.WARNING if pinned else None,
                    )
        for script in project.scripts:
            seen = set()
            for run in script.runs:
                for command in run.commands:
                    span = script.span(command.start, command.end)
                    if OPTION in command.texts and span not in seen:
                        seen.add(span)
                        pinned = is_pinned_text(" ".join(command.texts))
                        yield self.within(
                            script, span, run.name, _message(pinned), _HELP,
                            severity=Severity.WARNING if pinned else None,
                        )  # fmt: skip


def _is_field(project: Project, module: Module, statement: Statement) -> bool:
    """Say whether a statement is the field of a class that has the switch on by default."""
    match statement.targets, statement.values:
        case (Name(id=name),), (_, value) if name == SWITCH:
            known = project.knowledge.evaluator.value(module, statement.scope, value)
            return isinstance(known, Known) and known.value is True
        case _:
            return False


def _message(pinned: bool) -> str:
    what = "at one commit" if pinned else "whatever it is on the day the instance starts"
    return f"the code that comes with the model is run, {what}"


def _switched_on(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> Iterator[tuple[Expression, bool]]:
    """Yield what switches it on, and whether a commit pins the code."""
    match expression:
        case Call(arguments=arguments):
            entries: Entries = [(each.keyword, each.value) for each in arguments]
            if any(each.star for each in arguments):
                entries.append(("revision", expression))  # it may be in there
            yield from _in_entries(project, module, statement, entries)
            for each in arguments:
                text = _text(project, module, statement, each.value)
                if OPTION in text.split() and len(text) > len(OPTION):
                    named = _is_pinned(project, module, statement, entries)
                    yield each.value, named or is_pinned_text(text)
        case Mapping(keys=keys, values=values):
            names = [str(key.value) if isinstance(key, Literal) else "" for key in keys]
            listed: Entries = list(zip(names, values, strict=True))
            if None in keys:
                listed.append(("revision", expression))  # what is spread may hold it
            yield from _in_entries(project, module, statement, listed)
        case Literal(value="--trust-remote-code"):
            around = [
                each.value
                for root in statement.values
                for each in root.walk()
                if isinstance(each, Literal)
            ]
            yield expression, is_pinned_text(" ".join(map(str, around)))


def _in_entries(
    project: Project, module: Module, statement: Statement, entries: Entries
) -> Iterator[tuple[Expression, bool]]:
    if _is_local(project, module, statement, entries):
        return
    for name, value in entries:
        known = project.knowledge.evaluator.value(module, statement.scope, value)
        if name == SWITCH and isinstance(known, Known) and known.value is True:
            yield value, _is_pinned(project, module, statement, entries)


def _is_pinned(project: Project, module: Module, statement: Statement, entries: Entries) -> bool:
    """Say whether a commit is named, or something that only a run can tell."""
    for name, value in entries:
        if name in REVISIONS:
            known = project.knowledge.evaluator.value(module, statement.scope, value)
            return not isinstance(known, Known) or bool(COMMIT.fullmatch(str(known.value)))
    return False


def is_pinned_text(text: str) -> bool:
    """Say whether options name a commit."""
    found = REVISION_OPTION.search(text)
    return found is not None and (found.group(1)[0] in "${" or bool(COMMIT.match(found.group(1))))


def _is_local(project: Project, module: Module, statement: Statement, entries: Entries) -> bool:
    """Say whether the model is a folder of the image or of the cache."""
    for name, value in entries:
        if name is None or name in MODELS:
            text = _text(project, module, statement, value)
            return text.startswith(("/", "./", "../", "~"))
    return False


def _text(project: Project, module: Module, statement: Statement, value: Expression) -> str:
    known = project.knowledge.evaluator.value(module, statement.scope, value)
    return known.value if isinstance(known, Known) and isinstance(known.value, str) else ""
