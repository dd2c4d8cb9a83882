"""Texts that stand where a library takes a secret, however they get there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.key_formats import TAKES_SECRET
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "hardcoded-secret"
HEAD = """\
import hashlib
import hmac
import os
from dataclasses import dataclass, field
import httpx
import jwt
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
SECRET = "q7Zt3LwX9bKd2RvN5mJc8HsF4gPy6TuA"
SIGN = "hmac.new({}, data, 'sha256')"


def signed(key: str, more: str = "") -> str:
    return f"{HEAD}{more}\ndef sign(data):\n    return {SIGN.format(key)}\n"


def kept(body: str, made: str = "Signer()") -> str:
    return (
        f"{HEAD}class Signer:\n{body}\n    def sign(self, data):\n"
        f"        return {SIGN.format('self._own')}\nsigner = {made}\n"
    )


FIRES = {
    "written": signed(f"b'{SECRET}'"),
    "keyword": f"{HEAD}def sign(data):\n    return hmac.new(msg=data, key=b'{SECRET}')\n",
    "encoded": signed(f"'{SECRET}'.encode()"),
    "name": signed("OURS", f"OURS = b'{SECRET}'\n"),
    "local": f"{HEAD}def sign(data):\n    ours = '{SECRET}'\n    return jwt.encode({{}}, ours)\n",
    "wrapped": signed("bytes(OURS, 'utf8')", f"OURS = '{SECRET}'\n"),
    "fallback": signed(f"os.environ.get('X', '{SECRET}').encode()"),
    "or": signed(f"(os.environ.get('X') or '{SECRET}').encode()"),
    "conditional": signed(f"b'{SECRET}' if data else os.urandom(32)"),
    "joined": signed(f"'{SECRET[:16]}' + '{SECRET[16:]}'"),
    "one_of_two_bindings": signed(
        "OURS", f"if os.name:\n    OURS = b'{SECRET}'\nelse:\n    OURS = os.urandom(32)\n"
    ),
    "parameter": f"{HEAD}def sign(data, ours):\n    return {SIGN.format('ours')}\n"
    f"sign(b'', b'{SECRET}')\nsign(b'', os.urandom(32))\n",
    "default": f"{HEAD}def sign(data, ours=b'{SECRET}'):\n    return {SIGN.format('ours')}\n",
    "attribute": kept(f"    def __init__(self):\n        self._own = b'{SECRET}'"),
    "attribute_of_two": kept(
        f"    def __init__(self):\n        self._own = b'{SECRET}'\n"
        "    def turn(self):\n        self._own = os.urandom(32)"
    ),
    "attribute_given": kept(
        "    def __init__(self, own):\n        self._own = own", f"Signer(b'{SECRET}')"
    ),
    "attribute_of_the_chute": f"{HEAD}@chute.on_startup()\nasync def start(self):\n"
    f"    self.ours = b'{SECRET}'\n@chute.cord()\nasync def x(self, args: dict):\n"
    "    return hmac.new(self.ours, args['x'], 'sha256').hexdigest()\n",
    "class_attribute": kept(f"    _own = b'{SECRET}'"),
    "field": f"{HEAD}@dataclass\nclass Signer:\n    own: bytes = b'{SECRET}'\n"
    f"    def sign(self, data):\n        return {SIGN.format('self.own')}\n",
    "field_by_factory": f"{HEAD}@dataclass\nclass Signer:\n"
    f"    own: bytes = field(default_factory=lambda: b'{SECRET}')\n"
    f"    def sign(self, data):\n        return {SIGN.format('self.own')}\n",
    "returned": signed("ours()", f"def ours():\n    print()\n    return b'{SECRET}'\n"),
    "returned_by_one": signed(
        "ours()",
        f"def ours():\n    if os.name:\n        return b'{SECRET}'\n    return os.urandom(32)\n",
    ),
    "returned_by_a_method": kept(
        f"    def ours(self):\n        if self:\n            return b'{SECRET}'\n"
        "        return os.urandom(32)\n"
        "    def __init__(self):\n        self._own = self.ours()"
    ),
    "password": f"{HEAD}httpx.BasicAuth('notes', 'tR7!vq2Lw9-Zx4Kd')\n",
    "keyed_hash": f"{HEAD}def f(data):\n    return hashlib.blake2b(data, key=b'{SECRET}')\n",
}
SILENT = {
    "from_outside": signed("os.environ['X'].encode()"),
    "no_secret": signed("b'kestrel-wings-of-the-north'"),
    "data": f"{HEAD}hmac.new(os.urandom(32), b'{SECRET}', 'sha256')\n",
    "user": f"{HEAD}httpx.BasicAuth('{SECRET}', os.environ['X'])\n",
    "another_attribute": kept(
        f"    def __init__(self):\n        self._own = os.urandom(32)\n"
        f"        self.revision = b'{SECRET}'"
    ),
    "another_class": kept("    def __init__(self):\n        self._own = os.urandom(32)")
    + f"class Other:\n    def __init__(self):\n        self._own = b'{SECRET}'\n",
    "noted_by_what_returns": signed(
        "ours()",
        f"def ours():\n    revision = '{SECRET}'\n    if os.name:\n"
        "        return os.urandom(32)\n    return os.urandom(64)\n",
    ),
    "bound_in_the_main_block": signed(
        "OURS", f"if __name__ == '__main__':\n    OURS = b'{SECRET}'\n"
    ),
    "given_in_the_main_block": f"{HEAD}def sign(data, ours):\n    return {SIGN.format('ours')}\n"
    f"if __name__ == '__main__':\n    sign(b'', b'{SECRET}')\n",
    "printed_by_what_returns": signed(
        "ours()", f"def ours():\n    print('{SECRET}')\n    return os.urandom(32)\n"
    ),
    "hash_without_key": f"{HEAD}def f(data):\n    return hashlib.blake2b(b'{SECRET}')\n",
    "nothing": f"{HEAD}hmac.new()\n",
    "annotated": kept("    _own: bytes", "os.X"),
    "method_as_an_attribute": kept(f"    def _own(self):\n        return b'{SECRET}'"),
    "imported_in_the_class": kept("    from names import _own"),
    "made_from": kept("    def __init__(self):\n        self._own = os.urandom(32)", "Signer()")
    + f"REVISION = '{SECRET}'\nsigner.note(REVISION)\n",
    "main_block": f"{HEAD}if __name__ == '__main__':\n"
    f"    print(hmac.new(b'{SECRET}', b'', 'sha256'))\n",
    "module_of_tests": {
        "app.py": HEAD,
        "tests/test_a.py": f"import app\nimport hmac\nimport chutes\nhmac.new(b'{SECRET}', b'')\n",
    },
    "called_by_tests": {
        "app.py": f"{HEAD}def sign(data, ours):\n    return {SIGN.format('ours')}\n",
        "tests/test_a.py": f"import app\nimport chutes\napp.sign(b'', b'{SECRET}')\n",
    },
}
DEFAULT = {
    "fallback": signed("os.environ.get('X', 'changeme').encode()"),
    "handed_on": f"{HEAD}def sign(data, ours):\n    return {SIGN.format('ours.encode()')}\n"
    "sign(b'', os.environ.get('X', 'changeme'))\n",
    "plain": signed("b'secret'"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", DEFAULT)
def test_everybody_knows_it(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(DEFAULT[name], "default-secret")] == ["default-secret"]


@pytest.mark.parametrize("call", TAKES_SECRET)
def test_every_call(call: str, findings: Findings) -> None:
    *before, last = TAKES_SECRET[call]
    module = call.rpartition(".")[0]
    for arguments in (", ".join(["None"] * len(before) + ["X"]), f"{last}=X"):
        source = f"{HEAD}import {module}\nX = '{SECRET}'\n{call}({arguments})\n"
        assert [each.location.line for each in findings(source, ID)] == [11]


def test_a_secret_of_another_module_is_shown_where_it_stands(findings: Findings) -> None:
    files = {
        "app.py": signed("OURS", "from names import OURS\n"),
        "names.py": f"\nOURS = b'{SECRET}'\n",
    }
    (found,) = findings(files, ID)
    assert (found.location.path, found.location.line) == ("names.py", 2)
    assert found.message == "the value of secret is written into the code"


def test_what_falls_back_is_said_to(findings: Findings) -> None:
    (found,) = findings(FIRES["fallback"], ID)
    assert found.message == "the value of secret, a fallback, is written into the code"
    encoded = signed("(os.environ.get('X') or 'changeme'.encode())")
    (found,) = findings(encoded, "default-secret")
    assert found.message == "secret falls back to a value that everybody knows"
    (found,) = findings(DEFAULT["handed_on"], "default-secret")
    assert found.message == "secret falls back to a value that everybody knows"
    (found,) = findings(DEFAULT["plain"], "default-secret")
    assert found.message == "secret is a value that everybody knows"


@pytest.mark.parametrize(("functions", "count"), [(4, 1), (8, 1), (9, 0), (30, 0)])
def test_functions_that_return_what_others_return(
    functions: int, count: int, findings: Findings
) -> None:
    further = f"def f0(data):\n    return b'{SECRET}' if data else None\n" + "".join(
        f"def f{number}(data):\n    return f{number - 1}(data) if data else None\n"
        for number in range(1, functions)
    )
    assert len(findings(signed(f"f{functions - 1}(data)", further), ID)) == count
