"""What attributes stand for: members of modules and classes, and what is kept on objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from chutes_cli.contract.sdk import CHUTE
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Attribute, Call, Expression, Operation, Statement
from chutes_cli.project.module import Module, Site, changed_in_place, unpacked
from chutes_cli.project.nested import wrappers_of
from chutes_cli.project.targets import (
    Class,
    External,
    Function,
    Instance,
    Method,
    ModuleTarget,
    Target,
)

if TYPE_CHECKING:
    from chutes_cli.project.resolve import Resolver


PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})

_Store = tuple[Module, Statement, Attribute, Expression]
"""An assignment to an attribute: where, which, and what is assigned."""
_Change = tuple[Module, Statement, Attribute]
"""A change in place of what an attribute holds."""


class Members:
    """Answers what ``owner.name`` stands for; one half of the Resolver."""

    def __init__(self, resolver: Resolver, modules: tuple[Module, ...]) -> None:
        self._resolver = resolver
        self._modules = modules
        self._around: dict[Function, list[Target]] | None = None

    def member(self, owner: Target, name: str) -> Iterable[Target]:
        """Return what ``owner.name`` stands for."""
        match owner:
            case External(receiver=None):
                return [self._resolver.external(f"{owner.name}.{name}")]
            case ModuleTarget(module=module):
                found = list(self._resolver.module_member(module, name))
                inner = self._resolver.find_module(module, f"{name}", 1) if not found else None
                return [ModuleTarget(inner)] if inner else found
            case Class():
                return self.class_member(owner, name)
            case Instance():
                return self._instance_member(owner, name)
            case _:
                return []

    def _instance_member(self, owner: Instance, name: str) -> list[Target]:
        if is_pack(owner) and name == "chute":
            return [owner]
        stored = list(self.stored(owner, name))
        found = [*stored]
        if isinstance(owner.of, Class):
            for each in self.class_member(owner.of, name):
                if isinstance(each, Function):
                    found.append(self._taken_from(each, owner))
                elif isinstance(each, External) and each.receiver is None:
                    # What is assigned wins over what an external base may define.
                    found += [External(each.name, owner)] if not stored else []
                else:
                    found.append(each)
            found += [self._taken_from(each, owner) for each in self._overrides(owner, name)]
        elif not found:
            found.append(External(self._canonical_member(owner, name), owner))
        return list(dict.fromkeys(found))

    def _canonical_member(self, owner: Instance, name: str) -> str:
        kind = CHUTE if self.is_chute(owner) else getattr(owner.of, "name", "")
        return f"{kind}.{name}"

    def is_chute(self, target: Target) -> bool:
        """Say whether a target is a Chute, of a subclass too, or a template builder's ChutePack."""
        match target:
            case Instance(of=External(name=name)):
                return name == CHUTE or is_pack(target)
            case Instance(of=Class() as of):
                return CHUTE in self.ancestors(of)
            case _:
                return False

    def chutes_made(self, module: Module) -> list[Target]:
        """Return the chute of a module's program, nothing where that makes several."""
        found = self._chutes_made.get(self._resolver.programs[module], [])
        return found if len(found) == 1 else []

    @cached_property
    def _chutes_made(self) -> dict[Module, list[Target]]:
        found: dict[Module, list[Target]] = defaultdict(list)
        for module in self._modules:
            for statement in module.facts.statements if not module.is_test else ():
                if statement.scope == 0 and statement.kind == "assign":
                    made = self._resolver.resolve(module, 0, statement.values[0])
                    is_call = isinstance(statement.values[0], Call)
                    found[self._resolver.programs[module]] += [
                        each for each in made if is_call and self.is_chute(each)
                    ]
        return dict(found)

    def chutes_around(self, wrapper: Function) -> list[Target]:
        """Return the chutes of the cords, hooks and jobs that decorators put a function around."""
        if self._around is None:
            self._around = {}  # what is asked on the way is answered without
            found: dict[Function, list[Target]] = defaultdict(list)
            for module in self._modules:
                for index in range(len(module.facts.scopes)):
                    function = Function(module, index)
                    for chute in self._resolver.hooked_to(function):
                        for _, each in wrappers_of(self._resolver, function):
                            found[each].append(chute)
            self._around = dict(found)
        return list(dict.fromkeys(self._around.get(wrapper, ())))

    def is_protocol(self, target: Target) -> bool:
        """Say whether a target is an object of which only the shape is known (PEP 544)."""
        match target:
            case Instance(of=Class() as of):
                names = {each.name for each in self.bases(of) if isinstance(each, External)}
                return bool(names & PROTOCOLS)
            case _:
                return False

    def _taken_from(self, function: Function, owner: Instance) -> Target:
        """A property gives what it returns; any other function gives a method."""
        results = self._resolver.results.returned(function) if function.is_property else ()
        return results[0] if len(results) == 1 else Method(function, owner)

    @cached_property
    def _heirs(self) -> dict[Class, list[Class]]:
        """The classes of the tree below each, those that derive from it at once."""
        found: dict[Class, list[Class]] = defaultdict(list)
        for module in self._modules:
            for index, scope in enumerate(module.facts.scopes):
                if scope.kind == "class" and scope.bases:
                    heir = Class(module, index)
                    for base in self.bases(heir):
                        if isinstance(base, Class):
                            found[base].append(heir)
        return dict(found)

    def with_heirs(self, owner: Class) -> list[Class]:
        """Return a class and all classes of the tree that derive from it."""
        found = [owner]
        for each in found:
            found += [heir for heir in self._heirs.get(each, ()) if heir not in found]
        return found

    def methods_of(self, owner: Instance, name: str) -> list[Function]:
        """Return the functions that a method or property of an object may run.

        Where only a class of the tree above the object's own is known, those count too by which
        classes below that are in use replace it.
        """
        if not isinstance(owner.of, Class):
            return []
        return [*self.methods(owner.of, name), *self._overrides(owner, name)]

    def _overrides(self, owner: Instance, name: str) -> Iterator[Function]:
        known = owner.of if owner.site is None else None
        for heir in self.with_heirs(known)[1:] if isinstance(known, Class) else ():
            replaces = name in heir.module.bindings.get(heir.index, {})
            if replaces and self._resolver.callers.is_used(heir):
                yield from self.methods(heir, name)

    def methods(self, owner: Class, name: str) -> list[Function]:
        """Return the functions that a name in a class body or its bases stands for."""
        return [each for each in self.class_member(owner, name) if isinstance(each, Function)]

    def class_member(self, owner: Class, name: str, depth: int = 0) -> list[Target]:
        """Return what a name in a class body or its bases stands for."""
        bindings = owner.module.bindings.get(owner.index, {}).get(name)
        if bindings:
            return [
                target
                for binding in bindings
                for target in self._resolver.bound(owner.module, owner.index, binding, name)
            ]
        found: list[Target] = []
        for base in self.bases(owner):
            if isinstance(base, Class) and depth < 10:
                found += self.class_member(base, name, depth + 1)
            elif isinstance(base, External):
                found.append(self._resolver.external(f"{base.name}.{name}"))
        # Local definitions win over what an external base may define.
        local: list[Target] = [each for each in found if not isinstance(each, External)]
        return local or found

    def bases(self, owner: Class) -> list[Class | External]:
        """Return the direct base classes that are known."""
        scope = owner.scope
        return [
            target
            for base in scope.bases
            for target in self._resolver.resolve(owner.module, scope.parent, _unsubscripted(base))
            if isinstance(target, Class | External)
        ]

    def ancestors(self, owner: Class, depth: int = 0) -> set[str]:
        """Return the dotted names of every external class above a class."""
        found: set[str] = set()
        for base in self.bases(owner):
            if isinstance(base, External):
                found.add(base.name)
            elif depth < 20:
                found |= self.ancestors(base, depth + 1)
        return found

    # Attributes stored on objects

    @cached_property
    def _attribute_stores(self) -> dict[tuple[Module, str], list[_Store]]:
        stores: dict[tuple[Module, str], list[_Store]] = defaultdict(list)
        for module in self._modules:
            for statement in module.facts.statements:
                for target in statement.targets:
                    whole = [(target, each) for each in statement.values[-1:]]
                    for part, value in unpacked(statement, target) or whole:
                        if isinstance(part, Attribute):
                            key = self._resolver.programs[module], part.attribute
                            stores[key].append((module, statement, part, value))
        return dict(stores)

    def assigned(self, home: Module, name: str) -> list[Placed]:
        """Return all that a module's program assigns to an attribute of some name."""
        stores = self._attribute_stores.get((self._resolver.programs[home], name), ())
        return [(module, statement.scope, value) for module, statement, _, value in stores]

    def stored(self, owner: Instance, name: str) -> list[Target]:
        """Return what is assigned to an attribute of an object, anywhere in the tree."""
        found: list[Target] = []
        for site, value in self.stores(owner, name):
            found += self._resolver.resolve(site.module, site.scope, value)
            if site.statement.kind == "annotate" and not found:
                annotation = site.statement.values[0]
                found += self._resolver.instances(site.module, site.scope, annotation)
        return found

    @cached_property
    def _attribute_changes(self) -> dict[tuple[Module, str], list[_Change]]:
        changes: dict[tuple[Module, str], list[_Change]] = defaultdict(list)
        for module in self._modules:
            for statement in module.facts.statements:
                added_to = statement.targets if statement.kind == "augment" else ()
                for place in (*changed_in_place(statement), *added_to):
                    if isinstance(place, Attribute):
                        key = self._resolver.programs[module], place.attribute
                        changes[key].append((module, statement, place))
        return dict(changes)

    def changes(self, owner: Instance, name: str) -> Iterator[_Change]:
        """Yield what adds to an attribute of an object, or changes in place what it holds."""
        for key in self._places(owner, name):
            for module, statement, place in self._attribute_changes.get(key, ()):
                holders = self._resolver.resolve(module, statement.scope, place.value)
                if any(self.may_be_same(owner, each) for each in holders):
                    yield module, statement, place

    def is_changed(self, owner: Instance, name: str) -> bool:
        """Say whether code adds to an attribute of an object, or changes in place what it holds."""
        return any(True for _ in self.changes(owner, name))

    def _places(self, owner: Instance, name: str) -> Iterator[tuple[Module, str]]:
        """Yield where an attribute of an object may be assigned to: in the program it is of."""
        if isinstance(owner.of, Class):
            yield self._resolver.programs[owner.of.module], name
        elif owner.site is not None:
            yield self._resolver.programs[owner.site.module], name

    def may_be_same(self, left: Target, right: Target) -> bool:
        """Say whether two targets can be the same object: one's class, or one making call.

        What a base class knows of ``self`` holds for an object of a class below it.
        """
        match left, right:
            case Instance(of=Class() as one), Instance(of=Class() as other):
                return (
                    one == other or other in self.with_heirs(one) or one in self.with_heirs(other)
                )
            case Instance(of=Class()), _:
                return False
            case Instance(site=Site() as one_site), Instance(site=other_site):
                return one_site == other_site
            case _:
                return False

    def stores(self, owner: Instance, name: str) -> list[tuple[Site, Expression]]:
        """Return each assignment to an attribute of an object, with the value assigned."""
        found = []
        stores = [
            each
            for key in self._places(owner, name)
            for each in self._attribute_stores.get(key, ())
        ]
        for module, statement, target, value in stores:
            if statement.kind not in ("assign", "annotate", "with"):
                continue
            holders = self._resolver.resolve(module, statement.scope, target.value)
            if any(self.may_be_same(owner, each) for each in holders):
                found.append((Site(module, statement, target), value))
        return found


def is_pack(target: Target) -> bool:
    """Say whether a target is what a template builder returns."""
    return (
        isinstance(target, Instance)
        and isinstance(target.of, External)
        and target.of.name.startswith("chutes.chute.template.")
        and target.of.name.rsplit(".", 1)[-1].startswith("build_")
    )


def _unsubscripted(base: Expression) -> Expression:
    if isinstance(base, Operation) and base.operator == "[]":
        return base.operands[0]
    return base
