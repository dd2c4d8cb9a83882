"""What torch tells of the memory of a GPU.

Source: torch documentation, "CUDA semantics", Memory management: ``max_memory_allocated``
"returns the peak allocated memory since the beginning of this program"; ``mem_get_info``
returns what is free and what there is.
"""

from __future__ import annotations

_PLACES = ("torch.cuda", "torch.cuda.memory")
IN_USE = frozenset(
    f"{each}.{name}" for each in _PLACES for name in ("memory_allocated", "memory_reserved")
)
"""Functions that return what this process holds now."""
PEAK = frozenset(
    f"{each}.{name}" for each in _PLACES for name in ("max_memory_allocated", "max_memory_reserved")
)
"""Functions that return the most that this process has held, 0 before it held anything."""
