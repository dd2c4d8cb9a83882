"""The calls that make chutes: the constructor, a template builder, a subclass of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chutes_cli.contract.sdk import CHUTE, contract
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.facts import Name
from chutes_cli.project.module import Site
from chutes_cli.project.targets import Class, External, Function, Instance
from chutes_cli.project.tree import Knowledge


@dataclass(frozen=True, slots=True)
class Construction:
    """One call that makes a chute.

    Attributes:
        site: The call.
        instance: The chute, for comparing with resolved expressions.
        callee: Canonical name of the SDK callable that gets the arguments.
        arguments: What the SDK's callable is given.
    """

    site: Site
    instance: Instance
    callee: str
    arguments: Arguments

    @property
    def names(self) -> frozenset[Instance]:
        """What stands for this chute: the object made, and the ``self`` of its class."""
        own = isinstance(self.instance.of, Class)
        return frozenset({self.instance, *([Instance(self.instance.of, None)] if own else ())})


def constructions(knowledge: Knowledge) -> Iterator[Construction]:
    """Yield every call that makes a chute, in source order."""
    builders = contract().templates
    for site, targets in knowledge.calls:
        for target in targets:
            match target:
                case External(name=name, receiver=None) if name == CHUTE or name in builders:
                    arguments = knowledge.arguments(site, name)
                    yield Construction(site, Instance(target, site), name, arguments)
                case Class() if CHUTE in knowledge.resolver.members.ancestors(target):
                    arguments = _through(knowledge, site, target)
                    yield Construction(site, Instance(target, site), CHUTE, arguments)


def _through(knowledge: Knowledge, site: Site, owner: Class) -> Arguments:
    """Return what `Chute.__init__` gets when a subclass is called."""
    given = knowledge.arguments(site, CHUTE)
    for initialiser in knowledge.resolver.members.methods(owner, "__init__"):
        return _passed_on(knowledge, initialiser, site)
    return given


def _passed_on(knowledge: Knowledge, initialiser: Function, site: Site) -> Arguments:
    """Return the arguments of ``super().__init__(...)``, ``**kwargs`` filled in from the call."""
    for inner, target in knowledge.calls_to(f"{CHUTE}.__init__"):
        at_home = (inner.module, inner.scope) == (initialiser.module, initialiser.index)
        if not at_home or not isinstance(target, External) or target.receiver is None:
            continue
        passed = knowledge.arguments(inner, CHUTE)
        return (
            passed if passed.complete else _completed(knowledge, passed, initialiser, inner, site)
        )
    return Arguments((), complete=False)


def _completed(
    knowledge: Knowledge, passed: Arguments, initialiser: Function, inner: Site, site: Site
) -> Arguments:
    parameters = initialiser.scope.parameters
    rest = {each.name for each in parameters if each.kind == "**"}
    spread = [each for each in getattr(inner.expression, "arguments", ()) if each.star]
    if any(not isinstance(each.value, Name) or each.value.id not in rest for each in spread):
        return passed
    named = [each.name for each in parameters if each.kind in ("positional", "keyword")]
    given = knowledge.binder.bind(site, named[1:])
    more = tuple(each for each in given if each.name is not None and each.name not in named)
    return replace(passed, bound=passed.bound + more, complete=given.complete)
