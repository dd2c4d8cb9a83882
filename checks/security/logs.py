"""What must not be in a log: secrets, and what callers ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.logs import (
    CHOOSING,
    COPIES,
    COPYING_METHODS,
    ENVIRONMENT,
    NO_TEXT,
    PIECES,
    WRITES,
)
from chutes_cli.contract.libraries.prompts import PROMPTS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.running import INSTANCE
from chutes_cli.project.schemas import ModelField
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Function, Method
from chutes_cli.project.values import Known

from ..runtime.ways import Step, calls, external, judged, steps
from .production import last_name
from .secrets_management.judging import names_secret
from .secrets_management.records import secret_in_record

_REQUESTS = frozenset({"request", "req"})
_JOINS = frozenset({"+", "%", "or", "?:", "*"})


class SecretOrPromptLogged(Check):
    """A log line holds a secret, or what a caller asked.

    ## What it does
    Follows values into `logging`, loguru, structlog and `print` in code that an instance
    runs: variables and settings whose names speak of a secret, the prompt, messages or text of
    a cord's body, and the whole body where it holds one, also as functions of your own return
    them. Lengths, hashes and numbers are left alone.

    ## Why it matters
    Logs are read by more people, and kept for longer, than what callers trust you with.
    Prompts hold names, addresses and passwords, and a key in a log is a key for every reader.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Question(BaseModel):
        prompt: str = Field(max_length=1000)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        logger.info(f"asked: {args.prompt}")
        return {"answer": args.prompt.upper()}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from loguru import logger
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Question(BaseModel):
        prompt: str = Field(max_length=1000)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        logger.info(f"asked with {len(args.prompt)} characters")
        return {"answer": args.prompt.upper()}
    ```

    ## Source
    OWASP, Logging Cheat Sheet, "Data to exclude". CWE-532.
    """

    id = "secret-or-prompt-logged"
    category = "security"
    severity = Severity.WARNING
    item = "log-aggregation"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that writes what it should not."""
        for step in steps(project, judged(circumstances), *INSTANCE):
            if step.module.only_as_script(step.statement.guards):
                continue
            for site, targets in calls(project, step):
                if external(targets) not in WRITES:
                    continue
                assert isinstance(site.expression, Call)
                told = [
                    what
                    for argument in site.expression.arguments
                    for at, part in _told(project, step, argument.value)
                    for what in [
                        _secret(part)
                        or secret_in_record(project, at.site(part))
                        or _prompt(project, at, part)
                    ]
                    if what
                ]
                if told:
                    yield self.at(
                        site,
                        f"the log tells {told[0]}",
                        "log its length, a hash or an id instead",
                        trace=step.trace,
                    )


def _told(
    project: Project, step: Step, expression: Expression
) -> Iterator[tuple[Step, Expression]]:
    """Yield the names and attributes whose values a text tells, and where they stand."""
    match expression:
        case Name() if (held := _held(project, step, expression)) is not expression:
            yield from _told(project, step, held)
        case Name() | Attribute() | Operation(operator="[]", operands=(_, Literal(value=str()))):
            yield step, expression
        case Call():
            yield from _told_by_call(project, step, expression)
        case Operation(operator="[]", operands=(value, Operation(operator=":"))):
            # The beginning of a key is how keys are told apart; that of a prompt is a prompt.
            yield from (each for each in _told(project, step, value) if not _secret(each[1]))
        case FormattedText() | Collection() | Mapping():
            for part in expression.children():
                yield from _told(project, step, part)
        case Operation(operator=operator) if operator in _JOINS:
            for part in expression.operands:
                yield from _told(project, step, part)


def _held(project: Project, step: Step, name: Name) -> Expression:
    """Return the display or the copy that a name holds; any other stays a name."""
    scope = step.statement.scope
    at, where, held = project.knowledge.evaluator.held(step.module, scope, name)
    if (at, where) not in ((step.module, scope), (at, 0)):
        return name  # the parameters of another function are followed by themselves
    match held:
        case Mapping():
            return held
        case Call(function=Attribute(attribute=method)) if method in COPYING_METHODS:
            return held
        case _:
            return name


def _told_by_call(project: Project, step: Step, call: Call) -> Iterator[tuple[Step, Expression]]:
    resolver = project.knowledge.resolver
    dotted = resolver.dotted(step.module, step.statement.scope, call.function)
    if dotted in ENVIRONMENT:
        yield step, call
        return
    parts = call.children()[1:]
    if isinstance(call.function, Attribute) and call.function.attribute in COPYING_METHODS:
        if any(each.keyword in CHOOSING for each in call.arguments):
            return
        parts = (call.function.value, *parts)
    elif dotted not in COPIES:
        for target in resolver.resolve(step.module, step.statement.scope, call.function):
            own = target.function if isinstance(target, Method) else target
            if isinstance(own, Function):
                yield from _told_by_own(project, step, own)
        return
    for part in parts:
        yield from _told(project, step, part)


def _told_by_own(
    project: Project, step: Step, function: Function
) -> Iterator[tuple[Step, Expression]]:
    """Yield what a function of the tree returns in so many words."""
    way = (*step.arrival.path, (step.function, step.statement))
    if any(passed == function for passed, _ in way):
        return
    inner = replace(step.arrival, path=way)
    for statement in function.module.statements_in(function.index):
        if statement.kind == "return":
            for value in statement.values:
                yield from _told(project, Step(function, statement, inner), value)


def _secret(part: Expression) -> str | None:
    match part:
        case Call(arguments=(asked, *_)):
            name = last_name(asked.value)
            if isinstance(asked.value, Literal):
                name = str(asked.value.value)
        case Attribute(value=owner, attribute="headers") if last_name(owner) in _REQUESTS:
            return "all headers of a request, keys among them"
        case _:
            name = last_name(part)
    return f"the secret {name}" if names_secret(name) and name not in PIECES else None


def _prompt(project: Project, step: Step, part: Expression) -> str | None:
    origin = project.taint.origin(step.site(part), Threat.SHELL)
    if origin is None:
        return None
    name = last_name(part)
    if _is_prompt(name):
        return f"{name} of {origin.label}"
    model = origin.shape.model if origin.shape else None
    if model is None:
        return None
    holds = any(
        _is_prompt(each.name) or _is_free_text(each) for each in project.schemas.fields(model)
    )
    return f"the whole body of {origin.label}" if holds else None


def _is_free_text(field: ModelField) -> bool:
    """Say whether a field is made for sentences, whatever it is called."""
    longest = field.shape.bounds.get("max_length")
    return (
        field.shape.kind == "str"
        and "pattern" not in field.shape.bounds
        and isinstance(longest, Known)
        and longest.value >= _SENTENCES
    )


_SENTENCES = 500
"""Characters that a field for sentences takes."""


def _is_prompt(name: str) -> bool:
    return bool(PROMPTS.fullmatch(name)) and not NO_TEXT.fullmatch(name)
