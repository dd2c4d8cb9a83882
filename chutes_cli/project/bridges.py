"""What runs on the main loop because it is handed there (PLATFORM F8)."""

from __future__ import annotations

from chutes_cli.project.facts import Argument, Attribute, Call, Expression, Name
from chutes_cli.project.module import Module, Site
from chutes_cli.project.nested import decorating, decorators_of, is_given, wrappers_made
from chutes_cli.project.passing import Passings
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import External, Function, Method

BRIDGE = "asyncio.run_coroutine_threadsafe"
BRIDGE_METHOD = "call_soon_threadsafe"


class Bridges:
    """Answers what a call, a helper or a decorator hands to the main loop."""

    def __init__(self, resolver: Resolver, passings: Passings) -> None:
        self._resolver = resolver
        self._passings = passings
        self._handing: dict[Function, bool] = {}
        self._decorated: dict[Function, bool] = {}

    def bridges(self, module: Module, scope: int, call: Call) -> bool:
        """Say whether the coroutine or function that a call is given runs on the main loop.

        It does in the bridge itself, and in a function of the tree that hands one of its
        parameters to it.
        """
        match call.function:
            case Attribute(attribute=method) if method == BRIDGE_METHOD:
                return True
        for target in self._resolver.resolve(module, scope, call.function):
            match target:
                case External(name=name) if name == BRIDGE:
                    return True
                case Function() as function if self._hands_to_main(function):
                    return True
                case Method(function=function) if self._hands_to_main(function):
                    return True
        return False

    def _hands_to_main(self, function: Function) -> bool:
        if function not in self._handing:
            self._handing[function] = False  # until told otherwise: it may call itself
            parameters = function.scope.parameters
            bridged = self._bridged_in(function)
            self._handing[function] = any(is_given(each, parameters) for each in bridged)
        return self._handing[function]

    def _bridged_in(self, function: Function) -> list[Expression]:
        """Return what the calls in a function hand to the main loop."""
        return [
            each.arguments[0].value
            for statement in function.module.statements_in(function.index)
            for each in statement.expressions()
            if isinstance(each, Call)
            and each.arguments
            and self.bridges(function.module, function.index, each)
        ]

    def carries(self, site: Site, argument: Argument) -> bool:
        """Say whether a function that a call is given gets to the main loop inside a coroutine.

        ``run(work)`` does so with ``run_coroutine_threadsafe(self._unit(work), loop)``.
        """
        return any(
            _mentions(bridged, taker.name)
            for passing in self._passings.at(site)
            if passing.function is not None
            for taker in passing.takers(argument)
            for bridged in self._bridged_in(passing.function)
        )

    def by_decorator(self, function: Function) -> bool:
        """Say whether a decorator of the tree's own runs what it is put on on the main loop."""
        if not function.scope.decorators:
            return False
        if function not in self._decorated:
            self._decorated[function] = False
            self._decorated[function] = any(
                self._runs_on_main(found, decorator)
                for decorator in function.scope.decorators
                for found in decorators_of(
                    self._resolver, function.module, function.scope.parent, decorator
                )
            )
        return self._decorated[function]

    def _runs_on_main(self, decorator: Function, applied: Expression) -> bool:
        called = isinstance(applied, Call)
        parameters = tuple(
            parameter
            for each in decorating(decorator, with_arguments=called)
            for parameter in each.scope.parameters
        )
        return any(
            is_given(bridged, parameters)
            for wrapper in wrappers_made(decorator, with_arguments=called)
            for bridged in self._bridged_in(wrapper)
        )


def _mentions(expression: Expression, name: str) -> bool:
    return any(isinstance(each, Name) and each.id == name for each in expression.walk())
