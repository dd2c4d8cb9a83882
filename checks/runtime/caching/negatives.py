"""Caches in which None is kept, and taken for nothing when it is found."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Expression, Literal, Name, Opaque, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from ..shared.places import spelled
from .lookups import Lookup, Put, lookups

_ASKS_FOR_NONE = ("is", "is not", "==", "!=")


class NegativeCacheNeverHits(Check):
    """None is kept on purpose, and looks like a miss when it is found.

    ## What it does
    Finds functions that ask a cache or a dictionary with `get`, take None for a miss, and keep
    None under the same key: written out, or let through by a condition such as
    `if value is not None or cache_negative`. Silent where its class or module asks
    `key in cache`, where `get` is given a default of its own, and where a method of the tree
    that keeps things asks whether what it is given is None, and so may keep something else.

    ## Why it matters
    What was not found is looked for again with every request, which negative caching was
    meant to end; the entries for it only fill the cache.

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


    class Cache:
        def __init__(self):
            self.last = (None, None)

        def get(self, key):
            return self.last[1] if self.last[0] == key else None

        def set(self, key, value):
            self.last = (key, value)


    def longest(text: str):
        return max((word for word in text.split() if word.istitle()), key=len, default=None)


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)
        keep_misses: bool = False


    @chute.on_startup()
    async def prepare(self):
        self.cache = Cache()


    @chute.cord(public_api_path="/name", public_api_method="POST")
    async def name(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        found = self.cache.get(args.prompt)
        if found is not None:
            return {"name": found}
        value = longest(args.prompt)
        if value is not None or args.keep_misses:
            self.cache.set(args.prompt, value)
        return {"name": value}
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

    MISSING = object()


    class Cache:
        def __init__(self):
            self.last = (None, None)

        def get(self, key, default):
            return self.last[1] if self.last[0] == key else default

        def set(self, key, value):
            self.last = (key, value)


    def longest(text: str):
        return max((word for word in text.split() if word.istitle()), key=len, default=None)


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)
        keep_misses: bool = False


    @chute.on_startup()
    async def prepare(self):
        self.cache = Cache()


    @chute.cord(public_api_path="/name", public_api_method="POST")
    async def name(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        found = self.cache.get(args.prompt, MISSING)
        if found is not MISSING:
            return {"name": found}
        value = longest(args.prompt)
        if value is not None or args.keep_misses:
            self.cache.set(args.prompt, value)
        return {"name": value}
    ```

    ## Source
    Python's `dict.get`, cachetools, redis-py: None is what they answer for a key they lack.
    """

    id = "negative-cache-never-hits"
    category = "runtime"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "caching"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per None that is kept for nothing."""
        for lookup in lookups(project):
            for put in lookup.puts:
                if (
                    _may_be_none(lookup.module, put)
                    and _takes_none_for_a_miss(lookup)
                    and not _is_told_apart(project, lookup, put)
                ):
                    yield self.finding(
                        lookup.module, put.statement.span, lookup.function.index,
                        f"None is kept here, and counts as missing where {lookup.name} is compared "
                        "with None: a kept None is never a hit",
                        "keep a sentinel for what is not there, or ask with a default of your own",
                    )  # fmt: skip


def _may_be_none(module: Module, put: Put) -> bool:
    """Say whether None is kept knowingly: written out, or let through by a condition."""
    match put.value:
        case Literal(value=None):
            return True
        case Name(id=name):
            return any(
                module.facts.guards[each].kind == "if"
                and _lets_none_through(module.facts.guards[each].test, name)
                and not _is_given_anew(module, put.statement, name, each)
                for each in module.guards_of(put.statement.guards)
            )
        case _:
            return False


def _is_given_anew(module: Module, put: Statement, name: str, guard: int) -> bool:
    """Say whether a name gets another value between a condition and what it lets through."""
    return any(
        binding.statement is not None
        and guard in module.guards_of(binding.statement.guards)
        and module.order[binding.statement] < module.order[put]
        for binding in module.bindings.get(put.scope, {}).get(name, [])
    )


def _lets_none_through(test: Expression | None, name: str) -> bool:
    match test:
        case Operation(operator="or", operands=parts):
            return any(_is_compared(each, name) for each in parts)
        case _:
            return False


def _is_compared(expression: Expression, name: str) -> bool:
    """Say whether an expression compares a name with None."""
    match expression:
        case Operation(operator=operator, operands=(asked, Literal(value=None))) if (
            operator in _ASKS_FOR_NONE
        ):
            match asked:
                case Name(id=found) | Opaque(kind="NamedExpr", names=(found,)):
                    return found == name
    return False


def _takes_none_for_a_miss(lookup: Lookup) -> bool:
    return any(
        statement.kind == "test" and any(_is_compared(each, lookup.name) for each in roots.walk())
        for statement in lookup.module.statements_in(lookup.function.index)
        for roots in statement.values
    )


def _is_told_apart(project: Project, lookup: Lookup, put: Put) -> bool:
    """Say whether something may tell a kept None from nothing kept."""
    module = lookup.module
    owner = spelled(module, lookup.owner)
    whose = module.enclosing_class(lookup.function.index)
    asked = any(
        isinstance(each, Operation)
        and each.operator in ("in", "not in")
        and spelled(module, each.operands[1]) == owner
        for statement in module.facts.statements
        if module.enclosing_class(statement.scope) == whose
        for each in statement.expressions()
    )
    return asked or any(
        _is_compared(each, parameter.name)
        for other in project.modules
        for index, scope in enumerate(other.facts.scopes)
        if scope.name == put.method
        for parameter in scope.parameters
        if parameter.default is None
        for statement in other.statements_in(index)
        for each in statement.expressions()
    )
