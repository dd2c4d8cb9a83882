"""Caches that take what is empty for what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.stores import STORE_NAME, STORES
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import (
    Await,
    Call,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.targets import maker_of

from .lookups import Lookup, Put, lookups
from .truth import Truth, Truths


class CacheTruthiness(Check):
    """An empty answer is kept, and taken for none when it is found.

    ## What it does
    Finds functions that ask a cache or a dictionary with `get`, test the answer for truth
    (`if hit:`, `if not hit:`, `get(key) or compute()`), and put something under the same
    key that can be false: a text that can be empty, a number, a list, a dictionary. Silent
    where what is put is always true: objects, JSON text, tuples that hold something.

    ## Why it matters
    An empty text or list and 0 are found in the cache, and thrown away: the expensive work
    is done again for every such request, and the hit rate says nothing of it.

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


    def extracted(text: str) -> list[str]:
        return [word for word in text.split() if word.istitle()]


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.cache = Cache()


    @chute.cord(public_api_path="/names", public_api_method="POST")
    async def names(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        found = self.cache.get(args.prompt)
        if not found:
            found = extracted(args.prompt)
            self.cache.set(args.prompt, found)
        return {"names": found}
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


    class Cache:
        def __init__(self):
            self.last = (None, None)

        def get(self, key):
            return self.last[1] if self.last[0] == key else None

        def set(self, key, value):
            self.last = (key, value)


    def extracted(text: str) -> list[str]:
        return [word for word in text.split() if word.istitle()]


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.cache = Cache()


    @chute.cord(public_api_path="/names", public_api_method="POST")
    async def names(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        found = self.cache.get(args.prompt)
        if found is None:
            found = extracted(args.prompt)
            self.cache.set(args.prompt, found)
        return {"names": found}
    ```

    ## Source
    Python language reference, "Truth value testing".
    """

    id = "cache-truthiness"
    category = "runtime"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "caching"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per answer of a cache that is tested for truth."""
        for lookup in lookups(project):
            for put in lookup.puts:
                tested = _tested(lookup, put)
                if tested is not None and _can_be_false(project, lookup, put):
                    yield self.finding(
                        lookup.module, tested.span, lookup.function.index,
                        f"{lookup.name} is tested for truth: what is kept as empty or 0 counts "
                        "as missing, and the work is done again each time",
                        "compare with None: if … is not None",
                    )  # fmt: skip
                    break


def _tested(lookup: Lookup, put: Put) -> Expression | None:
    """Return the test by which a false answer leads to something being put."""
    if lookup.otherwise is not None:
        return lookup.statement.values[-1]
    module = lookup.module
    for index in module.guards_of(put.statement.guards):
        # What follows `if hit: return hit` stands under an else.
        guard = module.facts.guards[index]
        if _says(guard.test, lookup.name) == (guard.kind == "else"):
            return guard.test
    return None


def _says(test: Expression | None, name: str) -> bool | None:
    """Return whether a test asks for something true (or for nothing), None if for neither."""
    match test:
        case Name(id=tested) | Opaque(kind="NamedExpr", names=(tested,)) if tested == name:
            return True
        case Operation(operator="not", operands=(inner,)):
            return False if _says(inner, name) else None
        case Operation(operator="and", operands=parts):
            return True if any(_says(each, name) for each in parts) else None
        case Operation(operator="or", operands=parts):
            return False if any(_says(each, name) is False for each in parts) else None
        case _:
            return None


def _can_be_false(project: Project, lookup: Lookup, put: Put) -> bool:
    module, function = lookup.module, lookup.function
    if not _is_work(lookup, put):
        return False
    truths = Truths(project, lookup.statement)
    value = put.value
    if lookup.otherwise is not None and isinstance(value, Name) and value.id == lookup.name:
        value = lookup.otherwise
    found = truths.of(module, function.index, value)
    if found is Truth.OPEN and _is_returned(lookup, value):
        found = truths.annotated(module, function.scope.parent, function.scope.returns)
    if _is_store(project, lookup):
        return found is Truth.TEXT  # a number becomes a text there, and nothing else fits
    return found in (Truth.TEXT, Truth.EMPTY)


def _is_work(lookup: Lookup, put: Put) -> bool:
    """Say whether what is put takes a call: `groups[key] = []` costs nothing."""
    name = last_name(put.value)
    body = lookup.module.statements_in(lookup.function.index)
    made = body[body.index(lookup.statement) : body.index(put.statement)]
    roots = [put.value, *([lookup.otherwise] if lookup.otherwise else [])]
    roots += [root for each in made if each is not lookup.statement and _mentions(each, name)
              for root in each.values]  # fmt: skip
    return any(
        isinstance(each, Await) or (isinstance(each, Call) and bool(each.arguments))
        for root in roots
        for each in root.walk()
    )


def _mentions(statement: Statement, name: str) -> bool:
    return bool(name) and any(last_name(each) == name for each in statement.expressions())


def _is_returned(lookup: Lookup, value: Expression) -> bool:
    """Say whether the function returns what it puts, so that its annotation speaks of it."""
    return any(
        statement.kind == "return"
        and bool(statement.values)
        and last_name(statement.values[0]) in {lookup.name, last_name(value)} - {""}
        for statement in lookup.module.statements_in(lookup.function.index)
    )


def _is_store(project: Project, lookup: Lookup) -> bool:
    """Say whether a cache is a client of a store that keeps texts only."""
    owners = project.knowledge.resolver.resolve(lookup.module, lookup.function.index, lookup.owner)
    return bool(STORE_NAME.fullmatch(last_name(lookup.owner))) or any(
        maker_of(each).startswith(STORES) for each in owners
    )
