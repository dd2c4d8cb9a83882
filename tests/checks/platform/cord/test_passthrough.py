"""Passthrough cords: where their calls go, and options that do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
SOUND = {
    "public_api_path": "'/v1/x'",
    "passthrough": "True",
    "passthrough_path": "'/v1/x'",
    "passthrough_port": "10101",
}


def cord(arguments: str, name: str = "x") -> str:
    return f"{HEAD}@chute.cord({arguments})\nasync def {name}(data): return data\n"


def with_(**changed: str | None) -> str:
    given = {**SOUND, **changed}
    return ", ".join(f"{name}={value}" for name, value in given.items() if value is not None)


@pytest.mark.parametrize(
    ("arguments", "severity", "words"),
    [
        (with_(passthrough_port=None), ERROR, "port 8000 by default"),
        (with_(passthrough_port="None"), ERROR, "port 8000 by default"),
        (with_(passthrough_port="0"), ERROR, "port 8000 by default"),
        (with_(passthrough_port="8000"), ERROR, "passthrough_port=8000 is the chute's own"),
        (with_(passthrough_port="8001"), ERROR, "passthrough_port=8001 is the chute's own"),
        (with_(passthrough_port="'8000'"), ERROR, "passthrough_port=8000 is the chute's own"),
        (with_(passthrough_port="65536"), ERROR, "passthrough_port=65536 is no port"),
        (with_(passthrough_port="-1"), ERROR, "passthrough_port=-1 is no port"),
        (with_(passthrough_port="'0'"), ERROR, "passthrough_port='0' is no port"),
        (with_(passthrough_port="'http'"), ERROR, "passthrough_port='http' is no port"),
        (with_(method="'BANANA'"), ERROR, "the method 'BANANA'"),
        (with_(method="5"), ERROR, "the method 5"),
        (with_(passthrough_path=None), WARNING, "to /x, after the function's name"),
        (with_(passthrough_path="''"), WARNING, "to /x, after the function's name"),
    ],
)
def test_no_upstream_there(
    arguments: str, severity: Severity, words: str, findings: Findings
) -> None:
    (found,) = findings(cord(arguments), "passthrough-upstream")
    assert words in found.message
    assert found.severity is severity
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    "arguments",
    [
        with_(),
        with_(passthrough_port="'10101'"),
        with_(passthrough_port="65535"),
        with_(passthrough_port="1"),
        with_(passthrough_port="unknown()"),
        with_(public_api_path="'/x/'", passthrough_path=None),
        with_(public_api_path="unknown()", passthrough_path=None),
        with_(public_api_path=None, passthrough_path=None),
        with_(passthrough_path="unknown()"),
        with_(passthrough_path=None, passthrough_port=None) + ", **unknown()",
        with_(passthrough="unknown()", passthrough_port="8000"),
        with_(passthrough="False", passthrough_port="8000", method="'BANANA'"),
        *(with_(method=repr(verb)) for verb in
          ("GET", "post", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")),
        with_(method="unknown()"),
    ],
)  # fmt: skip
def test_an_upstream_may_be_there(arguments: str, findings: Findings) -> None:
    assert findings(cord(arguments), "passthrough-upstream") == []


def test_a_name_that_is_not_known_is_no_path(findings: Findings) -> None:
    source = f"{HEAD}chute.cord({with_(passthrough_path=None)})(unknown)\n"
    assert findings(source, "passthrough-upstream") == []


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("passthrough_port=10101", "passthrough_port"),
        ("passthrough_path='/y'", "passthrough_path"),
        ("sglang_passthrough=True", "sglang_passthrough"),
        ("passthrough=False, passthrough_port=10101", "passthrough_port"),
        ("passthrough_port=1, passthrough_path='/y'", "passthrough_port, passthrough_path"),
    ],
)
def test_unused_option(arguments: str, names: str, findings: Findings) -> None:
    (found,) = findings(cord(arguments), "passthrough-option-unused")
    assert f"cord x ignores {names}: it is no passthrough cord" in found.message


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("", "x"),
        ("passthrough=True, passthrough_port=10101", "x"),
        ("passthrough=unknown(), passthrough_port=10101", "x"),
        ("**unknown()", "x"),
        ("passthrough=False, **unknown()", "x"),
        ("sglang_passthrough=False, passthrough_port=None", "x"),
        # A function's name that is no path needs both.
        ("path='/y', passthrough_path='/y'", "Generate"),
    ],
)
def test_used_option(arguments: str, name: str, findings: Findings) -> None:
    assert findings(cord(arguments, name), "passthrough-option-unused") == []


def test_more_than_a_name_is_unused(findings: Findings) -> None:
    arguments = "path='/y', passthrough_path='/y', passthrough_port=1"
    assert len(findings(cord(arguments, "Generate"), "passthrough-option-unused")) == 1
    source = f"{HEAD}chute.cord(passthrough_path='/y')(unknown)\n"
    assert len(findings(source, "passthrough-option-unused")) == 1


UPSTREAM = """\
import http.server, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answer = b'{"path": "%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *args): ...
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
PORT = server.server_port
"""


@pytest.mark.sdk
def test_where_the_sdk_sends_calls(judge: Any) -> None:
    def answer(arguments: str) -> tuple[int, str]:
        (given,) = judge.calls(UPSTREAM + cord(arguments), ("POST", "/x", {"a": 1}))
        return given  # type: ignore[no-any-return] - JSON of the judge

    assert answer(with_(passthrough_port="PORT")) == (200, '{"path": "/v1/x"}')
    assert answer(with_(passthrough_port="str(PORT)")) == (200, '{"path": "/v1/x"}')
    assert answer(with_(passthrough_port="PORT", passthrough_path=None))[1] == '{"path": "/x"}'
    assert answer(with_(passthrough_port="PORT", method="'BANANA'"))[0] == 500
    assert answer(with_(passthrough_port="65536"))[0] == 500
    plain = cord(with_(passthrough="False")).replace("x(data)", "x(self, data)")
    assert judge.calls(plain, ("POST", "/x", {"a": 1})) == [(200, '{"a":1}')]


@pytest.mark.sdk
def test_the_default_is_the_port_the_chute_listens_on(judge: Any) -> None:
    spy = (
        "import aiohttp, inspect\nfrom chutes.entrypoint import run\n"
        "seen = []\nreal = aiohttp.ClientSession.__init__\n"
        "def spied(self, *args, **more):\n    seen.append(more.get('base_url'))\n"
        "    real(self, *args, **more)\naiohttp.ClientSession.__init__ = spied\n"
        "source = inspect.getsource(run)\nassert 'typer.Option(8000, help=\"port to listen on\")'"
        " in source\nassert 'bind_port = port or 8000' in source\n"
    )
    told = "@chute.cord(path='/seen')\nasync def seen_(self): return seen\n"
    arguments = with_(passthrough_port=None)
    answers = judge.calls(
        spy + cord(arguments) + told, ("POST", "/x", {"a": 1}), ("POST", "/seen", {})
    )
    assert answers[1] == (200, '["http://127.0.0.1:8000"]')
