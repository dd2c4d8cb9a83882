"""What is made of the results of functions that return none."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Await,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.running import Runs, how_surely
from chutes_cli.project.targets import Class, External, Function, Method, Target

from .ways import concerning

_KEEPS_RESULT = frozenset({"staticmethod", "classmethod"})
_PROTOCOL = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_FAILURES = ("TypeError", "AttributeError")
_TESTS = frozenset({"is", "is not", "==", "!=", "not", "and", "or", "?:"})


class FactoryReturnsNothing(Check):
    """The result of a function that returns nothing is used.

    ## What it does
    Finds calls of functions of the tree that never return a value (their body is `pass`, or
    no `return` has one) whose result is kept and then used: an attribute or an item of it is
    taken, it is called, or what a mere stub "made" is handed on. Abstract methods, methods
    that a subclass overrides and results that are tested first are left alone.

    ## Why it matters
    The result is None. The start-up hook or the call fails with "'NoneType' object has no
    attribute …"; where the None is only handed on, it fails later and further away.

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


    async def create_model():
        # Depends on your model.
        pass


    @chute.on_startup()
    async def load(self):
        model = await create_model()
        self.layers = model.layers


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "layers")}
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


    class Model:
        layers = 12


    async def create_model() -> Model:
        return Model()


    @chute.on_startup()
    async def load(self):
        model = await create_model()
        self.layers = model.layers


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "layers")}
    ```

    ## Source
    Python: a function that ends without `return value` returns None.
    """

    id = "factory-returns-nothing"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per result that is None and used."""
        for site, targets in project.knowledge.calls:
            function = _called(project, site, targets)
            target = _kept_in(site)
            if function is None or target is None or not _gives_nothing(project, function):
                continue
            if function.scope.is_async and not _is_awaited(site):
                continue  # it is a coroutine then, which another check speaks of
            if not _is_used(site, target, stub=_is_stub(function)):
                continue
            statement = site.statement
            surely = how_surely(
                project.reach, site.module, site.scope, statement.guards, *_FAILURES,
                counts=concerning(circumstances),
            )  # fmt: skip
            if surely in (Runs.ALWAYS, Runs.SOMETIMES):
                name = site.module.snippet(target.span)
                yield self.finding(
                    site.module, site.span, site.scope,
                    f"{function.scope.name} returns nothing, so {name} is None where it is used",
                    f"return what {function.scope.name} makes "
                    f"({function.module.path}:{function.scope.name_span.line})",
                    severity=None if surely is Runs.ALWAYS else Severity.WARNING,
                )  # fmt: skip


def _called(project: Project, site: Site, targets: tuple[Target, ...]) -> Function | None:
    """Return the one function of the tree that a call runs."""
    if len(targets) != 1 or site.module.is_test:
        return None
    match targets[0]:
        case Function() as function:
            return function
        case Method(function=function):
            return function
        case External(name=name):
            # `self._create_model()` beside a plain function of that name, meant as a method.
            meant = project.knowledge.resolver.module_member(
                site.module, name.removeprefix(f"{CHUTE}.")
            )
            found = [each for each in meant if isinstance(each, Function) and _takes_self(each)]
            return found[0] if len(found) == 1 else None
        case _:
            return None


def _takes_self(function: Function) -> bool:
    parameters = function.scope.parameters
    return bool(parameters) and parameters[0].name == "self"


def _kept_in(site: Site) -> Expression | None:
    """Return the name or attribute that a statement gives the whole result of a call."""
    statement = site.statement
    if statement.kind not in ("assign", "annotate", "with") or len(statement.targets) != 1:
        return None
    value = statement.values[-1]
    whole = value.value if isinstance(value, Await) else value
    target = statement.targets[0]
    return target if whole is site.expression and isinstance(target, Name | Attribute) else None


def _is_awaited(site: Site) -> bool:
    return isinstance(site.statement.values[-1], Await)


def _gives_nothing(project: Project, function: Function) -> bool:
    """Say whether a function always returns None."""
    scope = function.scope
    if scope.is_generator or any(
        not isinstance(each, Name) or each.id not in _KEEPS_RESULT for each in scope.decorators
    ):
        return False  # a decorator can make anything of it
    statements = function.module.statements_in(function.index)
    for each in statements:
        if each.kind == "return" and each.values and not _is_none(each.values[0]):
            return False
        if each.kind == "raise" and each.guards < 0:
            return False  # it never returns at all
    return not _is_left_to_others(project, function)


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, Literal) and expression.value is None


def _is_left_to_others(project: Project, function: Function) -> bool:
    """Say whether a method is a protocol's, or overridden below its class."""
    owner = Class(function.module, function.scope.parent)
    members = project.knowledge.resolver.members
    if members.ancestors(owner) & _PROTOCOL:
        return True
    return any(
        owner in members.bases(Class(module, each))
        for module in project.modules
        for each in range(len(module.facts.scopes))
    )


def _is_stub(function: Function) -> bool:
    """Say whether a body holds nothing but `pass`, `...` and its docstring."""
    return all(
        each.kind == "expression" and isinstance(each.values[0], Literal)
        for each in function.module.statements_in(function.index)
    )


def _is_used(site: Site, target: Expression, *, stub: bool) -> bool:
    """Say whether a place that holds None is used, and nowhere tested before."""
    module = site.module
    place = module.snippet(target.span)
    used = False
    for statement in module.statements_in(site.scope):
        if statement.span[:2] <= site.statement.span[:2]:
            continue
        if any(_is(module, each, place) for each in statement.targets):
            break  # something else from here on
        for root in (*statement.values, *statement.targets):
            if _tests(module, statement, root, place):
                return False
            used = used or any(_fails(module, each, place, stub=stub) for each in root.walk())
    return used


def _is(module: Module, expression: Expression, place: str) -> bool:
    return module.snippet(expression.span) == place


def _tests(module: Module, statement: Statement, root: Expression, place: str) -> bool:
    if statement.kind in ("test", "assert") and _is(module, root, place):
        return True
    return any(
        isinstance(each, Operation)
        and each.operator in _TESTS
        and any(_is(module, part, place) for part in each.operands)
        for each in root.walk()
    )


def _fails(module: Module, expression: Expression, place: str, *, stub: bool) -> bool:
    """Say whether an expression needs more than None; what a stub "made" is for somebody."""
    match expression:
        case Attribute(value=value) | Operation(operator="[]", operands=(value, *_)):
            return _is(module, value, place)
        case Call(function=callee, arguments=arguments):
            handed = stub and any(_is(module, each.value, place) for each in arguments)
            return handed or _is(module, callee, place)
        case _:
            return False
