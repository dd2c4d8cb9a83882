"""What an expression can stand for, as far as the source tells."""

from __future__ import annotations

from dataclasses import dataclass

from chutes_cli.project.facts import Scope, last_name
from chutes_cli.project.module import Module, Site


@dataclass(frozen=True, slots=True)
class External:
    """Something defined outside the audited tree.

    Attributes:
        name: Dotted name as imported, SDK names in their canonical form.
        receiver: The object it was taken from, for a method or attribute.
    """

    name: str
    receiver: Instance | None = None


@dataclass(frozen=True, slots=True)
class ModuleTarget:
    """A module of the audited tree."""

    module: Module


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class of the audited tree.

    Attributes:
        module: Where it is.
        index: Index of its scope.
    """

    module: Module
    index: int

    @property
    def scope(self) -> Scope:
        """The facts of its definition."""
        return self.module.facts.scopes[self.index]

    @property
    def qualname(self) -> str:
        """Dotted name inside its module."""
        return self.scope.qualname

    def has_decorator(self, *names: str) -> bool:
        """Say whether it has a decorator of one of some names, whatever stands before them."""
        return any(last_name(each) in names for each in self.scope.decorators)


@dataclass(frozen=True, slots=True)
class Function(Definition):
    """A function or method of the audited tree."""

    @property
    def is_property(self) -> bool:
        """Whether taking it from an object runs it."""
        return self.has_decorator("property", "cached_property")


@dataclass(frozen=True, slots=True)
class Class(Definition):
    """A class of the audited tree."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the audited tree, taken from an object."""

    function: Function
    receiver: Instance


@dataclass(frozen=True, slots=True)
class Instance:
    """What calling something returns: an object of a class, or an external call's result.

    Attributes:
        of: The class called, or the external callable.
        site: The call that made it; None when only its class is known (a ``self``, an
            annotated parameter).
    """

    of: Class | External
    site: Site | None


Target = External | ModuleTarget | Function | Class | Method | Instance


def maker_of(target: Target) -> str:
    """Return the external name whose result a target is, nothing for anything else."""
    match target:
        case Instance(of=External(name=name)):
            return name
        case _:
            return ""
