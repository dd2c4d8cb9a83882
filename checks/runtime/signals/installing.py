"""The calls that install signal handlers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project.facts import Attribute, Call, Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.targets import External, Function

_SIGTERM, _SIGINT = 15, 2
_OF_A_LOOP = "add_signal_handler"
_NO_LIBRARY = ("signal.", "chutes.", "asyncio.")
_SPEAKS_OF_SIGNALS = re.compile(r"sig(nal|term)|shutdown|graceful", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Installation:
    """A call that installs a signal handler.

    Attributes:
        site: The call.
        signals: Names of the signals, such as ``SIGTERM``; None when they cannot be told.
        handler: The handler.
        by_loop: Whether an event loop calls it.
    """

    site: Site
    signals: frozenset[str] | None
    handler: Expression
    by_loop: bool

    def is_for(self, *signals: str) -> bool:
        """Say whether it can be for one of some signals."""
        return self.signals is None or bool(self.signals.intersection(signals))


def installations(project: Project, function: Function) -> Iterator[Installation]:
    """Yield what a function, or a module's top level, installs."""
    for site in _calls(function):
        assert isinstance(site.expression, Call)
        callee, arguments = site.expression.function, site.expression.arguments
        by_loop = isinstance(callee, Attribute) and callee.attribute == _OF_A_LOOP
        dotted = project.knowledge.resolver.dotted(site.module, site.scope, callee)
        if (by_loop or dotted == "signal.signal") and len(arguments) > 1:
            signals = _signals(project, site, arguments[0].value)
            yield Installation(site, signals, arguments[1].value, by_loop)


def asks_a_library(project: Project, function: Function) -> bool:
    """Say whether a function calls another library that, by its name, handles signals."""
    for site in _calls(function):
        assert isinstance(site.expression, Call)
        callee = site.expression.function
        for target in project.knowledge.resolver.resolve(site.module, site.scope, callee):
            if (
                isinstance(target, External)
                and not target.name.startswith(_NO_LIBRARY)
                and _SPEAKS_OF_SIGNALS.search(target.name)
            ):
                return True
    return False


def _calls(function: Function) -> Iterator[Site]:
    for statement in function.module.statements_in(function.index):
        if function.module.only_as_script(statement.guards):
            continue
        for expression in statement.expressions():
            if isinstance(expression, Call):
                yield Site(function.module, statement, expression)


def _signals(project: Project, site: Site, expression: Expression) -> frozenset[str] | None:
    match expression:
        case Literal(value=int(number)):
            return frozenset({{_SIGTERM: "SIGTERM", _SIGINT: "SIGINT"}.get(number, str(number))})
    targets = project.knowledge.resolver.resolve(site.module, site.scope, expression)
    names = {
        each.name.rsplit(".", 1)[-1]
        for each in targets
        if isinstance(each, External) and each.name.startswith("signal.")
    }
    return frozenset(names) or None
