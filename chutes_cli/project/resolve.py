"""What names and expressions stand for, across the modules of the tree.

Nothing is run: assignments, imports, returns and annotations are followed as far as
they are plain. An expression can stand for several things (assigned in two branches);
a check that needs certainty asks for exactly one.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from dataclasses import replace

from chutes_cli.contract.libraries.records import FIELD_CALLS
from chutes_cli.contract.libraries.web import APPLICATIONS, REQUESTS
from chutes_cli.project.callers import Callers
from chutes_cli.project.displays import default_of_field, looped
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    Import,
    Literal,
    Name,
    Opaque,
    Operation,
    Parameter,
)
from chutes_cli.project.members import Members
from chutes_cli.project.module import Binding, Module, Site
from chutes_cli.project.programs import FindModule, programs
from chutes_cli.project.questions import Questions
from chutes_cli.project.results import Results
from chutes_cli.project.tables import Tables
from chutes_cli.project.targets import (
    Class,
    External,
    Function,
    Instance,
    Method,
    ModuleTarget,
    Target,
    maker_of,
)

Targets = tuple[Target, ...]

_BUILTINS = frozenset(dir(builtins))
_MAX_DEPTH = 60
MOST_TARGETS = 64
"""``x = x.a()``, ``x = x.b()``… in one function stand for more than anybody can use."""
HOOK_METHODS = ("cord", "job", "on_startup", "on_shutdown")


class Resolver:
    """Answers what an expression stands for.

    Args:
        modules: Every module read.
        find_module: Resolves an import to a module of the tree.
        canonical: Maps a dotted SDK name to its canonical form, None when unknown.
    """

    def __init__(
        self,
        modules: Iterable[Module],
        find_module: FindModule,
        canonical: Callable[[str], str | None],
    ) -> None:
        self._modules = tuple(modules)
        self.find_module = find_module
        self._canonical = canonical
        self.programs = programs(self._modules, find_module)
        self.members = Members(self, self._modules)
        self.callers = Callers(self, self._modules)
        self.results = Results(self, self._modules)
        self.tables = Tables(self, self._modules)
        self._questions: Questions[Targets] = Questions((), _MAX_DEPTH)

    # Expressions

    def resolve(self, module: Module, scope: int, expression: Expression) -> Targets:
        """Return what an expression can stand for, without repeats, `MOST_TARGETS` at most."""
        # Equal names in one scope are one question, wherever they stand.
        key = (id(module), scope, expression.id if isinstance(expression, Name) else expression)
        return self._questions.answer(key, lambda: self._found(module, scope, expression))

    def _found(self, module: Module, scope: int, expression: Expression) -> Targets:
        return tuple(dict.fromkeys(self._resolve(module, scope, expression)))[:MOST_TARGETS]

    def _resolve(self, module: Module, scope: int, expression: Expression) -> Iterable[Target]:
        match expression:
            case Name(id=name):
                return self._name(module, scope, name)
            case Attribute(value=value, attribute=name):
                owners = self.resolve(module, scope, value)
                if name == "app" and _is_request(value, owners):
                    return self.members.chutes_made(module)
                return [each for owner in owners for each in self.members.member(owner, name)]
            case Call():
                return self.results.of(module, scope, expression)
            case Await(value=value) | Operation(operator="*", operands=(value,)):
                return self.resolve(module, scope, value)
            case Operation(operator="or" | "and", operands=parts):
                return [each for part in parts for each in self.resolve(module, scope, part)]
            case Operation(operator="?:", operands=(_, *branches)):
                return [each for part in branches for each in self.resolve(module, scope, part)]
            case Operation(
                operator="[]",
                operands=(
                    (Call() as call) | Await(value=Call() as call),
                    Literal(value=int(place)),
                ),
            ):
                return [*self._item(module, scope, call), *self._part(module, scope, call, place)]
            case Operation(operator="[]", operands=(value, *_)):
                return self._item(module, scope, value)
            case Opaque(kind="NamedExpr", parts=(value,)):
                return self.resolve(module, scope, value)
            case _:
                return ()

    def _item(self, module: Module, scope: int, value: Expression) -> Iterable[Target]:
        """Return what an item is: of a ``defaultdict`` what its factory makes, or its method."""
        yield from self.tables.items(module, scope, value)
        for owner in self.resolve(module, scope, value):
            match owner:
                case Instance(
                    of=External(name="collections.defaultdict"),
                    site=Site(expression=Call(arguments=(first, *_))) as site,
                ):
                    for factory in self.resolve(site.module, site.scope, first.value):
                        if isinstance(factory, External | Class):
                            yield Instance(factory, site)
                case Instance(of=Class()):
                    for method in self.members.member(owner, "__getitem__"):
                        if isinstance(method, Method):
                            yield from self.results.of_method(method)

    def _part(self, module: Module, scope: int, call: Call, place: int) -> Iterable[Target]:
        """Return what a function of the tree gives at one place of the tuple it returns."""
        for callee in self.resolve(module, scope, call.function):
            match callee:
                case Function() as function:
                    pass
                case Method(function=function):
                    pass
                case _:
                    continue
            for statement in function.module.statements_in(function.index):
                match statement.kind, statement.values:
                    case "return", (Collection(items=items),) if 0 <= place < len(items):
                        yield from self.resolve(function.module, function.index, items[place])

    def dotted(self, module: Module, scope: int, expression: Expression) -> str | None:
        """Return the one external name an expression stands for, None when it is not one."""
        targets = self.resolve(module, scope, expression)
        if len(targets) == 1 and isinstance(targets[0], External):
            return targets[0].name
        return None

    # Names

    def _name(self, module: Module, scope: int, name: str) -> Iterable[Target]:
        where, bindings = module.lookup(name, scope)
        if where < 0:
            return self._unbound(module, name)
        found: list[Target] = []
        for binding in bindings:
            found.extend(self.bound(module, where, binding, name))
        return found

    def _unbound(self, module: Module, name: str) -> Iterable[Target]:
        for imported in module.facts.imports:
            if imported.name == "*":
                found = self._imported(module, imported, name)
                if found:
                    return found
        return [External(f"builtins.{name}")] if name in _BUILTINS else []

    def bound(self, module: Module, scope: int, binding: Binding, name: str) -> Iterable[Target]:
        """Return what one binding of a name stands for."""
        match binding.kind:
            case "import" if binding.imported is not None:
                return self._imported(module, binding.imported, binding.imported.name)
            case "scope":
                return [self.scope_target(module, binding.scope)]
            case "parameter" if binding.parameter is not None:
                return self._parameter(module, scope, binding.parameter)
            case "value":
                return self._assigned(module, binding, name)
            case "other" if binding.statement is not None and binding.statement.kind == "for":
                return looped(self, module, binding.statement, name) or list(
                    self.tables.gone_over(module, binding.statement, name)
                )
            case _:
                return ()

    def _assigned(self, module: Module, binding: Binding, name: str) -> Iterable[Target]:
        scope = binding.statement.scope if binding.statement else 0
        if isinstance(binding.value, Name) and binding.value.id == name:
            # `x = x` in a class body takes the value from outside the class.
            parent = module.facts.scopes[scope].parent
            return self._name(module, parent, name) if parent >= 0 else ()
        value = binding.value
        if isinstance(value, Call) and binding.annotation is not None:
            called = self.dotted(module, scope, value.function)
            if called in FIELD_CALLS:
                return self._field(module, scope, value, called) or list(
                    self.instances(module, scope, binding.annotation)
                )
        if value is not None and not isinstance(value, Literal):
            found = self.resolve(module, scope, value)
            if found:
                return found
        return self.instances(module, scope, binding.annotation)

    def _field(self, module: Module, scope: int, field: Call, called: str) -> list[Target]:
        """Return what ``field(default_factory=…)`` makes: at each making of the object anew."""
        default = default_of_field(field, called)
        site = self.results.site(module, field)
        return [
            replace(each, site=site) if isinstance(each, Instance) else each
            for each in (self.resolve(module, scope, default) if default is not None else ())
        ]

    def scope_target(self, module: Module, index: int) -> Function | Class:
        """Return the function or class a scope index stands for."""
        is_class = module.facts.scopes[index].kind == "class"
        return Class(module, index) if is_class else Function(module, index)

    def _imported(self, module: Module, imported: Import, name: str | None) -> list[Target]:
        found = self.find_module(module, imported.module, imported.level)
        if name is None:
            if found is not None:
                return [ModuleTarget(found)]
            return [self.external(imported.module)]
        if found is not None:
            members = list(self.module_member(found, name))
            if members:
                return members
        dotted = f"{imported.module}.{name}" if imported.module else name
        inner = self.find_module(module, dotted, imported.level)
        if inner is not None:
            return [ModuleTarget(inner)]
        return [] if found is not None or imported.level else [self.external(dotted)]

    def external(self, dotted: str) -> External:
        """Return an external name, SDK names in canonical form."""
        return External(self._canonical(dotted) or dotted)

    def module_member(self, module: Module, name: str) -> Iterable[Target]:
        """Return what a name at the top level of a module stands for."""
        return self.resolve(module, 0, Name(module.facts.scopes[0].span, name))

    # Parameters and annotations

    def _parameter(self, module: Module, scope: int, parameter: Parameter) -> Iterable[Target]:
        function = module.facts.scopes[scope]
        first = function.parameters[0] if function.parameters else None
        if parameter is first and parameter.kind == "positional":
            owner = module.enclosing_class(scope)
            if owner >= 0 and Function(module, scope).has_decorator("classmethod"):
                return [Class(module, owner)]
            if owner >= 0 and not Function(module, scope).has_decorator("staticmethod"):
                return [Instance(Class(module, owner), None)]
            here = Function(module, scope)
            chutes = self.hooked_to(here) or self.members.chutes_around(here)
            if chutes:
                return chutes
        found = list(self.instances(module, function.parent, parameter.annotation))
        is_shape = any(map(self.members.is_protocol, found))
        if found and not is_shape and not all(map(_may_be_chute, found)):
            return found
        # Which chute or image it is, and what an object is made with, only a call can say. The
        # rest is left out: all that goes through parameters is more than anybody can follow.
        passed = self.callers.passed(Function(module, scope), parameter)
        if not passed:
            passed = self.callers.every(Function(module, scope), parameter)
        given = [each for place in passed for each in self.resolve(*place)]
        known = [each for each in given if _is_sdks(each) or self.members.is_chute(each)]
        if not known and is_shape:
            known = list(filter(_is_own, given))
        elif not known and parameter.annotation is None:
            is_one = function.name == "__init__" or len(passed) == 1
            known = [each for each in given if is_one and _is_own(each)]
            if not passed and isinstance(parameter.default, Call):
                known = list(self.resolve(module, function.parent, parameter.default))
        return known or found

    def hooked_to(
        self, function: Function, methods: tuple[str, ...] = HOOK_METHODS
    ) -> list[Target]:
        """Return the chutes a function is registered with as a cord, hook or job."""
        found: list[Target] = []
        for decorator in function.scope.decorators:
            callee = decorator.function if isinstance(decorator, Call) else decorator
            if isinstance(callee, Attribute) and callee.attribute in methods:
                owners = self.resolve(function.module, function.scope.parent, callee.value)
                found += [owner for owner in owners if self.members.is_chute(owner)]
        return found

    def instances(
        self, module: Module, scope: int, annotation: Expression | None
    ) -> Iterable[Instance]:
        """Return objects of the classes an annotation names (``X``, ``X | None``, ``Optional``)."""
        match annotation:
            case None:
                return []
            case Operation(operator="|", operands=parts):
                return [each for part in parts for each in self.instances(module, scope, part)]
            case Operation(operator="[]", operands=(head, *parts)):
                name = self.dotted(module, scope, head) or ""
                if name.rsplit(".", 1)[-1] in (
                    "Optional",
                    "Union",
                    "Annotated",
                    "Final",
                    "ClassVar",
                ):
                    inner = parts[:1] if name.endswith("Annotated") else parts
                    return [each for part in inner for each in self.instances(module, scope, part)]
                return []
            case _:
                targets = self.resolve(module, scope, annotation)
                return [
                    Instance(each, None)
                    for each in targets
                    if isinstance(each, Class)
                    or (isinstance(each, External) and each.receiver is None)
                ]


def _is_request(expression: Expression, targets: Targets) -> bool:
    """Say whether an expression is a request, whose ``app`` is the chute (starlette Request).

    One that is called so, where nothing else is known, counts as one.
    """
    if not targets:
        return isinstance(expression, Name) and expression.id == "request"
    return any(maker_of(each) in REQUESTS for each in targets)


def _is_sdks(target: Target) -> bool:
    return maker_of(target).startswith("chutes.")


def _may_be_chute(target: Target) -> bool:
    return _is_sdks(target) or maker_of(target) in APPLICATIONS


def _is_own(target: Target) -> bool:
    """Say whether a target is a class, a function, or an object of a class of the tree."""
    if isinstance(target, Instance):
        return isinstance(target.of, Class)
    return isinstance(target, Function | Class) or (
        isinstance(target, External) and target.receiver is None
    )
