"""Whether an object outlives the call that makes it, and so serves several cord calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from chutes_cli.contract.libraries.async_clients import WRAPPERS
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
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, unpacked
from chutes_cli.project.running import INSTANCE
from chutes_cli.project.tables import PUTS
from chutes_cli.project.targets import Class, External, Function, Instance, ModuleTarget

from .origins import FIELDS, is_answer

_CACHES = frozenset({"functools.cache", "functools.lru_cache", "async_lru.alru_cache"})
_CACHED_BY_OBJECT = "functools.cached_property"
_LONGEST_WAY = 8


class Keeping:
    """Answers where an object ends up.

    Args:
        project: The tree.
        parts: Whether what is taken from an object keeps it as well: a client's session does,
            an item of a queue does not.
    """

    def __init__(self, project: Project, *, parts: bool) -> None:
        self._parts = parts
        self._project = project
        self._resolver = project.knowledge.resolver
        self._names = cache(_names)

    def is_shared(self, made: Site, depth: int = 0) -> bool:
        """Say whether what a call makes is kept beyond the cord call that may make it.

        It is when it is made at import, or kept on the chute, at module level or on an
        object that is itself shared.
        """
        module = made.module
        scope = module.enclosing_function(made.scope)
        if scope == -1:
            if self._is_factory(made):
                return self.is_class_shared(Class(module, made.scope), depth)
            return True
        function = Function(module, scope)
        if not self._project.reach.arrivals(function, *INSTANCE):
            return False
        return self._lands(function, made.statement, made.expression, depth)

    def _lands(
        self, function: Function, statement: Statement, expression: Expression, depth: int
    ) -> bool:
        module = function.module
        if depth > _LONGEST_WAY:
            return False
        if any(
            self._is_kept(function, statement, collection, depth)
            for each in statement.expressions()
            for collection in self._put_into(module, statement, each, expression)
        ):
            return True
        if any(
            self._moves_on(inner, name, depth)
            for inner, name in self._given_to(module, statement, expression)
        ):
            return True
        if not any(self._carries(module, statement, each, expression) for each in statement.values):
            return False
        if statement.kind == "return":
            if self._is_cached(function, depth):
                return True
            calls = self._project.passings.of(function)
            return any(self.is_shared(each.site, depth + 1) for each in calls)
        return any(
            self._is_kept(function, statement, place, depth)
            for target in statement.targets
            for place, value in unpacked(statement, target) or [(target, statement.values[-1])]
            if self._carries(module, statement, value, expression)
        )

    def _is_kept(
        self, function: Function, statement: Statement, place: Expression, depth: int
    ) -> bool:
        """Say whether a place outlives the call, or what a local name holds does."""
        if self.outlives(function.module, statement, place, depth):
            return True
        name = place.operands[0] if isinstance(place, Operation) else place
        return isinstance(name, Name) and self._moves_on(function, name.id, depth)

    def _carries(
        self, module: Module, statement: Statement, root: Expression, wanted: Expression
    ) -> bool:
        """Say whether a value is an object, or holds it: a display, what a class is given."""
        if root is wanted:
            return True
        parts: tuple[Expression, ...]
        match root:
            case Await(value=value):
                parts = () if value is not wanted and is_answer(root) else (value,)
            case Operation(operator="or" | "and" | "?:") | Collection() | Mapping() | Opaque():
                parts = root.children()
            case Attribute(value=value) | Operation(operator="[]", operands=(value, *_)):
                parts = (value,) if self._parts else ()
            case Call(function=callee, arguments=arguments):
                targets = self._resolver.resolve(module, statement.scope, callee)
                holds = any(isinstance(each, Class) or _makes(each) for each in targets)
                parts = (callee, *(each.value for each in arguments if holds))
            case _:
                return False
        return any(self._carries(module, statement, part, wanted) for part in parts)

    def _put_into(
        self, module: Module, statement: Statement, root: Expression, wanted: Expression
    ) -> Iterator[Expression]:
        """Yield the collection that a call puts an object into."""
        match root:
            case Call(function=Attribute(value=owner, attribute=method), arguments=arguments) if (
                method in PUTS
                and any(self._carries(module, statement, each.value, wanted) for each in arguments)
            ):
                yield owner

    def _given_to(
        self, module: Module, statement: Statement, wanted: Expression
    ) -> Iterator[tuple[Function, str]]:
        """Yield the functions that a statement gives an object, and what they call it."""
        for each in statement.expressions():
            match each:
                case Call(arguments=arguments):
                    given = [argument for argument in arguments if argument.value is wanted]
                    for argument in given:
                        for passing in self._project.passings.at(Site(module, statement, each)):
                            for parameter in passing.takers(argument):
                                assert passing.function is not None
                                yield passing.function, parameter.name

    def _moves_on(self, function: Function, name: str, depth: int) -> bool:
        """Say whether a local name's object is stored, returned or used by an inner cord."""
        module = function.module
        for statement, part in self._names(module).get(name, ()):
            if module.lookup(name, statement.scope)[0] != function.index:
                continue
            if self._lands(function, statement, part, depth + 1):
                return True
            inner = module.enclosing_function(statement.scope)
            if inner != function.index and self._serves(function, Function(module, inner)):
                return True
        return False

    def _serves(self, outer: Function, inner: Function) -> bool:
        """Say whether cords run a function again and again inside one that has run before."""
        arrivals = self._project.reach.arrivals(inner, "cord")
        if not self._project.reach.arrivals(outer, "cord"):
            return bool(arrivals)
        return any(each.entry.function == inner for each in arrivals)

    def outlives(
        self, module: Module, statement: Statement, target: Expression, depth: int = 0
    ) -> bool:
        """Say whether a place is kept after the call: the chute, a global, a shared object."""
        match target:
            case Attribute(value=owner):
                for holder in self._resolver.resolve(module, statement.scope, owner):
                    match holder:
                        case Instance() if self._resolver.members.is_chute(holder):
                            return True
                        case Instance(of=Class() as of):
                            if self.is_class_shared(of, depth):
                                return True
                        case Instance(site=Site() as made):
                            if self.is_shared(made, depth + 1):
                                return True
                        case Class() | ModuleTarget():
                            return True
                return False
            case Operation(operator="[]", operands=(value, *_)):
                return self.outlives(module, statement, value, depth)
            case Name(id=name):
                where, _ = module.lookup(name, statement.scope)
                inner = module.enclosing_function(statement.scope)
                if where <= 0 or where == inner:
                    return where == 0
                return self._serves(Function(module, where), Function(module, inner))
            case _:
                return False

    def is_class_shared(self, owner: Class, depth: int = 0) -> bool:
        """Say whether every object of a class is shared: each is made and kept beyond a call."""
        heirs = self._resolver.members.with_heirs(owner)
        made = [call for each in heirs for call in self._project.passings.making(each)]
        return bool(made) and all(self.is_shared(each.site, depth + 1) for each in made)

    def _is_cached(self, function: Function, depth: int) -> bool:
        """Say whether what a function returns is kept, by the process or a shared object."""
        module, scope = function.module, function.scope.parent
        for decorator in function.scope.decorators:
            callee = decorator.function if isinstance(decorator, Call) else decorator
            name = self._resolver.dotted(module, scope, callee)
            if name == _CACHED_BY_OBJECT:
                return self.is_class_shared(Class(module, scope), depth)
            if name in _CACHES:
                return True
        return False

    def _is_factory(self, made: Site) -> bool:
        """Say whether a class body names a factory only, which each object calls."""
        match made.expression:
            case Call(function=callee):
                return self._resolver.dotted(made.module, made.scope, callee) in FIELDS
        return False


def _names(module: Module) -> dict[str, list[tuple[Statement, Name]]]:
    """Return where a module writes each name."""
    found: dict[str, list[tuple[Statement, Name]]] = defaultdict(list)
    for statement in module.facts.statements:
        for part in statement.expressions():
            match part:
                case Name(id=name):
                    found[name].append((statement, part))
    return found


def _makes(target: object) -> bool:
    """Say whether an external callable makes an object that holds what it is given."""
    if not isinstance(target, External):
        return False
    return target.name in WRAPPERS or target.name.rsplit(".", 1)[-1][:1].isupper()
