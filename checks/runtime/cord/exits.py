"""Cords that end the process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.options import ON_ERROR, PARSERS, PARSES, STAYS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Await, Call, Expression, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.running import catches
from chutes_cli.project.targets import Class, External, Function, Instance, Method
from chutes_cli.project.tasks import handed_to_thread
from chutes_cli.project.values import Known

from ..signals.installing import installations
from .arriving import calls_of, external_names, from_cords

_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit"})
_AT_ONCE = frozenset({"os._exit", "os.abort"})
_ABOVE = ("BaseException",)
_EXIT = "SystemExit"
_RAISED = f"builtins.{_EXIT}"
_LOOPS = ("cord", "main", "thread")


class ExitInCord(Check):
    """A cord ends the process.

    ## What it does
    Finds `sys.exit()`, `exit()`, `quit()`, `raise SystemExit` or a class of your own below it,
    `os._exit()` and `os.abort()` in code that a cord runs, where nothing on the way catches
    it, also in a thread that it awaits, and argparse parsers, which exit on options that they
    do not like.

    ## Why it matters
    One request stops the service for all callers. SystemExit from a cord stops the main
    loop: from that moment nothing is answered, pings neither, while the process stays alive
    for a minute and more. `os._exit()` ends it at once, and every request in flight is cut.

    ## Example
    ```python
    import sys

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


    class Order(BaseModel):
        n: int = Field(ge=0, le=100)


    @chute.cord(public_api_path="/order", public_api_method="POST")
    async def order(self, args: Order) -> dict:
        if not isinstance(args, Order):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if args.n > 50:
            sys.exit("too many")
        return {"n": args.n}
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


    class Order(BaseModel):
        n: int = Field(ge=0, le=100)


    @chute.cord(public_api_path="/order", public_api_method="POST")
    async def order(self, args: Order) -> dict:
        if not isinstance(args, Order):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        if args.n > 50:
            raise HTTPException(status_code=400, detail="too many")
        return {"n": args.n}
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py: what a cord raises is handed to the main loop, which
    SystemExit stops.
    """

    id = "exit-in-cord"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per place that ends the process."""
        # A thread of its own ends alone by SystemExit, unless a cord awaits what runs in it;
        # os._exit ends the process from anywhere.
        ways = dict(
            from_cords(project, circumstances, *_LOOPS, counts=partial(_comes_through, project))
        )
        drains = frozenset(_run_by_signals(project))
        for function, arrival in from_cords(project, circumstances, *_LOOPS):
            for site, name in _exits(project, function):
                if name in _AT_ONCE:
                    if arrival.loop == "main" and function in drains:
                        continue  # the last call ends what SIGTERM began
                    yield self._at_once(site, name, arrival)
                elif function in ways and not _is_caught(function, site):
                    yield self.at(
                        site,
                        f"SystemExit from a cord stops the main loop: the instance answers nothing "
                        f"any more, and stays alive ({ways[function].entry.label})",
                        "raise HTTPException with status 400 or 429, or another exception",
                        trace=ways[function].trace,
                    )

    def _at_once(self, site: Site, name: str, arrival: Arrival) -> Finding:
        return self.at(
            site,
            f"{name}() in a cord ends the process at once: every request in flight is cut "
            f"({arrival.entry.label})",
            "raise an exception; end the process from a SIGTERM handler or a start-up task only",
            trace=arrival.trace,
        )


def _run_by_signals(project: Project) -> Iterator[Function]:
    """Yield the functions that run when a signal arrives."""
    found: dict[Function, None] = {}
    resolve = project.knowledge.resolver.resolve
    for module in project.modules:
        for index in range(len(module.facts.scopes)):
            for each in installations(project, Function(module, index)):
                for target in resolve(module, each.site.scope, each.handler):
                    handler = target.function if isinstance(target, Method) else target
                    if isinstance(handler, Function):
                        found[handler] = None
    waiting = list(found)
    for function in waiting:  # which grows on the way
        yield function
        new = [each.callee for each in project.reach.edges(function) if each.callee not in found]
        found.update(dict.fromkeys(new))
        waiting += new


def _exits(project: Project, function: Function) -> Iterator[tuple[Site, str]]:
    """Yield what ends the process, with its name; ``raise SystemExit(1)`` once."""
    for statement in function.module.statements_in(function.index):
        if statement.kind != "raise" or not statement.values:
            continue
        raised = statement.values[0]
        site = Site(function.module, statement, raised)
        callee = raised.function if isinstance(raised, Call) else raised
        if _RAISED in external_names(project, site, callee) or _is_exit(project, site, callee):
            yield site, _EXIT
    for site in calls_of(function):
        assert isinstance(site.expression, Call)
        for name in external_names(project, site, site.expression.function):
            if name in _EXITS | _AT_ONCE:
                yield site, name
        if _parses_options(project, site):
            yield site, _EXIT


def _is_exit(project: Project, site: Site, raised: Expression) -> bool:
    """Say whether a class of the tree that is raised derives from SystemExit."""
    resolver = project.knowledge.resolver
    found = resolver.resolve(site.module, site.scope, raised)
    return any(
        isinstance(each, Class) and _RAISED in resolver.members.ancestors(each) for each in found
    )


def _parses_options(project: Project, site: Site) -> bool:
    """Say whether a call parses a command line, which ends by SystemExit where it is wrong."""
    match site.expression:
        case Call(function=Attribute(value=parser, attribute=method)) if method in PARSES:
            resolver = project.knowledge.resolver
            made = resolver.resolve(site.module, site.scope, parser)
            return any(isinstance(each, Instance) and _gives_up(project, each) for each in made)
        case _:
            return False


def _gives_up(project: Project, parser: Instance) -> bool:
    """Say whether an object is a parser of argparse that exits on options it does not like."""
    members = project.knowledge.resolver.members
    if isinstance(parser.of, External):
        stays = project.knowledge.binder.bind(parser.site).value(STAYS) if parser.site else None
        return parser.of.name in PARSERS and not (isinstance(stays, Known) and not stays.value)
    if not members.ancestors(parser.of) & PARSERS:
        return False
    own = members.methods(parser.of, ON_ERROR)
    return not own or any(_ends(site.expression) for each in own for site in calls_of(each))


def _ends(call: Expression) -> bool:
    """Say whether a parser's method ends the process, itself or as its base class does."""
    match call:
        case Call(function=Attribute(attribute=method)):
            return method in (ON_ERROR, "exit")
        case _:
            return False


def _is_caught(function: Function, site: Site) -> bool:
    return catches(function.module, site.statement.guards, _EXIT, broad=_ABOVE, turned=True)


def _comes_through(project: Project, arrival: Arrival) -> bool:
    if arrival.loop == "thread" and not any(_awaits(project, *step) for step in arrival.path):
        return False
    return not any(
        catches(function.module, statement.guards, _EXIT, broad=_ABOVE, turned=True)
        for function, statement in arrival.path
    )


def _awaits(project: Project, function: Function, statement: Statement) -> bool:
    """Say whether a statement awaits what it hands to a thread, and gets what that raises."""
    resolver = project.knowledge.resolver
    return any(
        handed_to_thread(resolver, function.module, statement.scope, part) is not None
        for each in statement.expressions()
        if isinstance(each, Await)
        for part in each.walk()
        if isinstance(part, Call)
    )
