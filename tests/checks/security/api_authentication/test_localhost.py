from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """\
import os
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
ID = "localhost-bypass"
FIRES = {
    "host": "def f(request):\n    return request.url.hostname == 'localhost'",
    "host_listed": "def f(request):\n"
    "    return request.url.hostname not in ('a', '127.0.0.1')",
    "netloc": "def f(request):\n    return request.url.netloc != 'localhost'",
    "header": "def f(request):\n    return request.headers.get('Host') == 'localhost'",
    "header_item": "def f(request):\n    return '127.0.0.1' == request.headers['host']",
    "header_cut": "def f(request):\n    host = request.headers.get('host').split(':')[0]\n"
    "    return host in {'localhost'}",
    "header_or": "def f(request):\n"
    "    return (request.headers.get('host') or '') == 'localhost'",
    "forwarded": "def f(request):\n"
    "    return request.headers.get('X-Forwarded-For', '').startswith('10.')",
}  # fmt: skip
SILENT = {
    "address": "def f(request):\n    return request.client.host == '127.0.0.1'",
    "parsed": "def f(parsed):\n    return parsed.hostname in ['localhost']",
    "other_host": "def f(request):\n    return request.url.hostname == 'a.chutes.ai'",
    "other_header": "def f(request):\n    return request.headers.get('x') == 'localhost'",
    "other_item": "def f(request):\n    return request.headers['x'] == 'localhost'",
    "no_headers": "def f(known):\n    return known.get('host') == 'localhost'",
    "unknown_header": "def f(r, x):\n    return r.headers.get(x) == 'localhost'",
    "two": "def f(request, host):\n    return request.url.hostname == host",
    "other_operator": "def f(request):\n    return request.url.hostname + 'localhost'",
    "other_method": "def f(request):\n    return request.url.hostname.count('localhost')",
    "setting": "HOST = os.getenv('HOST') == 'localhost'",
    "main_block": "if __name__ == '__main__':\n    print(os.url.hostname == 'localhost')",
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []
