"""What PyTorch says of a GPU's memory (PyTorch 2.11, "torch.cuda", memory management)."""

from __future__ import annotations

_MODULES = ("torch.cuda", "torch.cuda.memory")

IN_USE = frozenset(
    f"{each}.memory_{kind}" for each in _MODULES for kind in ("allocated", "reserved")
)
"""How much this process has now."""

PEAKS = frozenset(
    f"{each}.max_memory_{kind}" for each in _MODULES for kind in ("allocated", "reserved")
)
"""The most that this process has had so far; 0 before the first tensor."""
