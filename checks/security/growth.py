"""Collections that grow with every call, and never get smaller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.collections import (
    FRESH,
    LIMIT,
    UNBOUNDED,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Operation,
    Parameter,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Binding, Module, Site
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Function

from ..runtime.shared.places import Places
from ..runtime.ways import Step, judged, steps
from .bounds import bounded, kept_as
from .endless import endless_cache, takes_text
from .growing import entries_made, growths, kept_under, regrown, unaliased
from .production import last_name

_ASKS = frozenset({"<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not", "not"})
_GIVEN = {"assign": 0, "annotate": 1}
"""Kinds of statement that give a value, to its place: an annotation stands before it."""
_CONSTRUCTORS = ("__init__", "__post_init__")


class UnboundedModuleGrowth(Check):
    """A collection that outlives the call grows with every call and is never made smaller.

    ## What it does
    Finds lists, dictionaries, sets and deques without `maxlen`, kept at module level, on the
    chute, on an object that serves every call or in a decorator's closure, to which the code
    that cords run appends, or adds under a key that callers choose or that is new each time
    (in place, or by `self.rows = [*self.rows, row]`); and functions below
    `functools.cache` that are given a text of the caller's. Silent where anything in the
    modules that hang together through imports removes from the collection, replaces it, hands
    it to a function that might, or compares its length.

    ## Why it matters
    The instance takes more memory with each request until it is killed, and all calls in
    progress with it. Whoever chooses the keys can make that happen at will.

    ## Example
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


    class Question(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.answers = {}


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if args.text not in self.answers:
            self.answers[args.text] = args.text.upper()
        return {"answer": self.answers[args.text]}
    ```

    ## Use instead
    ```python
    from cachetools import LRUCache
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


    class Question(BaseModel):
        text: str = Field(max_length=1000)


    @chute.on_startup()
    async def prepare(self):
        self.answers = LRUCache(maxsize=10_000)


    @chute.cord(public_api_path="/ask", public_api_method="POST")
    async def ask(self, args: Question) -> dict:
        if not isinstance(args, Question):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        answer = self.answers.get(args.text)
        if answer is None:
            answer = args.text.upper()
            self.answers[args.text] = answer
        return {"answer": answer}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py and chutes/chute/base.py: one process, and one chute object,
    serves all calls. CWE-401, CWE-770.
    """

    id = "unbounded-module-growth"
    category = "security"
    severity = Severity.WARNING
    item = "memory-usage"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per statement that makes a collection larger."""
        places = Places(project)
        yield from self._caches(project, circumstances)
        for step in steps(project, judged(circumstances), "cord", "route"):
            for meant, key in (
                *growths(project, step.module, step.statement),
                *entries_made(project, step),
            ):
                grown = unaliased(step.module, step.statement.scope, meant)
                name = last_name(grown)
                if key is not None and (
                    not _varies(project, step.module, step.statement, key)
                    or _is_one_of_few(step, key, name)
                ):
                    continue
                if not places.is_shared(step.module, step.statement, grown):
                    continue
                if kept_as(project, step.module, step.statement, grown) in bounded(project):
                    continue
                if not _is_unbounded(project, step.module, step.statement, grown):
                    continue
                yield self.finding(
                    step.module,
                    step.statement.span,
                    step.statement.scope,
                    f"{name} outlives the call and grows with every call of "
                    f"{step.arrival.entry.label}: nothing removes anything from it",
                    "limit it: deque(maxlen=…), cachetools.LRUCache or TTLCache, or remove what "
                    "is old when it gets too long",
                    trace=step.trace,
                )

    def _caches(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per function whose results are kept for every text of callers."""
        for step in steps(project, judged(circumstances), "cord", "route"):
            limitless = endless_cache(project, step.function)
            if limitless is None or not takes_text(project, step):
                continue
            yield self.finding(
                step.module,
                limitless.span,
                step.function.scope.parent,
                f"{step.function.scope.name} keeps its result for every text that callers of "
                f"{step.arrival.entry.label} send: its cache has no limit",
                "give it a limit: @functools.lru_cache(maxsize=1000)",
                trace=step.trace,
            )


def _varies(
    project: Project,
    module: Module,
    statement: Statement,
    key: Expression,
    seen: frozenset[Statement] = frozenset(),
) -> bool:
    """Say whether a key is another one for each call, or whichever a caller likes."""
    if project.taint.origin(Site(module, statement, key), Threat.SHELL):
        return True
    parts: Sequence[Expression] = key.children()
    match key:
        case Name(id=name):
            where, bindings = module.lookup(name, statement.scope)
            made = []
            for each in bindings:
                match each:
                    case Binding(statement=Statement() as at, value=Expression() as value):
                        made.append((module, at, value))
                    case Binding(parameter=Parameter() as parameter):
                        made += _passed(project, Function(module, where), parameter)
            return any(
                _varies(project, there, at, value, seen | {at})
                for there, at, value in made
                if at not in seen
            )
        case Attribute(value=Name() | Attribute()):
            return False  # a field that is no text of the caller's
        case Operation(operator="?:", operands=(_, *branches)):
            parts = branches
        case Operation(operator="[]", operands=(table, _)):
            parts = [table]  # an entry of a table is none of the caller's making
        case Operation(operator=operator) if operator in _ASKS:
            return False
        case Call(function=callee):
            if project.knowledge.resolver.dotted(module, statement.scope, callee) in FRESH:
                return True
            parts = (*callee.children(), *parts[1:])  # a method of a text, or a function
    return any(_varies(project, module, statement, each, seen) for each in parts)


def _is_one_of_few(step: Step, key: Expression, grown: str) -> bool:
    """Say whether a function looks a key up elsewhere first: what it does not know, it leaves."""
    return isinstance(key, Name) and any(
        last_name(asked) == key.id and last_name(table) != grown
        for statement in step.module.statements_in(step.statement.scope)
        for asked, table in _lookups(statement)
    )


def _lookups(statement: Statement) -> Iterator[tuple[Expression, Expression]]:
    """Yield what a statement looks up, and in what."""
    for expression in statement.expressions():
        match expression:
            case Operation(operator="in" | "not in", operands=(asked, table)):
                yield asked, table
            case Operation(operator="[]", operands=(table, asked)):
                yield asked, table
            case Call(function=Attribute(value=table, attribute="get"), arguments=(first, *_)):
                yield first.value, table


def _passed(
    project: Project, function: Function, parameter: Parameter
) -> Iterator[tuple[Module, Statement, Expression]]:
    """Yield what the calls of a function of the tree pass for a parameter, and where."""
    for module, scope, value in project.knowledge.resolver.callers.every(function, parameter):
        for statement in module.statements_in(scope):
            if any(each is value for each in statement.expressions()):
                yield module, statement, value


def _is_unbounded(
    project: Project, module: Module, statement: Statement, grown: Expression
) -> bool:
    """Say whether all that is kept in a place is collections without a limit.

    One that is put in the place of an earlier one, by what runs again and again, is none.
    """
    kept = kept_as(project, module, statement, grown)
    made = [
        each
        for target, each in _made(project, kept)
        if isinstance(grown, Operation) or not isinstance(target, Operation)
    ]
    match grown:
        case Operation(operator="[]", operands=(table, Literal(value=str(name)))):
            of_table = _made(project, kept_as(project, module, statement, table))
            for _, each in of_table:
                made += [
                    Site(each.module, each.statement, value)
                    for value in kept_under(each.expression, name)
                ]
    return bool(made) and all(
        (_is_first(project, each) or kept[1] > 0) and _grows(project, each) for each in made
    )


def _made(project: Project, kept: tuple[Module, int, str]) -> Iterator[tuple[Expression, Site]]:
    """Yield the targets by which a place is given something, with what does not just add to it."""
    for module in project.modules:
        if (
            module.is_test
            or project.knowledge.resolver.programs[module]
            is not (project.knowledge.resolver.programs[kept[0]])
        ):
            continue
        for statement in module.facts.statements:
            for value in statement.values[_GIVEN.get(statement.kind, len(statement.values)) :]:
                for target in statement.targets:
                    if kept_as(project, module, statement, target) == kept and not any(
                        True for _ in regrown(module, target, value)
                    ):
                        yield target, Site(module, statement, value)


def _is_first(project: Project, made: Site) -> bool:
    """Say whether something is made at import, in a constructor or a start-up hook."""
    function = made.module.enclosing_function(made.scope)
    if function == -1 or made.module.scope(function).name in _CONSTRUCTORS:
        return True
    return Function(made.module, function) in {hook.function for hook in project.hooks}


def _grows(project: Project, made: Site) -> bool:
    match made.expression:
        case Collection(kind="list" | "set") | Mapping():
            return True
        case Call(function=callee, arguments=given):
            name = project.knowledge.resolver.dotted(made.module, made.scope, callee)
            factory = next(
                (each.value for each in given if each.keyword == "default_factory"), None
            )
            if factory is not None:
                name = project.knowledge.resolver.dotted(made.module, made.scope, factory)
            arguments = project.knowledge.binder.bind(made, ("iterable", LIMIT))
            return name in UNBOUNDED and (
                name != "collections.deque" or arguments.value(LIMIT) is None
            )
        case _:
            return False
