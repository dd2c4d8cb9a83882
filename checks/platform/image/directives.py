"""What the image checks share: directives, the text they are given, where to point."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.project.facts import Attribute, Call, Span
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.module import Module
from chutes_cli.project.values import Known


def text_of(directive: Directive, parameter: str) -> str | None:
    """Return the text passed for a parameter, None when it is not known or no text."""
    value = directive.arguments.value(parameter)
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None


def name_span(directive: Directive) -> Span:
    """Return where the method's name stands: a range that shows no argument and no chain."""
    call = directive.site.expression
    assert isinstance(call, Call)
    assert isinstance(call.function, Attribute)
    _, _, line, column = call.function.span
    return Span(line, column - len(directive.method), line, column)


def called(project: Project, *methods: str) -> Iterator[Directive]:
    """Yield the calls of some methods, on whatever image."""
    return (each for each in project.directives if each.method in methods)


def histories(project: Project) -> Iterator[tuple[Directive, ...]]:
    """Yield what is done to each image, in order.

    Calls on images of which only the class is known (a helper's parameter) are taken
    together, function by function.
    """
    known = {each.site for image in project.images for each in image.directives}
    yield from (image.directives for image in project.images)
    rest: dict[tuple[Module, int], list[Directive]] = {}
    for each in project.directives:
        if each.site not in known:
            rest.setdefault((each.site.module, each.site.scope), []).append(each)
    yield from map(tuple, rest.values())
