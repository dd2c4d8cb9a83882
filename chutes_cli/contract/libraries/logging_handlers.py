"""The standard library's logging: which handlers write what a formatter returns as text."""

from __future__ import annotations

FORMATTER = "logging.Formatter"

TEXT_HANDLERS = frozenset(
    {
        "logging.FileHandler", "logging.StreamHandler", "logging.handlers.RotatingFileHandler",
        "logging.handlers.TimedRotatingFileHandler", "logging.handlers.WatchedFileHandler",
        "logging.handlers.SysLogHandler", "logging.handlers.SMTPHandler",
    }
)  # fmt: skip
"""Handlers whose ``emit`` joins text to ``self.format(record)`` (CPython 3.11 Lib/logging).

Left out are those that hand the record or what was formatted on as it is, such as
``QueueHandler``, and handlers of other libraries, whose formatters may well return dicts.
"""

NO_TEXT = frozenset(
    {"builtins.dict", "builtins.list", "builtins.tuple", "json.loads", "orjson.loads"}
)
"""What makes or reads other things than text, by dotted name."""
