"""What runs a function that it is handed, or stands for the object that it is handed.

Sources: The Python Standard Library 3.11 (asyncio, contextlib, functools, multiprocessing,
threading), anyio, starlette ("Thread Pool"), fastapi, asgiref.
"""

from __future__ import annotations

PARTIAL = "functools.partial"
THREAD_FUNCTIONS = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "fastapi.concurrency.run_in_threadpool": 0,
}
"""Run the argument at a position in a thread, with the arguments after it."""
THREAD_METHODS = {"run_in_executor": 1, "submit": 0}
"""Methods of loops and executors that do the same."""
_AWAITED = "run_in_executor"
MAPS = frozenset({"builtins.map", "map"})
"""Call their first argument with the items of the others."""
FILTERS = frozenset({"builtins.filter", "itertools.filterfalse", "itertools.takewhile"})
"""Call their first argument with the items of the second, and give some of these."""
STARMAPS = frozenset({"itertools.starmap", "starmap"})
"""Call their first argument with each item of the second spread."""
REDUCES = frozenset({"functools.reduce"})
"""Call their first argument with what it gave last and the next item of the second."""
MAP_METHODS = {"map": "map", "imap": "map", "imap_unordered": "map", "starmap": "starmap"}
"""Methods of executors and pools that do as one of these."""
POOLS = ("concurrent.futures.", "multiprocessing.")
"""What they are methods of."""
LOOP_METHODS = {"call_soon": 0, "call_soon_threadsafe": 0, "call_later": 1, "call_at": 1}
"""Methods of event loops that call the argument at a position later, with those after it."""
THREADS = frozenset({"threading.Thread"})
PROCESSES = frozenset({"multiprocessing.Process"})
"""Classes that run their argument ``target``, with ``args``."""
ALSO_IN_THREADS = frozenset({"_thread.start_new_thread", "asgiref.sync.sync_to_async"})
"""Run a function in a thread with arguments that are given in another way."""

CONTEXT_MANAGERS = ("contextmanager", "asynccontextmanager")
"""Decorators of generators of which ``with`` binds what is yielded."""
CLOSING = frozenset({"contextlib.closing", "contextlib.aclosing"})
"""What closes a generator or a connection at the end of a ``with``."""
HANDS_THROUGH = CLOSING | {"contextlib.nullcontext"}
"""Their result stands for what they are given: ``with closing(connect()) as db``."""


def thread_argument(name: str) -> int | None:
    """Return the position of what an external function runs in a thread and gives the result of.

    Args:
        name: Its dotted name.

    Returns:
        None for what runs nothing in a thread, or gives a future.
    """
    if name.endswith(f".{_AWAITED}"):
        return THREAD_METHODS[_AWAITED]
    return THREAD_FUNCTIONS.get(name)
