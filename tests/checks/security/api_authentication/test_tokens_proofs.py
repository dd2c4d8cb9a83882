"""PyJWT is the judge of what the checks of tokens say."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

KEY = "a key of the service's own, long enough for HS256"
FORGED = jwt.encode({"sub": "admin"}, "a key that somebody else made up, long enough", "HS256")
ENDLESS = jwt.encode({"sub": "someone"}, KEY, "HS256")
OLD = jwt.encode({"sub": "someone", "exp": time.time() - 9_000}, KEY, "HS256")
UNSIGNED = jwt.encode({"sub": "admin"}, None, "none")  # type: ignore[arg-type, unused-ignore] - no key


def read(token: str, **options: Any) -> str:
    try:
        return str(jwt.decode(token, **options)["sub"])
    except jwt.InvalidTokenError as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("token", "options", "bad", "good"),
    [
        (FORGED, {"verify_signature": False}, "admin", "InvalidSignatureError"),
        (UNSIGNED, {"verify_signature": False}, "admin", "InvalidAlgorithmError"),
        (OLD, {"verify_exp": False}, "someone", "ExpiredSignatureError"),
    ],
)
def test_what_is_switched_off_lets_in(
    token: str, options: dict[str, bool], bad: str, good: str
) -> None:
    assert read(token, key=KEY, algorithms=["HS256"], options=options) == bad
    assert read(token, key=KEY, algorithms=["HS256"]) == good


def test_without_algorithms_every_token_is_refused() -> None:
    assert read(ENDLESS, key=KEY) == "DecodeError"


def test_no_expiry_is_no_fault_unless_it_is_required() -> None:
    given = {"key": KEY, "algorithms": ["HS256"]}
    assert read(ENDLESS, **given) == "someone"
    assert read(ENDLESS, **given, options={"require": ["exp"]}) == "MissingRequiredClaimError"
    assert read(ENDLESS, **given, audience="me") == "MissingRequiredClaimError"
    assert read(ENDLESS, **given, issuer="us") == "MissingRequiredClaimError"
