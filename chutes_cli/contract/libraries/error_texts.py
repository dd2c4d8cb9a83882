"""Which exceptions carry a text that is meant for callers, and what turns one into a text.

Sources: Python's documentation of the built-in exceptions and of traceback; pydantic, FastAPI
and PyJWT for theirs. What `ValueError`, and the errors of decoders that derive from it, say is
about the value that the caller sent.
"""

from __future__ import annotations

ABOUT_THE_INPUT = frozenset(
    {
        "builtins.ValueError",
        "builtins.UnicodeError",
        "builtins.UnicodeDecodeError",
        "json.JSONDecodeError",
        "json.decoder.JSONDecodeError",
        "orjson.JSONDecodeError",
        "binascii.Error",
        "pydantic.ValidationError",
        "pydantic_core.ValidationError",
        "fastapi.HTTPException",
        "fastapi.exceptions.HTTPException",
        "fastapi.exceptions.RequestValidationError",
        "starlette.exceptions.HTTPException",
    }
)
"""Exceptions whose text speaks of what was sent."""
TRACEBACKS = frozenset(
    {
        "traceback.format_exc",
        "traceback.format_exception",
        "traceback.format_exception_only",
        "traceback.format_tb",
        "traceback.format_stack",
    }
)
"""Functions that return the text of the exception that is handled, and more."""
TEXTS = frozenset({"args", "message", "stderr", "stdout", "output", "strerror", "filename", "msg"})
"""Attributes of exceptions that hold their text or a path."""
HANDED_ON = frozenset(
    {"str", "repr", "format", "join", "dumps", "dict", "list", "tuple", "strip", "replace",
     "encode", "decode", "split", "splitlines", "lower", "upper", "model_dump", "ascii",
     "format_map", "map", "sorted", "removeprefix", "removesuffix", "title", "rstrip", "lstrip"}
)  # fmt: skip
"""Functions and methods whose result holds the text they are given."""
EXCEPTIONS = ("Error", "Exception")
"""How the names of exceptions end, where an annotation names one."""
ANSWERS = frozenset(
    {
        "fastapi.HTTPException",
        "fastapi.exceptions.HTTPException",
        "starlette.exceptions.HTTPException",
    }
)
"""Exceptions whose detail is the answer."""
