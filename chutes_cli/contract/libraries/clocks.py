"""Functions that wait, and functions that tell the time."""

from __future__ import annotations

SLEEPS = frozenset({"anyio.sleep", "asyncio.sleep", "time.sleep", "trio.sleep"})
"""What returns after the seconds in its first argument."""

CLOCKS = frozenset({"time.monotonic", "time.perf_counter", "time.time"})
"""What returns seconds (The Python Standard Library 3.11)."""

UNITS = {
    **dict.fromkeys(CLOCKS, 1.0),
    "time.monotonic_ns": 1e-9, "time.perf_counter_ns": 1e-9, "time.time_ns": 1e-9,
    "asyncio.get_running_loop.time": 1.0, "asyncio.get_event_loop.time": 1.0,
    "datetime.datetime.now": 1.0, "datetime.datetime.utcnow": 1.0,
}  # fmt: skip
"""What tells the time, with the length of its unit in seconds; a date's unit is a `SPAN`'s."""

SPAN = "datetime.timedelta"
"""What makes a span of time out of `SPANS`."""

SPANS = {"weeks": 604_800.0, "days": 86_400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0,
         "milliseconds": 1e-3}  # fmt: skip
"""The arguments of a span of time by name, in seconds."""
