"""How often a loop goes round at most, as far as the source tells."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Parameter,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.schemas import Shape
from chutes_cli.project.targets import Class, Function, Instance
from chutes_cli.project.values import Known, Unknown, Value

_BATCHES = frozenset({"batched", "chunked", "islice", "ichunked"})
_SAME_LENGTH = frozenset(
    {"enumerate", "reversed", "sorted", "list", "tuple", "set", "iter", "aiter", "tqdm",
     "as_completed"}
)  # fmt: skip
_OF_ALL = frozenset({"zip", "map", "filter"})
"""Go round as often as the shortest of what they are given; nothing is known of a function."""
_OF_A_MAPPING = frozenset({"items", "keys", "values", "copy"})
_COMPREHENSIONS = frozenset({"ListComp", "SetComp", "GeneratorExp"})
_LENGTH, _NUMBER = "length", "number"
_DEEPEST = 8
"""Names for names; also ends ``a = b``, ``b = a``."""


class Turns:
    """Answers how often loops go round and how large numbers are; infinite where nothing tells."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._evaluator = project.knowledge.evaluator
        self._resolver = project.knowledge.resolver

    def of(self, module: Module, scope: int, kind: str, test: Expression) -> float:
        """Return how often a loop goes round at most.

        Args:
            module: The module it stands in.
            scope: The scope it stands in.
            kind: ``for`` or ``while``.
            test: What it goes over, or its condition.
        """
        if kind == "for":
            return self._most(module, scope, test, 0, _LENGTH)
        parts = test.operands if isinstance(test, Operation) and test.operator == "and" else (test,)
        return min(self._while(module, scope, each) for each in parts)

    def _while(self, module: Module, scope: int, test: Expression) -> float:
        match test:
            case Operation(operator="<" | "<=", operands=(_, right)):
                return self._most(module, scope, right, 0, _NUMBER)
            case Operation(operator=">" | ">=", operands=(left, _)):
                return self._most(module, scope, left, 0, _NUMBER)
            case _ if any(_is_batch(each) for each in test.walk()):
                return 1
            case _:
                return math.inf

    def _most(
        self, module: Module, scope: int, expression: Expression, depth: int, of: str
    ) -> float:
        """Return the largest length, or number, that an expression may have."""
        told = _told(self._evaluator.value(module, scope, expression), of)
        if told is not None or depth > _DEEPEST:
            return math.inf if told is None else told
        match expression:
            case (
                Operation(operator="or", operands=parts)
                | Operation(operator="?:", operands=(_, *parts))
            ):
                return max(self._most(module, scope, each, depth + 1, of) for each in parts)
            case Attribute():
                return self._attribute(module, scope, expression, depth, of)
            case Name():
                return self._name(module, scope, expression, depth, of)
            case _ if of == _NUMBER:
                return self._number(module, scope, expression, depth)
            case Call():
                return self._gone_over(module, scope, expression, depth)
            case _:
                return self._length(module, scope, expression, depth)

    def _length(self, module: Module, scope: int, over: Expression, depth: int) -> float:
        match over:
            case Collection(items=items):
                return sum(self._part(module, scope, each, depth) for each in items)
            case Mapping(keys=keys) if None not in keys:
                return len(keys)
            case Operation(
                operator="[]",
                operands=(whole, Operation(operator=":", operands=(first, last, *_))),
            ):
                return min(
                    self._most(module, scope, whole, depth + 1, _LENGTH),
                    self._between(module, scope, first, last, depth),
                )
            case Opaque(kind=kind, names=names, parts=(inner, *more)) if (
                kind in _COMPREHENSIONS and 1 in (len(names), len(more))  # one loop
            ):
                return self._most(module, scope, inner, depth + 1, _LENGTH)
            case _:
                return math.inf

    def _part(self, module: Module, scope: int, item: Expression, depth: int) -> float:
        """Return how many items one part of a display stands for."""
        match item:
            case Operation(operator="*", operands=(inner,)):
                return self._most(module, scope, inner, depth + 1, _LENGTH)
            case _:
                return 1

    def _gone_over(self, module: Module, scope: int, call: Call, depth: int) -> float:
        """Return the length of what a call gives."""
        match call:
            case Call(function=Name(id="range"), arguments=ends):
                return self._range(module, scope, [each.value for each in ends], depth)
            case Call(
                function=Name(id=name) | Attribute(value=Name(), attribute=name),
                arguments=(first, *_),
            ) if name in _SAME_LENGTH:
                return self._most(module, scope, first.value, depth + 1, _LENGTH)
            case Call(function=Name(id=name), arguments=several) if name in _OF_ALL:
                return min(
                    (self._most(module, scope, each.value, depth + 1, _LENGTH) for each in several),
                    default=0,
                )
            case Call(
                function=Name(id="islice") | Attribute(attribute="islice"),
                arguments=(whole, *ends),
            ):
                return min(
                    self._most(module, scope, whole.value, depth + 1, _LENGTH),
                    self._range(module, scope, [each.value for each in ends], depth),
                )
            case Call(function=Attribute(value=whole, attribute=name)) if name in _OF_A_MAPPING:
                return self._most(module, scope, whole, depth + 1, _LENGTH)
            case _:
                if _is_batch(call):
                    return 1
                given = self._resolver.results.only(module, scope, call.function)
                return self._most(*given, depth + 1, _LENGTH) if given is not None else math.inf

    def _range(self, module: Module, scope: int, values: Sequence[Expression], depth: int) -> float:
        """Return the length of ``range(*values)``."""
        if not 0 < len(values) < 4:
            return math.inf
        if len(values) == 3:
            step = self._evaluator.value(module, scope, values[2])
            if not isinstance(step, Known):
                return 1  # a step that is worked out cuts what is there into pieces
            match step.value:
                case int(size) if size > 0:
                    most = self._between(module, scope, values[0], values[1], depth)
                case int(size) if size < 0:
                    most = self._between(module, scope, values[1], values[0], depth)
                case _:
                    return math.inf
            return math.ceil(most / abs(size)) if most < math.inf else most
        if len(values) == 2:
            return self._between(module, scope, values[0], values[1], depth)
        return self._most(module, scope, values[0], depth + 1, _NUMBER)

    def _between(
        self, module: Module, scope: int, first: Expression, last: Expression, depth: int
    ) -> float:
        end = self._most(module, scope, last, depth + 1, _NUMBER)
        begin = self._evaluator.value(module, scope, first)
        start = begin.value if isinstance(begin, Known) and isinstance(begin.value, int) else 0
        if start < 0 and isinstance(last, Literal) and last.value is None:
            return -start  # the last few
        return end - start if end >= start >= 0 else math.inf

    def _number(self, module: Module, scope: int, number: Expression, depth: int) -> float:
        def most(each: Expression) -> float:
            return self._most(module, scope, each, depth + 1, _NUMBER)

        match number:
            case Call(function=Name(id="min" | "max" as name), arguments=several):
                numbers = [most(each.value) for each in several if each.keyword is None]
                return (min if name == "min" else max)(numbers, default=math.inf)
            case Call(function=Name(id="len"), arguments=(one,)):
                return self._most(module, scope, one.value, depth + 1, _LENGTH)
            case Call(function=Name(id="int" | "float" | "abs" | "round"), arguments=(one, *_)):
                return most(one.value)
            case Operation(operator="+", operands=(left, right)):
                return most(left) + most(right)
            case Operation(operator="*", operands=(left, right)):
                return most(left) * most(right)
            case Operation(operator="-", operands=(left, _)):
                return most(left)
            case Operation(operator="//" | "/" as operator, operands=(left, right)):
                share = most(left) / self._divisor(module, scope, right)
                return math.floor(share) if operator == "//" and share < math.inf else share
            case Operation(operator="%", operands=(left, right)):
                return min(most(left), most(right))
            case Call():
                return _unset(self._evaluator.value(module, scope, number))
            case _:
                return math.inf

    def _divisor(self, module: Module, scope: int, number: Expression) -> float:
        """Return what something is divided by, 1 where nothing tells."""
        match self._evaluator.value(module, scope, number):
            case Known(value=int() | float() as divisor) if divisor > 0:
                return divisor
            case _:
                return 1

    def _name(self, module: Module, scope: int, name: Name, depth: int, of: str) -> float:
        where, bindings = module.lookup(name.id, scope)
        match bindings:
            case [Binding(parameter=Parameter() as parameter)]:
                passed = self._resolver.callers.every(Function(module, where), parameter)
                return max((self._most(*each, depth + 1, of) for each in passed), default=math.inf)
            case [Binding(value=Expression() as held) as binding]:
                if self._evaluator.changes(module, where, binding):
                    of_imports = (where, of) == (0, _LENGTH)
                    return self._filled(module, name, held) if of_imports else math.inf
                return self._most(module, where, held, depth + 1, of)
            case _:
                return math.inf

    def _filled(self, module: Module, name: Name, display: Expression) -> float:
        """Return how long a list is that nothing but decorators adds to."""
        tables = self._resolver.tables
        total = len(display.children())
        for at_module, scope, value in tables.held(module, 0, name):
            if value in display.children():
                continue
            functions = [
                function
                for part in value.walk()
                for function in tables.registered((at_module, scope, part))
            ]
            if not functions:
                return math.inf
            total += len(functions)
        return total

    def _attribute(
        self, module: Module, scope: int, expression: Attribute, depth: int, of: str
    ) -> float:
        found = []
        for owner in self._resolver.resolve(module, scope, expression.value):
            match owner:
                case Instance(of=Class() as model) if self._project.schemas.is_model(model):
                    for field in self._project.schemas.fields(model):
                        if field.name == expression.attribute:
                            found.append(_bound(field.shape, of))
                case Instance():
                    found.append(self._kept(owner, expression.attribute, depth, of))
        return max(found, default=math.inf)

    def _kept(self, owner: Instance, name: str, depth: int, of: str) -> float:
        members = self._resolver.members
        if members.is_changed(owner, name):
            return math.inf
        return max(
            (self._most(site.module, site.scope, value, depth + 1, of)
             for site, value in members.stores(owner, name)),
            default=math.inf,
        )  # fmt: skip


def _told(value: Value, of: str) -> float | None:
    """Return the length or number that a value is, None where it is neither."""
    if of == _LENGTH:
        return len(value.value) if isinstance(value, Known) and _has_length(value.value) else None
    match value:
        case Known(value=int() | float() as number):
            return number
        case _:
            return None


def _unset(value: Value) -> float:
    """Return the number that is asked of the environment, where it says nothing."""
    match value:
        case Unknown(likely=str(text)) if text.isdecimal():
            return int(text)
        case _:
            return math.inf


def _has_length(value: object) -> bool:
    return hasattr(value, "__len__")


def _bound(shape: Shape, of: str) -> float:
    """Return the largest value or length that a field accepts."""
    if shape.kind == "union":
        return max((_bound(each, of) for each in shape.items), default=math.inf)
    names = ("max_length",) if of == _LENGTH else ("le", "lt")
    for name in names:
        match shape.bounds.get(name):
            case Known(value=int() | float() as most):
                return most
    return math.inf


def _is_batch(expression: Expression) -> bool:
    match expression:
        case Call(function=Name(id=name) | Attribute(attribute=name)):
            return name in _BATCHES
        case _:
            return False
