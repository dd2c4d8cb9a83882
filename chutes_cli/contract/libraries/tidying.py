"""What is called to leave nothing behind: where it fails there was mostly nothing left."""

from __future__ import annotations

TIDYING = frozenset(
    {
        "aclose", "cancel", "cleanup", "close", "disconnect", "empty_cache", "flush", "join",
        "kill", "killpg", "release", "remove", "rmtree", "shutdown", "stop", "terminate",
        "unlink", "wait", "wait_closed",
    }
)  # fmt: skip
"""Names of functions and methods (os, shutil, asyncio, subprocess, sockets and clients)."""
