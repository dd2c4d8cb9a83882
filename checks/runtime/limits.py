"""Limits that may be left out, and are compared with all the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import Runs, how_surely

from .optional import Optionals
from .ways import concerning

_ORDERS = frozenset({"<", "<=", ">", ">="})
_TELLS = frozenset({"is", "is not", "==", "!=", "in", "not in", "not", "and", "or"})
"""Operators that may tell None from a number."""
_JOINS = frozenset({"not", "and", "or", "is", "is not"})


class LimitMayBeNone(Check):
    """A limit that is None where it was left out is compared with a number.

    ## What it does
    Finds comparisons (`<`, `<=`, `>`, `>=`) with a parameter whose default is None, with an
    attribute that `__init__` takes from such a parameter, and with a field whose default is
    None, where a call of the tree, or the body that a caller sends, does leave it out.
    Silent where the same name is asked for None or for truth anywhere, where it is assigned
    a second time, and where a validator looks at the field.

    ## Why it matters
    None was to mean "no limit". Python cannot tell whether a number is larger than None: the
    call fails with TypeError, and the caller sees status 500.

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


    class Quota:
        def __init__(self, most_words: int | None = None):
            self.most_words = most_words

        def allows(self, text: str) -> bool:
            return len(text.split()) <= self.most_words


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.quota = Quota()


    @chute.cord(public_api_path="/count", public_api_method="POST")
    async def count(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"allowed": self.quota.allows(args.prompt)}
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


    class Quota:
        def __init__(self, most_words: int | None = None):
            self.most_words = most_words

        def allows(self, text: str) -> bool:
            return self.most_words is None or len(text.split()) <= self.most_words


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    @chute.on_startup()
    async def prepare(self):
        self.quota = Quota()


    @chute.cord(public_api_path="/count", public_api_method="POST")
    async def count(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"allowed": self.quota.allows(args.prompt)}
    ```

    ## Source
    Python language reference, "Value comparisons": order comparisons raise TypeError for
    types that define none, such as None.
    """

    id = "limit-may-be-none"
    category = "runtime"
    severity = Severity.ERROR
    item = "rate-limiting"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per comparison that fails."""
        optionals = Optionals(project)
        for module in project.modules:
            for statement in module.facts.statements if not module.is_test else ():
                for limit, before in _compared(statement):
                    always = optionals.left_out(module, statement.scope, limit)
                    if always is None or _is_told_apart(project, module, statement, limit):
                        continue
                    if _has_a_switch(module, statement, before):
                        continue
                    surely = how_surely(
                        project.reach, module, statement.scope, statement.guards, "TypeError",
                        counts=concerning(circumstances),
                    )  # fmt: skip
                    if surely not in (Runs.ALWAYS, Runs.SOMETIMES):
                        continue
                    certain = always and surely is Runs.ALWAYS and not before
                    name = module.snippet(limit.span)
                    yield self.finding(
                        module, limit.span, statement.scope,
                        f"{name} is None where it was left out, and comparing a number with "
                        "None raises TypeError",
                        f"ask first: {name} is None or …",
                        severity=None if certain else Severity.WARNING,
                    )  # fmt: skip


_Compared = tuple[Expression, tuple[Expression, ...]]
"""A side of a comparison, and what is asked before it in the same expression."""


def _compared(statement: Statement) -> Iterator[_Compared]:
    for root in statement.values:
        yield from _sides(root, ())


def _sides(expression: Expression, before: tuple[Expression, ...]) -> Iterator[_Compared]:
    match expression:
        case Operation(operator=operator, operands=sides) if operator in _ORDERS:
            yield from ((each, before) for each in sides)
        case Operation(operator="and" | "or" | "?:", operands=(first, *rest)):
            yield from _sides(first, before)
            for each in rest:
                yield from _sides(each, (*before, first))
            return
        case Opaque():
            before = (*before, expression)  # a lambda or the turns of a comprehension
    for each in expression.children():
        yield from _sides(each, before)


def _is_told_apart(
    project: Project, module: Module, statement: Statement, limit: Expression
) -> bool:
    """Say whether anything asks what may be None for that, or for truth.

    A parameter is asked in its function; an attribute anywhere, under whichever name.
    """
    name = last_name(limit)
    if isinstance(limit, Name):
        return any(name in _asked(each) for each in module.statements_in(statement.scope))
    return name in _asked_anywhere(project)


@lru_cache(maxsize=1)
def _asked_anywhere(project: Project) -> frozenset[str]:
    """Return the names that any statement asks; every comparison wants to know."""
    return frozenset(
        name
        for module in project.modules
        for each in module.facts.statements
        if not module.is_test
        for name in _asked(each)
    )


def _asked(statement: Statement) -> Iterator[str]:
    """Yield the names that a statement tells from None."""
    if statement.kind in ("test", "assert"):
        yield last_name(statement.values[0])
    for each in statement.expressions():
        yield from map(last_name, _asked_in(each))


def _asked_in(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts of an expression that it tells from None."""
    match expression:
        case Operation(operator=operator, operands=parts) if operator in _TELLS:
            return parts
        case Operation(operator="?:", operands=(test, *_)):
            return (test,)
        case Call(function=Name(), arguments=given):
            return tuple(each.value for each in given)  # isinstance(limit, int), checked(limit)
        case Opaque(parts=parts):
            return parts
        case _:
            return ()


def _has_a_switch(module: Module, statement: Statement, before: tuple[Expression, ...]) -> bool:
    """Say whether a plain flag lets the comparison run: it may be set with the limit only."""
    guards = (module.facts.guards[each] for each in module.guards_of(statement.guards))
    tests = [*before, *(each.test for each in guards if each.kind != "with")]
    return any(_is_switch(module, statement.scope, each) for each in tests)


def _is_switch(module: Module, scope: int, test: Expression | None) -> bool:
    match test:
        case Attribute():
            return True
        case Name(id=name):
            # What the function works out itself is no setting; nor is what it must be given.
            where, bindings = module.lookup(name, scope)
            return where != scope or any(
                each.parameter is not None and each.parameter.default is not None
                for each in bindings
            )
        case Operation(operator=operator, operands=parts) if operator in _JOINS:
            return any(_is_switch(module, scope, each) for each in parts)
        case _:
            return False
