"""JSON web tokens that nobody verifies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Signatures

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.jwt import (
    CHOSEN_BY_SENDER,
    DECODE,
    ENCODE,
    EVERY_ALGORITHM,
    READY_MADE,
    SHARED,
    SWITCHES,
    UNVERIFIED,
    WITH_KEY_PAIRS,
)
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.arguments import Arguments, BoundArgument
from chutes_cli.project.callers import Placed
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
)  # fmt: skip
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.values import Known

from ..production import library_names, production_calls


class JwtNotVerified(Check):
    """A token is read without verifying it.

    ## What it does
    Looks at PyJWT's and python-jose's `decode`: without `algorithms`, with `"none"` among
    them, with every algorithm there is or the one that the token names, with algorithms of
    shared keys (HS…) and of key pairs (RS…, ES…) together, or with `verify_signature`,
    `verify_exp`, `verify_aud` or another verification set to false; and for python-jose's
    `get_unverified_claims`.

    ## Why it matters
    A token says who calls and what they may do. When its signature is not looked at,
    everybody writes tokens of their own; when the caller chooses the algorithm, the public
    key serves them as the secret.

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
        claims = jwt.decode(args.token, options={"verify_signature": False})
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
    RFC 8725 (JSON Web Token best current practices), 3.1 and 3.2. PyJWT: `decode`, `options`.
    """

    id = "jwt-not-verified"
    category = "security"
    severity = Severity.ERROR
    item = "api-authentication"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        found = [(site, name, fault(project, given)) for site, name, given in decodings(project)]
        sound = {(site.module, site.scope) for site, _, what in found if what is None}
        for site, name, what in found:
            # A look at the issuer, to choose the key that the next line verifies with.
            is_first_look = what == _UNSIGNED and (site.module, site.scope) in sound
            if what is not None and not is_first_look:
                yield self.at(
                    site,
                    f"{name} {what}",
                    "name the one algorithm you sign with, and leave every verification on",
                )
        for site, _, targets in production_calls(project):
            for name in sorted(library_names(targets) & READY_MADE):
                yield self.at(
                    site,
                    f"{name} accepts every algorithm there is: the sender chooses how the token "
                    "is verified",
                    'use JsonWebToken(["ES256"]), with the one algorithm you sign with',
                    severity=Severity.WARNING,
                )
            for name in sorted(library_names(targets) & UNVERIFIED):
                if (site.module, site.scope) not in sound:
                    yield self.at(
                        site,
                        f"{name} does not look at the signature",
                        "use jwt.decode with the key and one algorithm",
                    )


def decodings(project: Project) -> Iterator[tuple[Site, str, Arguments]]:
    """Yield the calls that read a token, with their arguments."""
    return _calls(project, DECODE)


def encodings(project: Project) -> Iterator[tuple[Site, str, Arguments]]:
    """Yield the calls that write a token, with their arguments."""
    return _calls(project, ENCODE)


def _calls(
    project: Project, signatures: Signatures[str, Sequence[str]]
) -> Iterator[tuple[Site, str, Arguments]]:
    for site, _, targets in production_calls(project):
        for name in sorted(library_names(targets) & set(signatures)):
            yield site, name, project.knowledge.binder.bind(site, signatures[name])


_PASSES_ON = frozenset({"str", "list", "tuple", "set", "sorted", "next"})
_DEEPEST = 12
"""Steps from an argument to what it is made of; also ends ``a = a or b``."""
_UNSIGNED = "does not look at the signature: it takes tokens that anybody made"


def fault(project: Project, arguments: Arguments) -> str | None:
    """Say why a call that reads a token verifies nothing, None where it does."""
    switched_off = list(_switched_off(project, arguments))
    if "verify_signature" in switched_off:
        return _UNSIGNED
    for option in switched_off:
        return f"with {option} off takes tokens that are not meant for it, or no longer valid"
    algorithms = arguments.value("algorithms")
    if algorithms is None:
        return "without algorithms lets the token choose how it is verified, or refuses them all"
    if not isinstance(algorithms, Known):
        return _open_choice(project, arguments)
    named = algorithms.value if _is_several(algorithms.value) else [algorithms.value]
    texts = [str(each) for each in named]
    if any(each.lower() == "none" for each in texts):
        return "accepts tokens without a signature"
    if any(each.startswith(SHARED) for each in texts) and any(
        each.startswith(WITH_KEY_PAIRS) for each in texts
    ):
        return "accepts shared and public keys alike: the public key forges tokens"
    return None


def _open_choice(project: Project, arguments: Arguments) -> str | None:
    """Say why algorithms that are no constants are none of the service's choosing."""
    given = arguments.get("algorithms")
    if given is None:  # among `**settings`
        return None
    made = list(_made_of(project, given.module, given.scope, given.expression))
    called = {name for each in made for name in _library_calls(project, *each)}
    if called & CHOSEN_BY_SENDER and not _is_compared(given, [each for _, _, each in made]):
        return "takes the algorithm from the token: whoever made it chooses how it is verified"
    if called & EVERY_ALGORITHM:
        return "accepts every algorithm there is: the sender chooses how the token is verified"
    return None


def _is_compared(given: BoundArgument, made: list[Expression]) -> bool:
    """Say whether what the token says is held against something before it is used."""
    entries = {each for each in map(_entry, made) if each is not None}
    whole = {(name, None) for name, key in entries if key is not None}
    return any(
        isinstance(each, Operation)
        and each.operator in ("in", "not in", "==", "!=")
        and any(_entry(one) in entries - whole for one in each.operands)
        for statement in given.module.statements_in(given.scope)
        for each in statement.expressions()
    )


def _entry(expression: Expression) -> tuple[str, object] | None:
    """Return a name, or a name and a key of its entry, as it is written."""
    match expression:
        case Name(id=name):
            return name, None
        case Operation(operator="[]", operands=(Name(id=name), Literal(value=key))):
            return name, key
        case Call(
            function=Attribute(value=Name(id=name), attribute="get"),
            arguments=(Argument(value=Literal(value=key)), *_),
        ):
            return name, key
        case _:
            return None


def _made_of(
    project: Project, module: Module, scope: int, expression: Expression, depth: int = 0
) -> Iterator[Placed]:
    """Yield what a value is made of; what only chose it, such as a key, is no part of it."""
    yield module, scope, expression
    parts: Sequence[Expression] = ()
    returned: Placed | None = None
    where = scope
    match expression:
        case Name() | Attribute():
            module, where, held = project.knowledge.evaluator.held(module, scope, expression)
            parts = [held] if held is not expression else expression.children()
        case Collection(items=items):
            parts = items
        case Operation(operator="[]", operands=(whole, *_)):
            parts = [whole]
        case Operation(operator="or" | "*", operands=several):
            parts = several
        case Operation(operator="?:", operands=(_, *either)):
            parts = either
        case Call(function=Name(id=name), arguments=arguments) if name in _PASSES_ON:
            parts = [each.value for each in arguments]
        case Call(function=function):
            returned = project.knowledge.resolver.results.only(module, scope, function)
            parts = [function]
        case Opaque(parts=(gone_over, *_)):
            parts = [gone_over]
    made = [(module, where, each) for each in parts] + ([returned] if returned else [])
    for place in made if depth < _DEEPEST else ():
        yield from _made_of(project, *place, depth + 1)


def _library_calls(
    project: Project, module: Module, scope: int, expression: Expression
) -> frozenset[str]:
    if not isinstance(expression, Call):
        return frozenset()
    targets = project.knowledge.resolver.resolve(module, scope, expression.function)
    return frozenset(library_names(targets))


def _is_several(value: object) -> bool:
    return isinstance(value, list | tuple | set)


def _switched_off(project: Project, arguments: Arguments) -> Iterator[str]:
    """Yield the verifications that are switched off."""
    for name, module, scope, expression in options(project, arguments):
        if name in SWITCHES and _is_false(project, module, scope, expression):
            yield name


def options(
    project: Project, arguments: Arguments
) -> Iterator[tuple[str, Module, int, Expression]]:
    """Yield the entries of the options, as far as they are written out."""
    given = arguments.get("options")
    if given is None:
        return
    at, where, held = project.knowledge.evaluator.held(given.module, given.scope, given.expression)
    if isinstance(held, Mapping):
        for key, value in zip(held.keys, held.values, strict=True):
            if isinstance(key, Literal):
                yield str(key.value), at, where, value


def _is_false(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    value = project.knowledge.evaluator.value(module, scope, expression)
    return isinstance(value, Known) and value.value is False
