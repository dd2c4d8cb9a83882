"""What a function certainly returns or yields, as far as the source tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chutes_cli.project.facts import (
    Await,
    Call,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
    Yield,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, External, Function, Method

from .body import asks_type

_LONGEST_CHAIN = 8
"""Names that stand for names, helpers that return helpers; also ends a recursion."""
_TRANSPARENT = frozenset(
    {"builtins.staticmethod", "builtins.classmethod", "functools.cache", "functools.lru_cache",
     "functools.wraps", "torch.no_grad", "torch.inference_mode"}
)  # fmt: skip
"""Decorators that leave alone what a function returns."""


@dataclass(frozen=True, slots=True)
class Value:
    """An expression that something certainly is.

    Attributes:
        module: The module it is written in.
        scope: The scope it is evaluated in.
        expression: The expression, names and conditions followed.
        awaited: Whether it is awaited.
        shown: What of the first expression it stands for: where to point.
    """

    module: Module
    scope: int
    expression: Expression
    shown: Expression
    awaited: bool = False

    def part(self, expression: Expression) -> Value:
        """Return a part of it; the place to point to goes with it as long as it is in view."""
        shown = expression if self.shown is self.expression else self.shown
        return Value(self.module, self.scope, expression, shown)


def returned(function: Function) -> Iterator[tuple[Statement, Value]]:
    """Yield every value that a function's own return statements give."""
    module = function.module
    for statement in module.statements_in(function.index):
        for expression in statement.values if statement.kind == "return" else ():
            if not _is_narrowed(module, statement, expression):
                first = Value(module, function.index, expression, expression)
                yield from ((statement, each) for each in alternatives(first))


def yielded(function: Function) -> Iterator[tuple[Value, bool]]:
    """Yield every value that a function yields, and whether it is delegated to."""
    module = function.module
    for statement in module.statements_in(function.index):
        for expression in statement.expressions():
            match expression:
                case Yield(value=Expression() as value, delegated=delegated):
                    first = Value(module, function.index, value, value)
                    yield from ((each, delegated) for each in alternatives(first))


def alternatives(value: Value, depth: int = 0) -> Iterator[Value]:
    """Yield what a value can be: both branches of a condition, what a name is assigned once."""
    if depth > _LONGEST_CHAIN:
        return
    match value.expression:
        case Operation(operator="?:", operands=(_, *branches)):
            parts = [value.part(each) for each in branches]
        case Operation(operator="or", operands=operands):
            parts = [value.part(each) for each in operands]
        case Operation(operator="and", operands=(*_, last)):
            parts = [value.part(last)]
        case Opaque(kind="NamedExpr", parts=(inner,)):
            parts = [value.part(inner)]
        case Await(value=inner):
            parts = [replace(value.part(inner), awaited=True)]
        case Name(id=name):
            found = _assigned(value, name)
            parts = [] if found is None else [found]
        case _:
            parts = []
    if not parts:
        yield value
    for part in parts:
        awaited = part.awaited or value.awaited
        yield from alternatives(replace(part, awaited=awaited), depth + 1)


def _assigned(value: Value, name: str) -> Value | None:
    """Return what a name holds that is assigned once, None for any other name."""
    _, bindings = value.module.lookup(name, value.scope)
    match [(each.value, each.statement) for each in bindings]:
        case [(Expression() as held, Statement(kind=kind, scope=scope))] if kind != "with":
            return Value(value.module, scope, held, value.shown)
        case _:
            return None


def _is_narrowed(module: Module, statement: Statement, expression: Expression) -> bool:
    """Say whether a condition around a returned name asks for its type.

    What is left after ``if not isinstance(args, Input): raise`` is an Input, and no surprise.
    """
    if not isinstance(expression, Name):
        return False
    guards = [module.facts.guards[each] for each in module.guards_of(statement.guards)]
    return any(
        guard.test is not None
        and asks_type(guard.test, expression.id)
        and not (guard.kind == "else" and _is_negated(guard.test))
        for guard in guards
    )


def _is_negated(test: Expression) -> bool:
    return isinstance(test, Operation) and test.operator == "not"


def called(project: Project, value: Value) -> Function | None:
    """Return the one function of the tree whose result a value is, None for anything else."""
    if not isinstance(value.expression, Call):
        return None
    targets = project.knowledge.resolver.resolve(
        value.module, value.scope, value.expression.function
    )
    if len(targets) != 1 or not isinstance(targets[0], Function | Method):
        return None
    function = targets[0].function if isinstance(targets[0], Method) else targets[0]
    return function if is_bare(project, function, None) else None


def is_bare(project: Project, function: Function, registration: Expression | None) -> bool:
    """Say whether no decorator but its registration can change what a function returns."""
    for decorator in function.scope.decorators:
        callee = decorator.function if isinstance(decorator, Call) else decorator
        dotted = project.knowledge.resolver.dotted(function.module, function.scope.parent, callee)
        if decorator is not registration and dotted not in _TRANSPARENT:
            return False
    return True


def generator_kind(project: Project, value: Value, depth: int = 0) -> str | None:
    """Return ``a generator`` or ``an async generator`` where a value certainly is one."""
    if isinstance(value.expression, Opaque) and value.expression.kind == "GeneratorExp":
        return "a generator"
    function = called(project, value)
    if function is None or depth > _LONGEST_CHAIN:
        return None
    if function.scope.is_generator:
        return "an async generator" if function.scope.is_async else "a generator"
    if function.scope.is_async and not value.awaited:
        return None
    kinds = {generator_kind(project, each, depth + 1) for _, each in returned(function)}
    return kinds.pop() if len(kinds) == 1 else None


def is_coroutine(project: Project, value: Value) -> bool:
    """Say whether a value is what an async function gives before it is awaited."""
    function = called(project, value)
    if function is None or value.awaited:
        return False
    return function.scope.is_async and not function.scope.is_generator


def made_of(project: Project, value: Value) -> Class | External | None:
    """Return the one class or external function that a call calls, None for anything else."""
    if not isinstance(value.expression, Call):
        return None
    targets = project.knowledge.resolver.resolve(
        value.module, value.scope, value.expression.function
    )
    if len(targets) != 1 or not isinstance(targets[0], Class | External):
        return None
    return targets[0]
