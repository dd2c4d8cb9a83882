"""Texts of exceptions that callers see."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.error_texts import ANSWERS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import given_back
from chutes_cli.project.reach import Arrival
from chutes_cli.project.targets import Function

from ..production import library_names
from .flow import ErrorTexts, Place


class ExceptionTextReturned(Check):
    """A caller is told what an exception says.

    ## What it does
    Follows `str(e)`, `repr(e)`, `f"{e}"`, `e.args` and tracebacks into what a cord returns or
    yields and into the detail of an `HTTPException`, through variables, dictionaries,
    fields of objects and helpers. Exceptions of your own and `ValueError` speak of what the
    caller sent, and are left alone.

    ## Why it matters
    Exceptions of libraries hold paths, addresses of databases with their passwords, queries,
    pieces of other callers' data and versions. On gateway exposure the detail of a 400 goes
    to the caller as it is.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            return {"share": 1000 // args.n}
        except Exception as error:
            raise HTTPException(status_code=400, detail=str(error)) from error
    ```

    ## Use instead
    ```python
    import logging
    import uuid

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    log = logging.getLogger(__name__)
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            return {"share": 1000 // args.n}
        except Exception as error:
            number = uuid.uuid4().hex
            log.exception("work failed: %s", number)
            raise HTTPException(status_code=400, detail=f"failed, see {number}") from error
    ```

    ## Source
    CWE-209. SDK 0.6.9 chutes/chute/cord.py: what a cord raises by itself reaches nobody, what
    it puts into an answer does.
    """

    id = "exception-text-returned"
    category = "security"
    severity = Severity.WARNING
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per text, at the place where the exception becomes one."""
        texts = ErrorTexts(project)
        seen = set()
        for function, arrival in project.reach.reached("cord", "route"):
            if not circumstances.concerns(arrival.exposures) or function.module.is_test:
                continue
            for statement in function.module.statements_in(function.index):
                for expression, how in _told(project, function, arrival, statement):
                    found = texts.found(Place(function, statement), expression)
                    if found is None or (found.module, found.span) in seen:
                        continue
                    seen.add((found.module, found.span))
                    yield self.at(
                        found,
                        f"the caller sees what an exception says, {how} ({arrival.entry.label})",
                        "log it, and answer with a text of your own and a number to find it by",
                        trace=arrival.trace,
                    )


def _told(
    project: Project, function: Function, arrival: Arrival, statement: Statement
) -> Iterator[tuple[Expression, str]]:
    """Yield what a statement tells the caller, and how."""
    for expression in statement.expressions():
        if not isinstance(expression, Call):
            continue
        targets = project.knowledge.resolver.resolve(
            function.module, statement.scope, expression.function
        )
        if library_names(targets) & ANSWERS:
            for argument in expression.arguments:
                yield argument.value, "in the detail of an HTTPException"
    answering = (arrival.entry.function, *project.reach.wrappers(arrival.entry.function))
    if function in answering:
        for value in given_back(statement):
            yield value, "in the answer"
