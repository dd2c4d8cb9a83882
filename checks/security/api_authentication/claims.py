"""JSON web tokens that are good for everybody and for ever."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known, Value

from .payloads import Payloads
from .tokens import decodings, encodings, fault, options


class JwtClaimsUnchecked(Check):
    """A verified token is accepted whoever issued it, for whomever, for ever.

    ## What it does
    Looks at calls of `decode` that verify the signature, for those that name no `audience`,
    no `issuer`, or do not require `exp`.

    ## Why it matters
    A token of another service that shares the key, or of another kind (a password reset),
    opens this one as well. And PyJWT checks `exp` only where it is there: a token without it
    never ends.

    ## Example
    ```python
    import os

    import jwt
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    SECRET = os.environ["JWT_SECRET"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Call(BaseModel):
        token: str = Field(max_length=4000)


    @chute.cord(public_api_path="/whoami", public_api_method="POST")
    async def whoami(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            claims = jwt.decode(args.token, SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError as error:
            raise HTTPException(status_code=400, detail="the token is not valid") from error
        return {"name": str(claims.get("sub"))}
    ```

    ## Use instead
    ```python
    import os

    import jwt
    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    SECRET = os.environ["JWT_SECRET"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Call(BaseModel):
        token: str = Field(max_length=4000)


    @chute.cord(public_api_path="/whoami", public_api_method="POST")
    async def whoami(self, args: Call) -> dict:
        if not isinstance(args, Call):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            claims = jwt.decode(
                args.token,
                SECRET,
                algorithms=["HS256"],
                audience="my-service",
                issuer="my-accounts",
                options={"require": ["exp", "aud", "iss", "sub"]},
            )
        except jwt.InvalidTokenError as error:
            raise HTTPException(status_code=400, detail="the token is not valid") from error
        return {"name": str(claims.get("sub"))}
    ```

    ## Source
    RFC 8725, 3.8 and 3.9. PyJWT: `decode`, registered claim names, the option `require`.
    """

    id = "jwt-claims-unchecked"
    category = "security"
    severity = Severity.WARNING
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call whose signature is verified."""
        for site, name, arguments in decodings(project):
            missing = list(_unchecked(project, arguments))
            if missing and fault(project, arguments) is None and arguments.complete:
                yield self.at(
                    site,
                    f"{name} verifies the signature, but not {' nor '.join(missing)}",
                    "pass audience= and issuer=, and options={'require': ['exp', 'aud', 'iss']}",
                    severity=None if _EXPIRY in missing else Severity.INFO,
                )


_EXPIRY = "that there is an expiry"


def _unchecked(project: Project, arguments: Arguments) -> Iterator[str]:
    given = arguments.get("options")
    entries = list(options(project, arguments))
    for claim in ("audience", "issuer"):
        if arguments.get(claim) is None:
            yield claim
    if given is not None and not entries:
        return  # what they say, only a run can tell
    for entry, module, scope, expression in entries:
        if _requires_expiry(entry, project.knowledge.evaluator.value(module, scope, expression)):
            return
    yield _EXPIRY


def _requires_expiry(option: str, value: Value) -> bool:
    match option, value:
        case "require_exp", Known(value=wanted):
            return bool(wanted)
        case "require", Known(value=list() | tuple() | set() as names):
            return "exp" in names
        case "require" | "require_exp", _:
            return True  # what is not known may require it, and what is no list takes no token
        case _:
            return False


class JwtWithoutExpiry(Check):
    """A token is made that never ends.

    ## What it does
    Looks at `encode` calls whose payload can be followed to all the entries that it may have
    (displays, `dict`, updates, fields of dataclasses and models, what functions return), for
    those without `exp`.

    ## Why it matters
    A token that leaks (a log, a browser, a former colleague) opens the service until the key
    is changed, for everybody at once.

    ## Example
    ```python
    import os

    import jwt
    from chutes.chute import Chute, NodeSelector

    SECRET = os.environ["JWT_SECRET"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.token = jwt.encode({"sub": "my-service"}, SECRET, algorithm="HS256")


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "token")}
    ```

    ## Use instead
    ```python
    import os
    import time

    import jwt
    from chutes.chute import Chute, NodeSelector

    SECRET = os.environ["JWT_SECRET"]

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        claims = {"sub": "my-service", "exp": time.time() + 900}
        self.token = jwt.encode(claims, SECRET, algorithm="HS256")


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "token")}
    ```

    ## Source
    RFC 7519, 4.1.4; RFC 8725, 3.10. PyJWT adds no claim by itself.
    """

    id = "jwt-without-expiry"
    category = "security"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call whose payload is known and has no expiry."""
        for site, name, arguments in encodings(project):
            payload = arguments.get("payload") or arguments.get("claims")
            if payload is None:
                continue
            place = payload.module, payload.scope, payload.expression
            names = Payloads(project).names(place)
            if names is not None and "exp" not in names:
                yield self.at(
                    site,
                    f"{name} makes a token without exp: it never ends",
                    'put "exp" into the payload, some minutes ahead',
                )
