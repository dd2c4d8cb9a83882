"""Headers that ASGI middleware puts into the messages it sends on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "gateway-drops-response-headers"
HEAD = """\
from chutes.chute import Chute
from starlette.datastructures import Headers, MutableHeaders

chute = Chute("u", "my-service", "i")
SECURITY = [(b"x-frame-options", b"DENY")]
PAIRS = {b"x-frame-options": b"DENY"}
KINDS = {b"content-type": b"text/plain"}
ODD = [b"", 5, (b"x-frame-options",), ("x-frame-options", "DENY"), None]


class Settings:
    SECURITY = [(b"x-frame-options", b"DENY")]
"""
CORD = "\n\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n    return 1\n"


def asgi(body: str, parameters: str = "message", around: str = "self, scope, receive, send") -> str:
    lines = "".join(f"            {line}\n" for line in body.splitlines())
    return (
        f"{HEAD}\n\nclass Guard:\n    def __init__(self, app):\n        self.app = app\n\n"
        f"    async def __call__({around}):\n        async def sends({parameters}):\n{lines}"
        "            await send(message)\n\n"
        "        await sends({})\n\n\n"
        f"chute.add_middleware(Guard)\n{CORD}"
    )


NEW = "(b'x-frame-options', b'DENY')"
FIRES = {
    "by_name": asgi("headers = MutableHeaders(scope=message)\nheaders['X-Frame-Options'] = 'DENY'"),
    "by_name_raw": asgi(
        "headers = MutableHeaders(raw=message['headers'])\nheaders.append('X-A', 'b')"
    ),
    "assigned": asgi(f"message['headers'] = [*message['headers'], {NEW}]"),
    "added": asgi(f"message['headers'] += [{NEW}]"),
    "added_by_a_name": asgi("message['headers'] = message['headers'] + SECURITY"),
    "added_by_a_dictionary": asgi("message['headers'] = [*message['headers'], *PAIRS.items()]"),
    "added_by_an_attribute": asgi("message['headers'] += Settings.SECURITY"),
    "appended": asgi(f"message['headers'].append({NEW})"),
    "inserted": asgi(f"message['headers'].insert(0, {NEW})"),
    "extended": asgi("message['headers'].extend(SECURITY)"),
    "appended_to_a_default": asgi(f"message.setdefault('headers', []).append({NEW})"),
    "appended_to_a_copy": asgi(
        f"headers = list(message.get('headers', []))\nheaders.append({NEW})\n"
        "message['headers'] = headers"
    ),
    "in_a_conditional": asgi(
        f"if message['type'] == 'http.response.start':\n    message['headers'].append({NEW})"
    ),
}
SILENT = {
    "content": asgi("message['headers'].append((b'content-type', b'text/plain'))"),
    "content_by_a_name": asgi("message['headers'] = [*message['headers'], *KINDS.items()]"),
    "left_out": asgi(
        "message['headers'] = [(k, v) for k, v in message['headers'] if k != b'server']"
    ),
    "another_entry": asgi(f"message['trailers'] = [{NEW}]"),
    "another_method": asgi(f"message['headers'].remove({NEW})\nmessage['headers'].index({NEW})"),
    "another_list": asgi(f"self.headers.append({NEW})\nheaders = []\nheaders.append({NEW})"),
    "another_dictionary": asgi(f"self.state['headers'].append({NEW})"),
    "no_pairs": asgi("message['headers'] = ODD"),
    "three": asgi("message['headers'].append((b'x-a', b'b', b'c'))"),
    "text": asgi("message['headers'].append(('x-a', 'b'))"),
    "request_headers": asgi("headers = Headers(scope=message)\nheaders['X-A'] = 'b'"),
    "headers_of_something_else": asgi("headers = MutableHeaders({})\nheaders['X-A'] = 'b'"),
    "not_made_here": asgi("headers = self.headers\nheaders['X-A'] = 'b'"),
    "another_name": asgi("message = self.message\nmessage['headers'] = []\nother.append(SECURITY)"),
    "two_parameters": asgi(f"message['headers'].append({NEW})", "message, more=None"),
    "of_no_application": asgi(f"message['headers'].append({NEW})", around="self, a, b, send"),
    "to_a_broker": f"{HEAD}\ndef publish(message):\n    message['headers'].append({NEW})\n{CORD}"
    "    publish({})\n",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(FIRES[name], ID)
    assert found.message.startswith("response headers")
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []
