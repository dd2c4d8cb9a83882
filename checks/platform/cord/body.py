"""Where the decoded body of a request goes inside the code a cord runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chutes_cli.project.facts import Attribute, Call, Expression, Name, Parameter, Statement
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Function, Method, Target

_ASKS = frozenset({"builtins.isinstance", "builtins.type", "builtins.hasattr", "builtins.getattr"})
_VALIDATES = frozenset(
    {"model_validate", "model_validate_json", "parse_obj", "parse_raw", "validate_python"}
)
_LOGS = ("loguru.logger.", "logging.", "builtins.print")


@dataclass(frozen=True, slots=True)
class Bearer:
    """A function in which the body goes by a name.

    Attributes:
        function: The function.
        name: The parameter that holds the body.
        way: The statements that hand it there, the cord's own first.
    """

    function: Function
    name: str
    way: tuple[tuple[Module, Statement], ...] = field(default=(), compare=False)


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
class Use:
    """What is done with the body where it is mentioned.

    Attributes:
        kind: ``asked`` (its type is asked for), ``checked`` (that of a part of it is),
            ``validated`` (a model is made of it or of a part of it), ``logged``, ``passed``
            (handed on as it is) or ``read``.
        passed: The functions it is handed to.
        call: The call that validates or asks.
    """

    kind: str
    passed: tuple[Bearer, ...] = ()
    call: Call | None = None


def running(project: Project) -> Iterator[tuple[Cord, Function]]:
    """Yield the cords whose function is known and runs; a passthrough cord's never does."""
    for cord in project.cords:
        if cord.function is not None and cord.passthrough is False:
            yield cord, cord.function


def body_parameter(function: Function) -> Parameter | None:
    """Return the parameter that receives the body, None when there is not exactly one."""
    positional = [each for each in function.scope.parameters if each.kind == "positional"]
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
            for each in use(project, mention, bearer).passed:
                if each not in found:
                    found.append(each)
    return tuple(found)


def use(project: Project, mention: Mention, bearer: Bearer) -> Use:
    """Return what is done with the body where it is mentioned."""
    if mention.statement.kind == "match" and mention.parent is None:
        return Use("asked")
    called = [
        (each, _callees(project, mention, each))
        for each in mention.around
        if isinstance(each, Call)
    ]
    own = any(isinstance(each, Function | Method) for _, most in called[-1:] for each in most)
    for call, targets in called[-1:] if own else called:
        if any(_validates(project, each) for each in targets):
            return Use("validated", call=call)
        if any(isinstance(each, External) and each.name.startswith(_LOGS) for each in targets):
            return Use("read" if isinstance(mention.parent, Attribute) else "logged")
        if any(isinstance(each, External) and each.name in _ASKS for each in targets):
            return Use("asked" if mention.parent is call else "checked", call=call)
    way = (*bearer.way, (mention.module, mention.statement))
    passed = tuple(
        Bearer(function, parameter, way)
        for call, _ in called[-1:]
        for function, parameter in _passed(project, mention, call)
    )
    return Use("passed", passed) if passed else Use("read")


def _callees(project: Project, mention: Mention, call: Call) -> tuple[Target, ...]:
    return project.knowledge.resolver.resolve(
        mention.module, mention.statement.scope, call.function
    )


def _validates(project: Project, target: Target) -> bool:
    """Say whether a callee makes a pydantic model of what it is given, or the like."""
    match target:
        case Class():
            return project.schemas.is_model(target)
        case External(name=name):
            return name.rsplit(".", 1)[-1] in _VALIDATES or name == "jsonschema.validate"
        case _:
            return False


def _passed(project: Project, mention: Mention, call: Call) -> Iterator[tuple[Function, str]]:
    """Yield the functions of the tree that a call hands the body to, and as which parameter."""
    site = Site(mention.module, mention.statement, call)
    resolver = project.knowledge.resolver
    for position, argument in enumerate(call.arguments):
        if argument.value is not mention.name or argument.star:
            continue
        passings = list(project.passings.at(site))
        # `asyncio.to_thread(function, args)`, and any other function that is handed one
        for index, earlier in enumerate(call.arguments[:position]):
            for target in resolver.resolve(site.module, site.scope, earlier.value):
                rest = call.arguments[index + 1 :]
                passings += project.passings.running(site, target, earlier.value, rest)
        for passing in passings:
            for parameter in passing.takers(argument):
                # `*args` holds the body among others, and `**options` under its name.
                if passing.function is not None and parameter.kind in ("positional", "keyword"):
                    yield passing.function, parameter.name


def asks_type(test: Expression, name: str) -> bool:
    """Say whether a condition asks for the type of what a name holds."""
    for each in test.walk():
        match each:
            case Call(function=Name(id="isinstance" | "type" | "hasattr"), arguments=(first, *_)):
                if isinstance(first.value, Name) and first.value.id == name:
                    return True
    return False
