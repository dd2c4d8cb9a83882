"""Which exposures a statement can run under, read off the guards around it."""

from __future__ import annotations

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from chutes_cli.project.module import Module

EXPOSURES = frozenset({"gateway", "direct"})


def exposures_at(module: Module, guards: int) -> frozenset[str]:
    """Return the exposures under which statements behind a guard can run.

    Code guarded by comparing something named ``exposure`` with ``gateway`` or ``direct``
    belongs to that exposure alone, code for development runs to none; everything else runs
    under both.
    """
    allowed = EXPOSURES
    for index in module.guards_of(guards):
        guard = module.facts.guards[index]
        if guard.kind in ("if", "else") and guard.test is not None:
            allowed &= _under(module, guard.test, holds=guard.kind == "if")
    return allowed


def _under(module: Module, test: Expression, *, holds: bool) -> frozenset[str]:
    match test:
        case Name(id=name) if (meant := _constant(module, name)) is not None:
            return _under(module, meant, holds=holds)
        case Operation(operator="not", operands=(inner,)):
            return _under(module, inner, holds=not holds)
        case Operation(operator="and" | "or" as joint, operands=parts):
            sides = [_under(module, part, holds=holds) for part in parts]
            both = (joint == "and") == holds
            return frozenset.intersection(*sides) if both else frozenset.union(*sides)
        case Operation(operator="==" | "!=" as compare, operands=(left, right)) if _is_dev_mode(
            left
        ) or _is_dev_mode(right):
            asked = right if _is_dev_mode(left) else left
            is_on = isinstance(asked, Literal) and str(asked.value).lower() in ("true", "1")
            return frozenset() if (compare == "==") == holds == is_on else EXPOSURES
        case Operation(operator="==" | "!=" | "is" | "is not" as compare, operands=(left, right)):
            named = _literal(right) if _is_exposure(left) else None
            named = named or (_literal(left) if _is_exposure(right) else None)
            if named is None:
                return EXPOSURES
            equal = (compare in ("==", "is")) == holds
            return frozenset({named}) if equal else EXPOSURES - {named}
        case Operation(
            operator="in" | "not in" as compare, operands=(left, Collection(items=items))
        ) if _is_exposure(left):
            named_all = frozenset(filter(None, map(_literal, items)))
            return named_all if (compare == "in") == holds else EXPOSURES - named_all
        case _:
            return EXPOSURES


def _constant(module: Module, name: str) -> Expression | None:
    """Return the comparison that a name at the top of a module holds."""
    _, bindings = module.lookup(name, 0)
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
    return value if isinstance(value, Operation) else None


def _is_dev_mode(expression: Expression) -> bool:
    """Say whether an expression asks for what ``chutes run --dev`` sets (SDK run.py)."""
    return any(
        isinstance(each, Literal) and each.value == "CHUTES_DEV_MODE" for each in expression.walk()
    )


def _is_exposure(expression: Expression) -> bool:
    match expression:
        case Name(id=name) | Attribute(attribute=name) | Literal(value=str(name)):
            return name.lower() == "exposure" or name.lower().endswith("_exposure")
        case Operation(operator="[]", operands=(_, key)):  # os.environ["EXPOSURE"]
            return _is_exposure(key)
        case Call(function=Attribute(attribute="get" | "getenv"), arguments=(key, *_)):
            return _is_exposure(key.value)
        case Call(function=Name(id="getenv"), arguments=(key, *_)):
            return _is_exposure(key.value)
        case Call(function=Attribute(value=text, attribute="lower" | "strip" | "casefold")):
            return _is_exposure(text)
        case _:
            return False


def _literal(expression: Expression) -> str | None:
    match expression:
        case Literal(value=str(text)) if text in EXPOSURES:
            return text
        case Attribute(attribute=name) if name.lower() in EXPOSURES:
            return name.lower()
        case _:
            return None
