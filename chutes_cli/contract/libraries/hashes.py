"""Hash functions, and what they are too quick or too broken for.

Sources: NIST SP 800-131A and RFC 6151 (MD5 and SHA-1 are broken where somebody attacks),
OWASP's password storage cheat sheet (a quick hash of a password is guessed), Python's hashlib
(``usedforsecurity``) and hmac.
"""

from __future__ import annotations

BROKEN = frozenset({"md5", "sha1", "md4", "md2"})
QUICK = frozenset(
    {"sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s"}
)
MODULE = "hashlib."
BY_NAME = "hashlib.new"
HASHES = frozenset({f"{MODULE}{kind}" for kind in BROKEN | QUICK} | {BY_NAME})
"""The functions that make one."""
NOT_FOR_SECURITY = "usedforsecurity"
KEYED = frozenset(
    {"hmac.new", "hmac.digest", "hmac.HMAC", "cryptography.hazmat.primitives.hmac.HMAC"}
)
"""Functions whose results prove who made a message."""
KEYED_BY = {"hashlib.blake2b": "key", "hashlib.blake2s": "key"}
"""Functions whose results do so where they are given an argument."""
EQUAL = {"operator.eq": "==", "operator.ne": "!="}
"""Functions that compare as operators do."""
DIGESTS = frozenset({"hexdigest", "digest", "finalize"})
"""Methods that return a result."""
WRITTEN = frozenset(
    {"hex", "encode", "decode", "lower", "upper", "strip", "rstrip", "lstrip", "removeprefix",
     "removesuffix"}
)  # fmt: skip
"""Methods that return what they are called on, written in another way."""
WRITES = frozenset(
    {
        "base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode",
        "base64.b32encode", "base64.b16encode", "base64.b85encode", "binascii.hexlify",
        "binascii.b2a_hex", "binascii.b2a_base64", "builtins.str", "builtins.bytes",
    }
)  # fmt: skip
"""Functions that return their first argument, written in another way."""
