"""The calls of the tree by what they run, and what they give to its parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from chutes_cli.project.facts import Call, Expression, Parameter
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.targets import Class, Function, Method

_MOST_CALLS = 16
"""A function called more often tells nothing of one call."""


@lru_cache(maxsize=1)
def call_index(project: Project) -> CallIndex:
    """Return the calls of a project; several checks ask about the same one."""
    return CallIndex(project)


class CallIndex:
    """Every call of the tree's own functions and classes; tests pass what they like."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._of: dict[Function | Class, list[tuple[Site, int]]] = defaultdict(list)
        for site, targets in project.knowledge.calls:
            if site.module.is_test:
                continue
            for target in targets:
                match target:
                    case Function():
                        self._of[target].append((site, 0))
                    case Method(function=function):
                        self._of[function].append((site, 1))
                    case Class():
                        self._of[target].append((site, 1))
                        for each in self._constructors(target):
                            self._of[each].append((site, 1))

    def _constructors(self, owner: Class) -> Iterator[Function]:
        for member in self._project.knowledge.resolver.members.class_member(owner, "__init__"):
            if isinstance(member, Function):
                yield member

    def calls(self, what: Function | Class) -> list[Site]:
        """Return the calls that run a function, or make an object of a class."""
        return [site for site, _ in self._of.get(what, ())]

    def given(self, function: Function, parameter: Parameter) -> Iterator[tuple[Site, Expression]]:
        """Yield what calls of a function pass for a parameter, with the call."""
        names = [each.name for each in function.scope.parameters if each.kind == "positional"]
        calls = self._of.get(function, ())
        for site, skipped in calls if len(calls) <= _MOST_CALLS else ():
            value = _argument(site, names[skipped:], parameter.name)
            if value is not None:
                yield site, value

    def fields(self, owner: Class, name: str) -> Iterator[tuple[Site, Expression]]:
        """Yield what constructor calls of a dataclass pass for a field."""
        names = [
            target.id
            for statement in owner.module.statements_in(owner.index)
            if statement.kind == "annotate"
            for target in statement.targets
            if hasattr(target, "id")
        ]
        calls = self.calls(owner)
        for site in calls if len(calls) <= _MOST_CALLS and name in names else ():
            value = _argument(site, names, name)
            if value is not None:
                yield site, value


def _argument(site: Site, names: list[str], wanted: str) -> Expression | None:
    call = site.expression
    assert isinstance(call, Call)
    if any(each.star for each in call.arguments):
        return None
    positional = [each.value for each in call.arguments if each.keyword is None]
    for name, value in zip(names, positional, strict=False):
        if name == wanted:
            return value
    return next((each.value for each in call.arguments if each.keyword == wanted), None)
