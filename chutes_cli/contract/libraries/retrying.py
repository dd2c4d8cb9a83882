"""Libraries that call a function again when it fails, and what makes them stop."""

from __future__ import annotations

STOPS = {
    "tenacity.retry": ("stop",),
    "tenacity.Retrying": ("stop",),
    "tenacity.AsyncRetrying": ("stop",),
    "retrying.retry": ("stop", "stop_func", "stop_max_attempt_number", "stop_max_delay"),
    "backoff.on_exception": ("max_tries", "max_time"),
    "backoff.on_predicate": ("max_tries", "max_time"),
}
"""Callables that retry for ever unless one of these keywords is given.

tenacity 9.2.1: ``stop`` is ``stop_never``; backoff 2.2.1: ``max_tries`` and ``max_time`` are
None; retrying 1.4.2: no stop condition at all. stamina stops by itself (10 attempts, 45 s).
"""

NEVER = frozenset({"tenacity.stop_never", "tenacity.stop.stop_never"})
"""What is given for ``stop`` and does not stop."""

DEADLINES = frozenset(
    {"timeout", "timeout_at", "fail_after", "fail_at", "move_on_after", "move_on_at", "wait_for"}
)
"""Last names of what ends the code in it at a time: asyncio, anyio, async_timeout."""

WAITING = frozenset(
    {"BlockingIOError", "Empty", "Full", "InterruptedError", "QueueEmpty", "QueueFull",
     "TimeoutError"}
)  # fmt: skip
"""Exceptions that tell that nothing has come yet, rather than that something failed."""
