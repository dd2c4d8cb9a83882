"""Middleware that answers CORS requests.

Sources: Starlette's and FastAPI's documentation (CORSMiddleware), Flask-CORS, aiohttp-cors.
Starlette 1 answers a request that carries a cookie with the caller's own origin where
``allow_origins`` is ``["*"]``, so that "everybody, with credentials" is what it allows.
"""

from __future__ import annotations

MIDDLEWARE = frozenset(
    {
        "fastapi.middleware.cors.CORSMiddleware",
        "starlette.middleware.cors.CORSMiddleware",
    }
)
ORIGINS = "allow_origins"
PATTERN = "allow_origin_regex"
CREDENTIALS = "allow_credentials"
HEADER = "access-control-allow-origin"
CREDENTIALS_HEADER = "access-control-allow-credentials"
EVERYTHING = frozenset({".*", ".+", "^.*$", "^.+$", "https?://.*", r"https?:\/\/.*", "^https?://.*$",
                        ".*$", "^.*", "(.*)"})  # fmt: skip
"""Patterns that every origin fits."""
