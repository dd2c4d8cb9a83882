"""Whether a value can be false: an empty text, an empty collection, 0."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from chutes_cli.contract.libraries.caches import (
    EMPTY_OR_ZERO,
    EMPTY_TYPES,
    NEVER_EMPTY,
    TEXT_ATTRIBUTES,
    TEXT_TYPES,
    TEXTS,
)
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
    is_starred,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, External, Function, Method, Target

_DEEPEST = 6
_HELD = ("Optional", "Union", "Annotated")
_SIZED = ("__bool__", "__len__")
_BUILT_IN = ("builtins.", "collections.")
_COLLECTS = ("ListComp", "SetComp", "DictComp")


class Truth(Enum):
    """What is known of a value.

    Attributes:
        TEXT: A text or bytes that may be empty.
        EMPTY: Something else of which some value is false.
        OPEN: Nothing is known.
        ALWAYS: Never false; or None, which is what a cache says of nothing.
    """

    TEXT = "text"
    EMPTY = "empty"
    OPEN = "open"
    ALWAYS = "always"


class Truths:
    """Answers what is known of values, with one statement's left out of account.

    Args:
        project: The tree.
        besides: A statement whose value is not looked at: what the cache itself answered.
    """

    def __init__(self, project: Project, besides: Statement) -> None:
        self._project = project
        self._resolver = project.knowledge.resolver
        self._besides = besides

    def of(
        self, module: Module, scope: int, expression: Expression | None, depth: int = 0
    ) -> Truth:
        """Return what is known of an expression."""
        if depth > _DEEPEST:
            return Truth.OPEN
        match expression:
            case Name(id=name):
                return self._name(module, scope, name, depth)
            case Await(value=value) | Operation(operator="or", operands=(*_, value)):
                return self.of(module, scope, value, depth + 1)
            case Operation(operator="?:", operands=(_, *branches)):
                return _joined(self.of(module, scope, each, depth + 1) for each in branches)
            case Call():
                return self._call(module, scope, expression, depth)
            case _:
                return _written(expression)

    def annotated(self, module: Module, scope: int, annotation: Expression | None) -> Truth:
        """Return what an annotation tells of a value."""
        match annotation:
            case Operation(operator="|", operands=parts):
                return self._either(module, scope, parts)
            case Operation(operator="[]", operands=(head, *parts)):
                if last_name(head) in _HELD:
                    return self._either(module, scope, parts)
                return self.annotated(module, scope, head)
            case Name() | Attribute():
                name = self._resolver.dotted(module, scope, annotation)
                if name in TEXT_TYPES:
                    return Truth.TEXT
                return Truth.EMPTY if name in EMPTY_TYPES else Truth.OPEN
            case _:
                return Truth.OPEN

    def _either(self, module: Module, scope: int, parts: Iterable[Expression]) -> Truth:
        return _joined(self.annotated(module, scope, each) for each in parts)

    def _name(self, module: Module, scope: int, name: str, depth: int) -> Truth:
        where, bindings = module.lookup(name, scope)
        found = []
        for each in bindings:
            if each.parameter is not None:
                parent = module.scope(where).parent
                found.append(self.annotated(module, parent, each.parameter.annotation))
            elif each.statement is not self._besides:
                found.append(self.of(module, where, each.value, depth + 1))
        return _joined(found)

    def _call(self, module: Module, scope: int, call: Call, depth: int) -> Truth:
        targets = self._resolver.resolve(module, scope, call.function)
        if not all(isinstance(each, External) for each in targets):
            return _joined(self._result(each, depth) for each in targets)
        if any(getattr(each, "name", "") in EMPTY_OR_ZERO for each in targets):
            return Truth.EMPTY
        name = last_name(call.function)
        if name in NEVER_EMPTY or name[:1].isupper():
            return Truth.ALWAYS
        return Truth.TEXT if name in TEXTS else Truth.OPEN

    def _result(self, callee: Target, depth: int) -> Truth:
        match callee:
            case Function() as function:
                return self._returned(function, depth)
            case Method(function=function):
                return self._returned(function, depth)
            case Class():
                members = self._resolver.members
                found = [each for name in _SIZED for each in members.class_member(callee, name)]
                sized = any(isinstance(each, Function) for each in found)
                built_in = any(each.startswith(_BUILT_IN) for each in members.ancestors(callee))
                return Truth.OPEN if sized or built_in else Truth.ALWAYS
            case _:
                return Truth.OPEN

    def _returned(self, function: Function, depth: int) -> Truth:
        """Return what is known of what a function of the tree returns."""
        scope, module = function.scope, function.module
        if scope.is_generator:
            return Truth.ALWAYS
        values = [
            each.values[0]
            for each in module.statements_in(function.index)
            if each.kind == "return" and each.values
        ]
        found = _joined(self.of(module, function.index, each, depth + 1) for each in values)
        if found is Truth.OPEN:
            found = self.annotated(module, scope.parent, scope.returns)
        return found


def _written(expression: Expression | None) -> Truth:
    """Return what an expression tells by how it is written."""
    match expression:
        case Literal(value=value):
            if value is None or value:
                return Truth.ALWAYS
            return Truth.TEXT if isinstance(value, str | bytes) else Truth.EMPTY
        case Mapping(keys=keys):
            return _display(len(keys), any(each is not None for each in keys))
        case Collection(items=items):
            return _display(len(items), not all(map(is_starred, items)))
        case FormattedText(parts=parts):
            fixed = any(isinstance(each, Literal) for each in parts)
            return Truth.ALWAYS if fixed else Truth.TEXT
        case Opaque(kind=kind):
            return Truth.EMPTY if kind in _COLLECTS else Truth.OPEN
        case Attribute(attribute=name):
            return Truth.TEXT if name in TEXT_ATTRIBUTES else Truth.OPEN
        case _:
            return Truth.OPEN


def _display(parts: int, certain: bool) -> Truth:
    if certain:
        return Truth.ALWAYS
    return Truth.OPEN if parts else Truth.EMPTY


def _joined(found: Iterable[Truth]) -> Truth:
    """Return the least that can be said of several values."""
    every = set(found)
    return next((each for each in Truth if each in every), Truth.OPEN)
