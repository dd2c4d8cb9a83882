"""Percentiles that are taken past the end of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Name, Operation, Parameter
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.targets import Function
from chutes_cli.project.values import Known

from .ways import concerning

_ROUNDS: dict[str | None, Callable[[float], float]] = {
    "builtins.int": floor,
    "math.floor": floor,
    "builtins.round": round,
    "math.ceil": ceil,
}
_LENGTHS = range(1, 201)
_FAILURES = ("IndexError", "LookupError")


class PercentileOutOfRange(Check):
    """A percentile is read past the end of a list.

    ## What it does
    Finds `values[int(len(values) * share)]` and the like in code that cords, hooks, jobs and
    routes run, where the index is the length of the list for some lengths: with `round` or
    `math.ceil` in place of `int`, or with a share of 1. Silent where the share is not known,
    where the index is limited, and where IndexError is caught.

    ## Why it matters
    The list has no such item: IndexError. A page of statistics fails with status 500 while
    there are few values, or for the 100th percentile, just when somebody looks.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.seconds = [0.2, 0.1, 0.4]


    def percentile(values: list, share: float) -> float:
        ordered = sorted(values)
        return ordered[round(len(ordered) * share)]


    @chute.cord(public_api_path="/stats", public_api_method="GET")
    async def stats(self) -> dict:
        return {"p99": percentile(self.seconds, 0.99)}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.seconds = [0.2, 0.1, 0.4]


    def percentile(values: list, share: float) -> float:
        ordered = sorted(values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


    @chute.cord(public_api_path="/stats", public_api_method="GET")
    async def stats(self) -> dict:
        return {"p99": percentile(self.seconds, 0.99)}
    ```

    ## Source
    Python: the items of a list of n are 0 to n - 1; `round` and `math.ceil` round up.
    """

    id = "percentile-out-of-range"
    category = "runtime"
    severity = Severity.WARNING
    item = "performance-monitoring"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per index that is past the end for some lengths."""
        for module in project.modules:
            for statement in module.facts.statements if not module.is_test else ():
                for root in statement.values:
                    for each in root.walk():
                        length = _first_failing(project, module, statement.scope, each)
                        if length is None:
                            continue
                        surely = how_surely(
                            project.reach, module, statement.scope, statement.guards, *_FAILURES,
                            counts=concerning(circumstances),
                        )  # fmt: skip
                        if surely in (Runs.ALWAYS, Runs.SOMETIMES):
                            yield self.finding(
                                module, each.span, statement.scope,
                                f"the index is past the end of a list of {length}: IndexError",
                                "limit it: values[min(len(values) - 1, int(len(values) * share))]",
                            )  # fmt: skip


def _first_failing(
    project: Project, module: Module, scope: int, expression: Expression
) -> int | None:
    """Return the smallest length for which an index is past the end, None for no index."""
    match expression:
        case Operation(operator="[]", operands=(Name(id=values), index)):
            pass
        case _:
            return None
    match _meant(module, scope, index):
        case Call(function=callee, arguments=(only,)):
            name = project.knowledge.resolver.dotted(module, scope, callee)
            rounded = _ROUNDS.get(name)
            factors = _factors(module, scope, only.value, values)
        case _:
            return None
    if rounded is None:
        return None
    shares = [share for each in factors for share in _shares(project, module, scope, each)]
    past = (n for n in _LENGTHS for share in shares if rounded(n * share) >= n)
    return next(past, None)


def _meant(module: Module, scope: int, expression: Expression) -> Expression | None:
    """Return what a local name is given, where that is one thing only."""
    match expression:
        case Name(id=name):
            where, bindings = module.lookup(name, scope)
            if where == scope and len(bindings) == 1:
                return bindings[0].value
    return expression


def _factors(module: Module, scope: int, product: Expression, values: str) -> Iterator[Expression]:
    """Yield what the length of a list is multiplied by."""
    match product:
        case Operation(operator="*", operands=(left, right)):
            for length, share in ((left, right), (right, left)):
                if _is_length(_meant(module, scope, length), values):
                    yield share


def _is_length(expression: Expression | None, values: str) -> bool:
    match expression:
        case Call(function=Name(id="len"), arguments=(argument,)):
            return isinstance(argument.value, Name) and argument.value.id == values
        case _:
            return False


def _shares(project: Project, module: Module, scope: int, expression: Expression) -> list[float]:
    """Return the shares that an expression is known to be: of a parameter, what calls pass."""
    places = [(module, scope, expression)]
    match expression:
        case Name(id=name):
            where, bindings = module.lookup(name, scope)
            match bindings:
                case [Binding(parameter=Parameter() as parameter)]:
                    callers = project.knowledge.resolver.callers
                    places = callers.every(Function(module, where), parameter)
    found = [project.knowledge.evaluator.value(*place) for place in places]
    return [
        each.value
        for each in found
        if isinstance(each, Known)
        and isinstance(each.value, int | float)
        and abs(each.value) <= 100
    ]
