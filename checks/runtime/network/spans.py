"""For how long a loop goes on that looks at a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from chutes_cli.contract.libraries.clocks import SPAN, SPANS, UNITS
from chutes_cli.project.facts import Call, Expression, Name, Opaque, Operation, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known

from ..ways import Step

_LOOPS = ("for", "while")
_LEAVES = ("break", "return", "raise")
_NOT = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"<": 1, "<=": 1, ">": -1, ">=": -1}
_SIGNS = {"+": 1, "-": -1}
_DEEPEST = 8
"""Names for names; also ends ``a = b``, ``b = a``."""

_Sum = Counter[tuple[str, bool]]
"""How often each clock is added up, and whether it is read in each turn; seconds under `_PLAIN`."""
_PLAIN = ("", False)


def spans(project: Project, step: Step) -> Iterator[float]:
    """Yield for how many seconds a statement keeps a loop going, where the source tells.

    It does as the header of a ``while``, or as the test of an ``if`` that leaves a loop. The
    time at which the loop began is one that was read outside of it.
    """
    if step.statement.kind != "test":
        return
    test = step.statement.values[0]
    module = step.module
    for index, guard in enumerate(module.facts.guards):
        if guard.test is not test:
            continue
        around = module.guards_of(step.statement.guards)
        loop = next((each for each in around if module.facts.guards[each].kind in _LOOPS), None)
        if guard.kind == "while":
            yield from _each(project, step, index, _parts(test, "and", goes_on=True))
        elif guard.kind == "if" and loop is not None and _leaves(step, index):
            yield from _each(project, step, loop, _parts(test, "or", goes_on=False))


def _leaves(step: Step, guard: int) -> bool:
    return any(
        each.kind in _LEAVES and guard in step.module.guards_of(each.guards)
        for each in step.module.statements_in(step.statement.scope)
    )


def _parts(
    test: Expression, joint: str, *, goes_on: bool
) -> Iterator[tuple[str, Expression, Expression]]:
    """Yield the comparisons of which each alone ends a loop, as they are while it goes on."""
    match test:
        case Operation(operator="not", operands=(one,)):
            yield from _parts(one, "or" if joint == "and" else "and", goes_on=not goes_on)
        case Operation(operator=operator, operands=several) if operator == joint:
            for each in several:
                yield from _parts(each, joint, goes_on=goes_on)
        case Operation(operator=operator, operands=(left, right)) if operator in _NOT:
            yield operator if goes_on else _NOT[operator], left, right


def _each(
    project: Project,
    step: Step,
    loop: int,
    parts: Iterator[tuple[str, Expression, Expression]],
) -> Iterator[float]:
    for operator, left, right in parts:
        reading = _Reading(project, step.module, loop)
        terms = reading.total(step.module, step.statement.scope, left, right)
        if terms is None:
            continue
        for name, unit in UNITS.items():
            # now - start - seconds < 0, or start + seconds - now > 0
            turned = _TURNED[operator]
            if terms == Counter(
                {(name, True): turned, (name, False): -turned, _PLAIN: terms[_PLAIN]}
            ):
                yield -turned * terms[_PLAIN] * unit


class _Reading:
    """Takes expressions apart into readings of clocks and seconds.

    Args:
        project: The tree.
        module: The module of the loop.
        loop: Its guard.
    """

    def __init__(self, project: Project, module: Module, loop: int) -> None:
        self._evaluator = project.knowledge.evaluator
        self._resolver = project.knowledge.resolver
        self._module = module
        self._loop = loop

    def total(self, module: Module, scope: int, left: Expression, right: Expression) -> _Sum | None:
        """Return what is left of one expression less another; None where it is not known."""
        return self._less(module, scope, left, right, -1, turn=True, depth=0)

    def _less(
        self,
        module: Module,
        scope: int,
        left: Expression,
        right: Expression,
        sign: int,
        *,
        turn: bool,
        depth: int,
    ) -> _Sum | None:
        first = self._of(module, scope, left, turn=turn, depth=depth)
        second = self._of(module, scope, right, turn=turn, depth=depth)
        if first is None or second is None:
            return None
        for each, times in second.items():
            first[each] += sign * times
        return first

    def _of(
        self, module: Module, scope: int, expression: Expression, *, turn: bool, depth: int
    ) -> _Sum | None:
        """Return what an expression adds up; ``turn`` where each turn of the loop reads it."""
        match self._evaluator.value(module, scope, expression):
            case Known(value=int() | float() as seconds):
                return Counter({_PLAIN: seconds})
        if depth == _DEEPEST:
            return None
        match expression:
            case Opaque(kind="NamedExpr", parts=(value,)):
                return self._of(module, scope, value, turn=turn, depth=depth + 1)
            case Operation(operator="+" | "-" as operator, operands=(left, right)):
                sign = _SIGNS[operator]
                return self._less(module, scope, left, right, sign, turn=turn, depth=depth + 1)
            case Call():
                called = self._called(module, scope, expression, turn=turn)
                if called is not None:
                    return called
            case Name(id=name):
                where, bindings = module.lookup(name, scope)
                match [each.statement for each in bindings if each.value is not None]:
                    case [Statement(values=(*_, value)) as at] if len(bindings) == 1:
                        turn = turn and self._is_inside(module, at)
                        return self._of(module, where, value, turn=turn, depth=depth + 1)
        held = self._evaluator.held(module, scope, expression)
        if held[2] is expression:
            return None
        turn = turn and isinstance(expression, Call)  # an attribute was set before
        return self._of(*held, turn=turn, depth=depth + 1)

    def _is_inside(self, module: Module, statement: Statement) -> bool:
        return module is self._module and self._loop in module.guards_of(statement.guards)

    def _called(self, module: Module, scope: int, call: Call, *, turn: bool) -> _Sum | None:
        """Return what a clock, or a span of time with known parts, adds up to."""
        name = self._resolver.dotted(module, scope, call.function)
        if name in UNITS:
            return Counter({(name, turn): 1})
        if name != SPAN:
            return None
        seconds = 0.0
        for each in call.arguments:
            match self._evaluator.value(module, scope, each.value):
                case Known(value=int() | float() as number) if each.keyword in SPANS:
                    seconds += SPANS[each.keyword] * number
                case _:
                    return None
        return Counter({_PLAIN: seconds})
