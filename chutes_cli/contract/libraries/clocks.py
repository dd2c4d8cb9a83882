"""Functions that wait, and functions that tell the time."""

from __future__ import annotations

SLEEPS = frozenset({"anyio.sleep", "asyncio.sleep", "time.sleep", "trio.sleep"})
"""What returns after the seconds in its first argument."""

CLOCKS = frozenset({"time.monotonic", "time.perf_counter", "time.time"})
"""What returns seconds (The Python Standard Library 3.11)."""
