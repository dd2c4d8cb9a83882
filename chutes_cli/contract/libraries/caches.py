"""Caches: how they are asked and filled, and which values are never empty.

Sources: redis-py (``get``, ``set``, ``setex``), cachetools, diskcache, aiocache, Django's cache
API; the standard library's documentation (``json``, ``pickle``, ``hashlib``, ``uuid``).
"""

from __future__ import annotations

ASKS = frozenset({"get", "aget", "fetch", "lookup"})
"""Methods that return what is kept under their first argument, None where nothing is."""

PUTS = {"set": 1, "aset": 1, "put": 1, "store": 1, "save": 1, "setex": 2, "psetex": 2}
"""Methods that keep something under their first argument, and which argument it is."""

VALUE = "value"
"""How the thing kept is called where it is given by name."""

NEVER_EMPTY = frozenset(
    {"dump", "dumps", "model_dump", "model_dump_json", "hexdigest", "digest", "isoformat",
     "uuid4", "now", "utcnow", "time", "monotonic", "to_json", "compile"}
)  # fmt: skip
"""Last names of functions whose result is always true."""

TEXTS = frozenset(
    {"str", "join", "strip", "lstrip", "rstrip", "lower", "upper", "replace", "decode", "encode",
     "format", "title", "removeprefix", "removesuffix", "read", "read_text", "read_bytes"}
)  # fmt: skip
"""Last names of functions that return a text or bytes, which can be empty."""

TEXT_ATTRIBUTES = frozenset({"text", "content"})
"""Attributes that hold a text, of answers of HTTP clients and of language models."""

EMPTY_OR_ZERO = frozenset(
    {"builtins.list", "builtins.dict", "builtins.set", "builtins.tuple", "builtins.frozenset",
     "builtins.sorted", "builtins.int", "builtins.float", "builtins.len", "builtins.sum",
     "builtins.bool", "builtins.round", "builtins.any", "builtins.all", "builtins.isinstance",
     "builtins.min", "builtins.max", "builtins.abs"}
)  # fmt: skip
"""Functions that return a number, a truth or a collection."""

TEXT_TYPES = frozenset({"builtins.str", "builtins.bytes"})
EMPTY_TYPES = frozenset(
    {"builtins.int", "builtins.float", "builtins.bool", "builtins.list", "builtins.dict",
     "builtins.set", "builtins.tuple", "builtins.frozenset",
     "typing.List", "typing.Dict", "typing.Set", "typing.Tuple", "typing.FrozenSet",
     "typing.Mapping", "typing.Sequence", "collections.abc.Mapping", "collections.abc.Sequence"}
)  # fmt: skip
"""Types of which some value is false."""
