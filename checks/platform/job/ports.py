"""The ports of jobs: `Port(...)` calls, and dictionaries in `ports=[...]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.contract.sdk import JOB, PORT
from chutes_cli.project.arguments import Arguments, BoundArgument
from chutes_cli.project.displays import display_items
from chutes_cli.project.facts import Expression, Span
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import External, Instance


@dataclass(frozen=True, slots=True)
class JobPort:
    """One port, however it is written.

    Attributes:
        module: The module it stands in.
        scope: The scope it stands in.
        span: Where it stands.
        expression: What stands there.
        fields: What `Port` is given; incomplete where that cannot be told.
        is_call: Whether it is a ``Port(...)`` call, here or where the expression leads.
    """

    module: Module
    scope: int
    span: Span
    expression: Expression
    fields: Arguments
    is_call: bool


def job_calls(project: Project) -> Iterator[tuple[Site, Arguments]]:
    """Yield every ``chute.job(...)`` once, with its arguments."""
    sites = {
        site: None
        for site, target in project.knowledge.calls_to(JOB)
        if getattr(target, "receiver", None) is not None
    }
    for site in sites:
        yield site, project.knowledge.arguments(site, JOB)


def ports(project: Project) -> Iterator[JobPort]:
    """Yield every port of the project once."""
    for site, _ in project.knowledge.calls_to(PORT):
        fields = project.knowledge.arguments(site, PORT)
        yield JobPort(site.module, site.scope, site.span, site.expression, fields, is_call=True)
    for _, arguments in job_calls(project):
        for port in listed(project, arguments.get("ports")):
            if not port.is_call:
                yield port


def listed(project: Project, argument: BoundArgument | None) -> Iterator[JobPort]:
    """Yield the items of ``ports=[...]``, where the list is written out."""
    if argument is None:
        return
    module, scope = argument.module, argument.scope
    for item in display_items(module, scope, argument.expression):
        call = _call(project, module, scope, item)
        if call is not None:
            fields = project.knowledge.arguments(call, PORT)
        else:
            fields = project.knowledge.binder.spread(module, scope, item)
        yield JobPort(module, scope, item.span, item, fields, is_call=call is not None)


def _call(project: Project, module: Module, scope: int, item: Expression) -> Site | None:
    for target in project.knowledge.resolver.resolve(module, scope, item):
        match target:
            case Instance(of=External(name=name), site=Site() as site) if name == PORT:
                return site
    return None
