"""Arguments bound to parameter names as Python would bind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chutes_cli.contract.libraries import handing
from chutes_cli.project import facts
from chutes_cli.project.arguments import Arguments, BoundArgument
from chutes_cli.project.callers import Placed
from chutes_cli.project.displays import Turn, spreads
from chutes_cli.project.evaluator import Evaluator
from chutes_cli.project.module import Module, Site
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.spreads import Spreads
from chutes_cli.project.targets import External, Instance


class ArgumentBinder:
    """Binds the arguments of calls, following ``**config`` to its dictionary."""

    def __init__(self, evaluator: Evaluator, resolver: Resolver) -> None:
        self._evaluator = evaluator
        self._resolver = resolver
        self._spreads = Spreads(evaluator, resolver)

    def during(self, turn: Turn) -> ArgumentBinder:
        """Return a binder for one turn of the loops around a call."""
        return ArgumentBinder(self._evaluator.during(turn), self._resolver) if turn else self

    def bind(self, site: Site, parameters: Sequence[str] = ()) -> Arguments:
        """Return the arguments of the call at a site.

        Args:
            site: A site whose expression is a Call.
            parameters: Names of the positional parameters, in order.
        """
        call = site.expression
        assert isinstance(call, facts.Call)
        found: list[BoundArgument] = []
        complete = True
        names = iter(parameters)
        for prefilled in self._prefilled(site, call):
            before = self.bind(prefilled, ("func", *parameters))
            found += [each for each in before if each.name != "func"]
            complete = complete and before.complete
            filled = sum(not each.keyword for each in before) - 1
            names = iter(parameters[max(0, filled) :])
        for argument in call.arguments:
            if argument.star == "**":
                spread = self._spreads.entries(site.module, site.scope, argument.value)
                complete = complete and spread is not None
                found += spread or []
            elif argument.star == "*":
                items = self._items(site.module, site.scope, argument.value)
                if items is None:
                    complete = False
                    names = iter(())  # nobody can tell how many positions it fills
                    continue
                for place in items:
                    name = next(names, None)
                    found.append(self._spreads.bound(name, *place, argument.span))
            else:
                name = argument.keyword or next(names, None)
                bound = self._spreads.bound(
                    name, site.module, site.scope, argument.value, argument.span
                )
                found.append(replace(bound, keyword=argument.keyword is not None))
        return Arguments(tuple(found), complete)

    def _prefilled(self, site: Site, call: facts.Call) -> Iterator[Site]:
        """Yield the `functools.partial` that a call goes through, for its arguments come first."""
        targets = self._resolver.resolve(site.module, site.scope, call.function)
        match targets:
            case (Instance(of=External(name=handing.PARTIAL), site=Site() as made),):
                yield made

    def _items(
        self, module: Module, scope: int, expression: facts.Expression
    ) -> list[Placed] | None:
        """Return the items of a ``*`` argument, None when they are not known."""
        at, where, held = self._evaluator.held(module, scope, expression)
        if not isinstance(held, facts.Collection) or spreads(held.items):
            return None
        return [(at, where, each) for each in held.items]

    def spread(self, module: Module, scope: int, expression: facts.Expression) -> Arguments:
        """Return the arguments that ``**expression`` passes."""
        found = self._spreads.entries(module, scope, expression)
        return Arguments(tuple(found or ()), found is not None)
