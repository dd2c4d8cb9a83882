"""Calls that write to a log, and what of a value they do not tell.

Sources: Python 3.11 (``logging``, ``print``), loguru 0.7, structlog.
"""

from __future__ import annotations

import re

_LEVELS = ("debug", "info", "warning", "warn", "error", "critical", "exception", "log")

PRINT = "builtins.print"

STREAMS = frozenset({"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"})
"""What ``print`` writes to where it is a log."""

STRUCTURED = frozenset(
    {"json.dumps", "orjson.dumps", "orjson.dumps.decode", "ujson.dumps", "simplejson.dumps"}
)
"""Functions that make a line for machines, with whatever fields the caller likes."""

WRITES = frozenset(
    {
        PRINT,
        *(f"logging.{level}" for level in _LEVELS),
        *(f"logging.getLogger.{level}" for level in _LEVELS),
        *(
            f"loguru.logger.{made}{level}"
            for made in ("", "bind.", "opt.", "patch.")
            for level in (*_LEVELS, "trace", "success")
        ),
        *(f"structlog.get_logger.{level}" for level in _LEVELS),
    }
)
"""Functions and methods that write what they are given."""

COPIES = frozenset(
    {"builtins.str", "builtins.repr", "builtins.ascii", "builtins.dict", "builtins.list",
     "builtins.format", "json.dumps", "pprint.pformat"}
)  # fmt: skip
"""Functions whose result still tells what they were given; of others it is not claimed."""

COPYING_METHODS = frozenset(
    {"strip", "lower", "upper", "format", "decode", "encode", "replace", "model_dump",
     "model_dump_json", "dict", "json", "copy", "join", "get"}
)  # fmt: skip
"""Methods whose result still tells what they are called on, or given."""

CHOOSING = frozenset({"exclude", "include"})
"""Arguments of pydantic's dumps that choose what is told."""

ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})
"""Functions that read a setting by its name."""

NO_TEXT = re.compile(
    r".*_(?:ids?|len|length|counts?|tokens|hash|digest|types?|size)", re.IGNORECASE
)
"""Names of what is known about a text, and is not the text."""

PIECES = frozenset({"token", "next_token", "new_token", "last_token", "first_token"})
"""Names of what a model answers with, piece by piece; no secrets."""
