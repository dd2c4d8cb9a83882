"""Which modules hang together through imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chutes_cli.project.module import Module

FindModule = Callable[[Module, str, int], Module | None]
"""(importing module, dotted name, leading dots) to a module of the tree, if it is one."""


def programs(modules: Iterable[Module], find_module: FindModule) -> dict[Module, Module]:
    """Return every module with the first of those that hang together with it through imports.

    In a tree of many services, what one does to a name says nothing about the others'.

    Args:
        modules: All modules of the tree.
        find_module: Resolves an import to one of them.
    """
    above = {module: module for module in modules}

    def first(module: Module) -> Module:
        while above[module] is not module:
            above[module] = module = above[above[module]]
        return module

    for module in above:
        for each in module.facts.imports:
            inner = f"{each.module}.{each.name}" if each.module else each.name or ""
            for dotted in (each.module, inner):
                if other := find_module(module, dotted, each.level):
                    ends = sorted((first(module), first(other)), key=lambda end: end.path)
                    above[ends[1]] = ends[0]
    return {module: first(module) for module in above}
