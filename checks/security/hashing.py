"""Hash functions that do not do what they are used for."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.hashes import (
    BROKEN,
    BY_NAME,
    HASHES,
    MODULE,
    NOT_FOR_SECURITY,
    QUICK,
)
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.values import Known

from .production import last_name, library_names, production_calls
from .secrets_management.judging import is_password, names_secret


class WeakHashForSecret(Check):
    """A secret is hashed in a way that gives it away.

    ## What it does
    Looks at `hashlib` calls over something called as secrets are: passwords with any quick
    hash (MD5, SHA-1, SHA-2 …) are an error, tokens and keys with MD5 or SHA-1 a warning.
    Password hashes (`scrypt`, `pbkdf2_hmac`, bcrypt, argon2) and keyed hashes (`hmac`) are
    accepted.

    ## Why it matters
    A graphics card tries billions of passwords a second against a quick hash, and without a
    salt against everybody's at once. Collisions of MD5 and SHA-1 are made to order.

    ## Example
    ```python
    import hashlib
    import os

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
        password = os.environ["ADMIN_PASSWORD"]
        self.admin = hashlib.sha256(password.encode()).hexdigest()


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "admin")}
    ```

    ## Use instead
    ```python
    import hashlib
    import os

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
        password = os.environ["ADMIN_PASSWORD"]
        self.salt = os.urandom(16)
        self.admin = hashlib.scrypt(password.encode(), salt=self.salt, n=16384, r=8, p=1)


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "admin")}
    ```

    ## Source
    CWE-916, CWE-328. OWASP, password storage cheat sheet; RFC 6151.
    """

    id = "weak-hash-for-secret"
    category = "security"
    severity = Severity.ERROR
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per hash of a secret."""
        for site, kind, secret in _hashes(project):
            if secret is None or not (kind in BROKEN or is_password(secret)):
                continue
            certain = is_password(secret)
            yield self.finding(
                site.module,
                site.span,
                site.scope,
                f"{secret} is hashed with {kind}, which "
                + ("is guessed in no time" if certain else "is broken"),
                "hash passwords with hashlib.scrypt, argon2 or bcrypt and a salt of their own"
                if certain
                else "hash keys and tokens with sha256, or hmac with a key",
                severity=None if certain else Severity.WARNING,
                confidence=None if certain else Confidence.MEDIUM,
            )


class WeakHash(Check):
    """A broken hash function is used.

    ## What it does
    Looks for MD5 and SHA-1 of hashlib without `usedforsecurity=False`, where what is hashed
    is no secret: the key of a cache, a checksum.

    ## Why it matters
    Two inputs with the same hash can be made to order: a caller who can choose what is cached
    poisons another's answer. And on machines in FIPS mode the call fails.

    ## Example
    ```python
    import hashlib

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


    @chute.cord(public_api_path="/key", public_api_method="POST")
    async def cache_key(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"cache": hashlib.md5(args.prompt.encode()).hexdigest()}
    ```

    ## Use instead
    ```python
    import hashlib

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


    @chute.cord(public_api_path="/key", public_api_method="POST")
    async def cache_key(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"cache": hashlib.sha256(args.prompt.encode()).hexdigest()}
    ```

    ## Source
    RFC 6151; NIST SP 800-131A. Python: `hashlib`, `usedforsecurity`.
    """

    id = "weak-hash"
    category = "security"
    severity = Severity.INFO

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        for site, kind, secret in _hashes(project):
            if secret is None and kind in BROKEN:
                yield self.at(
                    site,
                    f"{kind} is used, of which collisions are made to order",
                    f"use sha256; where nobody can gain by a collision, say so: "
                    f"{NOT_FOR_SECURITY}=False",
                )


def _hashes(project: Project) -> Iterator[tuple[Site, str, str | None]]:
    """Yield the hashes made for security, their kinds, and the secret that they are of."""
    for site, call, targets in production_calls(project):
        for name in library_names(targets) & HASHES:
            arguments = project.knowledge.binder.bind(site, ("name", "data"))
            purpose = arguments.value(NOT_FOR_SECURITY)
            kind = name.removeprefix(MODULE)
            if name == BY_NAME:
                given = arguments.value("name")
                kind = str(given.value).lower() if isinstance(given, Known) else ""
            if kind not in BROKEN | QUICK or (isinstance(purpose, Known) and not purpose.value):
                continue
            yield site, kind, _secret_in([each.value for each in call.arguments])


def _secret_in(expressions: list[Expression]) -> str | None:
    """Return the name of a secret that expressions are made of."""
    for root in expressions:
        for each in root.walk():
            if names_secret(last_name(each)):
                return last_name(each)
    return None
