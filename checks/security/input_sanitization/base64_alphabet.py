"""What passes as base64."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Name
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from ..production import production_calls

_DECODES = frozenset({"base64.b64decode", "base64.standard_b64decode"})
_CLAIMS = re.compile(r"valid|sanit|check|verif", re.IGNORECASE)


class Base64NotValidated(Check):
    """A function that validates base64 accepts anything.

    ## What it does
    Finds `b64decode` without `validate=True` of a parameter, in functions whose name says that
    they validate, check or sanitise.

    ## Why it matters
    Without `validate=True` every character that is no base64 is thrown away: `"<script>"` is
    decoded without an error, and two different texts are the same data.

    ## Example
    ```python
    import base64

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    def validate_picture(data: str) -> bytes:
        return base64.b64decode(data)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    import base64

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    def validate_picture(data: str) -> bytes:
        return base64.b64decode(data, validate=True)


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    The Python Standard Library, `base64.b64decode`: "If validate is False, characters that
    are neither in the normal base-64 alphabet nor the alternative alphabet are discarded".
    """

    id = "base64-not-validated"
    category = "security"
    severity = Severity.WARNING
    item = "input-sanitization"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per validation that is none."""
        for site, call, _ in production_calls(project):
            scope = site.module.scope(site.scope)
            parameters = {each.name for each in scope.parameters}
            if (
                project.knowledge.resolver.dotted(site.module, site.scope, call.function)
                not in _DECODES
                or not _CLAIMS.search(scope.name)
                or not any(
                    isinstance(each.value, Name) and each.value.id in parameters
                    for each in call.arguments[:1]
                )
            ):
                continue
            bound = project.knowledge.binder.bind(site, ["s", "altchars", "validate"])
            value = bound.value("validate")
            if value is None or (isinstance(value, Known) and not value.value):
                yield self.at(
                    site,
                    "characters that are no base64 are thrown away here, not refused",
                    "decode with validate=True",
                )
