"""Which entries the payload of a token can have, however it is put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chutes_cli.contract.libraries.records import AS_DICTIONARY, DUMPS
from chutes_cli.project.callers import Placed
from chutes_cli.project.displays import copies
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Expression,
    Import,
    Mapping,
    Name,
    Opaque,
    Operation,
    Parameter,
    Statement,
    last_name,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Class, External, Function, Instance, Method, Target
from chutes_cli.project.values import Known

from ..production import functions_of, is_own

_DEEPEST = 8
_ADDING = frozenset({"update", "setdefault"})
_OPEN_MODEL = frozenset({"model_config", "Config"})
"""What may let a model take fields that it does not name, or call them otherwise."""
_DEEP_COPIES = frozenset({"copy", "deepcopy"})

Names = frozenset[str] | None
"""The names of all entries there can be; None where others may be among them."""


@dataclass(frozen=True, slots=True)
class Payloads:
    """Answers which entries a dictionary can have: more than it has, never fewer."""

    project: Project

    def names(self, place: Placed, depth: int = 0) -> Names:
        """Return the names of a dictionary's entries."""
        module, scope, expression = place
        if depth > _DEEPEST:
            return None
        match expression:
            case Mapping(keys=keys, values=values):
                return _together(
                    self._key(module, scope, key)
                    if key is not None
                    else self.names((module, scope, value), depth + 1)
                    for key, value in zip(keys, values, strict=True)
                )
            case Name(id=name):
                return self._of_name(module, scope, name, depth)
            case Attribute(value=owner, attribute=name):
                return self._of_attribute(module, scope, owner, name, depth)
            case Await(value=inner) | Opaque(kind="NamedExpr", parts=(inner,)):
                return self.names((module, scope, inner), depth + 1)
            case (
                Operation(operator="|" | "or", operands=several)
                | Operation(operator="?:", operands=(_, *several))
            ):
                return _together(self.names((module, scope, each), depth + 1) for each in several)
            case Opaque(kind="DictComp"):
                return self._of_comprehension(module, scope, expression, depth)
            case Call():
                return self._of_call(module, scope, expression, depth)
            case _:
                return None

    def _key(self, module: Module, scope: int, key: Expression) -> Names:
        value = self.project.knowledge.evaluator.value(module, scope, key)
        return frozenset({str(value.value)}) if isinstance(value, Known) else None

    def _of_name(self, module: Module, scope: int, name: str, depth: int) -> Names:
        where, bindings = module.lookup(name, scope)
        found = [self._of_binding(module, where, each, depth) for each in bindings]
        for statement in module.facts.statements:
            if module.lookup(name, statement.scope)[0] == where:
                found.append(self._added(module, statement, name, depth))
        return _together(found) if bindings else None

    def _of_binding(self, module: Module, where: int, binding: Binding, depth: int) -> Names:
        match binding:
            case Binding(imported=Import(span=span, module=path, name=str(name), level=level)):
                found = self.project.knowledge.resolver.find_module(module, path, level)
                return self.names((found, 0, Name(span, name)), depth + 1) if found else None
            case Binding(parameter=Parameter()):
                return self._of_parameter(Function(module, where), binding, depth)
            case Binding(statement=Statement(kind="augment", scope=scope, values=(added,))):
                return self.names((module, scope, added), depth + 1)
            case Binding(
                statement=Statement(kind="assign" | "annotate" | "expression", scope=scope),
                value=Expression() as value,
            ):
                return self.names((module, scope, value), depth + 1)
            case _:
                return None

    def _of_parameter(self, function: Function, binding: Binding, depth: int) -> Names:
        callers = self.project.knowledge.resolver.callers
        assert binding.parameter is not None
        if binding.parameter.kind == "**":
            options = callers.options(function)
            return self._given(*options, depth) if options is not None else None
        given = callers.every(function, binding.parameter)
        return _together(self.names(each, depth + 1) for each in given) if given else None

    def _added(self, module: Module, statement: Statement, name: str, depth: int) -> Names:
        """Return what a statement may put into the dictionary that a name stands for."""
        found: list[Names] = []
        if statement.kind in ("assign", "annotate") and _is(statement.values[-1], name):
            return None  # by its other name, more may be put into it
        for target in statement.targets:
            match target:
                case Operation(operator="[]", operands=(Name(id=changed), key)) if changed == name:
                    found.append(self._key(module, statement.scope, key))
        for each in statement.expressions():
            match each:
                case Call(
                    function=Attribute(value=Name(id=changed), attribute=method),
                    arguments=arguments,
                ) if changed == name and method in _ADDING:
                    found.append(self._put(module, statement.scope, method, arguments, depth))
                case Call(arguments=arguments) if any(_is(one.value, name) for one in arguments):
                    found.append(self._put_elsewhere(module, statement.scope, each, name, depth))
        return _together(found)

    def _put(
        self, module: Module, scope: int, method: str, arguments: tuple[Argument, ...], depth: int
    ) -> Names:
        if method == "setdefault":
            return self._key(module, scope, arguments[0].value) if arguments else None
        return self._given(module, scope, arguments, depth)

    def _put_elsewhere(
        self, module: Module, scope: int, call: Call, name: str, depth: int
    ) -> Names:
        """Return what a function may put into a dictionary that it is given."""
        targets = self.project.knowledge.resolver.resolve(module, scope, call.function)
        if not targets or depth > _DEEPEST:
            return None
        found: list[Names] = []
        for target in targets:
            called = target.function if isinstance(target, Method) else target
            if isinstance(called, Function):
                inner = called.module
                for each in called.scope.parameters:
                    found += [
                        self._added(inner, statement, each.name, depth + 1)
                        for statement in inner.statements_in(called.index)
                    ]
            elif not isinstance(called, External):
                return None  # an object may keep it, and add to it later
        return _together(found)

    def _of_attribute(
        self, module: Module, scope: int, owner: Expression, name: str, depth: int
    ) -> Names:
        for target in self.project.knowledge.resolver.resolve(module, scope, owner):
            match target:
                case Instance(of=Class() as of):
                    held = self.project.knowledge.evaluator.fields.held(target, of, name)
                    return self.names(held, depth + 1) if held is not None else None
        return None

    def _of_comprehension(
        self, module: Module, scope: int, expression: Opaque, depth: int
    ) -> Names:
        """Return the names of ``{key: … for key, value in entries.items()}``."""
        match expression.parts:
            case (
                Call(function=Attribute(value=entries, attribute="items"), arguments=()),
                *_,
                Opaque(kind="Bound", names=(key,)),
                _,
            ) if key == expression.names[0]:
                return self.names((module, scope, entries), depth + 1)
            case _:
                return None

    def _of_call(self, module: Module, scope: int, call: Call, depth: int) -> Names:
        if copies(call.function):
            return self._given(module, scope, call.arguments, depth)
        match call:
            case Call(function=Attribute(value=owner, attribute="copy"), arguments=()):
                return self.names((module, scope, owner), depth + 1)
            case Call(function=function, arguments=(Argument(value=one, star=""),)):
                if last_name(function) in _DEEP_COPIES:
                    return self.names((module, scope, one), depth + 1)
                if last_name(function) in AS_DICTIONARY:
                    return self._of_record(module, scope, one)
        targets = self.project.knowledge.resolver.resolve(module, scope, call.function)
        match call.function:
            case Attribute(value=owner, attribute=name) if name in DUMPS and not is_own(targets):
                known = not any(each.keyword == "by_alias" for each in call.arguments)
                return self._of_record(module, scope, owner) if known else None
        return self._of_results(targets, depth)

    def _of_record(self, module: Module, scope: int, record: Expression) -> Names:
        """Return the fields of an object, those of the classes below its own as well."""
        resolver = self.project.knowledge.resolver
        fields = self.project.knowledge.evaluator.fields
        found: set[str] = set()
        targets = resolver.resolve(module, scope, record)
        for target in targets:
            match target:
                case Instance(of=Class() as of) if fields.is_record(of):
                    for each in resolver.members.with_heirs(of):
                        if self._is_open(each):
                            return None
                        found |= set(fields.names(each))
                case _:
                    return None
        return frozenset(found) if targets else None

    def _is_open(self, of: Class) -> bool:
        """Say whether the objects of a class may give entries that are none of its fields."""
        return any(
            bool(each.scope.keywords)
            or not _OPEN_MODEL.isdisjoint(each.module.bindings.get(each.index, {}))
            or any(
                method.has_decorator("computed_field", "model_serializer")
                for method in _methods(each)
            )
            for each in self._with_bases(of)
        )

    def _with_bases(self, of: Class) -> list[Class]:
        found = [of]
        for each in found:
            bases = self.project.knowledge.resolver.members.bases(each)
            found += [base for base in bases if isinstance(base, Class) and base not in found]
        return found

    def _of_results(self, targets: tuple[Target, ...], depth: int) -> Names:
        """Return what functions of the tree give, those that classes below have among them."""
        found = [
            names
            for function in functions_of(targets)
            for names in self._of_returns(function, depth)
        ]
        return (
            _together(found)
            if found and all(isinstance(each, Function | Method) for each in targets)
            else None
        )

    def _of_returns(self, function: Function, depth: int) -> Iterator[Names]:
        if function.scope.is_generator or (
            function.scope.decorators
            and not function.has_decorator("staticmethod", "classmethod", "abstractmethod")
        ):
            yield None
        for statement in function.module.statements_in(function.index):
            for value in statement.values if statement.kind == "return" else ():
                yield self.names((function.module, function.index, value), depth + 1)

    def _given(
        self, module: Module, scope: int, arguments: tuple[Argument, ...], depth: int
    ) -> Names:
        """Return the entries of ``dict(first, name=value)``."""
        return _together(
            frozenset({each.keyword})
            if each.keyword
            else self.names((module, scope, each.value), depth + 1)
            for each in arguments
        )


def _methods(of: Class) -> Iterator[Function]:
    for index, scope in enumerate(of.module.facts.scopes):
        if scope.parent == of.index:
            yield Function(of.module, index)


def _is(expression: Expression, name: str) -> bool:
    return isinstance(expression, Name) and expression.id == name


def _together(several: Iterable[Names]) -> Names:
    """Return all names of several; None where one of them is not known."""
    found: frozenset[str] = frozenset()
    for each in several:
        if each is None:
            return None
        found |= each
    return found
