"""Under which names a chute can be deployed: ``chutes deploy module:variable``."""

from __future__ import annotations

from dataclasses import dataclass

from chutes_cli.project.facts import Span
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module


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


def references(project: Project, chute: Chute) -> tuple[Reference, ...]:
    """Return every variable that a chute can be deployed by, assigned ones first.

    Tests, templates that are no Python file yet, and what exists under
    ``if __name__ == "__main__"`` only are left out.
    """
    resolver = project.knowledge.resolver
    found = []
    for module in project.modules:
        if module.is_test or not module.path.endswith(".py"):
            continue
        for name, bindings in module.bindings.get(0, {}).items():
            for binding in bindings:
                if binding.kind not in ("value", "import"):
                    continue
                if binding.statement and module.only_as_script(binding.statement.guards):
                    continue
                if chute.instance in resolver.bound(module, 0, binding, name):
                    place = binding.statement or binding.imported
                    assert place is not None
                    found.append(Reference(module, name, place.span, binding.kind == "import"))
                    break
    return tuple(sorted(found, key=lambda each: (each.imported, each.module.path)))


def entries(project: Project, chute: Chute) -> tuple[Module, ...]:
    """Return the modules that make a chute's variable: what ``chutes deploy`` uploads one of."""
    assigned = [each.module for each in references(project, chute) if not each.imported]
    return tuple(dict.fromkeys(assigned))
