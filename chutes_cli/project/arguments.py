"""The arguments of a call, bound to parameter names as Python would bind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project import facts
from chutes_cli.project.module import Module
from chutes_cli.project.values import Unknown, Value


@dataclass(frozen=True, slots=True)
class BoundArgument:
    """One argument a call passes.

    Attributes:
        name: The parameter's name, None for a positional argument past the known names.
        value: What it evaluates to.
        expression: The expression passed.
        module: The module the expression stands in.
        scope: The scope the expression is evaluated in.
        span: Where to point: the argument, or the entry of the dictionary it comes from.
        keyword: Whether it is given by name.
    """

    name: str | None
    value: Value
    expression: facts.Expression
    module: Module
    scope: int
    span: facts.Span
    keyword: bool = True


@dataclass(frozen=True, slots=True)
class Arguments:
    """All arguments of one call.

    Attributes:
        bound: In source order, dictionaries spread with ``**`` written out.
        complete: False when a ``*`` or ``**`` hides further arguments. Positional arguments
            after a ``*`` are bound to no name then.
    """

    bound: tuple[BoundArgument, ...]
    complete: bool

    def __iter__(self) -> Iterator[BoundArgument]:
        return iter(self.bound)

    def get(self, name: str) -> BoundArgument | None:
        """Return the argument passed for a parameter, None when none is seen."""
        return next((each for each in self.bound if each.name == name), None)

    def value(self, name: str) -> Value | None:
        """Return what is passed for a parameter.

        Returns:
            The value; None when the call certainly leaves the parameter out; an Unknown
            when a ``**`` may hide it.
        """
        found = self.get(name)
        if found is not None:
            return found.value
        return None if self.complete else Unknown()
