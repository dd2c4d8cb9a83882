"""How often a loop goes round at most, as far as the source tells."""

from __future__ import annotations

import math

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.schemas import Shape
from chutes_cli.project.targets import Class, Function, Instance
from chutes_cli.project.values import Known

_BATCHES = frozenset({"batched", "chunked", "islice", "ichunked"})
_SAME_LENGTH = frozenset(
    {"enumerate", "reversed", "sorted", "list", "tuple", "set", "iter", "aiter", "tqdm"}
)
_OF_A_MAPPING = frozenset({"items", "keys", "values", "copy"})
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
            return self._length(module, scope, test, 0)
        parts = test.operands if isinstance(test, Operation) and test.operator == "and" else (test,)
        return min(self._while(module, scope, each) for each in parts)

    def _while(self, module: Module, scope: int, test: Expression) -> float:
        match test:
            case Operation(operator="<" | "<=", operands=(_, right)):
                return self._most(module, scope, right, 0)
            case Operation(operator=">" | ">=", operands=(left, _)):
                return self._most(module, scope, left, 0)
            case _ if any(_is_batch(each) for each in test.walk()):
                return 1
            case _:
                return math.inf

    def _length(self, module: Module, scope: int, over: Expression, depth: int) -> float:
        known = self._evaluator.value(module, scope, over)
        if isinstance(known, Known) and hasattr(known.value, "__len__"):
            return len(known.value)
        if depth > _DEEPEST:
            return math.inf
        match over:
            case Call(function=Name(id="range")):
                return self._range(module, scope, over, depth)
            case Call(function=Name(id=name), arguments=(first, *_)) if name in _SAME_LENGTH:
                return self._length(module, scope, first.value, depth + 1)
            case Call(function=Name(id="zip"), arguments=several):
                sizes = [self._length(module, scope, each.value, depth + 1) for each in several]
                return min(sizes, default=0)
            case Call(function=Attribute(value=whole, attribute=name)) if name in _OF_A_MAPPING:
                return self._length(module, scope, whole, depth + 1)
            case Call() if _is_batch(over):
                return 1
            case Operation(
                operator="[]",
                operands=(whole, Operation(operator=":", operands=(first_end, last, *_))),
            ):
                whole_length = self._length(module, scope, whole, depth + 1)
                return min(whole_length, self._between(module, scope, first_end, last, depth))
            case Opaque(kind="ListComp", parts=(inner, _)):
                return self._length(module, scope, inner, depth + 1)
            case Attribute():
                return self._attribute(module, scope, over, depth, of="length")
            case Name():
                return self._name(module, scope, over, depth, of="length")
            case _:
                return math.inf

    def _range(self, module: Module, scope: int, call: Call, depth: int) -> float:
        values = [each.value for each in call.arguments]
        if not 0 < len(values) < 4:
            return math.inf
        if len(values) == 3:
            step = self._evaluator.value(module, scope, values[2])
            if not isinstance(step, Known):
                return 1  # a step that is worked out cuts what is there into pieces
            if not isinstance(step.value, int) or step.value == 0:
                return math.inf
            first, last = values[:2] if step.value > 0 else values[1::-1]
            most = self._between(module, scope, first, last, depth)
            return math.ceil(most / abs(step.value)) if most < math.inf else most
        if len(values) == 2:
            return self._between(module, scope, values[0], values[1], depth)
        return self._most(module, scope, values[0], depth + 1)

    def _between(
        self, module: Module, scope: int, first: Expression, last: Expression, depth: int
    ) -> float:
        end = self._most(module, scope, last, depth + 1)
        if isinstance(last, Literal) and last.value is None:
            return math.inf
        begin = self._evaluator.value(module, scope, first)
        start = begin.value if isinstance(begin, Known) and isinstance(begin.value, int) else 0
        return end - start if end >= start >= 0 else math.inf

    def _most(self, module: Module, scope: int, number: Expression, depth: int) -> float:
        known = self._evaluator.value(module, scope, number)
        if isinstance(known, Known):
            return known.value if isinstance(known.value, int | float) else math.inf
        if depth > _DEEPEST:
            return math.inf
        match number:
            case Call(function=Name(id="min"), arguments=several) if len(several) > 1:
                return min(self._most(module, scope, each.value, depth + 1) for each in several)
            case Call(function=Name(id="max"), arguments=several) if len(several) > 1:
                return max(self._most(module, scope, each.value, depth + 1) for each in several)
            case Call(function=Name(id="len"), arguments=(one,)):
                return self._length(module, scope, one.value, depth + 1)
            case Call(function=Name(id="int" | "abs" | "round"), arguments=(one, *_)):
                return self._most(module, scope, one.value, depth + 1)
            case Operation(operator="+" | "*" as operator, operands=(left, right)):
                sides = [self._most(module, scope, each, depth + 1) for each in (left, right)]
                return sum(sides) if operator == "+" else math.prod(sides)
            case Operation(operator="-" | "%" | "//" | "/", operands=(left, _)):
                return self._most(module, scope, left, depth + 1)
            case Operation(operator="or", operands=parts):
                return max(self._most(module, scope, each, depth + 1) for each in parts)
            case Attribute():
                return self._attribute(module, scope, number, depth, of="number")
            case Name():
                return self._name(module, scope, number, depth, of="number")
            case _:
                return math.inf

    def _name(self, module: Module, scope: int, name: Name, depth: int, *, of: str) -> float:
        where, bindings = module.lookup(name.id, scope)
        binding = bindings[0] if len(bindings) == 1 else None
        if binding is not None and binding.kind == "parameter" and binding.parameter is not None:
            passed = self._resolver.callers.every(Function(module, where), binding.parameter)
            return max((self._one(*each, depth + 1, of) for each in passed), default=math.inf)
        if binding is None or binding.kind != "value" or binding.value is None:
            return math.inf
        if self._evaluator.changes(module, where, binding):
            return math.inf
        return self._one(module, where, binding.value, depth + 1, of)

    def _attribute(
        self, module: Module, scope: int, expression: Attribute, depth: int, *, of: str
    ) -> float:
        found = []
        for owner in self._resolver.resolve(module, scope, expression.value):
            match owner:
                case Instance(of=Class() as model) if self._project.schemas.is_model(model):
                    for field in self._project.schemas.fields(model):
                        if field.name == expression.attribute:
                            found.append(_bound(field.shape, of))
                case Instance(of=of_class):
                    stores = self._resolver.members.stores(owner, expression.attribute)
                    if len(stores) == 1:
                        site, value = stores[0]
                        found.append(self._one(site.module, site.scope, value, depth + 1, of))
                    elif stores and all(isinstance(value, Collection) for _, value in stores):
                        found.append(max(len(value.children()) for _, value in stores))
                    elif isinstance(of_class, Class) and not stores:
                        found.append(math.inf)
        return max(found, default=math.inf)

    def _one(
        self, module: Module, scope: int, expression: Expression, depth: int, of: str
    ) -> float:
        if of == "length":
            return self._length(module, scope, expression, depth)
        return self._most(module, scope, expression, depth)


def _bound(shape: Shape, of: str) -> float:
    """Return the largest value or length that a field accepts."""
    if shape.kind == "union":
        return max((_bound(each, of) for each in shape.items), default=math.inf)
    names = ("max_length",) if of == "length" else ("le", "lt")
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
