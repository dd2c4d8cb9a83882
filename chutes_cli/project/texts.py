"""Every text that an expression can be or hold, over all that ever fills it."""

from __future__ import annotations

from collections.abc import Iterable

from chutes_cli.project.displays import display_items, picked
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Import,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Parameter,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module, changed_in_place
from chutes_cli.project.passing import UNKNOWN, Passing
from chutes_cli.project.targets import Class, Function, Instance, ModuleTarget
from chutes_cli.project.values import CONVERSIONS, Known

Texts = frozenset[str] | None
"""The texts; None where one of them only a run can tell."""

_LONGEST_WAY = 20
_COPIES = frozenset({"copy", "keys"})
_ADDS = frozenset({"add", "append", "appendleft", "setdefault"})
_ADDS_ALL = frozenset({"extend", "extendleft", "update"})
_ITSELF: Texts = frozenset()
"""What ``self.paths = self.paths | more`` adds by naming itself."""


class Holdings:
    """Answers what texts an expression can be or hold, of a dictionary its keys.

    Where the evaluator asks for the one value, this joins them: what every caller passes, what
    any method stores, what is added in place.
    """

    def __init__(self, project: Project) -> None:
        self._passings = project.passings
        self._reach = project.reach
        self._resolver = project.knowledge.resolver
        self._evaluator = project.knowledge.evaluator
        self._open: list[tuple[object, ...]] = []

    def texts(self, module: Module, scope: int, expression: Expression) -> Texts:
        """Return every text that an expression can be, or hold; None where one is not seen."""
        key = id(module), scope, module.snippet(expression.span), type(expression)
        if key in self._open:
            return _ITSELF
        if len(self._open) == _LONGEST_WAY:
            return None
        self._open.append(key)
        try:
            return self._texts(module, scope, expression)
        finally:
            self._open.pop()

    def _texts(self, module: Module, scope: int, expression: Expression) -> Texts:
        value = self._evaluator.value(module, scope, expression)
        if isinstance(value, Known):
            return _in(value.value)
        match expression:
            case Name(id=name):
                return self._name(module, scope, name)
            case Attribute(value=owner, attribute=name):
                return self._attribute(module, scope, owner, name)
            case Collection(items=items):
                return self._all(module, scope, items)
            case Mapping(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return self._all(module, scope, [value if key is None else key
                                                 for key, value in pairs])  # fmt: skip
            case Operation(operator="?:", operands=(_, *parts)):
                return self._all(module, scope, parts)
            case Operation(operator="|" | "or" | "*", operands=parts):
                return self._all(module, scope, parts)
            case Operation(operator="+", operands=(left, right)) if isinstance(
                left, Collection
            ) or isinstance(right, Collection):
                return self._all(module, scope, [left, right])
            case Operation(operator="[]"):
                return self._followed(module, scope, expression)
            case Opaque(kind="NamedExpr", parts=(inner,)):
                return self.texts(module, scope, inner)
            case Call():
                return self._call(module, scope, expression)
            case _:
                return None

    def _all(self, module: Module, scope: int, parts: Iterable[Expression]) -> Texts:
        return joined(self.texts(module, scope, each) for each in parts)

    def _followed(self, module: Module, scope: int, expression: Expression) -> Texts:
        at, where, held = self._evaluator.held(module, scope, expression)
        return None if held is expression else self.texts(at, where, held)

    # Names

    def _name(self, module: Module, scope: int, name: str) -> Texts:
        where, bindings = module.lookup(name, scope)
        if where < 0:
            return None
        bound = [self._bound(module, where, each, name) for each in bindings]
        added = [
            self._added(module, each, place)
            for each in module.facts.statements
            for place in changed_in_place(each)
            if isinstance(place, Name)
            and place.id == name
            and module.lookup(name, each.scope)[0] == where
        ]
        return joined([*bound, *added])

    def _bound(self, module: Module, scope: int, binding: Binding, name: str) -> Texts:
        match binding:
            case Binding(kind="value", statement=Statement(kind="with")):
                return None
            case Binding(kind="value", statement=Statement(scope=at), value=Expression() as value):
                return self.texts(module, at, value)
            case Binding(kind="value", annotation=Expression(), value=None):
                return _ITSELF  # an annotation alone gives it nothing
            case Binding(parameter=Parameter() as parameter):
                return self._passed(Function(module, scope), parameter)
            case Binding(imported=Import(name=str(inner)) as imported):
                found = self._resolver.find_module(module, imported.module, imported.level)
                return self._name(found, 0, inner) if found is not None else None
            case Binding(statement=Statement(kind="augment") as statement):
                return self._all(module, statement.scope, statement.values)
            case Binding(statement=Statement(kind="for") as loop):
                return self._looped(module, loop, name)
            case _:
                return None

    def _looped(self, module: Module, loop: Statement, name: str) -> Texts:
        """Return what a loop's name can be: what the loop goes over, or a part of its items."""
        if isinstance(loop.targets[0], Name):
            return self._all(module, loop.scope, loop.values)
        items = display_items(module, loop.scope, loop.values[0])
        parts = [picked(module, loop, each, name) for each in items]
        if not parts or not all(parts):
            return None
        return self._all(module, loop.scope, [each for several in parts for each in several])

    def _passed(self, function: Function, parameter: Parameter) -> Texts:
        """Return what the calls of a function pass for a parameter, with what they leave."""
        passings = self._passings.of(function)
        if not passings or parameter.kind not in ("positional", "keyword"):
            return None
        return joined(self._given(each, function, parameter) for each in passings)

    def _given(self, passing: Passing, function: Function, parameter: Parameter) -> Texts:
        module, scope = passing.site.module, passing.site.scope
        given = passing.given(parameter)
        spread = [each.value for each in passing.arguments if each.star == "**"]
        if any(each is one for each in given for one in spread):
            key = Literal(parameter.span, parameter.name)
            given = [Operation(each.span, "[]", (each, key)) for each in given]
        if given:
            return self._all(module, scope, given)
        if parameter.default is None:
            return None
        return self.texts(function.module, function.scope.parent, parameter.default)

    # Attributes

    def _attribute(self, module: Module, scope: int, value: Expression, name: str) -> Texts:
        owners = self._resolver.resolve(module, scope, value)
        if not owners:
            return None
        return joined(self._kept(each, name) for each in owners)

    def _kept(self, owner: object, name: str) -> Texts:
        match owner:
            case ModuleTarget(module=found):
                return self._name(found, 0, name)
            case Class():
                return self._declared(owner, name)
            case Instance(of=Class() as of):
                return self._on_object(owner, of, name)
            case Instance() if self._resolver.members.is_chute(owner):
                return self._stored(owner, name)
            case _:
                return None

    def _on_object(self, owner: Instance, of: Class, name: str) -> Texts:
        fields = self._evaluator.fields
        stored = self._stored(owner, name)
        where, binding = fields.declared(of, name)
        if binding is None:
            return stored
        if fields.is_record(of) or binding.kind == "scope":
            held = fields.held(owner, of, name)
            return self.texts(*held) if held is not None else None
        declared = self._bound(where.module, where.index, binding, name)
        if stored is None and not self._resolver.members.stores(owner, name):
            return declared
        return joined([stored, declared])

    def _declared(self, owner: Class, name: str) -> Texts:
        where, binding = self._evaluator.fields.declared(owner, name)
        if binding is None:
            return None
        return self._bound(where.module, where.index, binding, name)

    def _stored(self, owner: Instance, name: str) -> Texts:
        """Return what is assigned to an attribute anywhere, and added to what it holds."""
        members = self._resolver.members
        stores = members.stores(owner, name)
        if not stores:
            return None
        return joined(
            [
                *(
                    self.texts(site.module, site.scope, value)
                    for site, value in stores
                    if self._may_run(site.module, site.scope)
                ),
                *(
                    self._added(*each)
                    for each in members.changes(owner, name)
                    if self._may_run(each[0], each[1].scope)
                ),
            ]
        )

    def _may_run(self, module: Module, scope: int) -> bool:
        """Say whether something runs a function: an entry, Python, or a call of its name."""
        index = module.enclosing_function(scope)
        name = module.scope(index).name
        return (
            index < 0
            or name.startswith("__")
            or bool(self._reach.arrivals(Function(module, index)))
            or any(True for _ in self._passings.external(lambda each: each == f"{UNKNOWN}{name}"))
        )

    def _added(self, module: Module, statement: Statement, place: Expression) -> Texts:
        """Return what a statement adds to what a place holds; None where it takes away."""
        if any(each is place for each in statement.targets):
            return self._all(module, statement.scope, statement.values)  # x |= more
        found: list[Texts] = []
        for target in statement.targets:
            match target:
                case Operation(operator="[]", operands=(held, key)) if held is place:
                    found.append(self.texts(module, statement.scope, key))
        for expression in statement.expressions():
            match expression:
                case Call(function=Attribute(value=held, attribute=method)) if held is place:
                    given = [each.value for each in expression.arguments]
                    if method in _ADDS:
                        found.append(self._all(module, statement.scope, given[:1]))
                    elif method in _ADDS_ALL and all(
                        not each.keyword for each in expression.arguments
                    ):
                        found.append(self._all(module, statement.scope, given))
                    else:
                        found.append(None)
        return joined(found) if found else None

    # Calls

    def _call(self, module: Module, scope: int, call: Call) -> Texts:
        positional = [each.value for each in call.arguments]
        match call:
            case Call(function=Attribute(value=owner, attribute=method), arguments=()) if (
                method in _COPIES
            ):
                return self.texts(module, scope, owner)
            case Call(function=function):
                name = self._resolver.dotted(module, scope, function)
                if name in CONVERSIONS or name == "builtins.sorted":
                    plain = not any(each.keyword or each.star for each in call.arguments[:1])
                    return self._all(module, scope, positional[:1]) if plain else None
        return self._followed(module, scope, call)


def joined(several: Iterable[Texts]) -> Texts:
    """Return all texts of several; None where those of one are not seen."""
    found: set[str] = set()
    for each in several:
        if each is None:
            return None
        found |= each
    return frozenset(found)


def _in(value: object) -> Texts:
    match value:
        case str():
            return frozenset({value})
        case list() | tuple() | set() | dict():
            return frozenset(each for each in value if isinstance(each, str))
        case _:
            return frozenset()
