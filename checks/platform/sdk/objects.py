"""Which object of the SDK an expression is, and what the project's code keeps on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chutes_cli.contract.sdk import CHUTE, CHUTE_PACK, CORD, CORD_OBJECT, NODE_SELECTOR, contract
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Import,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.members import is_pack
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Class, External, Instance, Target

from ..wording import article

_KINDS = {
    CHUTE_PACK: CHUTE_PACK,
    NODE_SELECTOR: NODE_SELECTOR,
    CORD: CORD_OBJECT,
    CORD_OBJECT: CORD_OBJECT,
}
OBJECTS = (CHUTE, CHUTE_PACK, NODE_SELECTOR, CORD_OBJECT)
"""The classes that are judged."""
_DEEPEST = 10
"""Names that stand for names; also ends ``a = b``, ``b = a``."""


@dataclass(frozen=True, slots=True)
class SdkObject:
    """An object or class of the SDK.

    Attributes:
        kind: Canonical name of its class.
        target: What the expression stands for.
        of_template: Whether a template builder made it.
    """

    kind: str
    target: Target
    of_template: bool = False

    @property
    def is_object(self) -> bool:
        """Whether it is an object of the class, not the class."""
        return isinstance(self.target, Instance)

    @property
    def label(self) -> str:
        """How messages call it."""
        return article(self.kind.rpartition(".")[2])


class SdkObjects:
    """Answers both questions for one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._resolver = project.knowledge.resolver

    def at(self, module: Module, scope: int, expression: Expression) -> SdkObject | None:
        """Return the one SDK object an expression stands for, None when it is not one."""
        targets = self._resolver.resolve(module, scope, expression)
        if len(targets) != 1:
            return None
        match targets[0]:
            case External(name=name, receiver=None) as found if name in OBJECTS:
                return SdkObject(name, found)
            case Instance(of=External(name=name)) as found if name in _KINDS:
                return SdkObject(_KINDS[name], found)
            case Instance() as found if is_pack(found):
                pack = self._is_pack(module, scope, expression, 0)
                if pack is None:
                    return None
                return SdkObject(CHUTE_PACK if pack else CHUTE, found, of_template=True)
            case Instance(of=Class() as of) as found:
                # Of a class with further bases outside the tree, only a part is known.
                return SdkObject(CHUTE, found) if self._bases(of) == {CHUTE} else None
            case Instance(of=External(name=name)) as found if name == CHUTE:
                return SdkObject(CHUTE, found)
            case _:
                return None

    def _bases(self, of: Class) -> set[str]:
        return self._resolver.members.ancestors(of)

    def _is_pack(
        self, module: Module, scope: int, expression: Expression, depth: int
    ) -> bool | None:
        """Tell a builder's pack, True, from its chute, False; both resolve to one object."""
        match expression:
            case Call(function=function):
                name = self._resolver.dotted(module, scope, function)
                return True if name in contract().templates else None
            case Attribute(attribute="chute"):
                return False
            case Name(id=name) if depth < _DEEPEST:
                where, bindings = module.lookup(name, scope)
                answers = {self._bound(module, where, name, each, depth) for each in bindings}
                return answers.pop() if len(answers) == 1 else None
            case _:
                return None

    def _bound(
        self, module: Module, scope: int, name: str, binding: Binding, depth: int
    ) -> bool | None:
        match binding:
            case Binding(kind="parameter"):
                return False  # the `self` of a hook or cord
            case Binding(imported=Import(name=str(imported)) as found):
                home = self._resolver.find_module(module, found.module, found.level)
                at = Name(found.span, imported)
                return self._is_pack(home, 0, at, depth + 1) if home else None
            case Binding(value=Expression() as value, statement=Statement() as statement):
                return self._is_pack(module, statement.scope, value, depth + 1)
            case _:
                return None

    # What is kept on them

    @cached_property
    def kept(self) -> frozenset[str]:
        """The attributes the code sets on what may be a chute or a cord."""
        found = {name for module, name, holder, scope in self._stores
                 if self._may_be(module, scope, holder)}  # fmt: skip
        return frozenset(found | {name for name in self._set_by_name if name is not None})

    @cached_property
    def anything(self) -> bool:
        """Whether attributes may be set that the source does not name."""
        return None in self._set_by_name or any(self._foreign())

    @cached_property
    def _stores(self) -> list[tuple[Module, str, Expression, int]]:
        return [
            (module, stored.attribute, stored.value, statement.scope)
            for module in self._project.modules
            for statement in module.facts.statements
            for stored in stored_attributes(statement)
        ]

    @cached_property
    def _set_by_name(self) -> set[str | None]:
        """Names given to ``setattr`` for what may be a chute; None for one that is computed."""
        found: set[str | None] = set()
        for site, targets in self._project.knowledge.calls:
            call = site.expression
            assert isinstance(call, Call)
            names = {each.name for each in targets if isinstance(each, External)}
            if not names & {"builtins.setattr", "builtins.vars"}:
                continue
            holder, *rest = (each.value for each in call.arguments)
            if not self._may_be(site.module, site.scope, holder):
                continue
            match rest:
                case [Literal(value=str(name)), *_]:
                    found.add(name)
                case _:
                    found.add(None)
        return found

    def _foreign(self) -> Iterator[bool]:
        """Tell where a chute is given to code outside the tree, or its ``__dict__`` is used."""
        members = self._resolver.members
        for site, targets in self._project.knowledge.calls:
            call = site.expression
            assert isinstance(call, Call)
            if not _is_foreign(targets):
                continue
            for argument in call.arguments:
                if isinstance(argument.value, Name | Attribute):
                    found = self._resolver.resolve(site.module, site.scope, argument.value)
                    yield any(members.is_chute(each) for each in found)
        for module in self._project.modules:
            for statement in module.facts.statements:
                for expression in statement.expressions():
                    match expression:
                        case Attribute(value=value, attribute="__dict__"):
                            found = self._resolver.resolve(module, statement.scope, value)
                            yield any(members.is_chute(each) for each in found)

    def _may_be(self, module: Module, scope: int, holder: Expression) -> bool:
        """Say whether an expression may be a chute or a cord: one, its class, or unknown."""
        targets = self._resolver.resolve(module, scope, holder)
        return not targets or any(
            self._resolver.members.is_chute(each)
            or (isinstance(each, Instance) and getattr(each.of, "name", "") in (CORD, CORD_OBJECT))
            or (isinstance(each, External) and each.name in OBJECTS)
            for each in targets
        )

    def asks(self, module: Module, scope: int, call: Call) -> bool:
        """Say whether a call is ``hasattr`` or ``getattr``."""
        name = self._resolver.dotted(module, scope, call.function)
        return name in ("builtins.hasattr", "builtins.getattr")

    def is_member(self, found: SdkObject, name: str) -> bool:
        """Say whether a subclass of the tree, or a base of it there, has such a member."""
        pending = [found.target.of] if isinstance(found.target, Instance) else []
        for each in pending:
            if isinstance(each, Class):
                if name in each.module.bindings.get(each.index, {}):
                    return True
                pending += self._resolver.members.bases(each)
        return False


def stored_attributes(statement: Statement) -> Iterator[Attribute]:
    """Yield the attributes a statement binds, those inside tuples too."""
    pending = list(statement.targets) if statement.kind != "delete" else []
    while pending:
        match pending.pop(0):
            case Attribute() as found:
                yield found
            case Collection(items=items):
                pending += items
            case Operation(operator="*", operands=operands):
                pending += operands


def _is_foreign(targets: tuple[Target, ...]) -> bool:
    return all(
        isinstance(each, External) and not each.name.startswith(("chutes.", "builtins."))
        for each in targets
    )
