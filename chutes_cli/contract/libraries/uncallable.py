"""Constructors of the standard library whose objects cannot be called."""

from __future__ import annotations

CONSTRUCTORS = frozenset(
    {
        "builtins.bool", "builtins.bytearray", "builtins.dict", "builtins.float",
        "builtins.frozenset", "builtins.int", "builtins.list", "builtins.set", "builtins.str",
        "builtins.tuple", "collections.Counter", "collections.OrderedDict",
        "collections.defaultdict", "collections.deque",
    }
)  # fmt: skip
"""None of their classes has a ``__call__`` (The Python Standard Library 3.11)."""
