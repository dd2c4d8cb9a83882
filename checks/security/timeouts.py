"""Calls that wait for ever where nothing answers."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.handing import thread_argument
from chutes_cli.contract.libraries.records import FACTORIES, FIELD_CALLS
from chutes_cli.contract.libraries.timeouts import (
    ASKS,
    ASYNC,
    BY_SOCKET,
    CLIENTS,
    DEADLINES,
    PROGRAMS,
    SOCKET_DEFAULT,
    Limit,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Statement
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Class, External, Instance, Target
from chutes_cli.project.values import Known, Value

from ..runtime.ways import Step, calls, judged, steps
from .production import library_names

_LIMITS = {**ASKS, **BY_SOCKET, **CLIENTS, **PROGRAMS}
_SERVING = ("cord", "route")


class NoOutboundTimeout(Check):
    """A call to another program has no timeout.

    ## What it does
    Finds calls that wait as long as the other side likes, in code that an instance runs:
    `requests` and `urllib` without `timeout`, `httpx`, `openai` and `redis` with
    `timeout=None`, an `aiohttp.ClientTimeout` without `total`, `smtplib`, `ftplib`,
    `http.client` and `socket.create_connection` without a timeout; and in cords
    `subprocess.run` without one. Calls under `asyncio.wait_for` or `asyncio.timeout` are left
    alone where that ends them, and so are those that `socket.setdefaulttimeout` limits.

    ## Why it matters
    A server that accepts a connection and never answers keeps the call, its thread and one
    place of the chute's concurrency for ever. A few of them and the instance serves nobody.

    ## Example
    ```python
    import requests
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.engine = "http://127.0.0.1:8001"


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        answer = requests.get(f"{self.engine}/load")
        return {"load": answer.text}
    ```

    ## Use instead
    ```python
    import requests
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.engine = "http://127.0.0.1:8001"


    @chute.cord(public_api_path="/load", public_api_method="GET")
    async def load(self) -> dict:
        answer = requests.get(f"{self.engine}/load", timeout=5)
        return {"load": answer.text}
    ```

    ## Source
    requests, "Timeouts": "your code may hang for minutes or more"; Python, `urllib.request`
    and `socket`; aiohttp, `ClientTimeout`. CWE-1088.
    """

    id = "no-outbound-timeout"
    category = "security"
    severity = Severity.WARNING
    item = "request-timeouts"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call that nothing limits."""
        by_default = _has_socket_default(project)
        counts = judged(circumstances)
        for step in steps(project, counts, *_SERVING, "job", "on_startup", "import"):
            if step.module.only_as_script(step.statement.guards):
                continue
            for site, targets, in_thread in _calls(project, step):
                name = _one_name(targets)
                if not _is_judged(step, name):
                    continue
                if by_default and name in BY_SOCKET:
                    continue
                limit = _LIMITS[name]
                if _is_endless(project, site, limit) and not (
                    ((in_thread or name.startswith(ASYNC)) and _is_ended(project, step))
                    or _is_limited_elsewhere(project, site, targets, limit)
                ):
                    yield self.at(
                        site,
                        f"{name} has no timeout: it waits for ever where the other side accepts "
                        "and never answers",
                        "set socket.setdefaulttimeout(), or use a call that takes a timeout"
                        if not limit.names
                        else f"give it {' or '.join(f'{each}=' for each in limit.names)} "
                        "with a number of seconds",
                        trace=step.trace,
                    )


def _calls(project: Project, step: Step) -> Iterator[tuple[Site, tuple[Target, ...], bool]]:
    """Yield the calls of a step, and those of a thread that is handed them; which of the two."""
    for site, targets in calls(project, step):
        yield site, targets, step.arrival.loop == "thread"
        for name in library_names(targets):
            place = thread_argument(name)
            match site.expression:
                case Call(span=span, arguments=given) if place is not None and len(given) > place:
                    handed = Call(span, given[place].value, given[place + 1 :])
                    resolved = project.knowledge.resolver.resolve(
                        site.module, site.scope, handed.function
                    )
                    yield Site(site.module, site.statement, handed), resolved, True


def _one_name(targets: tuple[Target, ...]) -> str:
    """Return the one external name that is called, whatever it is taken from."""
    names = library_names(targets)
    known = all(isinstance(each, External) for each in targets)
    return names.pop() if len(names) == 1 and known else ""


def _is_judged(step: Step, name: str) -> bool:
    """Say whether a call is one that must not wait for ever where it stands.

    What is asked at import keeps the chute from starting, which shows; a client made there is
    used later. What programs do at start-up and in jobs may take its time.
    """
    kind = step.arrival.entry.kind
    if name in PROGRAMS:
        return kind in _SERVING
    return name in CLIENTS or (name in _LIMITS and kind != "import")


def _is_endless(project: Project, site: Site, limit: Limit) -> bool:
    given = project.knowledge.binder.bind(site, limit.order)
    values = [given.value(name) for name in limit.names]
    if any(value is not None and not _waits(value) for value in values):
        return False
    return not limit.by_default or values[0] is not None


def _waits(value: Value) -> bool:
    """Say whether a limit is none: None, or a pair whose second, for the answer, is None."""
    match value:
        case Known(value=(_, last)):
            return last is None
        case _:
            return value == Known(None)


def _has_socket_default(project: Project) -> bool:
    return any(
        project.knowledge.binder.bind(site, ("timeout",)).value("timeout") != Known(None)
        for site, _ in project.knowledge.calls_to(SOCKET_DEFAULT)
        if not site.module.is_test
    )


def _is_ended(project: Project, step: Step) -> bool:
    """Say whether a deadline on the way ends a call; one that blocks the loop it cannot."""
    way = [*step.arrival.path, (step.function, step.statement)]
    return any(_has_deadline(project, function.module, at) for function, at in way)


def _has_deadline(project: Project, module: Module, statement: Statement) -> bool:
    around = [module.facts.guards[index].test for index in module.guards_of(statement.guards)]
    return any(
        project.knowledge.resolver.dotted(module, statement.scope, each.function) in DEADLINES
        for each in (*statement.expressions(), *around)
        if isinstance(each, Call)
    )


def _is_limited_elsewhere(
    project: Project, site: Site, targets: tuple[Target, ...], limit: Limit
) -> bool:
    """Say whether the client of a call limits it, or the calls of a client that is made here."""
    return any(_is_limited(project, site, each, limit) for each in targets)


def _is_limited(project: Project, site: Site, target: Target, limit: Limit) -> bool:
    match target:
        case External(receiver=Instance(of=Class())):
            return True  # a session of the tree's own class may do so
        case External(receiver=Instance(of=External(name=name), site=None)):
            return _may_be_limited(project, name)
        case External(receiver=Instance(of=External(name=name), site=Site() as made)) if _is_field(
            project, made
        ):
            return _may_be_limited(project, name)
        case External(receiver=Instance(site=Site() as made)):
            if not limit.by_default and _is_told(project, made):
                return True
            return any(_mounts(project, use) for use in _uses(project, made))
        case _:
            return any(
                _is_told(project, use) or _has_deadline(project, use.module, use.statement)
                for use in _uses(project, site)
            )


def _is_field(project: Project, made: Site) -> bool:
    """Say whether a client is made by a field's default, which an object may be given instead."""
    match made.expression:
        case Call(function=function):
            dotted = project.knowledge.resolver.dotted(made.module, made.scope, function)
            return dotted in FIELD_CALLS
        case _:
            return False


def _may_be_limited(project: Project, client: str) -> bool:
    """Say whether a client of which only the class is known can be one that limits its calls."""
    members = project.knowledge.resolver.members
    made = [site for site, _ in project.knowledge.calls_to(client) if not site.module.is_test]
    own = any(
        client in members.ancestors(Class(module, index))
        for module in project.modules
        for index in range(len(module.facts.scopes))
    )
    if own or not (made or _is_made_by_fields(project, client)):
        return True
    return any(
        _is_told(project, each) or any(_mounts(project, use) for use in _uses(project, each))
        for each in made
    )


def _is_made_by_fields(project: Project, client: str) -> bool:
    """Say whether a field is given the class itself, to make one: ``default_factory=Session``."""
    resolver = project.knowledge.resolver
    return any(
        resolver.dotted(site.module, site.scope, argument.value) == client
        for site, _ in project.knowledge.calls_to(*FIELD_CALLS)
        for argument in getattr(site.expression, "arguments", ())
        if argument.keyword in FACTORIES
    )


def _is_told(project: Project, site: Site) -> bool:
    return project.knowledge.binder.bind(site).value("timeout") not in (None, Known(None))


def _uses(project: Project, made: Site) -> Iterator[Site]:
    """Yield the calls of methods of what a call made."""
    for site, targets in project.knowledge.calls:
        if any(
            isinstance(each, External) and each.receiver and each.receiver.site == made
            for each in targets
        ):
            yield site


def _mounts(project: Project, use: Site) -> bool:
    """Say whether a session is given an adapter of the tree's own, which may set a timeout."""
    assert isinstance(use.expression, Call)
    resolve = project.knowledge.resolver.resolve
    return any(
        isinstance(target, Instance) and isinstance(target.of, Class)
        for argument in use.expression.arguments
        for target in resolve(use.module, use.scope, argument.value)
    )
