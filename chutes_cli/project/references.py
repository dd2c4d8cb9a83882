"""Under which names a chute can be deployed: ``chutes deploy module:variable``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chutes_cli.project.facts import Span
from chutes_cli.project.module import Module
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Instance


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable at the top level of a module that holds a chute.

    Attributes:
        module: The module.
        name: The variable.
        span: Where it is bound.
        imported: Whether the module only imports it.
    """

    module: Module
    name: str
    span: Span
    imported: bool


class References:
    """The variables that hold chutes.

    Args:
        modules: Every module of the tree.
        resolver: What names stand for.
    """

    def __init__(self, modules: Sequence[Module], resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver

    def of(self, chute: Instance) -> tuple[Reference, ...]:
        """Return every variable that a chute can be deployed by, assigned ones first.

        Tests, templates that are no Python file yet, and what exists under
        ``if __name__ == "__main__"`` only are left out.
        """
        return tuple(self._index.get(chute, ()))

    def entries(self, chute: Instance) -> tuple[Module, ...]:
        """Return the modules that make its variable: what ``chutes deploy`` uploads one of."""
        assigned = [each.module for each in self.of(chute) if not each.imported]
        return tuple(dict.fromkeys(assigned))

    @cached_property
    def _index(self) -> dict[Instance, list[Reference]]:
        # Made once: a tree may hold hundreds of chutes.
        found: dict[Instance, list[Reference]] = {}
        for module in self._modules:
            if module.is_test or not module.path.endswith(".py"):
                continue
            for name in module.bindings.get(0, {}):
                for instance, reference in self._held(module, name).items():
                    found.setdefault(instance, []).append(reference)
        for each in found.values():
            each.sort(key=lambda one: (one.imported, one.module.path))
        return found

    def _held(self, module: Module, name: str) -> dict[Instance, Reference]:
        """Return what a variable may hold, with the first place that gives it."""
        found: dict[Instance, Reference] = {}
        for binding in module.bindings[0][name]:
            if binding.kind not in ("value", "import"):
                continue
            if binding.statement and module.only_as_script(binding.statement.guards):
                continue
            place = binding.statement or binding.imported
            assert place is not None
            reference = Reference(module, name, place.span, binding.kind == "import")
            for each in self._resolver.bound(module, 0, binding, name):
                if isinstance(each, Instance):
                    found.setdefault(each, reference)
        return found
