"""Calls that may wait for ever, and the arguments that keep them from it.

Sources: the standard library's documentation (Python 3.11: ``socket.setdefaulttimeout``,
``urllib.request``, ``http.client``, ``smtplib``, ``ftplib``, ``subprocess``); requests 2.34
("Timeouts": none by default), urllib3 2 (``Timeout``), httpx 0.28 ("Timeouts": 5 seconds by
default, None for none), aiohttp 3.14 (``ClientTimeout``: 300 seconds by default, none in one
that is made without ``total``), openai 2 (600 seconds by default), redis-py 8 (5 seconds by
default, none before 8: left out it is not judged).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """How a call is told how long it may take.

    Attributes:
        names: The arguments any of which limits it; a known None does not.
        order: The names of its positional arguments, as far as one of ``names``.
        by_default: Whether it is limited where none of them is given.
    """

    names: tuple[str, ...] = ("timeout",)
    order: tuple[str, ...] = ()
    by_default: bool = False


_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_BY_DEFAULT = Limit(by_default=True)
_SESSION_REQUEST = Limit(
    order=("method", "url", "params", "data", "headers", "cookies", "files", "auth", "timeout")
)

CLIENTS: dict[str, Limit] = {
    **dict.fromkeys(
        ("httpx.Client", "httpx.AsyncClient", "openai.OpenAI", "openai.AsyncOpenAI"), _BY_DEFAULT
    ),
    "httpx.Timeout": Limit(("timeout", "read"), ("timeout",), by_default=True),
    "urllib3.Timeout": Limit(("total", "read"), ("total", "connect", "read")),
    "aiohttp.ClientTimeout": Limit(("total", "sock_read"), ("total", "connect", "sock_read")),
    **dict.fromkeys(
        (f"redis.{owner}{name}" for owner in ("", "asyncio.")
         for name in ("Redis", "from_url", "Redis.from_url")),
        Limit(("socket_timeout",), by_default=True),
    ),
}  # fmt: skip
"""What makes clients, or the limits they are given."""

ASKS: dict[str, Limit] = {
    **{f"requests.{verb}": Limit() for verb in (*_VERBS, "request")},
    **{
        f"requests.{session}.{verb}": Limit()
        for session in ("Session", "session")
        for verb in _VERBS
    },
    "requests.Session.request": _SESSION_REQUEST,
    "requests.session.request": _SESSION_REQUEST,
    **{
        f"{owner}.{verb}": _BY_DEFAULT
        for owner in ("httpx", "httpx.Client", "httpx.AsyncClient")
        for verb in (*_VERBS, "request", "stream")
    },
    **{f"aiohttp.ClientSession.{verb}": _BY_DEFAULT for verb in (*_VERBS, "request")},
    "aiohttp.request": _BY_DEFAULT,
}
"""Calls that ask another program."""

BY_SOCKET: dict[str, Limit] = {
    "urllib.request.urlopen": Limit(order=("url", "data", "timeout")),
    "urllib.request.urlretrieve": Limit(()),
    "urllib3.request": Limit(),
    **{
        f"urllib3.{pool}.{method}": Limit()
        for pool in ("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool")
        for method in ("request", "urlopen")
    },
    "socket.create_connection": Limit(order=("address", "timeout")),
    "http.client.HTTPConnection": Limit(order=("host", "port", "timeout")),
    "http.client.HTTPSConnection": Limit(
        order=("host", "port", "key_file", "cert_file", "timeout")
    ),
    "smtplib.SMTP": Limit(order=("host", "port", "local_hostname", "timeout")),
    "smtplib.SMTP_SSL": Limit(
        order=("host", "port", "local_hostname", "keyfile", "certfile", "timeout")
    ),
    "ftplib.FTP": Limit(order=("host", "user", "passwd", "acct", "timeout")),
}
"""Calls that `SOCKET_DEFAULT` limits too; requests overrides it."""

SOCKET_DEFAULT = "socket.setdefaulttimeout"
"""Limits every socket that is not told otherwise."""

PROGRAMS: dict[str, Limit] = {
    f"subprocess.{name}": Limit() for name in ("run", "call", "check_call", "check_output")
}
"""Calls that wait for a program."""

DEADLINES = frozenset(
    {"asyncio.wait_for", "asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout",
     "anyio.fail_after", "anyio.move_on_after"}
)  # fmt: skip
"""Calls that end what is awaited below them."""

ASYNC = ("httpx.AsyncClient", "aiohttp.", "openai.Async", "redis.asyncio.", "httpx.Timeout")
"""How the names begin of what a deadline can end without a thread."""
