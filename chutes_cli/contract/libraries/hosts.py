"""Hosts to which traffic does not leave the machine or the private network.

RFC 1918, RFC 6598, RFC 3927 and RFC 4193 for addresses; RFC 6761 and RFC 6762 for names.
"""

from __future__ import annotations

import ipaddress
import re

_NAMES = frozenset({"localhost", "host.docker.internal"})
_SUFFIXES = (".localhost", ".local", ".internal", ".svc", ".cluster.local", ".lan", ".home.arpa")
RESERVED = ("example.com", "example.org", "example.net", ".example", ".test", ".invalid")
"""Names that nobody can register (RFC 2606)."""
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(\[[0-9a-f:.]+\]|[^/:?#\s]+)", re.IGNORECASE)


def host_of(address: str) -> str:
    """Return the host of an address in lower case, empty where there is none."""
    found = _HOST.match(address)
    return found.group(1).strip("[]").lower() if found else ""


def is_loopback(host: str) -> bool:
    """Say whether a host is the machine itself."""
    if host in _NAMES or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_near(host: str) -> bool:
    """Say whether a host is the machine itself or one of a private network."""
    if is_loopback(host) or "." not in host.replace(":", ".") or host.endswith(_SUFFIXES):
        return True
    address = _address(host)
    return address is not None and (address.is_private or address.is_link_local)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None  # a name
