"""The orderly end: on SIGTERM answer what is in, then exit.

The SDK stores `@chute.on_shutdown` hooks and never calls them, and a chute without a
handler of its own dies at once, or as PID 1 ignores the signal. So the handler is
installed on the start-up loop, which is the server's loop.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from loguru import logger

from .gate import Gate

POLL_SECONDS = 0.05
FAREWELL_SECONDS = 0.3
"""Time for the last bytes to leave the sockets after the last request was answered."""


async def drain(gate: Gate, *, patience: float) -> bool:
    """Close the gate and wait until nobody is in.

    Returns:
        Whether every request was answered within the given seconds.
    """
    gate.close()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while gate.traffic().in_flight and loop.time() < deadline:
        await asyncio.sleep(POLL_SECONDS)
    await asyncio.sleep(FAREWELL_SECONDS)
    return not gate.traffic().in_flight


def exit_when_drained(
    loop: asyncio.AbstractEventLoop,
    gate: Gate,
    *,
    patience: float,
    exit_process: Callable[[int], None] = os._exit,
) -> None:
    """Make SIGTERM and SIGINT drain the gate and end the process.

    Args:
        loop: The server's event loop.
        gate: What knows how many requests are in.
        patience: Seconds that running requests may take.
        exit_process: Ends the process with 0 if all were answered, else with 1. By
            default at once: an ordinary exit would let the SDK linger for a minute.
    """
    drains: set[asyncio.Task[None]] = set()

    async def run() -> None:
        logger.info(f"Shutting down, {gate.traffic().in_flight} requests in flight")
        answered = await drain(gate, patience=patience)
        logger.info("All requests answered" if answered else "Out of patience, cutting requests")
        exit_process(0 if answered else 1)

    def start() -> None:
        if not drains:  # a second signal changes nothing
            drains.add(loop.create_task(run()))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, start)
