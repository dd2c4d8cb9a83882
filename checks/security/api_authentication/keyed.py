"""Whether something was made by a keyed hash, in whatever text it is written."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.hashes import (
    DIGESTS,
    KEYED,
    KEYED_BY,
    WRITES,
    WRITTEN,
)
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Opaque,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from ..production import functions_of, library_names, made_by

_DEEPEST = 10
"""Functions that return what others return, texts made of texts."""
_SHORTEST = 16
"""Characters of a signature that is cut off: fewer choose a shard or a bucket."""


def is_keyed(project: Project, place: Placed, depth: int = 0) -> bool:
    """Say whether something is the result of a keyed hash, or a text that holds it."""
    module, scope, held = project.knowledge.evaluator.held(*place)
    if depth > _DEEPEST:
        return False
    if isinstance(held, Call) and _is_made(project, (module, scope, held)):
        return True
    inner = [(module, scope, part) for part in written_from(held)]
    if isinstance(held, Call):
        inner += _of_call(project, module, scope, held)
    return any(is_keyed(project, each, depth + 1) for each in inner)


def _is_made(project: Project, place: Placed) -> bool:
    """Say whether a call makes a keyed hash, or gives the digest of an object that does."""
    module, scope, call = place
    assert isinstance(call, Call)
    resolver = project.knowledge.resolver
    names = library_names(resolver.resolve(module, scope, call.function))
    if names & KEYED or (names & KEYED_BY.keys() and _has_key(call)):
        return True
    match call.function:
        case Attribute(value=owner, attribute=method) if method in DIGESTS:
            return bool(made_by(resolver.resolve(module, scope, owner)) & KEYED)
        case _:
            return False


def _has_key(call: Call) -> bool:
    return any(each.keyword in KEYED_BY.values() for each in call.arguments)


def written_from(expression: Expression) -> Iterator[Expression]:
    """Yield what a text is made of, or written in another way."""
    match expression:
        case Await(value=inner) | Opaque(kind="NamedExpr", parts=(inner,)):
            yield inner
        case FormattedText(parts=parts):
            yield from parts
        case Operation(operator="+" | "or", operands=several):
            yield from several
        case Operation(operator="?:", operands=(_, *either)):
            yield from either
        case Operation(operator="[]", operands=(whole, Operation(operator=":") as part)):
            if not _is_short(part):
                yield whole
        case Call(function=Attribute(value=owner, attribute=method), arguments=arguments):
            if method in WRITTEN | DIGESTS:
                yield owner
            elif method == "join":
                for each in arguments:
                    yield from each.value.items if isinstance(each.value, Collection) else ()


def _is_short(part: Operation) -> bool:
    match part.operands:
        case (_, Literal(value=int(end)), *_):
            return 0 <= end < _SHORTEST
        case _:
            return False


def _of_call(project: Project, module: Module, scope: int, call: Call) -> Iterator[Placed]:
    """Yield what a function writes in another way, and what one of the tree returns."""
    targets = project.knowledge.resolver.resolve(module, scope, call.function)
    if library_names(targets) & WRITES:
        yield from ((module, scope, each.value) for each in call.arguments[:1])
    match project.knowledge.evaluator.held(module, scope, call.function):
        case at, where, Opaque(kind="Lambda", parts=(*_, body)):
            yield at, where, body
    for function in functions_of(targets):
        for statement in function.module.statements_in(function.index):
            if statement.kind == "return":
                yield from ((function.module, function.index, each) for each in statement.values)
