"""How libraries read and write JSON web tokens.

Sources: PyJWT 2 (API reference, ``jwt.decode`` and its ``options``), python-jose 3
(``jose.jwt``), Authlib 1 (``authlib.jose``), joserfc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DECODE: Mapping[str, Sequence[str]] = {
    "jwt.decode": ("jwt", "key", "algorithms", "options"),
    "jwt.decode_complete": ("jwt", "key", "algorithms", "options"),
    "jwt.api_jwt.decode": ("jwt", "key", "algorithms", "options"),
    "jwt.PyJWT.decode": ("jwt", "key", "algorithms", "options"),
    "jose.jwt.decode": ("token", "key", "algorithms", "options", "audience", "issuer"),
}
"""Functions that verify and read a token, with their positional parameters."""
ENCODE: Mapping[str, Sequence[str]] = {
    "jwt.encode": ("payload", "key", "algorithm"),
    "jwt.api_jwt.encode": ("payload", "key", "algorithm"),
    "jwt.PyJWT.encode": ("payload", "key", "algorithm"),
    "jose.jwt.encode": ("claims", "key", "algorithm"),
    "authlib.jose.jwt.encode": ("header", "payload", "key"),
    "joserfc.jwt.encode": ("header", "claims", "key"),
}
"""Functions that write a token."""
UNVERIFIED = frozenset(
    {
        "jose.jwt.get_unverified_claims",
        "jose.jws.get_unverified_claims",
    }
)
"""Functions that read a token's claims without looking at its signature."""
CHOSEN_BY_SENDER = frozenset(
    {
        "jwt.get_unverified_header", "jwt.api_jws.get_unverified_header",
        "jose.jwt.get_unverified_header", "jose.jws.get_unverified_header",
    }
)  # fmt: skip
"""Functions that return what whoever made the token wrote into its header."""
READY_MADE = frozenset({"authlib.jose.jwt.decode", "authlib.jose.rfc7519.jwt.decode"})
"""Methods of Authlib's ready-made object, which knows every algorithm (``JsonWebToken([...])``
knows those that it is made with)."""
EVERY_ALGORITHM = frozenset({"jwt.algorithms.get_default_algorithms"})
SWITCHES = frozenset({"verify_signature", "verify_exp", "verify_aud", "verify_iss", "verify_nbf"})
"""Options that are on unless they are set to false."""
SHARED = ("HS",)
"""Algorithms whose key is shared; with the public key of the others as that secret, anybody
can make tokens (CVE-2022-29217 and its kin)."""
WITH_KEY_PAIRS = ("RS", "ES", "PS", "Ed")
EXPIRY_NEEDS = "require"
"""Without ``exp`` in this option, a token that has none is valid for ever."""
