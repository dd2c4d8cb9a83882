"""Collections that grow without limit, how they grow, and what makes them smaller.

Sources: the standard library's documentation (Python 3.11: built-in types, ``collections``,
``heapq``). ``deque(maxlen=n)``, cachetools' caches and ``weakref``'s dictionaries limit
themselves, and are none of these.
"""

from __future__ import annotations

UNBOUNDED = frozenset(
    {"builtins.list", "builtins.dict", "builtins.set", "collections.defaultdict",
     "collections.OrderedDict", "collections.Counter", "collections.deque"}
)  # fmt: skip
"""What makes collections that keep all they are given."""

LIMIT = "maxlen"
"""The argument by which a ``deque`` keeps no more than so many."""

ADDS = frozenset({"append", "appendleft", "extend", "extendleft", "insert"})
"""Methods that make a list or deque longer, whatever they are given."""

KEEPS = frozenset({"add", "setdefault"})
"""Methods that keep their first argument where it is not kept yet."""

PUSHES = frozenset({"heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right"})
"""Functions that make the list longer that is their first argument."""

REMOVES = frozenset(
    {"pop", "popitem", "popleft", "clear", "remove", "discard",
     "difference_update", "intersection_update"}
)  # fmt: skip
"""Methods that make a collection smaller."""

LOOKS_ONLY = ("builtins.", "json.", "statistics.", "numpy.", "logging.", "loguru.", "math.",
              "collections.", "itertools.", "pprint.", "copy.", "orjson.", "heapq.nlargest",
              "heapq.nsmallest", "heapq.merge", "bisect.bisect")  # fmt: skip
"""How the names of functions begin that leave a collection as it is."""

FRESH = frozenset(
    {"uuid.uuid4", "uuid.uuid1", "time.time", "time.time_ns", "time.monotonic",
     "time.perf_counter", "secrets.token_hex", "secrets.token_urlsafe", "datetime.datetime.now",
     "datetime.datetime.utcnow"}
)  # fmt: skip
"""Functions that give another value each time."""

ENDLESS_CACHE = "functools.cache"
"""Keeps the result for every set of arguments, for ever."""

LIMITED_CACHE = "functools.lru_cache"
"""Keeps 128 results unless told otherwise; all, where its first argument is None."""
