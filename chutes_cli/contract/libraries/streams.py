"""What can be called in the middle of a stream without a fear that it fails.

Source: The Python Standard Library 3.11.
"""

from __future__ import annotations

HARMLESS_METHODS = frozenset(
    {"append", "astype", "cpu", "getvalue", "hex", "isoformat", "item", "match", "numpy", "search",
     "seek", "sub", "tobytes", "write",
     "appendleft", "capitalize", "clear", "copy", "count",
     "debug", "decode", "discard",
     "encode", "endswith", "error", "exception", "extend", "find", "format", "get", "get_nowait",
     "info", "isspace", "items", "join", "json", "keys", "lower", "lstrip", "model_dump",
     "model_dump_json", "popleft", "put", "put_nowait", "removeprefix", "removesuffix", "replace",
     "rstrip", "split", "splitlines", "startswith", "strip", "title", "tolist", "update", "upper",
     "values", "warning"}
)  # fmt: skip
"""Methods of texts, collections, arrays, queues and logs."""

READS_TEXT = frozenset(
    {"builtins.float", "builtins.int", "decimal.Decimal", "fractions.Fraction", "json.loads",
     "datetime.date.fromisoformat", "datetime.datetime.fromisoformat",
     "datetime.datetime.strptime"}
)  # fmt: skip
"""Functions that fail on a text that is no number, no date or no JSON."""

UPSTREAM_MODULES = frozenset(
    {"asyncio.open_connection", "asyncio.wait_for", "ftplib", "http", "smtplib", "socket", "ssl",
     "subprocess", "urllib"}
)  # fmt: skip
"""Parts of the standard library that ask somebody else."""
