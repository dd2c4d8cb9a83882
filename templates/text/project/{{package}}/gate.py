"""Admission: how many requests are in, and which may not come in.

It sits in front of the cords because three things are out of their reach: a request
that waits for a worker thread has not reached its cord yet, so only here is the count
right; the answer leaves after the cord returned; and an empty body fails in the SDK
before the cord is called.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Traffic:
    """The gate's counts at one moment."""

    in_flight: int
    limit: int
    refused: int
    closed: bool


class Gate:
    """Counts requests in and out. Cords read it from their threads, hence the lock."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._in_flight = 0
        self._refused = 0
        self._closed = False

    def enter(self) -> bool:
        """Let one request in, unless the service is full or shutting down."""
        with self._lock:
            if self._closed or self._in_flight >= self._limit:
                self._refused += 1
                return False
            self._in_flight += 1
            return True

    def leave(self) -> None:
        """Count one request out, after its last byte was handed over."""
        with self._lock:
            self._in_flight -= 1

    def close(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            self._closed = True

    def traffic(self) -> Traffic:
        """Return the counts, all from the same moment."""
        with self._lock:
            return Traffic(self._in_flight, self._limit, self._refused, self._closed)


class GateMiddleware:
    """Answers 429 above the limit and 400 to an empty body, on the given paths."""

    def __init__(self, app: ASGIApp, *, gate: Gate, paths: Collection[str]) -> None:
        self._app = app
        self._gate = gate
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, as ASGI wants it."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        # The SDK leaves the parsed body here. It takes {}, [], null, 0, false and ""
        # for "no argument" and then fails with a 500, which counts against the instance.
        if not getattr(Request(scope).state, "decrypted", None):
            await _refuse(400, "The body must be a JSON object")(scope, receive, send)
            return
        if not self._gate.enter():
            await _refuse(429, "Too many requests at once, try again")(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._gate.leave()


def _refuse(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status)
