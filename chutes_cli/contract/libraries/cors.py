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
STRANGERS = ("https://evil.example", "https://a.b.c.net:8443", "https://x-1.org")
"""Origins that have nothing in common; Starlette matches the whole origin."""
