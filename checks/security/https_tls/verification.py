"""Certificates that nobody verifies."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.hosts import host_of, is_loopback
from chutes_cli.contract.libraries.tls import (
    CLIENTS,
    METHODS,
    SWITCHES,
    UNVERIFIED,
    VARIABLES,
    WARNINGS_OFF,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, unpacked
from chutes_cli.project.targets import Target
from chutes_cli.project.values import Known

from ..production import (
    classes_of,
    is_own,
    last_name,
    library_names,
    made_by,
    production_calls,
    production_statements,
)
from .programs import Lines, in_commands

_HELP = (
    "leave verification on; for a private authority pass its certificate: verify='ca.pem', or "
    "ssl.create_default_context(cafile='ca.pem')"
)
_NONE = frozenset({"ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"})


class TlsVerificationOff(Check):
    """The certificate of the other side is not verified.

    ## What it does
    Finds `verify=False` and its kin in requests, httpx, aiohttp, urllib3, redis and others,
    contexts and sessions switched off after they were made, `ssl.CERT_NONE`, unverified
    contexts, environment variables such as `PYTHONHTTPSVERIFY=0`, and `curl -k`,
    `wget --no-check-certificate`, `pip --trusted-host` and the like in run commands, started
    programs, scripts, Dockerfiles and pipelines. Calls of the machine itself are accepted.
    Silencing urllib3's warnings is a warning.

    ## Why it matters
    Whoever stands between (a proxy, a hijacked name, the next container) answers in the
    other's place, reads the keys and prompts sent, and chooses the models, packages and
    answers that come back. Nothing in the logs shows it.

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
        allow_external_egress=True,
    )


    @chute.on_startup()
    async def prepare(self):
        answer = requests.get("https://api.chutes.ai/ping", timeout=10, verify=False)
        self.ready = answer.ok


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": self.ready}
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
        allow_external_egress=True,
    )


    @chute.on_startup()
    async def prepare(self):
        answer = requests.get("https://api.chutes.ai/ping", timeout=10)
        self.ready = answer.ok


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": self.ready}
    ```

    ## Source
    CWE-295. requests: "SSL Cert Verification"; httpx: "SSL"; aiohttp: "SSL control for TCP
    sockets"; Python: `ssl`, "Security considerations".
    """

    id = "tls-verification-off"
    category = "security"
    severity = Severity.ERROR
    item = "https-tls"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per switch."""
        for site, call, targets in production_calls(project):
            what = _in_call(project, site, call, targets)
            if what is not None:
                yield self.at(site, f"{what}: the certificate is not verified", _HELP)
            if library_names(targets) & WARNINGS_OFF:
                yield self.finding(
                    site.module,
                    site.span,
                    site.scope,
                    "urllib3's warnings of unverified certificates are silenced",
                    "verify the certificates; then there is nothing to warn of",
                    severity=Severity.WARNING,
                )
        for module, statement in production_statements(project):
            if statement.kind == "assign":
                whole = [(each, statement.values[0]) for each in statement.targets]
                parts = [pair for each in statement.targets for pair in unpacked(statement, each)]
                for target, value in (*whole, *parts):
                    what = _in_assignment(project, module, statement.scope, target, value)
                    if what is not None:
                        yield self.finding(
                            module,
                            statement.span,
                            statement.scope,
                            f"{what}: certificates are not verified",
                            _HELP,
                        )
        for said in in_commands(project):
            message = f"{said.what}: the certificate is not verified"
            help = "leave verification on; install the authority's certificate"
            match said.where:
                case Site() as site:
                    yield self.at(site, message, help)
                case Lines(script, span, name):
                    yield self.within(script, span, name, message, help)


def _in_call(project: Project, site: Site, call: Call, targets: tuple[Target, ...]) -> str | None:
    """Say how a call switches verification off."""
    names = library_names(targets)
    if names & UNVERIFIED:
        return f"{sorted(names & UNVERIFIED)[0]}()"
    if not _is_client(call, targets, names):
        return None
    for argument in project.knowledge.binder.bind(site):
        name = str(argument.name)
        if name in SWITCHES:
            value = argument.value
            dotted = project.knowledge.resolver.dotted(
                argument.module, argument.scope, argument.expression
            )
            known = isinstance(value, Known) and value.value in SWITCHES[name]
            if (known or dotted in _NONE) and not _calls_itself(project, site, call):
                text = argument.module.snippet(argument.expression.span)
                return f"{name}={text}"
    return None


def _is_client(call: Call, targets: tuple[Target, ...], names: set[str]) -> bool:
    """Say whether a callee is one whose arguments speak of certificates."""
    if names:
        return any(name.startswith(CLIENTS) for name in names)
    if is_own(targets):
        return False
    return isinstance(call.function, Attribute) and call.function.attribute in METHODS


def _calls_itself(project: Project, site: Site, call: Call) -> bool:
    """Say whether a call goes to the machine itself."""
    for argument in call.arguments:
        value = project.knowledge.evaluator.value(site.module, site.scope, argument.value)
        text = value.value if isinstance(value, Known) else value.likely
        if isinstance(text, str) and is_loopback(host_of(text)):
            return True
    return False


def _in_assignment(
    project: Project, module: Module, scope: int, target: Expression, assigned: Expression
) -> str | None:
    """Say how an assignment switches verification off."""
    knowledge = project.knowledge
    value = knowledge.evaluator.value(module, scope, assigned)
    known = value.value if isinstance(value, Known) else None
    dotted = knowledge.resolver.dotted(module, scope, assigned)
    name = last_name(target)
    if known in VARIABLES.get(name, ()):
        return f"{name}={known}"
    if dotted in UNVERIFIED:
        return f"{name} = {dotted}"
    if not isinstance(target, Attribute):
        return None
    if name == "verify_mode" and dotted in _NONE:
        return "verify_mode = CERT_NONE"
    if known is False and name == "check_hostname":
        return "check_hostname = False"
    if known is False and name == "verify":
        owners = knowledge.resolver.resolve(module, scope, target.value)
        ancestors = knowledge.resolver.members.ancestors
        kinds = made_by(owners).union(*(ancestors(of) for of in classes_of(owners)))
        clients = any(each.startswith(CLIENTS) for each in kinds)
        if clients or last_name(target.value) in ("session", "client", "http"):
            return f"{module.snippet(target.span)} = False"
    return None
