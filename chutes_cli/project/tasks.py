"""Tasks that code starts on its event loop, and whether it waits for them."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.handing import thread_argument
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Name,
    Opaque,
    Operation,
    Statement,
    last_name,
)
from chutes_cli.project.module import Module
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import External

_STARTERS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.gather"})
_OF_A_LOOP = ("create_task", "ensure_future")
_COLLECTS = frozenset({"append", "add", "extend", "update", "insert", "put_nowait"})


def starts_task(resolver: Resolver, module: Module, scope: int, call: Call) -> bool:
    """Say whether a call starts a task that nothing but its own loop waits for.

    A ``TaskGroup`` waits for its own tasks.
    """
    names = [
        each.name
        for each in resolver.resolve(module, scope, call.function)
        if isinstance(each, External)
    ]
    if any(name in _STARTERS for name in names):
        return True
    match call.function:
        case Name():  # `spawn = asyncio.get_running_loop().create_task`
            return any(
                name.startswith("asyncio.")
                and name.endswith(_OF_A_LOOP)
                and "TaskGroup" not in name
                for name in names
            )
        case Attribute(value=owner, attribute=method) if method in _OF_A_LOOP:
            if names:
                return any(name.startswith("asyncio.") and "TaskGroup" not in name
                           for name in names)  # fmt: skip
            return "loop" in (_held_in(owner) or "")
    return False


def handed_to_thread(
    resolver: Resolver, module: Module, scope: int, call: Call
) -> Expression | None:
    """Return the function that a call runs in a thread and gives the result of, if it does."""
    called = resolver.dotted(module, scope, call.function) or f".{last_name(call.function)}"
    place = thread_argument(called)
    if place is None or len(call.arguments) <= place:
        return None
    return call.arguments[place].value


def is_awaited(
    module: Module, statement: Statement, call: Call, *, with_nested: bool = True
) -> bool:
    """Say whether the function that starts a task waits for it, ends it or hands it on.

    Followed through names, attributes, lists it is put into, and loops over these.

    Args:
        module: The module.
        statement: The statement that starts the task.
        call: The call that does.
        with_nested: Whether functions inside that one count, which may run much later.
    """
    if statement.kind == "return" or _is_below_await(statement, call):
        return True
    names = _names_of(statement, call)
    if not names:
        return False
    nested = _statements_with_nested(module, statement.scope)
    body = [each for each in nested if with_nested or each.scope == statement.scope]
    while True:
        more = {name for each in body for name in _passed_on(each, names)} - names
        if not more:
            break
        names |= more
    return any(settles(each, names) for each in body if each is not statement)


def _is_below_await(statement: Statement, call: Call) -> bool:
    return any(
        isinstance(each, Await) and any(inner is call for inner in each.walk())
        for each in statement.expressions()
    )


def _names_of(statement: Statement, call: Call) -> set[str]:
    """Return the names that a statement gives a task, or a collection it puts it into."""
    targets = statement.targets if statement.kind in ("assign", "annotate", "augment") else ()
    found = {name for target in targets for name in _bound(target)}
    for expression in statement.expressions():
        match expression:
            case Call(function=Attribute(value=owner, attribute=method), arguments=arguments) if (
                method in _COLLECTS
                and any(inner is call for each in arguments for inner in each.value.walk())
            ):
                found |= _bound(owner)
            case Opaque(kind="NamedExpr", names=names):
                found |= set(names)
    return found


def _passed_on(statement: Statement, names: set[str]) -> Iterator[str]:
    """Yield what else holds a task: collections it is put into, loop variables over these."""
    for expression in statement.expressions():
        match expression:
            case Call(function=Attribute(value=owner, attribute=method), arguments=arguments) if (
                method in _COLLECTS and any(_mentions(each.value, names) for each in arguments)
            ):
                yield from _bound(owner)
    if statement.kind in ("for", "assign") and any(
        _mentions(each, names) for each in statement.values
    ):
        for target in statement.targets:
            yield from _bound(target)


def settles(statement: Statement, names: set[str]) -> bool:
    """Say whether a statement waits for a task, cancels it or returns it.

    One whose ``result()`` is asked for has ended: until then, that raises.
    """
    if statement.is_async or statement.kind == "return":
        return any(_mentions(each, names) for each in statement.values)
    for expression in statement.expressions():
        match expression:
            case Await(value=value) if _mentions(value, names):
                return True
            case Call(function=Attribute(value=owner, attribute="cancel" | "result")) if (
                _held_in(owner) in names
            ):
                return True
    return False


def _mentions(expression: Expression, names: set[str]) -> bool:
    match expression:
        case Call(function=Name(id="len"), arguments=(one,)) if _held_in(one.value):
            return False  # how many there are
    if _held_in(expression) in names:
        return True
    return any(_mentions(each, names) for each in expression.children())


def _bound(target: Expression) -> set[str]:
    """Return what an assignment target, or the owner of a collection's method, is."""
    match target:
        case Collection(items=items):
            return {name for item in items for name in _bound(item)}
        case Operation(operands=(value, *_)):  # an item of something, or a starred name
            return _bound(value)
        case _:
            name = _held_in(target)
            return {name} if name else set()


def _held_in(expression: Expression) -> str | None:
    """Return how a place that can hold a task is spelled, attributes with their dot."""
    match expression:
        case Name(id=name) | Opaque(kind="Bound", names=(name,)):
            return name
        case Attribute(attribute=name):
            return f".{name}"
        case _:
            return None


def _statements_with_nested(module: Module, scope: int) -> list[Statement]:
    """Return the statements of a function and of those defined in it."""
    inside = {scope}
    for index, each in enumerate(module.facts.scopes):
        if each.parent in inside:
            inside.add(index)
    return [each for each in module.facts.statements if each.scope in inside]
