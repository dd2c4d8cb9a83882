"""Whether the SDK validates what a cord receives."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Operation,
    Parameter,
)
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Function
from chutes_cli.project.values import Known

from .body import Bearer, Mention, Use, asks_type, bearers, body_parameter, mentions, running, use
from .input_kind import Kind, input_kind
from .returns import is_bare
from .statuses import handler

_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "**", "<", "<=", ">", ">=", "-u"})
"""Operators that raise TypeError where one side is a dict."""
_CONVERSIONS = frozenset(
    {"builtins.int", "builtins.float", "builtins.range", "builtins.abs", "builtins.round",
     "builtins.ord", "base64.b64decode"}
)  # fmt: skip
"""Functions that raise TypeError where they are given a dict."""
_DICTS = frozenset({"builtins.dict", "collections.abc.Mapping", "typing.Mapping"})
_MISSING = frozenset(
    {"builtins.KeyError", "builtins.LookupError", "builtins.Exception", "builtins.BaseException",
     "builtins.AttributeError", "builtins.TypeError"}
)  # fmt: skip
_WORST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class CordUnvalidatedInput(Check):
    """Nothing validates the body of a cord.

    ## What it does
    Looks at cords whose argument is annotated with anything but a bare pydantic model: an
    optional or a union, a dict, a text or number, a dataclass, `Any`, nothing. It is silent
    where `input_schema=` names a model, where the code makes a model of the body itself or
    asks for its types, and where the body is never read. Reading it in a way that fails on
    a dict is an error, the rest a warning.

    ## Why it matters
    The SDK converts and checks the body for one shape of signature only. In every other
    case the function gets the parsed JSON, for nearly all callers a plain dict, whatever
    its annotation says: `args.prompt` raises AttributeError on every call, and what does not
    fail accepts any field of any type and size.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input | None = None) -> dict:
        return {"length": len(args.prompt) if args else 0}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        prompt: str = Field(max_length=4000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"length": len(args.prompt)}
    ```

    ## Source
    SDK 0.6.9 chutes/util/schema.py, `extract_models`: one parameter that is not a BaseModel
    subclass and no models are kept; chutes/chute/cord.py, `_request_handler`.
    """

    id = "cord-unvalidated-input"
    category = "platform"
    severity = Severity.ERROR
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord whose body nothing validates."""
        for cord, function in running(project):
            parameter = body_parameter(function)
            if parameter is None or not _is_unvalidated(cord):
                continue
            if not is_bare(project, function, cord.site.expression):
                continue
            kind = input_kind(project, function, parameter)
            if kind is None:
                continue
            judged = _judged(project, circumstances, kind, function, parameter)
            if judged is not None:
                severity, outcome = judged
                yield self.finding(
                    function.module,
                    parameter.span,
                    function.index,
                    f"{cord.label}: {kind.reason}, so {parameter.name} {outcome}",
                    _advice(parameter.name, kind),
                    severity=severity,
                )


def _is_unvalidated(cord: Cord) -> bool:
    """Say whether the SDK certainly has no model for a cord's body."""
    # Left out, or a dict for show; what is neither dict nor model cannot be told.
    value = cord.arguments.value("input_schema")
    return value is None or (isinstance(value, Known) and isinstance(value.value, dict | None))


def _judged(
    project: Project,
    circumstances: Circumstances,
    kind: Kind,
    function: Function,
    parameter: Parameter,
) -> tuple[Severity, str] | None:
    """Return the worst that is done with the body and what comes of it, None if all is well."""
    found: dict[Severity, str] = {}
    for bearer in bearers(project, function, parameter.name):
        for mention in mentions(bearer):
            used = use(project, mention, bearer)
            if used.kind == "validated" or _is_replaced(mention, bearer):
                return None
            if used.kind in ("asked", "checked"):
                if _expects_dict(project, kind, mention, used):
                    return None
                if _refuses(mention):
                    text = mention.module.snippet(mention.around[0].span)
                    found[Severity.ERROR] = f"is a plain dict and `{text}` holds on every call"
            if used.kind != "read":
                continue
            severity = _worst(project, kind, mention)
            if kind.name == "scalar" and not circumstances.on_gateway:
                severity = Severity.WARNING  # a direct caller may send a bare text or number
            found.setdefault(severity, _outcome(severity, kind, mention))
    return next(((each, found[each]) for each in _WORST if each in found), None)


def _is_replaced(mention: Mention, bearer: Bearer) -> bool:
    """Say whether something else takes the body's name: ``args = parse(args)``."""
    names = [each.id for each in mention.statement.targets if isinstance(each, Name)]
    return bearer.name in names and any(isinstance(each, Call) for each in mention.around)


def _expects_dict(project: Project, kind: Kind, mention: Mention, used: Use) -> bool:
    """Say whether a question for the type lets a dict pass; no dict is the model it names."""
    if kind.model is None or used.call is None:
        return True
    resolver = project.knowledge.resolver
    names = {
        resolver.dotted(mention.module, mention.statement.scope, argument.value)
        for argument in used.call.arguments
    }
    return bool(names & _DICTS)


def _refuses(mention: Mention) -> bool:
    """Say whether a question is ``if not isinstance(args, Input): raise ...``."""
    module = mention.module
    match mention.around:
        case (Operation(operator="not") as test, Call()):
            return any(
                each.kind == "raise"
                and each.guards >= 0
                and module.facts.guards[each.guards].kind == "if"
                and module.facts.guards[each.guards].test is test
                for each in module.statements_in(mention.statement.scope)
            )
        case _:
            return False


def _worst(project: Project, kind: Kind, mention: Mention) -> Severity:
    """Return how bad one use of the body is, which is a dict whatever its annotation."""
    module, statement, parent = mention.module, mention.statement, mention.parent
    if any(asks_type(test, mention.name.id) for test in _tests(mention)):
        return Severity.WARNING  # what a dict does not pass; it goes another way
    if handler(project, module, statement, _MISSING) is not None:
        return Severity.INFO if kind.name == "dict" else Severity.WARNING
    if isinstance(parent, Attribute):
        if not hasattr(dict, parent.attribute):
            return Severity.ERROR
        tolerant = kind.name == "dict" and parent.attribute == "get"
        return Severity.INFO if tolerant else Severity.WARNING
    if _fails_on_a_dict(project, mention):
        return Severity.ERROR
    return Severity.WARNING


def _tests(mention: Mention) -> Iterator[Expression]:
    """Yield the conditions under which a mention of the body is evaluated."""
    module = mention.module
    for index in module.guards_of(mention.statement.guards):
        test = module.facts.guards[index].test
        if test is not None:
            yield test
    for each in mention.around:
        if isinstance(each, Operation) and each.operator in ("?:", "and"):
            yield each.operands[0]


def _fails_on_a_dict(project: Project, mention: Mention) -> bool:
    match mention.parent:
        case Operation(operator="[]", operands=(_, index)):
            is_slice = isinstance(index, Operation) and index.operator == ":"
            return is_slice or (isinstance(index, Literal) and isinstance(index.value, int))
        case Operation(operator=operator):
            return operator in _ARITHMETIC
        case Call(function=callee):
            scope = mention.statement.scope
            dotted = project.knowledge.resolver.dotted(mention.module, scope, callee)
            return dotted in _CONVERSIONS
        case _:
            return False


def _outcome(severity: Severity, kind: Kind, mention: Mention) -> str:
    if severity is Severity.ERROR:
        assert mention.parent is not None  # it is what fails
        text = mention.module.snippet(mention.parent.span)
        return f"is a plain dict and `{text}` fails on every call"
    return "is a plain dict" if kind.name == "scalar" else "is whatever a caller sends"


def _advice(name: str, kind: Kind) -> str:
    if kind.model is None:
        return f"annotate {name} with a pydantic model whose fields are bounded"
    model = kind.model.scope.name
    return f"annotate it `{name}: {model}` and nothing else, or pass input_schema={model}"
