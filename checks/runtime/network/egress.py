"""Cords that reach for the internet where the network is locked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.network import (
    BASES,
    REMOTE_CLIENTS,
    URL_FIRST,
    URL_SECOND,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import Attribute, Call, FormattedText, Literal, Name, Operation
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Site
from chutes_cli.project.reach import Arrival
from chutes_cli.project.taint.prefix import known_start
from chutes_cli.project.targets import External, Function, Instance, Target
from chutes_cli.project.values import Known

from ..ways import Step, calls, on_gateway, steps

_TRIMS = frozenset({"strip", "rstrip", "removesuffix"})
_OWN_HOSTS = re.compile(r"CHUTE|LOCAL|ENGINE|SIDECAR", re.IGNORECASE)
"""Variables for what runs on the instance itself, or behind the platform's proxy."""
_OPEN = "chutes.ai"
"""Hosts of the platform: the instance's network policy keeps a way to its own proxy."""


class EgressInCord(Check):
    """A cord calls another host although the chute's network is locked.

    ## What it does
    Follows the code a cord runs to calls with a known URL of another host (`requests`,
    `httpx`, `aiohttp`, `urllib`, …) or with one that `os.environ["NAME"]` must give, and to
    clients of services on the internet (`openai`,
    `boto3`, …) that are given no address of their own. Loopback addresses and the platform's
    hosts are left alone, and so are chutes with `allow_external_egress`, URLs that are not
    known, and start-up hooks.

    ## Why it matters
    Start-up runs with the network open. Once the instance is active the platform locks it:
    from then on a connection to any other host fails or hangs until its timeout, in every
    call, although the dev runtime showed nothing of it.

    ## Example
    ```python
    import httpx
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/rates", public_api_method="GET")
    async def rates(self) -> dict:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get("https://api.example.com/rates")
        return {"rates": answer.json()}
    ```

    ## Use instead
    ```python
    import httpx
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
        allow_external_egress=True,
    )


    @chute.cord(public_api_path="/rates", public_api_method="GET")
    async def rates(self) -> dict:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get("https://api.example.com/rates")
        return {"rates": answer.json()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py, `_do_activation`: `aegis.lock_network()` after the
    activation, unless `allow_external_egress` (PLATFORM F77).
    """

    id = "egress-in-cord"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call of another host."""
        for step in locked(project, circumstances):
            for site, targets in calls(project, step):
                host = _host(project, site, targets) or _service(project, site)
                if host is not None:
                    yield self.at(
                        site,
                        f"{step.arrival.entry.label} calls {host}, and the network is locked "
                        "once the instance is active",
                        "pass allow_external_egress=True to Chute(), or fetch it in an "
                        "@chute.on_startup() hook",
                        trace=step.trace,
                    )


def locked(project: Project, circumstances: Circumstances) -> Iterator[Step]:
    """Yield what runs from cords of chutes whose network is certainly locked."""
    if not circumstances.on_gateway:
        return
    locked: set[Function | None] = set()
    free: set[Function | None] = set()
    for chute in project.chutes:
        mine = {cord.function for cord in chute.cords}
        (locked if _is_locked(chute) else free).update(mine)

    def counts(arrival: Arrival, exposures: frozenset[str]) -> bool:
        return arrival.entry.function in locked - free and on_gateway(arrival, exposures)

    yield from steps(project, counts, "cord")


def _is_locked(chute: Chute) -> bool:
    """Say whether a chute certainly does not allow egress; that is the default of all kinds."""
    value = chute.arguments.value("allow_external_egress")
    return value is None or (isinstance(value, Known) and not value.value)


def _host(project: Project, site: Site, targets: tuple[Target, ...]) -> str | None:
    """Return the other host that a call with a URL certainly asks."""
    names = {each.name: each for each in targets if isinstance(each, External)}
    for name, target in names.items():
        if name not in URL_FIRST and name not in URL_SECOND:
            continue
        order = ("url",) if name in URL_FIRST else ("method", "url")
        given = project.knowledge.binder.bind(site, order).get("url")
        given = _of_request(project, given) if given else None
        base = _base(project, target.receiver)
        for each in filter(None, (given, base)):
            for place in _filled(project, each):
                host = _host_of(project, place) or _host_of_environment(project, place)
                if host is not None:
                    return host
        return None
    return None


def _filled(project: Project, given: BoundArgument) -> Iterator[Placed]:
    """Yield an expression, and all that calls pass for it where it is a parameter."""
    module, scope, expression = given.module, given.scope, given.expression
    yield module, scope, expression
    if isinstance(expression, Name):
        where, bindings = module.lookup(expression.id, scope)
        for parameter in filter(None, (each.parameter for each in bindings)):
            for passing in project.passings.of(Function(module, where)):
                for value in passing.given(parameter):
                    yield passing.site.module, passing.site.scope, value


def _base(project: Project, receiver: Instance | None) -> BoundArgument | None:
    """Return the URL that a client puts before what it is asked."""
    if receiver is None or receiver.site is None or not isinstance(receiver.of, External):
        return None
    name = BASES.get(receiver.of.name, "")
    return project.knowledge.binder.bind(receiver.site).get(name)


def _host_of(project: Project, place: Placed) -> str | None:
    """Return the other host in a URL, None where there is none or it is the instance's own."""
    evaluator = project.knowledge.evaluator
    text = known_start(evaluator, *place)
    if not isinstance(evaluator.value(*place), Known) and text.count("/") <= 2:
        return None  # the host may go on in what follows
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        return None
    return host if _is_another(host) else None


def _host_of_environment(project: Project, place: Placed) -> str | None:
    """Return the variable that must name the host, None where there is none."""
    module, scope, held = project.knowledge.evaluator.held(*place)
    dotted = project.knowledge.resolver.dotted
    match held:
        case FormattedText(parts=(first, *_)) | Operation(operator="+", operands=(first, *_)):
            return _host_of_environment(project, (module, scope, first))
        case Call(function=Attribute(value=first, attribute=method)) if method in _TRIMS:
            return _host_of_environment(project, (module, scope, first))
        case Operation(operator="[]", operands=(table, Literal(value=str(name)))) if (
            dotted(module, scope, table) == "os.environ"
        ):
            return None if _OWN_HOSTS.search(name) else f"the host that {name} names"
        case _:
            return None


def _of_request(project: Project, given: BoundArgument) -> BoundArgument | None:
    """Return the URL of a request that is made beforehand: ``Request(url)``."""
    resolver = project.knowledge.resolver
    for target in resolver.resolve(given.module, given.scope, given.expression):
        match target:
            case Instance(of=External(name="urllib.request.Request"), site=Site() as made):
                return project.knowledge.binder.bind(made, ("url",)).get("url")
    return given


def _is_another(host: str) -> bool:
    if host == _OPEN or host.endswith(f".{_OPEN}") or "." not in host or host == "0.0.0.0":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return not host.endswith(".localhost")


def _service(project: Project, site: Site) -> str | None:
    """Return the service on the internet whose client a call uses: ``client.chat.create()``."""
    assert isinstance(site.expression, Call)
    owner = site.expression.function
    while isinstance(owner, Attribute):
        owner = owner.value
        for target in project.knowledge.resolver.resolve(site.module, site.scope, owner):
            match target:
                case Instance(of=External(name=name), site=Site() as made) if (
                    name in REMOTE_CLIENTS
                ):
                    given = project.knowledge.binder.bind(made).value(REMOTE_CLIENTS[name])
                    return f"the service of {name}" if given is None else None
    return None
