"""What of asyncio belongs to one event loop, and what to share between threads instead.

Python 3.11, Lib/asyncio: ``mixins._LoopBoundMixin`` remembers the loop of the first
contention; futures, tasks, groups and runners that of their making.
"""

from __future__ import annotations

from collections.abc import Mapping

PRIMITIVES: Mapping[str, str] = {
    "Lock": "threading.Lock",
    "Semaphore": "threading.BoundedSemaphore",
    "BoundedSemaphore": "threading.BoundedSemaphore",
    "Condition": "threading.Condition",
    "Event": "threading.Event",
    "Queue": "queue.Queue",
    "LifoQueue": "queue.LifoQueue",
    "PriorityQueue": "queue.PriorityQueue",
    "Barrier": "threading.Barrier",
    "Future": "concurrent.futures.Future",
    "Task": "concurrent.futures.Future",
    "TaskGroup": "a group in each call",
    "Runner": "asyncio.run in each call",
}
"""Class to what can be shared between threads."""

MAKERS: Mapping[str, str] = {
    "create_future": "Future",
    "create_task": "Task",
    "ensure_future": "Task",
}
"""Functions and methods of a loop that make one."""

BINDING_METHODS = frozenset(
    {"acquire", "release", "wait", "wait_for", "notify", "notify_all", "set", "get", "put",
     "get_nowait", "put_nowait", "join", "task_done", "result", "set_result", "set_exception",
     "create_task", "run"}
)  # fmt: skip
"""Methods that wait on, or wake, a loop; asking ``locked()`` or ``qsize()`` is harmless."""

WAITERS = frozenset({"asyncio.wait_for", "asyncio.shield", "asyncio.gather", "asyncio.wait"})
"""Functions that await the futures and tasks they are given."""
