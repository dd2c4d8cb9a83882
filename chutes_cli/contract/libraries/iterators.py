"""Iterators of the standard library: which end, and which never do."""

from __future__ import annotations

GOES_THROUGH = frozenset(
    {"builtins.aiter", "builtins.enumerate", "builtins.iter", "tqdm.asyncio.tqdm", "tqdm.auto.tqdm",
     "tqdm.tqdm"}
)  # fmt: skip
"""What gives one item for each item of its first argument."""

ENDING = frozenset(
    {
        "builtins.enumerate", "builtins.filter", "builtins.iter", "builtins.map", "builtins.open",
        "builtins.reversed", "builtins.zip", "csv.DictReader", "csv.reader", "glob.iglob",
        "itertools.chain", "itertools.compress", "itertools.dropwhile", "itertools.filterfalse",
        "itertools.islice", "itertools.takewhile", "os.scandir", "pathlib.Path.glob",
        "pathlib.Path.iterdir", "pathlib.Path.rglob", "re.finditer",
    }
)  # fmt: skip
"""Callables that return an iterator which may be empty (The Python Standard Library 3.11).

Left out are those that never end (``itertools.count``, ``cycle``, ``repeat``) and
``os.walk``, whose first item is there whenever the folder is.
"""
