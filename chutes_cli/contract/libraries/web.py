"""What requests and responses are called in FastAPI and Starlette.

Source: the public names of FastAPI 0.165 and Starlette 1.10 (``fastapi/__init__.py``,
``starlette/requests.py``, ``starlette/responses.py``, ``starlette/middleware``).
"""

from __future__ import annotations

APPLICATIONS = frozenset(
    {"fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette"}
)
"""What a Chute is one of (SDK 0.6.9 chutes/chute/base.py, `class Chute(FastAPI)`)."""

MIDDLEWARE_MAKERS = frozenset(
    {*(f"{each}.add_middleware" for each in APPLICATIONS), "starlette.middleware.Middleware",
     "fastapi.middleware.Middleware"}
)  # fmt: skip
"""What makes an object of the class that it is given, of the application and what follows.

Starlette 1.10 ``applications.py``, `build_middleware_stack`: ``cls(app, *args, **kwargs)``.
"""

REQUESTS = frozenset(
    {"fastapi.Request", "fastapi.requests.Request", "fastapi.requests.HTTPConnection",
     "starlette.requests.Request", "starlette.requests.HTTPConnection"}
)  # fmt: skip
"""Classes of the request that middleware is given."""

HEADERS = frozenset(
    {"builtins.dict", "fastapi.datastructures.Headers", "starlette.datastructures.Headers",
     "starlette.datastructures.MutableHeaders"}
)  # fmt: skip
"""What the headers of an ASGI scope are put into to be asked by name."""

MUTABLE_HEADERS = frozenset(
    {"fastapi.datastructures.MutableHeaders", "starlette.datastructures.MutableHeaders"}
)
"""What the headers of an ASGI message are put into to be changed."""

ASGI = ("scope", "receive", "send")
"""Parameters of an ASGI application."""

CLIENT_HEADERS_READ = frozenset(
    {"fastapi.security.APIKeyCookie", "fastapi.security.APIKeyHeader",
     "fastapi.security.APIKeyQuery", "fastapi.security.HTTPBasic", "fastapi.security.HTTPBearer",
     "fastapi.security.HTTPDigest", "fastapi.security.OAuth2PasswordBearer",
     "fastapi.security.OAuth2AuthorizationCodeBearer"}
)  # fmt: skip
"""Classes whose objects, called with a request, read the caller's credentials off it."""

_RESPONSE_NAMES = (
    "Response", "JSONResponse", "ORJSONResponse", "UJSONResponse", "HTMLResponse",
    "PlainTextResponse", "RedirectResponse", "StreamingResponse", "FileResponse",
)  # fmt: skip
RESPONSES = frozenset(
    f"{module}.{name}"
    for module in ("fastapi", "fastapi.responses", "starlette.responses")
    for name in _RESPONSE_NAMES
)
"""Classes of what middleware and cords answer with."""

HTTP_EXCEPTIONS = frozenset(
    {"fastapi.HTTPException", "fastapi.exceptions.HTTPException",
     "starlette.exceptions.HTTPException"}
)  # fmt: skip
"""Exceptions that carry a status and headers."""

HEADER_MIDDLEWARE = {
    "fastapi.middleware.cors.CORSMiddleware": "CORS headers",
    "starlette.middleware.cors.CORSMiddleware": "CORS headers",
    "starlette.middleware.sessions.SessionMiddleware": "a session cookie",
    "starlette_context.middleware.RawContextMiddleware": "request-id headers",
    "starlette_context.middleware.ContextMiddleware": "request-id headers",
    "asgi_correlation_id.CorrelationIdMiddleware": "request-id headers",
    "asgi_correlation_id.middleware.CorrelationIdMiddleware": "request-id headers",
    "secweb.SecWeb": "security headers",
}
"""Middleware that works by response headers alone, and what it sets.

Starlette's documentation; the documentation of starlette-context 0.4, asgi-correlation-id
4.3 and Secweb 1.11.
"""

OWN_HEADERS = frozenset({"accept", "accept-encoding", "connection", "host", "transfer-encoding"})
"""Request headers that the gateway sends of its own (PLATFORM F26, F27)."""
OWN_BEGINNINGS = ("x-chutes-", "content-")
"""How others begin that it sends."""
