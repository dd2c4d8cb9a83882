"""Python and templates that a caller can write."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import CODE, CODE_METHODS, CODE_OWNERS, IMPORTING
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.prefix import known_start
from chutes_cli.project.taint.threats import Threat

from .sinks import Reached, SinkCheck, called_of, calls_to, methods


class CodeInjection(SinkCheck):
    """What a caller sends is run as code.

    ## What it does
    Follows the input of cords to `eval`, `exec`, `compile`, `importlib.import_module`, to
    template engines (`jinja2.Template`), and to libraries that evaluate texts (`sympify`,
    `pandas.eval`, `DataFrame.query`).

    ## Why it matters
    Whoever sends the text runs Python on the instance: it can read every secret of the
    process and every other caller's requests. There is no way to make `eval` safe by taking
    words out; a template's text reaches every object as well.

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


    class Input(BaseModel):
        expression: str = Field(max_length=100)


    @chute.cord(public_api_path="/compute", public_api_method="POST")
    async def compute(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"value": eval(args.expression)}
    ```

    ## Use instead
    ```python
    import ast


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


    class Input(BaseModel):
        expression: str = Field(max_length=100)


    @chute.cord(public_api_path="/compute", public_api_method="POST")
    async def compute(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            return {"value": repr(ast.literal_eval(args.expression))}
        except (ValueError, SyntaxError):
            raise HTTPException(status_code=400, detail="not a number") from None
    ```

    ## Source
    Python documentation, Built-in Functions, eval, Warning; Jinja documentation, Sandbox.
    """

    id = "code-injection"
    severity = Severity.ERROR
    threat = Threat.CODE

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield what is run as code; what names a module of one package is not."""
        for passing, text in calls_to(project, CODE):
            importing = called_of(passing) in IMPORTING
            if not (importing and "." in _start(project, passing, text)):
                yield passing, text
        yield from methods(project, CODE_METHODS, CODE_OWNERS, 0)

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who writes the code."""
        return (
            f"{called} runs code that the caller of {by} can write",
            "parse what callers send (ast.literal_eval, json, a grammar of your own), or let them "
            "choose from a table of functions",
        )


def _start(project: Project, passing: Passing, text: Expression) -> str:
    """Return what a text begins with, as far as it is fixed: ``f"plugins.{name}"``."""
    evaluator = project.knowledge.evaluator
    held = evaluator.held(passing.site.module, passing.site.scope, text)
    return known_start(evaluator, *held)
