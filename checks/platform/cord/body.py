"""Where the decoded body of a request goes inside the code a cord runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.project.facts import Call, Expression, Name, Operation, Parameter, Statement
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, External, Function, Method, Target

_ASKS = frozenset(
    {"builtins.isinstance", "builtins.type", "builtins.hasattr", "builtins.getattr"}
)  # fmt: skip
_VALIDATES = frozenset(
    {"model_validate", "model_validate_json", "parse_obj", "parse_raw", "validate_python",
     "validate_json"}
)  # fmt: skip
_LOGS = ("loguru.logger.", "logging.", "builtins.print")
_LONGEST_WAY = 8


@dataclass(frozen=True, slots=True)
class Bearer:
    """A function in which the body goes by a name.

    Attributes:
        function: The function.
        name: The parameter that holds the body.
    """

    function: Function
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a function mentions the body.

    Attributes:
        module: The module it is in.
        statement: The statement it is in.
        name: The name itself.
        around: The expressions around it, outermost first.
    """

    module: Module
    statement: Statement
    name: Name
    around: tuple[Expression, ...]

    @property
    def parent(self) -> Expression | None:
        """The expression directly around it."""
        return self.around[-1] if self.around else None


@dataclass(frozen=True, slots=True)
class Uses:
    """What is done with the body in one mention of it.

    Attributes:
        asked: Its type is asked for: ``isinstance(args, Input)``, ``match args``.
        validated: A pydantic model is made of it, or of a part of it.
        logged: It is only written to the log.
        passed: The functions it is handed to as it is.
    """

    asked: bool = False
    validated: bool = False
    logged: bool = False
    passed: tuple[Bearer, ...] = ()

    @property
    def read(self) -> bool:
        """Whether something is made of it here, whatever it is."""
        return not (self.asked or self.validated or self.logged or self.passed)


def body_parameter(cord: Cord) -> Parameter | None:
    """Return the parameter that receives the body, None when there is not exactly one."""
    if cord.function is None or cord.passthrough is not False:
        return None
    positional = [each for each in cord.function.scope.parameters if each.kind == "positional"]
    return positional[1] if len(positional) == 2 else None


def mentions(bearer: Bearer) -> Iterator[Mention]:
    """Yield every mention of the body in a function and those inside it, in source order."""
    module = bearer.function.module
    for statement in module.facts.statements:
        where, _ = module.lookup(bearer.name, statement.scope)
        if where == bearer.function.index:
            for root in statement.values:
                yield from _mentions(module, statement, root, bearer.name, ())


def _mentions(
    module: Module,
    statement: Statement,
    expression: Expression,
    name: str,
    around: tuple[Expression, ...],
) -> Iterator[Mention]:
    if isinstance(expression, Name) and expression.id == name:
        yield Mention(module, statement, expression, around)
    for child in expression.children():
        yield from _mentions(module, statement, child, name, (*around, expression))


def bearers(project: Project, function: Function, name: str) -> tuple[Bearer, ...]:
    """Return the functions the body is handed to as it is, the first one included."""
    found = [Bearer(function, name)]
    for bearer in found:
        for mention in mentions(bearer):
            for each in uses(project, mention).passed:
                if each not in found and len(found) < _LONGEST_WAY:
                    found.append(each)
    return tuple(found)


def uses(project: Project, mention: Mention) -> Uses:
    """Return what is done with the body in a mention of it."""
    if mention.statement.kind == "match" and mention.parent is None:
        return Uses(asked=True)
    calls = [each for each in mention.around if isinstance(each, Call)]
    called = [(each, _callees(project, mention, each)) for each in calls]
    if any(_starts(targets, _LOGS) for _, targets in called):
        return Uses(logged=True)
    if any(_validates(project, each, targets) for each, targets in called):
        return Uses(validated=True)
    if not called or mention.parent is not calls[-1]:
        return Uses()
    call, targets = called[-1]
    if any(isinstance(each, External) and each.name in _ASKS for each in targets):
        return Uses(asked=True)
    return Uses(passed=tuple(_passed(project, mention, call, targets)))


def _callees(project: Project, mention: Mention, call: Call) -> tuple[Target, ...]:
    return project.knowledge.resolver.resolve(
        mention.module, mention.statement.scope, call.function
    )


def _starts(targets: tuple[Target, ...], names: tuple[str, ...]) -> bool:
    return any(isinstance(each, External) and each.name.startswith(names) for each in targets)


def _validates(project: Project, call: Call, targets: tuple[Target, ...]) -> bool:
    """Say whether a call makes a pydantic model of what it is given."""
    for target in targets:
        match target:
            case Class() if project.schemas.is_model(target):
                if any(each.star or each.keyword or each.value for each in call.arguments):
                    return True
            case External(name=name) if name.rsplit(".", 1)[-1] in _VALIDATES:
                return True
            case External(name="jsonschema.validate"):
                return True
    return False


def _passed(
    project: Project, mention: Mention, call: Call, targets: tuple[Target, ...]
) -> Iterator[Bearer]:
    """Yield the functions of the tree that receive the body through a call."""
    values = [argument.value for argument in call.arguments]
    if mention.name not in values:
        return
    position = values.index(mention.name)
    argument = call.arguments[position]
    if argument.star:
        return
    for target in targets:
        for function, skipped in _runs(project, target):
            yield from _bound(function, argument.keyword, position + skipped)
    # `asyncio.to_thread(function, args)`, `loop.run_in_executor(None, function, args)`
    for index, value in enumerate(values[:position]):
        for target in project.knowledge.resolver.resolve(
            mention.module, mention.statement.scope, value
        ):
            if isinstance(target, Function | Method):
                for function, skipped in _runs(project, target):
                    yield from _bound(function, argument.keyword, position - index - 1 + skipped)


def _runs(project: Project, target: Target) -> Iterator[tuple[Function, int]]:
    """Yield the function a call runs, and how many parameters are filled before the first."""
    match target:
        case Function():
            yield target, 0
        case Method(function=function):
            yield function, 1
        case Class():
            for member in project.knowledge.resolver.members.class_member(target, "__init__"):
                if isinstance(member, Function):
                    yield member, 1


def _bound(function: Function, keyword: str | None, position: int) -> Iterator[Bearer]:
    parameters = [each for each in function.scope.parameters if each.kind in _FILLABLE]
    if keyword is not None:
        names = [each.name for each in parameters if each.name == keyword]
    else:
        names = [each.name for each in parameters[position : position + 1]]
    for name in names:
        yield Bearer(function, name)


_FILLABLE = frozenset({"positional", "keyword"})


def is_subscript(expression: Expression | None) -> bool:
    """Say whether an expression is ``value[...]``."""
    return isinstance(expression, Operation) and expression.operator == "[]"
