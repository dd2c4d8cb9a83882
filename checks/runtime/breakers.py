"""Circuit breakers that let one call through at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.breakers import CALLS, SERIALISING
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Name, Statement, last_name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, calls_in
from chutes_cli.project.targets import External, Function, Instance, Method

_LOCK = re.compile(r"lock|mutex", re.IGNORECASE)
"""Narrower than the locks of `places`: a semaphore lets several calls through."""
_FAILURES = re.compile(r"fail|error", re.IGNORECASE)
_STATE = re.compile(r"state|open", re.IGNORECASE)


class BreakerSerialises(Check):
    """A circuit breaker holds its lock while the protected call runs.

    ## What it does
    Finds classes that count failures and keep a state, and call a function they are given
    below `with self._lock`; and functions protected by pybreaker, which does the same.

    ## Why it matters
    All calls of the dependency queue up behind one another, each in a thread of its own, for
    as long as the dependency takes: with a slow one the service answers one request at a
    time, which is what a breaker is there to prevent.

    ## Example
    ```python
    import threading
    import time

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        concurrency=8,
    )


    class Breaker:
        def __init__(self):
            self.lock = threading.Lock()
            self.failures = 0
            self.is_open = False

        def call(self, function, *arguments):
            with self.lock:
                if self.is_open:
                    raise HTTPException(status_code=429, detail="try again later")
                try:
                    return function(*arguments)
                except OSError:
                    self.failures += 1
                    self.is_open = self.failures >= 5
                    raise


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    def length(prompt: str) -> int:
        time.sleep(0.3)
        return len(prompt)


    @chute.on_startup()
    async def prepare(self):
        self.breaker = Breaker()


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": self.breaker.call(length, args.prompt)}
    ```

    ## Use instead
    ```python
    import threading
    import time

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        concurrency=8,
    )


    class Breaker:
        def __init__(self):
            self.lock = threading.Lock()
            self.failures = 0
            self.is_open = False

        def call(self, function, *arguments):
            with self.lock:
                if self.is_open:
                    raise HTTPException(status_code=429, detail="try again later")
            try:
                return function(*arguments)
            except OSError:
                with self.lock:
                    self.failures += 1
                    self.is_open = self.failures >= 5
                raise


    class Ask(BaseModel):
        prompt: str = Field(min_length=1, max_length=4000)


    def length(prompt: str) -> int:
        time.sleep(0.3)
        return len(prompt)


    @chute.on_startup()
    async def prepare(self):
        self.breaker = Breaker()


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Ask) -> dict:
        if not isinstance(args, Ask):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": self.breaker.call(length, args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: a thread for every call. pybreaker 1.4.1,
    `CircuitBreaker.call`.
    """

    id = "breaker-serialises"
    category = "runtime"
    severity = Severity.WARNING
    item = "circuit-breakers"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per protected call that runs under a lock."""
        for module in project.modules:
            for statement in module.facts.statements if not module.is_test else ():
                found = [
                    *_given_functions(module, statement),
                    *_protected(project, module, statement),
                ]
                for expression in found:
                    yield self.finding(
                        module, expression.span, statement.scope,
                        "the breaker holds its lock while this runs: calls of the dependency "
                        "wait for one another",
                        "hold the lock only to read and change the state, not during the call",
                    )  # fmt: skip


def _given_functions(module: Module, statement: Statement) -> Iterator[Expression]:
    """Yield the calls of what a breaker's method is given, below its lock."""
    scope = module.scope(statement.scope)
    parameters = {each.name for each in scope.parameters}
    if not _is_locked(module, statement) or not _is_breaker(module, scope.parent):
        return
    for site in calls_in(module, statement):
        match site.expression:
            case Call(function=Name(id=name)) if name in parameters:
                yield site.expression


def _is_locked(module: Module, statement: Statement) -> bool:
    guards = (module.facts.guards[each] for each in module.guards_of(statement.guards))
    return any(
        guard.kind == "with"
        and isinstance(guard.test, Attribute)
        and bool(_LOCK.search(guard.test.attribute))
        for guard in guards
    )


def _is_breaker(module: Module, owner: int) -> bool:
    """Say whether the methods of a class count failures and keep a state."""
    kept = [
        last_name(target)
        for statement in module.facts.statements
        if module.enclosing_class(statement.scope) == owner
        for target in statement.targets
    ]
    return any(map(_FAILURES.search, kept)) and any(map(_STATE.search, kept))


def _protected(project: Project, module: Module, statement: Statement) -> Iterator[Expression]:
    """Yield what a library's breaker is put around: a function called or decorated."""
    for site in calls_in(module, statement):
        match site.expression:
            case Call(function=Attribute(value=owner, attribute=method), arguments=(first, *_)) if (
                method == CALLS and _serialises(project, module, statement.scope, owner)
            ):
                if not _is_async(project, module, statement.scope, first.value):
                    yield site.expression
    if statement.kind == "define" and not module.scope(statement.defines).is_async:
        for decorator in module.scope(statement.defines).decorators:
            if _serialises(project, module, statement.scope, decorator):
                yield decorator


def _serialises(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    for each in project.knowledge.resolver.resolve(module, scope, expression):
        match each:
            case Instance(of=External(name=name)) if name in SERIALISING:
                return True
    return False


def _is_async(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    for each in project.knowledge.resolver.resolve(module, scope, expression):
        match each:
            case (Function() as function) | Method(function=function):
                return function.scope.is_async
    return False
