"""What the reader could not follow, so that silence is never taken for approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import NODE_SELECTOR, contract
from chutes_cli.core.report import Skipped
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.facts import Attribute, Call, Literal, Name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import External, Function, Target
from chutes_cli.project.values import Unknown

_CORD_ARGUMENTS = ("path", "public_api_path", "public_api_method", "stream", "passthrough")
_DYNAMIC = frozenset({"builtins.exec", "builtins.eval", "builtins.__import__",
                      "importlib.import_module"})  # fmt: skip
_BY_NAME = frozenset({"builtins.getattr", "builtins.setattr"})


def unfollowed(project: Project) -> tuple[Skipped, ...]:
    """Return the places of a project that only a run can tell, without repeats."""
    every = (*_calls(project), *_registrations(project), *_handed_out(project), *_imports(project))
    return tuple(dict.fromkeys(every))


def _calls(project: Project) -> Iterator[Skipped]:
    parameters = [rule.parameter for rule in platform().rules.values() if rule.parameter]
    for chute in project.chutes:
        name = chute.callee.rsplit(".", 1)[-1]
        yield from _arguments(name, chute.site, chute.arguments, [*parameters, "tee"])
        for cord in chute.cords:
            yield from _arguments("cord", cord.site, cord.arguments, _CORD_ARGUMENTS)
        for job in chute.jobs:
            yield from _arguments("job", job.site, job.arguments, ("timeout",))
    for selector in project.node_selectors:
        fields = contract().field_bounds(NODE_SELECTOR)
        names = (*fields, "include", "exclude")
        yield from _arguments("NodeSelector", selector.site, selector.arguments, names)
    for image in project.images:
        yield from _arguments("Image", image.site, image.arguments, ("name", "tag"))
        for each in image.directives:
            names = tuple(argument.name for argument in each.arguments if argument.name)
            yield from _arguments(each.method, each.site, each.arguments, names)


def _arguments(
    callee: str, site: Site, arguments: Arguments, judged: Iterable[str]
) -> Iterator[Skipped]:
    if not arguments.complete:
        yield _at(site, f"not all arguments of {callee}(...) could be followed")
    unknown = [
        name
        for name in dict.fromkeys(judged)
        if (given := arguments.get(name)) and isinstance(given.value, Unknown)
    ]
    if unknown:
        yield _at(site, f"known only at run time: {', '.join(unknown)} of {callee}(...)")


def _registrations(project: Project) -> Iterator[Skipped]:
    for chute in project.chutes:
        for kind, registered in (("cord", chute.cords), ("job", chute.jobs), ("hook", chute.hooks)):
            for each in registered:
                if each.function is None:
                    yield _at(each.site, f"the function registered as {kind} could not be followed")


def _handed_out(project: Project) -> Iterator[Skipped]:
    """Chutes that code outside the tree may change, and code made at run time."""
    with_chutes = {chute.site.module for chute in project.chutes}
    for site, targets in project.knowledge.calls:
        if site.module not in with_chutes or not isinstance(site.expression, Call):
            continue
        if not _runs_before_serving(project, site):
            continue
        names = {each.name for each in targets if isinstance(each, External)}
        called = _spelling(site.expression)
        if names & _DYNAMIC:
            yield _at(site, f"what {called}(...) runs could not be read")
        elif not _takes_a_chute(project, site, site.expression):
            continue
        elif names & _BY_NAME and not _names_a_constant(site.expression):
            yield _at(site, f"which attribute {called}(...) means could not be told")
        elif _is_foreign(targets):
            yield _at(site, f"what {called}(...) does with the chute could not be read")


def _runs_before_serving(project: Project, site: Site) -> bool:
    """Say whether a call runs while routes can still be added: at import or start-up."""
    function = Function(site.module, max(site.module.enclosing_function(site.scope), 0))
    return bool(project.reach.arrivals(function, "import", "on_startup"))


def _names_a_constant(call: Call) -> bool:
    return len(call.arguments) > 1 and isinstance(call.arguments[1].value, Literal)


def _is_foreign(targets: tuple[Target, ...]) -> bool:
    """Say whether a callee is unknown, or outside both the tree, the SDK and the builtins."""
    return all(
        isinstance(each, External) and not each.name.startswith(("chutes.", "builtins."))
        for each in targets
    )


def _takes_a_chute(project: Project, site: Site, call: Call) -> bool:
    resolver = project.knowledge.resolver
    return any(
        resolver.members.is_chute(target)
        for argument in call.arguments
        if isinstance(argument.value, Name | Attribute)
        for target in resolver.resolve(site.module, site.scope, argument.value)
    )


def _spelling(call: Call) -> str:
    match call.function:
        case Name(id=name) | Attribute(attribute=name):
            return name
        case _:
            return "a computed callee"


def _imports(project: Project) -> Iterator[Skipped]:
    """Relative imports that lead nowhere: the file is missing or was left out."""
    for module in project.modules:
        for each in module.facts.imports:
            if each.level and each.module and not _found(project, module, each.module, each.level):
                dots = "." * each.level
                yield Skipped(
                    module.path,
                    f"{dots}{each.module} is not among the files that were read",
                    each.span.line,
                )


def _found(project: Project, module: Module, dotted: str, level: int) -> bool:
    return project.knowledge.resolver.find_module(module, dotted, level) is not None


def _at(site: Site, reason: str) -> Skipped:
    return Skipped(site.module.path, reason, site.span.line)
