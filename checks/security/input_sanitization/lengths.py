"""When the length of a text is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.rewriting import REWRITES
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Name, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site

_COMPARES = frozenset({">", ">=", "<", "<="})


class LengthCheckedAfterChange(Check):
    """The length of a text is looked at only after the text was rewritten.

    ## What it does
    Finds functions that escape, clean or normalise one of their parameters, compare its
    length with a bound afterwards, and not before.

    ## Why it matters
    The work is done on a text of any length, which is what the bound should prevent. And the
    bound is for another text than the caller's: escaping makes `<` four characters, so that
    a text within the documented length is refused.

    ## Example
    ```python
    import unicodedata

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


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=100000)


    def cleaned(text: str, longest: int) -> str:
        text = unicodedata.normalize("NFC", text)
        if len(text) > longest:
            raise HTTPException(status_code=400, detail="the prompt is too long")
        return text


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"prompt": cleaned(args.prompt, 4000)}
    ```

    ## Use instead
    ```python
    import unicodedata

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


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=100000)


    def cleaned(text: str, longest: int) -> str:
        if len(text) > longest:
            raise HTTPException(status_code=400, detail="the prompt is too long")
        return unicodedata.normalize("NFC", text)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"prompt": cleaned(args.prompt, 4000)}
    ```

    ## Source
    OWASP Input Validation Cheat Sheet; CWE-180, validate before canonicalise, for its order.
    """

    id = "length-checked-after-change"
    category = "security"
    severity = Severity.INFO
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per length that is looked at too late."""
        for module in project.modules:
            for index, scope in enumerate(module.facts.scopes):
                for parameter in scope.parameters if not module.is_test else ():
                    rewritten = False
                    for statement in module.statements_in(index):
                        site = _measured(module, statement, parameter.name)
                        if site is not None:
                            if rewritten:
                                yield self.at(
                                    site,
                                    f"the length of {parameter.name} is looked at after it was "
                                    "rewritten",
                                    "look at the length first, and rewrite what is short enough",
                                )
                            break
                        rewritten = rewritten or _rewrites(
                            project, module, statement, parameter.name
                        )


def _measured(module: Module, statement: Statement, name: str) -> Site | None:
    """Return where a statement compares the length of a text with something."""
    for each in statement.expressions():
        if isinstance(each, Operation) and each.operator in _COMPARES:
            for part in each.operands:
                match part:
                    case Call(function=Name(id="len"), arguments=(first,)) if _is(
                        first.value, name
                    ):
                        return Site(module, statement, each)
    return None


def _rewrites(project: Project, module: Module, statement: Statement, name: str) -> bool:
    """Say whether a statement replaces a text by what a function makes of it."""
    match statement.targets, statement.values:
        case (Name(id=target),), (Call(function=callee, arguments=arguments),) if target == name:
            dotted = project.knowledge.resolver.dotted(module, statement.scope, callee)
            return dotted in REWRITES and any(_is(each.value, name) for each in arguments)
        case _:
            return False


def _is(expression: Expression, name: str) -> bool:
    return isinstance(expression, Name) and expression.id == name
