"""cord-unknown-argument and cord-call, and what the SDK does with each case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nimport aiohttp\nchute = Chute('u', 'n', 'i')\n"

UNKNOWN = {
    "concurrency=4": "Chute(...)",
    "upload=True": "@chute.job(...)",
    "gpu_count=1": "NodeSelector(...)",
    "name='x'": "path=",
    "route='/x'": "public_api_path",
    "url='/x'": "public_api_path",
    "endpoint='/x'": "public_api_path",
    "api_path='/x'": "public_api_path",
    "methods=['GET']": "public_api_method",
    "http_method='GET'": "public_api_method",
    "api_method='GET'": "public_api_method",
    "response_model=dict": "output_schema",
    "output_model=dict": "output_schema",
    "request_model=dict": "input_schema",
    "input_model=dict": "input_schema",
    "content_type='a/b'": "output_content_type",
    "media_type='a/b'": "output_content_type",
    "streaming=True": "`stream`",
    "port=9000": "passthrough_port",
    "status_code=201": "answers 200",
    "rate_limit=10": "429",
    "timeout=60": "asyncio.timeout",
    "public_api_pat='/x'": "did you mean `public_api_path`?",
    "zzz_qqq=1": "remove it",
}
KNOWN = [
    "'/x'",  # cord-call
    "path='/x'",
    "provision_timeout=5",
    "headers={'a': 'b'}",
    "timeout=aiohttp.ClientTimeout(total=5)",
    "timeout=None",
    "**options()",
]


def cord(arguments: str) -> str:
    return f"{HEAD}@chute.cord({arguments})\nasync def x(self): return {{'a': 1}}\n"


@pytest.mark.parametrize(("argument", "help"), UNKNOWN.items())
def test_unknown_argument(argument: str, help: str, findings: Findings) -> None:
    (found,) = findings(cord(argument), "cord-unknown-argument")
    assert help in found.help
    assert repr(argument.split("=")[0]) in found.message
    assert found.location.line == 4


@pytest.mark.parametrize("argument", KNOWN)
def test_known_argument(argument: str, findings: Findings) -> None:
    assert findings(cord(argument), "cord-unknown-argument") == []


@pytest.mark.sdk
def test_unknown_arguments_are_swallowed(judge: Any) -> None:
    for argument in UNKNOWN:
        for more in ("", ", passthrough=True"):
            assert judge.imports(cord(argument + more)) is None, argument
    source = cord("timeout=0.01, zzz_qqq=1").replace("return", "await asyncio.sleep(0.1); return")
    answers = judge.calls("import asyncio\n" + source, ("POST", "/x", {}))
    assert answers == [(200, '{"a":1}')]


@pytest.mark.sdk
def test_the_sdks_own_client_stumbles_over_them(judge: Any) -> None:
    """On the caller's machine they reach aiohttp, which refuses what it does not know."""
    call = "import asyncio\nasyncio.run(x())\n"
    environment = "import os\nos.environ['CHUTES_DEV_URL'] = 'http://127.0.0.1:9'\n"
    source = environment + cord("public_api_path='/x', zzz_qqq=1") + call
    assert "unexpected keyword argument 'zzz_qqq'" in judge.imports(source, context="LOCAL")


X = "async def x(self): return {'a': 1}\n"
REFUSED = {
    f"@chute.cord\n{X}": "without parentheses",
    f"c = chute\n@c.cord\n{X}": "without parentheses",
    f"@chute.cord('/x')\n{X}": "takes keywords only",
    f"{X}chute.cord(x)\n": "takes keywords only",
    f"@chute.cord(*('/x',))\n{X}": "takes keywords only",
    f"@chute.cord(path='/x', **{{'path': '/y'}})\n{X}": "path is given twice",
}
UNAPPLIED = [
    "chute.cord(public_api_path='/x')\n",
    "chute.cord(path='/y', public_api_path='/y')\n",
]
FINE = [
    f"@chute.cord(public_api_path='/x')\n{X}",
    f"{X}chute.cord(public_api_path='/x')(x)\n",
    f"register = chute.cord(public_api_path='/x')\n@register\n{X}",
    f"class Other:\n    def cord(self, f): return f\nother = Other()\n@other.cord\n{X}",
    f"@chute.get('/y')\n{X}",
    f"@chute.cord(public_api_path='/x', zzz_qqq=1)\n{X}",
]
UNKNOWABLE = [f"@chute.cord(*more())\n{X}"]


@pytest.mark.parametrize(("code", "message"), REFUSED.items())
def test_refused_call(code: str, message: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, "cord-call")
    assert message in found.message
    assert found.help


@pytest.mark.parametrize("code", UNAPPLIED)
def test_unapplied_call(code: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, "cord-call")
    assert "applied to no function" in found.message


@pytest.mark.parametrize("code", [*FINE, *UNKNOWABLE])
def test_accepted_call(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "cord-call") == []


@pytest.mark.sdk
def test_the_sdk_refuses_them(judge: Any) -> None:
    for code in REFUSED:
        assert (judge.imports(HEAD + code) or "").startswith("TypeError"), code
    for code in UNAPPLIED:
        assert judge.imports(HEAD + code) is None
        with pytest.raises(AssertionError, match=r"TypeError|AttributeError"):
            judge.calls(HEAD + code, ("POST", "/y", {}))
    for code in FINE:
        assert judge.imports(HEAD + code) is None, code
