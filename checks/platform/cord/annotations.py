"""The annotations of a cord's function, which the SDK evaluates."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Expression,
    Import,
    Literal,
    Name,
    Operation,
    Statement,
)
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.module import Binding, Module
from chutes_cli.project.targets import Function

from .registration import decorators_below

_TEXT_ONLY = frozenset({"typing.Literal", "typing_extensions.Literal"})
_TYPE_FIRST = frozenset({"typing.Annotated", "typing_extensions.Annotated"})


class CordAnnotation(Check):
    """A cord's annotation names something that does not exist when the SDK evaluates it.

    ## What it does
    Looks at annotations that Python leaves as text: quoted ones, and all of them under
    `from __future__ import annotations`. Reports names that are imported for type checkers
    only, defined inside a function, or defined below the cord.

    ## Why it matters
    Python never evaluates such an annotation, but the SDK does, to find the input model,
    and only with the names at the top of the module: `NameError` at import.

    ## Example
    ```python
    from __future__ import annotations

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> Answer:
        return {"ready": hasattr(self, "model")}


    class Answer(dict):
        pass
    ```

    ## Use instead
    ```python
    from __future__ import annotations

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Answer(dict):
        pass


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> Answer:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/util/schema.py, `extract_models` and `extract_schemas`
    (`typing.get_type_hints`), called by `Cord.__call__`.
    """

    id = "cord-annotation"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per annotation that cannot be evaluated."""
        for cord in project.cords:
            function = cord.function
            if function is None or decorators_below(cord, function):
                continue
            scope = function.scope
            written = (*(each.annotation for each in scope.parameters), scope.returns)
            for annotation in filter(None, written):
                missing = _missing(project, cord, function, annotation)
                if missing is None:
                    continue
                yield self.finding(
                    function.module,
                    annotation.span,
                    function.index,
                    f"{cord.label}: the SDK evaluates this annotation, and {missing}: NameError "
                    "at import",
                    "import or define it at the top of the module, above the cord",
                )


def _missing(
    project: Project, cord: Cord, function: Function, annotation: Expression
) -> str | None:
    """Say which name of an annotation is not there, None when all are, or may be."""
    module = function.module
    if any(each.name == "*" for each in module.facts.imports):
        return None
    # The reader reads a quoted annotation as code; its names carry the range of the quotes.
    quoted = module.snippet(annotation.span).lstrip("rRuU").startswith(("'", '"'))
    postponed = quoted or any(
        (each.module, each.name) == ("__future__", "annotations") for each in module.facts.imports
    )
    for name in _names(project, function, annotation, postponed=postponed):
        reason = _why_missing(cord, function, name)
        if reason is not None:
            return f"{name} {reason}"
    return None


def _names(
    project: Project, function: Function, annotation: Expression, *, postponed: bool
) -> Iterator[str]:
    """Yield the names that are looked up when a text annotation is evaluated."""
    match annotation:
        case Name(id=name):
            if postponed:
                yield name
        case Literal(value=str(text)):
            yield from _names_in(text)
        case Operation(operator="[]", operands=(head, *parts)):
            yield from _names(project, function, head, postponed=postponed)
            dotted = project.knowledge.resolver.dotted(function.module, function.index, head)
            if dotted in _TYPE_FIRST:
                parts = parts[:1]
            for part in parts if dotted not in _TEXT_ONLY else ():
                yield from _names(project, function, part, postponed=postponed)
        case _:
            for part in annotation.children():
                yield from _names(project, function, part, postponed=postponed)


def _names_in(text: str) -> list[str]:
    """Return the names a quoted annotation uses; none where it is no plain expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of text that is no type, such as "1 is 2"
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
    return [each.id for each in ast.walk(tree) if isinstance(each, ast.Name)]


def _why_missing(cord: Cord, function: Function, name: str) -> str | None:
    """Say why a name is not among the module's globals when the cord is registered."""
    module = function.module
    bindings = module.bindings.get(0, {}).get(name, [])
    if not bindings:
        if hasattr(builtins, name):
            return None
        where, _ = module.lookup(name, function.scope.parent)
        return "is not defined" if where == -1 else "is not defined at the top of the module"
    running = [each for each in bindings if not _for_type_checkers(module, each)]
    if not running:
        return "is imported for type checkers only"
    # Where the cord is applied in a function or another module, the whole module may have run.
    at_top = cord.site.module is module and cord.site.scope == 0
    line = cord.site.span.line
    if at_top and all(_bound_by(each).span.line > line for each in running):
        return "is defined below the cord"
    return None


def _bound_by(binding: Binding) -> Import | Statement:
    """Return what binds a name at the top of a module."""
    bound = binding.imported or binding.statement
    assert bound is not None  # only parameters have neither, and a module has none
    return bound


def _for_type_checkers(module: Module, binding: Binding) -> bool:
    """Say whether a name is bound under ``if TYPE_CHECKING`` alone."""
    for index in module.guards_of(_bound_by(binding).guards):
        guard = module.facts.guards[index]
        if guard.kind == "if" and isinstance(guard.test, Name | Attribute):
            test = guard.test
            if (test.id if isinstance(test, Name) else test.attribute) == "TYPE_CHECKING":
                return True
    return False
