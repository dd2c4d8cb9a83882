"""Circuit breakers that hold a lock while the call they protect runs.

Source: pybreaker 1.4.1, ``CircuitBreaker.call``: ``with self._lock: return self.state.call(...)``,
which calls the function. A coroutine function returns before it runs, and is not held up;
neither is the body of ``with breaker.calling()``.
"""

from __future__ import annotations

SERIALISING = frozenset({"pybreaker.CircuitBreaker"})
CALLS = "call"
"""The method that is given a function, and runs it."""
