"""Where in a run an expression is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.module import Module, Site
from chutes_cli.project.passing import Passing
from chutes_cli.project.targets import Function


@dataclass(frozen=True, slots=True)
class Frame:
    """A call that is being followed into the function it runs.

    Attributes:
        function: The function.
        passing: The call; None where its parameter ``source`` stands for input.
        caller: Where the call is made.
        source: Name of a parameter that is taken for input.
    """

    function: Function
    passing: Passing | None
    caller: Spot | None
    source: str = ""

    @property
    def depth(self) -> int:
        """How many calls are being followed."""
        above = self.caller.frame if self.caller else None
        return 1 + (above.depth if above else 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """A statement of a function, on the way into it that is being followed.

    Attributes:
        module: The module.
        at: The statement; what names hold is asked as of it.
        later: Statements of the function that the value goes on to: what is checked before
            them is checked as well.
        frame: The call being followed; None for any call.
        around: The comprehensions around the expression, outermost first.
    """

    module: Module
    at: Statement
    later: frozenset[Statement] = frozenset()
    frame: Frame | None = None
    around: tuple[Opaque, ...] = ()

    @property
    def scope(self) -> int:
        """Index of the scope the statement runs in."""
        return self.at.scope

    def site(self, expression: Expression) -> Site:
        """Return an expression of the statement as a site."""
        return Site(self.module, self.at, expression)

    def back_to(self, statement: Statement) -> Spot:
        """Return the spot of an earlier statement whose value comes here."""
        return replace(self, at=statement, later=self.later | {self.at}, around=())

    def within(self, comprehension: Opaque) -> Spot:
        """Return the spot inside a comprehension."""
        return replace(self, around=(*self.around, comprehension))


Placed = tuple[Spot, Expression]
"""An expression and where it is evaluated."""


def spot_of(site: Site, frame: Frame | None = None) -> Spot:
    """Return the spot of a site, with the comprehensions around it in its statement."""
    around: tuple[Opaque, ...] = ()
    for root in (*site.statement.values, *site.statement.targets):
        found = _way(root, site.expression)
        if found is not None:
            around = tuple(each for each in found if isinstance(each, Opaque))
    return Spot(site.module, site.statement, frozenset(), frame, around)


def _way(root: Expression, wanted: Expression) -> list[Expression] | None:
    """Return the expressions around another inside a root, outermost first."""
    if root is wanted:
        return []
    for child in root.children():
        below = _way(child, wanted)
        if below is not None:
            return [root, *below]
    return None


EACH = "[*]"
"""Ends the path of whatever is an item of something."""


def path_of(expression: Expression) -> str | None:
    """Return a name, attribute or entry as text, such as ``args.name``; None for the rest."""
    match expression:
        case Name(id=name) | Opaque(kind="Bound", names=(name,)):
            return name
        case Attribute(value=value, attribute=name):
            base = path_of(value)
            return f"{base}.{name}" if base else None
        case Operation(operator="[]", operands=(value, Opaque(kind="AnyItem"))):
            base = path_of(value)
            return f"{base}{EACH}" if base else None
        case Operation(operator="[]", operands=(value, Literal(value=str() | int() as key))):
            base = path_of(value)
            return f"{base}[{key!r}]" if base else None
        case Call(function=Attribute(value=value, attribute="get"), arguments=(first, *_)):
            base = path_of(value)
            entry = first.value
            return f"{base}[{entry.value!r}]" if base and isinstance(entry, Literal) else None
        case _:
            return None


def conditions(
    module: Module, statement: Statement, within: int = -1
) -> Iterator[tuple[Expression, bool]]:
    """Yield the tests known at a statement, with how they came out.

    Args:
        module: The module.
        statement: The statement.
        within: Index of a guard around it; tests further out are left out.
    """
    for index in module.guards_of(statement.guards):
        if index == within:
            return
        guard = module.facts.guards[index]
        if guard.test is not None and guard.kind in ("if", "while"):
            yield guard.test, True
        elif guard.test is not None and guard.kind == "else":
            yield guard.test, False
