"""Secrets that fall back to what everybody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.targets import Class

from .judging import is_default, is_stand_in, plain
from .literals import Named, named_texts
from .uses import IN_CALL, used_texts

_OWN = re.compile(r"(?:.*_)?(?:secret|(?:secret|signing|session|jwt|hmac|encryption|cookie)_key)")
"""Names of what a service signs with itself."""


class DefaultSecret(Check):
    """A secret falls back to a value that everybody knows.

    ## What it does
    Looks at names that speak of secrets for fallbacks such as `changeme`, `secret` or
    `your-secret-key`: the default of `os.getenv`, the right side of an `or`, the default of
    a parameter or of a settings field (of a `BaseSettings`; of a model or dataclass for what
    a service signs with: `secret_key`, `jwt_secret`), and plain assignments of a text that
    says itself that it is to be changed. Texts for servers that ask for no key (`EMPTY`,
    `not-needed`) are left alone.

    ## Why it matters
    The variable is forgotten once, nothing fails, and the service signs its tokens with a
    word that stands in every list of passwords: anybody can make tokens of their own.

    ## Example
    ```python
    import os

    from chutes.chute import Chute, NodeSelector

    JWT_SECRET = os.getenv("JWT_SECRET", "changeme")

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "signing": bool(JWT_SECRET)}
    ```

    ## Use instead
    ```python
    import os

    from chutes.chute import Chute, NodeSelector

    JWT_SECRET = os.environ["JWT_SECRET"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model"), "signing": bool(JWT_SECRET)}
    ```

    ## Source
    CWE-1392 (use of default credentials); the lists of passwords that are tried first.
    """

    id = "default-secret"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "secrets-management"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per fallback."""
        named = [each for module in project.modules for each in named_texts(module)]
        seen = set()
        for each in (*named, *used_texts(project)):
            module = each.module
            if module.is_test or module.only_as_script(each.statement.guards):
                continue
            if each.expression not in seen and _is_known(project, each):
                seen.add(each.expression)
                yield self.finding(
                    module,
                    each.expression.span,
                    each.statement.scope,
                    f"{each.name} {'falls back to' if each.fallback else 'is'} a value "
                    "that everybody knows",
                    "let the start fail where it is not set: os.environ[...], or a settings "
                    "field without a default",
                )


def _is_known(project: Project, each: Named) -> bool:
    # `PASSWORD = "password"` names a grant type or a field; as a fallback it is a password.
    # `OpenAI(api_key="your-api-key")` fails at once; a secret of the service's own does not.
    own = bool(_OWN.fullmatch(plain(each.name)))
    if each.fallback or each.name == IN_CALL or _is_of_settings(project, each, own=own):
        return is_default(each.text)
    return own and is_stand_in(each.text)


def _is_of_settings(project: Project, each: Named, *, own: bool) -> bool:
    """Say whether a text is the default of a settings field, so that something comes before it.

    A record that is no settings class by its base counts for what a service signs with only:
    elsewhere, such a word may be a kind of token, or what a client sends.
    """
    module, statement = each.module, each.statement
    if statement.kind != "annotate":
        return False
    fields, of = project.knowledge.evaluator.fields, Class(module, statement.scope)
    return fields.is_settings(of) or (own and fields.is_record(of))
