from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
SECRET, ANY = "weak-hash-for-secret", "weak-hash"
HEAD = """\
import hashlib
import hmac
from hashlib import md5 as quick
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
ERROR, WARNING = Severity.ERROR, Severity.WARNING
FIRES = {
    "password": ("def f(password):\n    return hashlib.sha256(password.encode())", ERROR),
    "password_md5": ("def f(password):\n    return hashlib.md5(password.encode())", ERROR),
    "salted": ("def f(salt, password):\n    return hashlib.sha512(salt + password)", ERROR),
    "formatted": ("def f(user_password):\n    return hashlib.sha1(f'x{user_password}'.encode())",
                  ERROR),
    "attribute": ("def f(args):\n    return hashlib.sha256(args.password.encode())", ERROR),
    "new": ("def f(password):\n    return hashlib.new('SHA256', password)", ERROR),
    "token": ("def f(token):\n    return hashlib.md5(token)", WARNING),
    "alias": ("def f(api_key):\n    return quick(api_key.encode())", WARNING),
    "method": ("class A:\n    def f(self):\n        return hashlib.sha1(self.secret)", WARNING),
    "entry": ("def f(x):\n    return hashlib.sha256(x['password'])", ERROR),
}  # fmt: skip
SILENT = {
    "token_sha256": "def f(token):\n    return hashlib.sha256(token)",
    "scrypt": "def f(password):\n    return hashlib.scrypt(password, salt=b'x', n=2, r=8, p=1)",
    "pbkdf2": "def f(password):\n    return hashlib.pbkdf2_hmac('sha256', password, b'x', 9)",
    "hmac": "def f(password):\n    return hmac.new(password, b'x', 'sha256')",
    "not_for_security": "def f(token):\n    return hashlib.md5(token, usedforsecurity=False)",
    "not_for_security_new": "def f(token):\n"
    "    return hashlib.new('md5', token, usedforsecurity=False)",
    "unknown_kind": "def f(kind, password):\n    return hashlib.new(kind, password)",
    "text": "def f(prompt):\n    return hashlib.sha256(prompt)",
    "other_library": "import xxhash\ndef f(password):\n    return xxhash.md5(password)",
    "main_block": "if __name__ == '__main__':\n    password = b''\n    hashlib.md5(password)",
}


@pytest.mark.parametrize("name", FIRES)
def test_secrets(name: str, findings: Findings) -> None:
    source, severity = FIRES[name]
    assert [each.severity for each in findings(f"{HEAD}{source}\n", SECRET)] == [severity]
    assert findings(f"{HEAD}{source}\n", ANY) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", SECRET) == []
    assert findings(f"{HEAD}{SILENT[name]}\n", ANY) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(prompt):\n    return hashlib.md5(prompt)",
        "def f(prompt):\n    return hashlib.sha1(prompt, usedforsecurity=True)",
        "def f(prompt):\n    return hashlib.new('sha1', prompt)",
        "def f(prompt):\n    found = hashlib.md5()\n    found.update(prompt)\n    return found",
    ],
)
def test_broken(source: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ANY)
    assert found.severity is Severity.INFO
    assert findings(f"{HEAD}{source}\n", SECRET) == []


def test_what_is_said(findings: Findings) -> None:
    (password,) = findings(f"{HEAD}{FIRES['password'][0]}\n", SECRET)
    assert "password is hashed with sha256, which is guessed" in password.message
    assert ("scrypt" in password.help, password.confidence) == (True, Confidence.HIGH)
    (token,) = findings(f"{HEAD}{FIRES['token'][0]}\n", SECRET)
    assert ("is broken" in token.message, "sha256" in token.help) == (True, True)
    assert token.confidence is Confidence.MEDIUM
