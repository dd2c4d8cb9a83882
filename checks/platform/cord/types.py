"""The types of what `@chute.cord(...)` is given."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Expression, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.targets import Class, External, Function, Instance
from chutes_cli.project.values import Known

_PATHS = ("path", "passthrough_path", "public_api_path")
_SCHEMAS = ("input_schema", "minimal_input_schema", "output_schema")
_FLAGS = ("stream", "passthrough", "sglang_passthrough")
_DEEPEST_BASES = 20
"""Bases of bases; also ends ``class A(A)``."""
_NEVER_MODELS = frozenset({"builtins.object", "typing.TypedDict", "typing.NamedTuple", "enum.Enum"})


class CordArgumentType(Check):
    """`@chute.cord(...)` is given a value of a type it cannot use.

    ## What it does
    Checks that paths are text, and that schemas are a pydantic model class or a dict. Flags
    given as text are reported as a warning.

    ## Why it matters
    A path that is no text and a schema that is neither a model nor a dict raise an error
    when the module is imported: the chute can neither be deployed nor start. A flag given
    as text is true whatever it says, `"false"` included.

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


    @chute.cord(public_api_path="/sizes", public_api_method="GET", output_schema=list[int])
    async def sizes(self) -> list:
        return [len(name) for name in vars(self)]
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


    @chute.cord(
        public_api_path="/sizes",
        public_api_method="GET",
        output_schema={"type": "array", "items": {"type": "integer"}},
    )
    async def sizes(self) -> list:
        return [len(name) for name in vars(self)]
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_resolve_schema` and the setters of the paths.
    """

    id = "cord-argument-type"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument of a wrong type."""
        for cord in project.cords:
            for argument in cord.arguments:
                found = _fault(project, argument)
                if found is None:
                    continue
                fault, help = found
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"{cord.label}: {argument.name} {fault}",
                    help,
                    severity=Severity.WARNING if argument.name in _FLAGS else None,
                )


def _fault(project: Project, argument: BoundArgument) -> tuple[str, str] | None:
    """Return what is wrong with an argument's type and the way out."""
    value = argument.value.value if isinstance(argument.value, Known) else None
    if argument.name in _PATHS:
        if not value or isinstance(value, str):
            return None
        return f"is {value!r}, not text; the import fails", 'write a path such as "/generate"'
    if argument.name in _FLAGS:
        if not value or not isinstance(value, str):
            return None
        return f"is the text {value!r}, which counts as true", "write True or False"
    if argument.name in _SCHEMAS:
        if value is None:
            kind = _kind(project, argument.module, argument.scope, argument.expression)
        else:
            kind = None if isinstance(value, dict) else f"{value!r}"
        if kind is None:
            return None
        return (
            f"is {kind}, neither a pydantic model class nor a dict; the import fails",
            "pass a model class (not an object of it), or its JSON schema as a dict",
        )
    return None


def _kind(project: Project, module: Module, scope: int, expression: Expression) -> str | None:
    """Return what an expression certainly is other than a model class or a dict."""
    if isinstance(expression, Operation) and expression.operator in ("[]", "|"):
        # `list[Item]` and `A | B`; a generic model's own subscript stays a model.
        first = expression.operands[0]
        named = project.knowledge.resolver.dotted(module, scope, first) or ""
        is_type = named.startswith(("builtins.", "typing.")) or (
            expression.operator == "|" and _is_model(project, module, scope, first)
        )
        return f"the type {module.snippet(expression.span)}" if is_type else None
    targets = project.knowledge.resolver.resolve(module, scope, expression)
    if len(targets) != 1:
        return None
    match targets[0]:
        case Instance(of=Class() as owner) if project.schemas.is_model(owner):
            return f"an object of {owner.scope.name}"
        case Class() as owner if _is_no_model(project, owner):
            return f"the class {owner.scope.name}"
        case Function() as function:
            return f"the function {function.scope.name}"
        case External(name=name, receiver=None) if name in _PLAIN_TYPES:
            return f"the type {name.removeprefix('builtins.')}"
    return None


_PLAIN_TYPES = frozenset(
    f"builtins.{name}" for name in ("str", "int", "float", "bool", "list", "dict", "bytes")
)


def _is_model(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    return project.schemas.annotated_model(module, scope, expression) is not None


def _is_no_model(project: Project, owner: Class, depth: int = 0) -> bool:
    """Say whether a class is certainly none of pydantic's: every base of it is known."""
    bases = project.knowledge.resolver.members.bases(owner)
    if len(bases) != len(owner.scope.bases) or depth > _DEEPEST_BASES:
        return False
    return all(
        each.name in _NEVER_MODELS
        if isinstance(each, External)
        else _is_no_model(project, each, depth + 1)
        for each in bases
    )
