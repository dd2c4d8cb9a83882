"""The local host by its names, and functions that look at addresses instead."""

from __future__ import annotations

LOOPBACK = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]", "localhost.localdomain"})
"""Names of the host itself (RFC 6761, RFC 4291)."""

RESOLVING = frozenset(
    {
        "ipaddress.IPv4Address", "ipaddress.IPv6Address", "ipaddress.ip_address",
        "ipaddress.ip_network", "socket.getaddrinfo", "socket.gethostbyname",
        "socket.gethostbyname_ex",
    }
)  # fmt: skip
"""The Python Standard Library 3.11."""
