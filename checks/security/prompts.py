"""Checklist item input-sanitization: what is done to prompts, and should not be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.prompts import ESCAPES, ORDINARY, PAGE, PROMPTS, REFUSALS
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Collection, Expression, Literal, Mapping
from chutes_cli.project.model import Project

from .production import last_name, library_names, production_calls, production_statements

_ALTERNATIVES = re.compile(r"(?:\\b|\^)?\(?(?:\?:)?([\w|\s-]+)\)?(?:\\b|\$)?")


class HtmlEscapeOnInput(Check):
    """A prompt is escaped for HTML before the model reads it.

    ## What it does
    Finds `html.escape` over what is called as prompts and messages are, in modules that make
    no pages.

    ## Why it matters
    The model reads `&lt;` and `&#x27;` where the caller wrote `<` and `'`: code, mathematics
    and every apostrophe reach it damaged, cost more tokens, and come back in the answer. It
    protects nothing: text is escaped where a page is made of it.

    ## Example
    ```python
    import html

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
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(html.escape(args.prompt))}
    ```

    ## Use instead
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
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
    ```

    ## Source
    OWASP, cross-site scripting prevention cheat sheet: output encoding.
    """

    id = "html-escape-on-input"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        for site, call, targets in production_calls(project):
            called = library_names(targets)
            if not called or called - ESCAPES or PAGE.search(site.module.text):
                continue  # out of a table of functions, the caller chooses this one
            names = [
                last_name(each) for argument in call.arguments[:1] for each in argument.value.walk()
            ]
            if any(map(PROMPTS.fullmatch, names)):
                yield self.at(
                    site,
                    "the prompt is escaped for HTML before the model reads it",
                    "hand it on as it is, and escape where a page is made",
                )


class OrdinaryWordsRefused(Check):
    r"""Prompts with ordinary words are refused.

    ## What it does
    Looks at lists of forbidden words and patterns for those that ordinary questions are made
    of: `password`, `secret`, `key`, `token`, `attack`, `delete` and the like, alone or as
    alternatives.

    ## Why it matters
    "How do I reset my password?" and "What is a foreign key?" are refused, and an attack is
    worded differently at the second try.

    ## Example
    ```python
    import re

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    FORBIDDEN_PATTERNS = [r"\b(?:password|secret|key|token)\b"]
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if any(re.search(pattern, args.prompt) for pattern in FORBIDDEN_PATTERNS):
            raise HTTPException(status_code=400, detail="the prompt is not allowed")
        return {"length": len(args.prompt)}
    ```

    ## Use instead
    ```python
    import re

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    FORBIDDEN_PATTERNS = [r"<script[^>]*>"]
    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if any(re.search(pattern, args.prompt) for pattern in FORBIDDEN_PATTERNS):
            raise HTTPException(status_code=400, detail="the prompt is not allowed")
        return {"length": len(args.prompt)}
    ```

    ## Source
    The production guide's content filter, whose first pattern refuses ordinary prompts.
    """

    id = "ordinary-words-refused"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per list."""
        for module, statement in production_statements(project):
            named = any(REFUSALS.fullmatch(last_name(each)) for each in statement.targets)
            refused = [each for value in statement.values[-1:] for each in _refused(value)]
            for text, words in refused if named else ():
                yield self.finding(
                    module,
                    text.span,
                    statement.scope,
                    f"ordinary prompts are refused, those with the word {words[0]!r}",
                    "refuse what does harm where it would do it, and score phrases, not words",
                )
                break


def _refused(value: Expression) -> Iterator[tuple[Expression, list[str]]]:
    """Yield the texts of a list that are made of ordinary words alone, with these."""
    for each in value.walk() if isinstance(value, Collection | Mapping | Literal) else ():
        if isinstance(each, Literal) and isinstance(each.value, str):
            found = _ALTERNATIVES.fullmatch(each.value)
            words = found.group(1).lower().split("|") if found else []
            ordinary = [word for word in words if word.strip() in ORDINARY]
            if ordinary:
                yield each, ordinary
