"""Secrets compared so that the time it takes tells how much was right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.hashes import EQUAL
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.taint.threats import Threat

from ..production import last_name, production_statements
from ..secrets_management.judging import names_secret, names_secrets, plain
from .keyed import is_keyed
from .variables import is_variable, secret_variable

_OWNERS = frozenset({"settings", "config", "cfg", "conf", "self", "state", "app", "options"})
_SIGNATURE = re.compile(r"(?:.*_)?(?:signature|hmac|mac|digest)(?:_.*)?")
_COMPREHENSIONS = frozenset({"ListComp", "SetComp", "GeneratorExp", "DictComp"})
_COMPARING = frozenset({"__eq__", "__ne__"})


class NonConstantTimeComparison(Check):
    """A secret is compared with `==`.

    ## What it does
    Looks at `==` and `!=` between something called as secrets are and a secret of the
    service's own (a constant, a setting, a variable of the environment), between what a
    caller sends and a variable whose own name speaks of a secret, whatever holds the two, and
    at comparisons of what `hmac` made. Comparisons with texts and with None, and of two
    objects in `__eq__`, are left alone.

    ## Why it matters
    `==` stops at the first character that differs. Whoever measures how long the refusal
    takes learns the key from left to right. `hmac.compare_digest` always takes as long.

    ## Example
    ```python
    import os

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    API_KEY = os.environ["SERVICE_API_KEY"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Call(BaseModel):
        api_key: str = Field(max_length=200)


    @chute.cord(public_api_path="/check", public_api_method="POST")
    async def check(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"allowed": args.api_key == API_KEY}
    ```

    ## Use instead
    ```python
    import hmac
    import os

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    API_KEY = os.environ["SERVICE_API_KEY"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Call(BaseModel):
        api_key: str = Field(max_length=200)


    @chute.cord(public_api_path="/check", public_api_method="POST")
    async def check(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"allowed": hmac.compare_digest(args.api_key.encode(), API_KEY.encode())}
    ```

    ## Source
    CWE-208. Python: `hmac.compare_digest`, "to prevent timing analysis".
    """

    id = "non-constant-time-comparison"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per comparison."""
        for module, statement in production_statements(project):
            if module.scope(statement.scope).name in _COMPARING:
                continue
            for expression in statement.expressions():
                for what, operator in _told_by_time(project, module, statement, expression):
                    yield self.finding(
                        module,
                        expression.span,
                        statement.scope,
                        f"{what} is compared with {operator}: the time it takes tells how "
                        "much of it was right",
                        "use hmac.compare_digest on bytes",
                    )


def _told_by_time(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> Iterator[tuple[str, str]]:
    """Yield which secret an expression compares, and how."""
    for operator, left, right in _comparisons(project, module, statement, expression):
        what = _compared(project, module, statement, left, right) or _compared(
            project, module, statement, right, left
        )
        if what is not None:
            yield what, operator
    match expression:
        case Opaque(kind=kind, names=(name, *_), parts=(several, *parts)) if (
            kind in _COMPREHENSIONS and names_secrets(last_name(several))
        ):
            for operator in _compared_with_each(name, parts):
                yield f"each of {last_name(several)}", operator
        case Operation(operator="in" | "not in" as operator, operands=(one, several)):
            listed = _is_list(project, module, statement.scope, several)
            if listed and _is_secret(last_name(one)):
                yield f"each of {last_name(several)}", operator
                return
            items = list(_items(project, module, statement, several))
            variables = filter(None, (secret_variable(project, each) for each in items))
            if any(is_keyed(project, each) for each in items):
                yield "what hmac made", operator
            elif (variable := next(variables, "")) and _is_sent(project, module, statement, one):
                yield f"the variable {variable} of the environment", operator


def _compared_with_each(name: str, parts: list[Expression]) -> Iterator[str]:
    """Yield how a comprehension compares its own name: ``any(each == given for each in keys)``."""
    for each in (inner for part in parts for inner in part.walk()):
        match each:
            case Operation(operator="==" | "!=" as operator, operands=(left, right)):
                of = [isinstance(one, Opaque) and one.names == (name,) for one in (left, right)]
                if any(of) and not any(isinstance(one, Literal) for one in (left, right)):
                    yield operator


def _comparisons(
    project: Project, module: Module, statement: Statement, expression: Expression
) -> Iterator[tuple[str, Expression, Expression]]:
    """Yield what an expression compares, and how."""
    match expression:
        case Operation(operator="==" | "!=" as operator, operands=(left, right)):
            yield operator, left, right
        case Call(function=function, arguments=(left_one, right_one)):
            called = project.knowledge.resolver.dotted(module, statement.scope, function)
            if called in EQUAL:
                yield EQUAL[called], left_one.value, right_one.value
        case Call(
            function=Attribute(value=left, attribute="__eq__" | "__ne__" as method),
            arguments=(right_one,),
        ):
            yield method, left, right_one.value


def _compared(
    project: Project, module: Module, statement: Statement, given: Expression, ours: Expression
) -> str | None:
    """Return what of the service's own is compared with what somebody sends."""
    if isinstance(given, Literal):
        return None
    if is_keyed(project, (module, statement.scope, ours)):
        return "what hmac made"
    sent, own = last_name(given), last_name(ours)
    asked = is_variable(project, module, statement.scope, ours)
    if asked and _is_named(project, module, statement, given):
        return f"a variable of the environment ({sent})"
    kept = project.knowledge.evaluator.held(module, statement.scope, ours)
    if isinstance(ours, Attribute) and _is_secret(own) and is_variable(project, *kept):
        return own
    if _is_secret(sent) and _is_secret(own) and not _is_own(given) and _is_own(ours):
        return own
    variable = secret_variable(project, (module, statement.scope, ours))
    if variable and _is_sent(project, module, statement, given):
        return f"the variable {variable} of the environment"
    return None


def _is_sent(project: Project, module: Module, statement: Statement, given: Expression) -> bool:
    """Say whether somebody else gives a value, as its name or its way through the tree says."""
    if _is_named(project, module, statement, given) and not _is_own(given):
        return True
    return project.taint.origin(Site(module, statement, given), Threat.SHELL) is not None


def _is_named(project: Project, module: Module, statement: Statement, given: Expression) -> bool:
    """Say whether something is called as secrets are, and is none of the environment itself."""
    named = _is_secret(last_name(given))
    return named and not secret_variable(project, (module, statement.scope, given))


def _is_list(project: Project, module: Module, scope: int, several: Expression) -> bool:
    """Say whether secrets are kept in a list, which `in` compares one by one as `==` does."""
    *_, held = project.knowledge.evaluator.held(module, scope, several)
    match held:
        case (
            Collection(kind="list" | "tuple")
            | Opaque(kind="ListComp")
            | Call(function=Attribute(attribute="split"))
            | Call(function=Name(id="list" | "tuple"))
        ):
            return names_secrets(last_name(several))
        case _:
            return False


def _items(
    project: Project, module: Module, statement: Statement, several: Expression
) -> Iterator[Placed]:
    """Yield the items of a list or tuple; those of a set are found by their hash."""
    at, where, held = project.knowledge.evaluator.held(module, statement.scope, several)
    if isinstance(held, Collection) and held.kind != "set":
        yield from ((at, where, each) for each in held.items)


def _is_secret(name: str) -> bool:
    return names_secret(name) or bool(_SIGNATURE.fullmatch(plain(name)))


def _is_own(expression: Expression) -> bool:
    """Say whether something is a constant or a setting."""
    match expression:
        case Name(id=name):
            return name.isupper()
        case Attribute(value=owner, attribute=name):
            return name.isupper() or last_name(owner) in _OWNERS
        case _:
            return False
