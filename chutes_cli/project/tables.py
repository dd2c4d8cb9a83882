"""What lists and dictionaries of the tree hold, wherever it is written or put into them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
    Yield,
    last_name,
)
from chutes_cli.project.module import Module
from chutes_cli.project.nested import inner_functions
from chutes_cli.project.targets import Function, Instance, Method, ModuleTarget, Target

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver

PUTS = {"add": 0, "append": 0, "appendleft": 0, "insert": 1, "setdefault": 1}
"""Methods that put something into a collection, and which argument it is."""
PICKS = frozenset({"get", "pop", "setdefault"})
"""Methods that take an entry out of a dictionary, or look at it."""
_VIEWS = frozenset({"values", "items"})
_LONGEST_CHAIN = 4


@dataclass(frozen=True, slots=True)
class _Put:
    """What a statement puts into a collection."""

    module: Module
    scope: int
    into: Expression
    value: Expression
    keyed: bool


class Tables:
    """Answers what collections hold; one part of the Resolver."""

    def __init__(self, resolver: Resolver, modules: tuple[Module, ...]) -> None:
        self._resolver = resolver
        self._modules = modules

    def held(
        self, module: Module, scope: int, table: Expression, depth: int = 0
    ) -> Iterator[Placed]:
        """Yield what is in a list or dictionary: written in its display, or put there later.

        Args:
            module: Where the expression stands.
            scope: The scope it stands in.
            table: An expression for the collection, or for its ``values()`` or ``items()``.
            depth: How many names have been followed to get here.
        """
        match table:
            case Call(function=Attribute(value=inner, attribute=view)) if view in _VIEWS:
                table = inner
        for put in self._put_into(module, scope, table):
            yield put.module, put.scope, put.value
        yield from self._yielded(module, scope, table)
        for at_module, at_scope, display in self._displays(module, scope, table):
            for part in _parts(display):
                yield at_module, at_scope, part
            if depth < _LONGEST_CHAIN:
                yield from self.held(at_module, at_scope, display, depth + 1)

    def items(self, module: Module, scope: int, table: Expression) -> Iterator[Target]:
        """Yield what the items of a list or dictionary stand for."""
        for at_module, at_scope, value in self.held(module, scope, table):
            placed = at_module, at_scope, _called_by(value)
            yield from self._resolver.resolve(*placed)
            yield from self.registered(placed)

    def gone_over(self, module: Module, statement: Statement, name: str) -> Iterator[Target]:
        """Yield what a name bound by a ``for`` over a list, or a view of a dictionary, is."""
        match statement.targets[0], statement.values[0]:
            case (Name(id=bound), Call(function=Attribute(attribute="values")) as table) | (
                Collection(items=(_, Name(id=bound))),
                Call(function=Attribute(attribute="items")) as table,
            ) if bound == name:
                yield from self.items(module, statement.scope, table)
            case Name(), Name() | Attribute() | Call() | Await() as table if not self._has_keys(
                module, statement.scope, table
            ):
                yield from self.items(module, statement.scope, table)

    def _has_keys(self, module: Module, scope: int, table: Expression) -> bool:
        """Say whether a collection is, or may be, a dictionary: a loop goes over its keys."""
        if any(each.keyed for each in self._put_into(module, scope, table)):
            return True
        return any(
            isinstance(display, Mapping)
            or (isinstance(display, Opaque) and display.kind == "DictComp")
            for *_, display in self._displays(module, scope, table)
        )

    def _put_into(self, module: Module, scope: int, table: Expression) -> Iterator[_Put]:
        for put in self._puts.get((self._resolver.programs[module], last_name(table)), ()):
            if self._same_place((module, scope, table), (put.module, put.scope, put.into)):
                yield put

    def registered(self, placed: Placed) -> Iterator[Function]:
        """Yield the functions below a decorator of the tree that puts what it is given there."""
        module, scope, value = placed
        if isinstance(value, Name):
            home, bindings = module.lookup(value.id, scope)
            if any(each.parameter is not None for each in bindings):
                yield from self._decorated.get(Function(module, home), ())

    @cached_property
    def _decorated(self) -> dict[Function, list[Function]]:
        """The functions below each decorator of the tree, or below what it returns."""
        found: dict[Function, list[Function]] = defaultdict(list)
        for module in self._modules:
            for index, scope in enumerate(module.facts.scopes):
                for decorator in scope.decorators if scope.kind == "function" else ():
                    callee = decorator.function if isinstance(decorator, Call) else decorator
                    for target in self._resolver.resolve(module, scope.parent, callee):
                        function = getattr(target, "function", target)
                        if isinstance(function, Function):
                            for each in (function, *inner_functions(function)):
                                found[each].append(Function(module, index))
        return dict(found)

    def _displays(self, module: Module, scope: int, table: Expression) -> Iterator[Placed]:
        match table:
            case Mapping() | Collection():
                yield module, scope, table
            case Await(value=Call() as call) | (Call() as call):
                yield from self._returned(module, scope, call)
            case Name(id=name):
                home, at, known = self._home(module, scope, name)
                for binding in home.lookup(known, at)[1] if known else ():
                    if binding.value is not None and binding.statement is not None:
                        yield home, binding.statement.scope, binding.value
            case Attribute(value=value, attribute=name):
                for holder in self._resolver.resolve(module, scope, value):
                    match holder:
                        case Instance():
                            for site, kept in self._resolver.members.stores(holder, name):
                                yield site.module, site.scope, kept
                        case ModuleTarget(module=other):
                            yield from self._displays(other, 0, Name(table.span, name))

    def _yielded(self, module: Module, scope: int, table: Expression) -> Iterator[Placed]:
        """Yield what a generator of the tree gives."""
        for function in self._called(module, scope, table):
            if function.scope.is_generator and not function.scope.decorators:
                for statement in function.module.statements_in(function.index):
                    for expression in statement.expressions():
                        match expression:
                            case Yield(value=Expression() as value, delegated=False):
                                yield function.module, function.index, value

    def _called(self, module: Module, scope: int, table: Expression) -> Iterator[Function]:
        match table:
            case Await(value=Call(function=callee)) | Call(function=callee):
                for target in self._resolver.resolve(module, scope, callee):
                    function = target.function if isinstance(target, Method) else target
                    if isinstance(function, Function):
                        yield function

    def _returned(self, module: Module, scope: int, call: Call) -> Iterator[Placed]:
        for function in self._called(module, scope, call):
            for statement in function.module.statements_in(function.index):
                for value in statement.values if statement.kind == "return" else ():
                    if not (isinstance(value, Collection) and value.kind == "tuple"):
                        yield function.module, function.index, value

    def _home(self, module: Module, scope: int, name: str) -> tuple[Module, int, str]:
        """Return where a name is defined that may be imported, and what it is called there."""
        for binding in module.lookup(name, scope)[1]:
            imported = binding.imported
            if imported is not None and imported.name:
                found = self._resolver.find_module(module, imported.module, imported.level)
                if found is not None and found is not module:
                    return found, 0, imported.name
        return module, scope, name

    @cached_property
    def _puts(self) -> dict[tuple[Module, str], list[_Put]]:
        """What is put into collections, by program and the last name of the collection."""
        found: dict[tuple[Module, str], list[_Put]] = defaultdict(list)
        for module in self._modules:
            program = self._resolver.programs[module]
            for statement in module.facts.statements:
                for target in statement.targets if statement.kind == "assign" else ():
                    match target:
                        case Operation(operator="[]", operands=(into, *_)):
                            put = _Put(
                                module, statement.scope, into, statement.values[0], keyed=True
                            )
                            found[program, last_name(into)].append(put)
                for expression in statement.expressions():
                    match expression:
                        case Call(
                            function=Attribute(value=into, attribute=method), arguments=arguments
                        ) if method in PUTS and len(arguments) > PUTS[method]:
                            value = arguments[PUTS[method]].value
                            keyed = method == "setdefault"
                            put = _Put(module, statement.scope, into, value, keyed)
                            found[program, last_name(into)].append(put)
        return dict(found)

    def _same_place(self, left: Placed, right: Placed) -> bool:
        match left, right:
            case (module, scope, Name(id=name)), (other, at, Name(id=again)):
                return self._variable(module, scope, name) == self._variable(other, at, again)
            case (module, scope, Attribute(value=value)), (other, at, Attribute(value=again)):
                return any(
                    one == two or self._resolver.members.may_be_same(one, two)
                    for one in self._resolver.resolve(module, scope, value)
                    for two in self._resolver.resolve(other, at, again)
                )
            case (module, scope, Attribute() as one), (other, at, Name(id=again)):
                return self._variable(other, at, again) in self._variables(module, scope, one)
            case (_, _, Name()), (_, _, Attribute()):
                return self._same_place(right, left)
            case _:
                return False

    def _variables(
        self, module: Module, scope: int, of: Attribute
    ) -> list[tuple[Module, int, str]]:
        """Return which names of modules ``module.name`` is."""
        return [
            self._variable(each.module, 0, of.attribute)
            for each in self._resolver.resolve(module, scope, of.value)
            if isinstance(each, ModuleTarget)
        ]

    def _variable(self, module: Module, scope: int, name: str) -> tuple[Module, int, str]:
        home, at, known = self._home(module, scope, name)
        return home, home.lookup(known, at)[0], known


def _called_by(value: Expression) -> Expression:
    """Return what a lambda calls that hands its arguments on: it stands for that."""
    match value:
        case Opaque(
            kind="Lambda", names=names, parts=(Call(function=called, arguments=given),)
        ) if len(names) == len(given):
            return called
        case _:
            return value


def _parts(display: Expression) -> tuple[Expression, ...]:
    match display:
        case Collection(items=items):
            return items
        case Mapping(values=values):
            return values
        case Opaque(parts=parts):
            return parts[-1:]
        case _:
            return ()
