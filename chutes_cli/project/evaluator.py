"""What expressions evaluate to, by the source alone."""

from __future__ import annotations

import re
from typing import Any

from chutes_cli.project import facts
from chutes_cli.project.callers import Placed
from chutes_cli.project.displays import Turn, copies, picked, spreads
from chutes_cli.project.fields import Fields
from chutes_cli.project.module import Binding, Module, Site, bound_names
from chutes_cli.project.questions import Questions
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, External, Function, Instance, ModuleTarget
from chutes_cli.project.values import (
    CONVERSIONS,
    LONGEST_TEXT,
    OPERATORS,
    Known,
    Unknown,
    Value,
    applied,
    hashable,
    is_small,
    seconds_of,
)

_MOST_OPEN = 100
_DEEPEST = 20
"""Names for names for a display; also ends ``a = b``, ``b = a``."""
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
"""Jinja's: sources are read before they are rendered."""


class Evaluator:
    """Evaluates expressions without running anything of the audited tree.

    Args:
        resolver: What names stand for.
        turn: The turn of the loops around, for what their names hold in it.
    """

    def __init__(self, resolver: Resolver, turn: Turn = ()) -> None:
        self._resolver = resolver
        self._turn = dict(turn)
        self.fields = Fields(resolver)
        self._questions: Questions[Value] = Questions(Unknown(), _MOST_OPEN)

    def during(self, turn: Turn) -> Evaluator:
        """Return an evaluator for one turn of the loops around a statement."""
        return Evaluator(self._resolver, turn) if turn else self

    def value(self, module: Module, scope: int, expression: facts.Expression) -> Value:
        """Return what an expression evaluates to."""
        key = (
            id(module),
            scope,
            expression.id if isinstance(expression, facts.Name) else expression,
        )
        return self._questions.answer(key, lambda: self._small(module, scope, expression))

    def _small(self, module: Module, scope: int, expression: facts.Expression) -> Value:
        found = self._value(module, scope, expression)
        return found if isinstance(found, Unknown) or is_small(found.value) else Unknown()

    def _value(self, module: Module, scope: int, expression: facts.Expression) -> Value:
        match expression:
            case facts.Literal(value=str(text)) if _PLACEHOLDER.search(text):
                return Unknown(text)  # it will be another text once the template is rendered
            case facts.Literal(value=value):
                return Known(value)
            case facts.Name(id=name):
                return self._name(module, scope, name)
            case facts.Attribute():
                return self._attribute(module, scope, expression)
            case facts.Collection(kind=kind, items=items):
                return self._collection(module, scope, kind, items)
            case facts.Mapping():
                return self._mapping(module, scope, expression)
            case facts.FormattedText(parts=parts, exact=exact):
                return self._text(module, scope, parts) if exact else Unknown()
            case facts.Operation():
                return self._operation(module, scope, expression)
            case facts.Call():
                return self._call(module, scope, expression)
            case _:
                return Unknown()

    def _name(self, module: Module, scope: int, name: str) -> Value:
        where, bindings = module.lookup(name, scope)
        item = self.item(module, bindings, name)
        if item is not None:
            return self.value(module, where, item)
        if where < 0 or len(bindings) != 1:
            return Unknown()
        return self._binding(module, where, bindings[0])

    def item(self, module: Module, bindings: list[Binding], name: str) -> facts.Expression | None:
        """Return what a loop's name holds in this turn; its scope is where it is bound."""
        if not self._turn or any(each.kind != "other" for each in bindings):
            return None
        for binding in bindings:
            assert binding.statement is not None
            if binding.statement in self._turn:
                item = self._turn[binding.statement]
                return next(iter(picked(module, binding.statement, item, name)), None)
        return None

    def _binding(self, module: Module, scope: int, binding: Binding) -> Value:
        if binding.kind == "value" and binding.statement:
            assigned = self._assigned(module, scope, binding)
            if assigned is None:
                return Unknown()
            return self.value(module, binding.statement.scope, assigned)
        if binding.kind == "parameter" and binding.parameter is not None:
            passed = self._resolver.callers.only(Function(module, scope), binding.parameter)
            return self.value(*passed) if passed else Unknown()
        if binding.kind == "import" and binding.imported and binding.imported.name:
            for target in self._resolver.resolve(
                module, scope, facts.Name(binding.imported.span, binding.imported.bound)
            ):
                if isinstance(target, External | ModuleTarget | Class | Instance):
                    return Unknown()
            return self._imported(module, binding.imported)
        return Unknown()

    def _assigned(self, module: Module, scope: int, binding: Binding) -> facts.Expression | None:
        """Return what a name holds for good, None where that cannot be told."""
        if binding.statement and binding.statement.kind == "with":
            return None  # the name holds what `__enter__` returns
        return None if self.changes(module, scope, binding) else binding.value

    def changes(self, module: Module, scope: int, binding: Binding) -> bool:
        """Say whether a list or dict is changed in place after its assignment."""
        match binding.value:
            case facts.Collection() | facts.Mapping():
                pass
            case facts.Call(function=facts.Name(id="dict" | "list" | "set")):
                pass
            case _:
                return False
        if binding.statement is None:
            return False
        names = {name for each in binding.statement.targets for name in bound_names(each)}
        return not names.isdisjoint(module.changed_names)

    def _imported(self, module: Module, imported: facts.Import) -> Value:
        found = self._resolver.find_module(module, imported.module, imported.level)
        if found is None or imported.name is None:
            return Unknown()
        return self.value(found, 0, facts.Name(imported.span, imported.name))

    def _attribute(self, module: Module, scope: int, expression: facts.Attribute) -> Value:
        owners = self._resolver.resolve(module, scope, expression.value)
        if len(owners) != 1:
            return Unknown()
        match owners[0]:
            case ModuleTarget(module=owner):
                return self._name(owner, 0, expression.attribute)
            case Class() as owner_class:
                return self._class_constant(owner_class, expression.attribute)
            case Instance(of=Class() as owner_class) as made:
                held = self.fields.held(made, owner_class, expression.attribute)
                return self.value(*held) if held else Unknown()
        return Unknown()

    def _class_constant(self, owner: Class, name: str) -> Value:
        where, binding = self.fields.declared(owner, name)
        if binding is None or (binding.annotation is not None and self.fields.is_record(owner)):
            return Unknown()
        return self._binding(where.module, where.index, binding)

    def _collection(
        self, module: Module, scope: int, kind: str, items: tuple[facts.Expression, ...]
    ) -> Value:
        values: list[Any] = []
        for item in items:
            if isinstance(item, facts.Operation) and item.operator == "*":
                spread = self.value(module, scope, item.operands[0])
                if not isinstance(spread, Known) or not isinstance(spread.value, list | tuple):
                    return Unknown()
                values.extend(spread.value)
                continue
            value = self.value(module, scope, item)
            if not isinstance(value, Known):
                return Unknown()
            values.append(value.value)
        if kind == "set":
            return Known(set(values)) if all(map(hashable, values)) else Unknown()
        return Known(tuple(values) if kind == "tuple" else values)

    def _mapping(self, module: Module, scope: int, expression: facts.Mapping) -> Value:
        found: dict[Any, Any] = {}
        for key, item in zip(expression.keys, expression.values, strict=True):
            value = self.value(module, scope, item)
            if not isinstance(value, Known):
                return Unknown()
            if key is None:
                if not isinstance(value.value, dict):
                    return Unknown()
                found.update(value.value)
                continue
            name = self.value(module, scope, key)
            if not isinstance(name, Known) or not hashable(name.value):
                return Unknown()
            found[name.value] = value.value
        return Known(found)

    def _text(self, module: Module, scope: int, parts: tuple[facts.Expression, ...]) -> Value:
        text = ""
        for part in parts:
            value = self.value(module, scope, part)
            if not isinstance(value, Known) or isinstance(value.value, dict | list | set):
                return Unknown()
            text += str(value.value)
            if len(text) > LONGEST_TEXT:
                return Unknown()
        return Known(text)

    def _operation(self, module: Module, scope: int, expression: facts.Operation) -> Value:
        operands = expression.operands
        if expression.operator in OPERATORS and len(operands) == 2:
            left = self.value(module, scope, operands[0])
            right = self.value(module, scope, operands[1])
            if isinstance(left, Known) and isinstance(right, Known):
                return applied(expression.operator, left.value, right.value)
        if expression.operator == "not":
            only = self.value(module, scope, operands[0])
            return Known(not only.value) if isinstance(only, Known) else Unknown()
        if expression.operator == "and" and len(operands) == 2:
            left = self.value(module, scope, operands[0])
            if isinstance(left, Known):
                return self.value(module, scope, operands[1]) if left.value else left
            return Unknown()
        if expression.operator == "or" and len(operands) == 2:
            # `os.environ.get("X") or "default"` falls back to its right side.
            likely = self.value(module, scope, operands[1])
            left = self.value(module, scope, operands[0])
            if isinstance(left, Known):
                return left if left.value else likely
            return Unknown(likely.value if isinstance(likely, Known) else None)
        if expression.operator == "[]" and len(operands) == 2:
            return self._entry(module, scope, operands[0], self.value(module, scope, operands[1]))
        return Unknown()

    def _entry(self, module: Module, scope: int, base: facts.Expression, key: Value) -> Value:
        """Return ``base[key]``; of a dictionary, the other entries may be unknown."""
        if not isinstance(key, Known):
            return Unknown()
        at, where, held = self.held(module, scope, base)
        if isinstance(held, facts.Mapping):
            entry = self._entry_of(at, where, held, key)
            return self.value(at, where, entry) if entry is not None else Unknown()
        whole = self.value(module, scope, base)
        if not isinstance(whole, Known):
            return Unknown()
        try:
            return Known(whole.value[key.value])
        except (TypeError, LookupError):
            return Unknown()

    def held(
        self, module: Module, scope: int, expression: facts.Expression, depth: int = 0
    ) -> Placed:
        """Follow names, attributes and entries to the expression they hold in this turn.

        Returns:
            The expression with its module and scope: the one given where nothing can be
            followed.
        """
        found: Placed | None = None
        match expression:
            case facts.Name():
                found = self._named(module, scope, expression)
            case facts.Attribute(value=owner, attribute=name):
                found = self._kept(module, scope, owner, name)
            case facts.Call(
                function=function, arguments=(facts.Argument(value=one, keyword=None, star=""),)
            ) if copies(function):
                found = module, scope, one
            case facts.Call(function=function):
                found = self._resolver.results.only(module, scope, function)
            case facts.Operation(operator="[]", operands=(base, key)):
                at, where, display = self.held(module, scope, base, depth + 1)
                value = self.value(module, scope, key)
                part: facts.Expression | None = None
                match display, value:
                    case facts.Mapping(), Known():
                        part = self._entry_of(at, where, display, value)
                    case facts.Collection(items=items), Known(value=int(place)):
                        known = not spreads(items) and -len(items) <= place < len(items)
                        part = items[place] if known else None
                found = (at, where, part) if part is not None else None
        if found is None or depth > _DEEPEST:
            return module, scope, expression
        return self.held(*found, depth + 1)

    def _named(self, module: Module, scope: int, name: facts.Name) -> Placed | None:
        """Return what a name holds: its one value, or what its one import or call brings."""
        where, bindings = module.lookup(name.id, scope)
        item = self.item(module, bindings, name.id)
        if item is not None:
            return module, where, item
        match bindings:
            case [Binding(kind="value") as binding]:
                value = self._assigned(module, where, binding)
                return (module, where, value) if value is not None else None
            case [Binding(kind="parameter", parameter=facts.Parameter() as parameter)]:
                return self._resolver.callers.only(Function(module, where), parameter)
            case [Binding(imported=facts.Import(name=str(inner)) as imported)]:
                found = self._resolver.find_module(module, imported.module, imported.level)
                return (found, 0, facts.Name(name.span, inner)) if found is not None else None
            case _:
                return None

    def _kept(
        self, module: Module, scope: int, owner: facts.Expression, name: str
    ) -> Placed | None:
        """Return what an attribute of a module, a class or an object holds."""
        for target in self._resolver.resolve(module, scope, owner):
            match target:
                case Instance(of=Class() as of):
                    held = self.fields.held(target, of, name)
                    if held is not None:
                        return held
                case ModuleTarget(module=found):
                    return found, 0, facts.Name(owner.span, name)
        return None

    def _entry_of(
        self, module: Module, scope: int, display: facts.Mapping, key: Known
    ) -> facts.Expression | None:
        """Return the last entry of a key, None when none is seen or one of them is unknown."""
        for entry, value in reversed(list(zip(display.keys, display.values, strict=True))):
            known = self.value(module, scope, entry) if entry is not None else Unknown()
            if not isinstance(known, Known):
                return None
            if known.value == key.value:
                return value
        return None

    def _call(self, module: Module, scope: int, call: facts.Call) -> Value:
        name = self._resolver.dotted(module, scope, call.function)
        positional = [each.value for each in call.arguments if not each.keyword and not each.star]
        if name in ("os.getenv", "os.environ.get"):
            default = next(
                (each.value for each in call.arguments if each.keyword == "default"),
                positional[1] if len(positional) > 1 else None,
            )
            likely = self.value(module, scope, default) if default else Unknown()
            return Unknown(likely.value if isinstance(likely, Known) else likely.likely)
        convert = CONVERSIONS.get(name or "")
        if convert and len(positional) == 1:
            inner = self.value(module, scope, positional[0])
            likely_inner = inner.value if isinstance(inner, Known) else inner.likely
            try:
                converted = convert(likely_inner)
            except (TypeError, ValueError, OverflowError):
                return Unknown()
            return Known(converted) if isinstance(inner, Known) else Unknown(converted)
        if name == "datetime.timedelta.total_seconds":
            return self._seconds(module, scope, call)
        if name == "builtins.dict" and all(each.keyword for each in call.arguments):
            return self._dict_call(module, scope, call)
        return Unknown()

    def _seconds(self, module: Module, scope: int, call: facts.Call) -> Value:
        """Return the seconds of ``timedelta(minutes=20).total_seconds()``."""
        for target in self._resolver.resolve(module, scope, call.function):
            match target:
                case External(receiver=Instance(site=Site(expression=facts.Call() as made) as at)):
                    given = [
                        (each.keyword, self.value(at.module, at.scope, each.value))
                        for each in made.arguments
                    ]
                    return seconds_of(given)
        return Unknown()

    def _dict_call(self, module: Module, scope: int, call: facts.Call) -> Value:
        found: dict[Any, Any] = {}
        for argument in call.arguments:
            value = self.value(module, scope, argument.value)
            if not isinstance(value, Known):
                return Unknown()
            found[argument.keyword] = value.value
        return Known(found)
