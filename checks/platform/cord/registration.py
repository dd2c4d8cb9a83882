"""What a cord's declaration says: its paths, its name, and the function the SDK really calls."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.sdk import CHUTE, contract
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Attribute, Call, Expression, Guard
from chutes_cli.project.model import Chute, Cord, Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Function
from chutes_cli.project.values import Known

_KEEPS_FUNCTION = frozenset({"builtins.staticmethod", "torch.no_grad", "torch.inference_mode"})
_PATH_PATTERN = "chutes.chute.cord.PATH_RE"


def written(cord: Cord, name: str) -> tuple[BoundArgument, str] | None:
    """Return an argument and the text it is known to be; None for anything else and ``""``."""
    match cord.arguments.get(name):
        case BoundArgument(value=Known(value=str(known))) as argument if known:
            return argument, known
    return None


def text(cord: Cord, name: str) -> str | None:
    """Return the text an argument is known to be, None for anything else and for ``""``."""
    found = written(cord, name)
    return found[1] if found else None


def left_out(cord: Cord, name: str) -> bool:
    """Say whether an argument is certainly not given, or given as None or the like."""
    value = cord.arguments.value(name)
    return value is None or (isinstance(value, Known) and not value.value)


def normal(path: str) -> str:
    """Return a path as the SDK's setters make it (SDK 0.6.9 cord.py, ``Cord.path``)."""
    return "/" + path.lstrip("/").rstrip("/")


def refused_by_sdk(path: str) -> bool:
    """Say whether the SDK raises ``InvalidPath`` for a path made by `normal`."""
    return not contract().pattern(_PATH_PATTERN).match(path)


def public_method(cord: Cord) -> str | None:
    """Return the HTTP method of the public path, None when it cannot be told."""
    if cord.arguments.value("public_api_method") is None:
        return "POST"
    return text(cord, "public_api_method")


def validates_by_annotation(cord: Cord) -> bool:
    """Say whether the annotations decide what is validated: no model is given for it.

    A schema given as a dict is for the documentation alone (SDK 0.6.9 cord.py,
    ``Cord.__init__``).
    """
    value = cord.arguments.value("input_schema")
    return value is None or isinstance(value, Known)


def input_model(project: Project, cord: Cord) -> Class | None:
    """Return the model given as ``input_schema``, None when it is not certainly one."""
    argument = cord.arguments.get("input_schema")
    if argument is None:
        return None
    return project.schemas.annotated_model(argument.module, argument.scope, argument.expression)


# Decorators


def decorators_below(cord: Cord, function: Function) -> tuple[Expression, ...]:
    """Return the decorators that are applied before the cord, innermost first."""
    every = function.scope.decorators
    place = next((at for at, each in enumerate(every) if each is cord.site.expression), -1)
    return tuple(reversed(every[place + 1 :]))


def decorator_name(project: Project, function: Function, decorator: Expression) -> str | None:
    """Return the external name of a decorator, called or not."""
    callee = decorator.function if isinstance(decorator, Call) else decorator
    return project.knowledge.resolver.dotted(function.module, function.scope.parent, callee)


def called_function(project: Project, cord: Cord) -> Function | None:
    """Return the function whose parameters the SDK meets, None when a decorator may change them."""
    if cord.function is None or _is_bound(cord, cord.function):
        return None
    for decorator in decorators_below(cord, cord.function):
        if decorator_name(project, cord.function, decorator) in _KEEPS_FUNCTION:
            continue
        wrapper = _wrapper(project, cord.function, decorator)
        if wrapper is None or not (_wraps(project, wrapper) and _passes_everything(wrapper)):
            return None
    return cord.function


def _is_bound(cord: Cord, function: Function) -> bool:
    """Say whether it may be a method taken from an object, whose first parameter is filled."""
    in_class = function.module.enclosing_class(function.index) != -1
    return in_class and cord.site.expression not in function.scope.decorators


def registered_name(project: Project, cord: Cord) -> tuple[str, Function] | None:
    """Return the name the SDK registers a cord under, and the function that bears it.

    A decorator without ``functools.wraps`` puts the name of its inner function in the place
    of the decorated one's.
    """
    if cord.function is None:
        return None
    bearer = cord.function
    for decorator in decorators_below(cord, cord.function):
        if decorator_name(project, cord.function, decorator) in _KEEPS_FUNCTION:
            continue
        wrapper = _wrapper(project, cord.function, decorator)
        if wrapper is None:
            return None
        if not wrapper.scope.decorators:
            bearer = wrapper
        elif not _wraps(project, wrapper):
            return None
    return bearer.scope.name, bearer


def _wrapper(project: Project, function: Function, decorator: Expression) -> Function | None:
    """Return the inner function that a decorator of the tree puts in the place of another."""
    resolver = project.knowledge.resolver
    targets = resolver.resolve(function.module, function.scope.parent, decorator)
    if len(targets) != 1 or not isinstance(targets[0], Function):
        return None
    results = resolver.results.returned(targets[0])
    if len(results) != 1 or not isinstance(results[0], Function):
        return None
    return results[0]


def _wraps(project: Project, wrapper: Function) -> bool:
    return [decorator_name(project, wrapper, each) for each in wrapper.scope.decorators] == [
        "functools.wraps"
    ]


def _passes_everything(wrapper: Function) -> bool:
    return any(each.kind == "*" for each in wrapper.scope.parameters)


# What is registered beside cords


def bare_decorators(project: Project, method: str) -> Iterator[Site]:
    """Yield each ``@chute.<method>`` that is written without its call."""
    for module in project.modules:
        for statement in module.facts.statements:
            if statement.kind != "define":
                continue
            for expression in module.scope(statement.defines).decorators:
                if is_chute_method(project, module, statement.scope, expression, method):
                    yield Site(module, statement, expression)


def is_chute_method(
    project: Project, module: Module, scope: int, expression: Expression, method: str
) -> bool:
    """Say whether an expression is a chute's method of that name."""
    return any(
        isinstance(target, External)
        and target.name == f"{CHUTE}.{method}"
        and target.receiver is not None
        for target in project.knowledge.resolver.resolve(module, scope, expression)
    )


# Whether declarations certainly run


def both_run(chute: Chute, first: Cord, second: Cord) -> bool:
    """Say whether the chute that gets the second of two cords has got the first before.

    The cords come in the order in which they are declared; those of one loop, turn by turn.
    """
    module = first.site.module
    if module is not second.site.module or first.site.scope != second.site.scope:
        return False
    items = dict(second.turn)
    loops = {loop.values[0] for loop, item in first.turn if items.get(loop, item) is not item}
    around_both = set(_guards(second))
    made = _guards_of(chute.site)
    alone = []
    for guard in reversed(_guards(first)):  # the outermost first
        if guard.test in loops:
            if guard in made:
                return False  # every turn makes a chute of its own
            around_both = set()  # what stands inside is decided anew in every turn
        elif guard not in around_both:
            alone.append(guard)
    taken = {loop.values[0] for loop, _ in first.turn}
    return all(_lets_through(each) or each.test in taken for each in alone)


def _guards(cord: Cord) -> list[Guard]:
    return _guards_of(cord.site)


def _guards_of(site: Site) -> list[Guard]:
    module = site.module
    return [module.facts.guards[index] for index in module.guards_of(site.statement.guards)]


def _lets_through(guard: Guard) -> bool:
    """Say whether a guard runs its statements to the end, or lets the failure out."""
    return guard.kind == "with" or (guard.kind == "try" and not guard.handlers)


def is_one_chutes(project: Project, cord: Cord) -> bool:
    """Say whether a cord certainly belongs to one chute: its variable holds nothing else."""
    match cord.site.expression:
        case Call(function=Attribute(value=owner)):
            resolver = project.knowledge.resolver
            return len(resolver.resolve(cord.site.module, cord.site.scope, owner)) == 1
    return False
