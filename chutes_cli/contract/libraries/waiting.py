"""Calls that wait for a number of seconds, or allow something else to take as long.

Sources: the standard library's documentation (Python 3.11), and that of requests 2.32, httpx
0.28, aiohttp 3.13, urllib3 2, anyio 4 and tenacity 9.
"""

from __future__ import annotations

from chutes_cli.contract.libraries.network import URL_FIRST, URL_SECOND

SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"})
"""Calls that take as long as their first argument says."""

LIMITS: dict[str, tuple[str, ...]] = {
    "asyncio.wait_for": ("fut", "timeout"),
    "asyncio.timeout": ("delay",),
    "async_timeout.timeout": ("delay",),
    "anyio.fail_after": ("delay",),
    "anyio.move_on_after": ("delay",),
    "aiohttp.ClientTimeout": ("total",),
    "httpx.Timeout": ("timeout",),
    **dict.fromkeys(
        (*sorted(URL_FIRST), *sorted(URL_SECOND), "subprocess.run", "subprocess.check_output",
         "subprocess.check_call", "subprocess.call", "httpx.Client", "httpx.AsyncClient",
         "openai.OpenAI", "openai.AsyncOpenAI"),
        (),
    ),
}  # fmt: skip
"""Calls that give something a time to take: the positional arguments up to that time.

None where it is only given by name, as ``timeout``.
"""

STARTERS = frozenset({"create_task", "ensure_future", "add_task", "start_soon"})
"""Methods that start something nobody waits for."""
