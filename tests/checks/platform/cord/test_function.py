"""cord-function: everything that can stand below a cord, and what the SDK makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "cord-function"
HEAD = """\
import functools
from functools import cached_property, partial
from chutes.chute import Chute
chute = Chute('u', 'n', 'i')
def plain(function): return function
async def ready(self, n=1): return {'a': 1}
"""
CORD = "@chute.cord(public_api_path='/p')\n"
X = "async def x(self): return {'a': 1}\n"
METHOD = "class Service:\n    @chute.cord(public_api_path='/p')\n    @{0}\n    def x(self): ...\n"

FAILS_AT_IMPORT = {
    METHOD.format("classmethod"): "@classmethod makes",
    METHOD.format("property"): "@property makes",
    METHOD.format("cached_property"): "@cached_property makes",
    METHOD.format("functools.cached_property"): "@cached_property makes",
    f"{CORD}@chute.job()\n{X}": "@chute.job(...) returns",
    "chute.cord(path='/y')(lambda self: 1)\n": "a lambda",
    "chute.cord(passthrough_path='/y')(lambda self: 1)\n": "a lambda",
    "chute.cord()(partial(ready, n=2))\n": "a partial function",
    "half = functools.partial(ready, n=2)\nchute.cord()(half)\n": "a partial function",
}
FAILS_AT_START = {
    f"@chute.on_startup()\n{CORD}{X}": "a start-up hook as well",
    f"@plain\n@chute.on_startup()\n@plain\n{CORD}{X}": "a start-up hook as well",
}
FAILS_WHEN_CALLED = {
    f"@chute.cord(public_api_path='/p')\n@chute.cord(public_api_path='/q')\n{X}":
        ("@chute.cord(...) returns", "/_remote_call"),
    f"{CORD}@chute.on_startup()\n{X}": ("@chute.on_startup(...) returns", "/async_wrapper"),
    f"{CORD}@chute.on_shutdown()\n{X}": ("@chute.on_shutdown(...) returns", "/async_wrapper"),
    f"{CORD}class x:\n    def __init__(self, chute): ...\n": ("a class", "/x"),
    "class x:\n    def __init__(self, chute): ...\nchute.cord()(x)\n": ("a class", "/x"),
}  # fmt: skip
WORKS = [
    CORD + X,
    "chute.cord(public_api_path='/p', path='/x')(ready)\n",
    "chute.cord(path='/x', passthrough_path='/y')(lambda self: {'a': 1})\n",
    METHOD.format("staticmethod").replace("...", "return {'a': 1}"),
    "class Service:\n    @chute.cord()\n    async def x(self): return {'a': 1}\n",
    f"@plain\n{CORD}{X}",
    f"{CORD}@plain\n{X}",
    f"{CORD}{X}sizes = list(map(lambda n: n, []))\n",
    "chute.cord(public_api_path='/p', path='/x')((kept := ready))\n",
    "class Outer:\n    chute.cord(path='/x')(ready)\n",
]
SILENT = [
    "chute.cord()(unknown)\n",
    "chute.cord()()\n",
    "chute.cord(path=unknown(), passthrough_path='/y')(lambda self: 1)\n",
    f"{CORD}@unknown\n{X}",
    f"@unknown.on_startup()\n{CORD}{X}",
    f"{CORD}@unknown.job()\n{X}",
    "from elsewhere import chute as other\n" + f"{CORD}@other.cord()\n{X}",
]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        *FAILS_AT_IMPORT.items(),
        *FAILS_AT_START.items(),
        *((code, words) for code, (words, _) in FAILS_WHEN_CALLED.items()),
    ],
)
def test_applied_to_no_function(code: str, words: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, ID)
    assert words in found.message


@pytest.mark.parametrize("code", [*WORKS, *SILENT])
def test_applied_to_a_function(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for code in FAILS_AT_IMPORT:
        assert judge.imports(HEAD + code), code
    for code in FAILS_AT_START:
        assert judge.imports(HEAD + code) is None
        with pytest.raises(AssertionError, match="AttributeError"):
            judge.calls(HEAD + code, ("POST", "/x", {}))
    for code, (_, path) in FAILS_WHEN_CALLED.items():
        assert judge.calls(HEAD + code, ("POST", path, {}))[0][0] == 500, code
    for code in WORKS:
        assert judge.calls(HEAD + code, ("POST", "/x", {})) == [(200, '{"a":1}')], code
