"""``**config`` followed to the entries of its dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chutes_cli.contract.libraries.records import AS_DICTIONARY, DUMPS
from chutes_cli.project import facts
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.displays import copies
from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.module import Module, changed_in_place
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, Function, Instance, ModuleTarget
from chutes_cli.project.values import Known, Unknown

_DEEPEST_SPREAD = 10
"""Dictionaries spread into dictionaries; also ends ``z = {**z}``."""


class Spreads:
    """Answers which entries a dictionary has that is spread into a call."""

    def __init__(self, evaluator: Evaluator, resolver: Resolver) -> None:
        self._evaluator = evaluator
        self._resolver = resolver

    def bound(
        self,
        name: str | None,
        module: Module,
        scope: int,
        expression: facts.Expression,
        span: facts.Span,
    ) -> BoundArgument:
        """Return an argument of some name, with what its expression evaluates to."""
        value = self._evaluator.value(module, scope, expression)
        return BoundArgument(name, value, expression, module, scope, span)

    def entries(
        self, module: Module, scope: int, expression: facts.Expression, depth: int = 0
    ) -> list[BoundArgument] | None:
        """Return the entries of a ``**`` argument, None when they cannot be known."""
        if depth > _DEEPEST_SPREAD:
            return None
        match expression:
            case facts.Mapping(keys=keys, values=values):
                return self._entries(module, scope, keys, values, depth)
            case facts.Name(id=name):
                return self._named(module, scope, name, depth, expression.span.line)
            case facts.Attribute():
                return self._attribute(module, scope, expression, depth)
            case facts.Operation(operator="[]"):
                at, where, held = self._evaluator.held(module, scope, expression)
                return None if held is expression else self.entries(at, where, held, depth + 1)
            case facts.Call():
                return self._call(module, scope, expression, depth)
            case _:
                return None

    def _attribute(
        self, module: Module, scope: int, expression: facts.Attribute, depth: int
    ) -> list[BoundArgument] | None:
        for owner in self._resolver.resolve(module, scope, expression.value):
            match owner:
                case ModuleTarget(module=found):
                    return self._named(found, 0, expression.attribute, depth)
                case Class(module=found, index=index):
                    return self._named(found, index, expression.attribute, depth)
                case Instance(of=Class() as of):
                    held = self._evaluator.fields.held(owner, of, expression.attribute)
                    return self.entries(*held, depth + 1) if held is not None else None
        return None

    def _call(
        self, module: Module, scope: int, call: facts.Call, depth: int
    ) -> list[BoundArgument] | None:
        if copies(call.function):
            return self._given(module, scope, call.arguments, depth)
        for record in _records(call.function, call.arguments):
            found = self._fields_of(module, scope, record, call.span)
            if found is not None:
                return found
        return self._returned(module, scope, call.function, depth)

    def _given(
        self, module: Module, scope: int, arguments: tuple[facts.Argument, ...], depth: int
    ) -> list[BoundArgument] | None:
        """Return the entries of ``dict(first, name=value)``, and those ``update`` puts in."""
        found: list[BoundArgument] = []
        for each in arguments:
            if each.keyword:
                found.append(self.bound(each.keyword, module, scope, each.value, each.span))
                continue
            inner = self.entries(module, scope, each.value, depth + 1)
            if inner is None:
                return None
            found += inner
        return found

    def _fields_of(
        self, module: Module, scope: int, record: facts.Expression, span: facts.Span
    ) -> list[BoundArgument] | None:
        """Return the fields of an object of the tree by their names."""
        for target in self._resolver.resolve(module, scope, record):
            match target:
                case Instance(of=Class() as of) if self._evaluator.fields.is_record(of):
                    unknown = BoundArgument(None, Unknown(), record, module, scope, span)
                    fields = self._evaluator.fields
                    placed = {each: fields.held(target, of, each) for each in fields.names(of)}
                    return [
                        self.bound(name, *held, span) if held else replace(unknown, name=name)
                        for name, held in placed.items()
                    ]
        return None

    def _named(
        self, module: Module, scope: int, name: str, depth: int, line: int = 0
    ) -> list[BoundArgument] | None:
        """Return the entries of a name's dictionary, as they are at a line of its own scope."""
        where, bindings = module.lookup(name, scope)
        item = self._evaluator.item(module, bindings, name)
        if item is not None:
            return self.entries(module, where, item, depth + 1)
        if where < 0 or len(bindings) != 1:
            return None
        (binding,) = bindings
        if binding.imported is not None:
            imported = binding.imported
            found = self._resolver.find_module(module, imported.module, imported.level)
            if found is None or imported.name is None or depth > _DEEPEST_SPREAD:
                return None
            return self._named(found, 0, imported.name, depth + 1)
        if binding.parameter is not None and binding.parameter.kind == "**":
            options = self._resolver.callers.options(Function(module, where))
            return self._given(*options, depth) if options is not None else None
        if binding.parameter is not None:
            passed = self._resolver.callers.only(Function(module, where), binding.parameter)
            return self.entries(*passed, depth + 1) if passed is not None else None
        if binding.value is None:
            return None
        entries = self.entries(module, where, binding.value, depth + 1)
        for statement in _changing(module, where, name):
            put = self._put(module, where, statement, depth)
            late = scope == where and statement.span.line >= line > 0
            if put is None or statement.scope != where or statement.guards >= 0 or late:
                return None  # what it holds in the end depends on what runs
            if entries is not None:
                entries = list({each.name: each for each in (*entries, *put)}.values())
        return entries

    def _put(
        self, module: Module, scope: int, statement: facts.Statement, depth: int
    ) -> list[BoundArgument] | None:
        """Return the entries that a statement puts into a dictionary, None when not known."""
        match statement.targets, statement.values:
            case (facts.Operation(operator="[]", operands=(_, key)),), (value,) if (
                statement.kind == "assign"
            ):
                return self._entries(module, scope, (key,), (value,), depth)
            case (), (
                facts.Call(function=facts.Attribute(attribute="update"), arguments=arguments),
            ):
                return self._given(module, scope, arguments, depth)
            case _:
                return None

    def _returned(
        self, module: Module, scope: int, function: facts.Expression, depth: int
    ) -> list[BoundArgument] | None:
        """Follow a function of the tree whose only return gives a dictionary."""
        given = self._resolver.results.only(module, scope, function)
        return self.entries(*given, depth + 1) if given is not None else None

    def _entries(
        self,
        module: Module,
        scope: int,
        keys: tuple[facts.Expression | None, ...],
        values: tuple[facts.Expression, ...],
        depth: int,
    ) -> list[BoundArgument] | None:
        found: dict[str | None, BoundArgument] = {}  # a later entry replaces an earlier one
        for key, value in zip(keys, values, strict=True):
            if key is None:
                inner = self.entries(module, scope, value, depth + 1)
                if inner is None:
                    return None
                found |= {each.name: each for each in inner}
                continue
            name = self._evaluator.value(module, scope, key)
            if not isinstance(name, Known) or not isinstance(name.value, str):
                return None
            span = facts.Span(*key.span[:2], *value.span[2:])
            found[name.value] = self.bound(name.value, module, scope, value, span)
        return list(found.values())


def _changing(module: Module, where: int, name: str) -> Iterator[facts.Statement]:
    """Yield the statements that change what a name of a scope holds in place."""
    for statement in module.facts.statements:
        for place in changed_in_place(statement):
            is_meant = isinstance(place, facts.Name) and place.id == name
            if is_meant and module.lookup(name, statement.scope)[0] == where:
                yield statement
                break


def _records(
    function: facts.Expression, arguments: tuple[facts.Argument, ...]
) -> Iterator[facts.Expression]:
    """Yield the object of which a call gives the fields: ``asdict(x)``, ``x.model_dump()``."""
    match function, arguments:
        case facts.Attribute(value=owner, attribute=name), () if name in DUMPS:
            yield owner
        case _, (facts.Argument(value=record, keyword=None, star=""),):
            if facts.last_name(function) in AS_DICTIONARY:
                yield record
