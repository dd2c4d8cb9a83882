from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
CLAIMS, EXPIRY = "jwt-claims-unchecked", "jwt-without-expiry"
HEAD = """\
import os
import time
import jwt
from jose import jwt as jose_jwt
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
KEY = os.environ["JWT_SECRET"]
TOKEN = os.environ["TOKEN"]
"""
WHOLE = "audience='a', issuer='i'"
UNCHECKED = {
    "nothing": ("jwt.decode(TOKEN, KEY, ['HS256'])", "audience nor issuer nor that there is an"),
    "no_issuer": (
        "jwt.decode(TOKEN, KEY, ['HS256'], {'require': ['exp']}, audience='a')",
        "not issuer",
    ),
    "no_audience": (
        "jwt.decode(TOKEN, KEY, ['HS256'], {'require': ['exp']}, issuer='a')",
        "not audience",
    ),
    "no_expiry": (f"jwt.decode(TOKEN, KEY, ['HS256'], {WHOLE})", "not that there is an expiry"),
    "other_required": (
        f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': ['sub']}}, {WHOLE})",
        "not that there is an expiry",
    ),
    "another_option": (
        f"jwt.decode(TOKEN, KEY, ['HS256'], {{'verify_exp': True}}, {WHOLE})",
        "not that there is an expiry",
    ),
    "others_required": (
        f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': ('sub',)}}, {WHOLE})",
        "not that there is an expiry",
    ),
    "jose_not_required": (
        f"jose_jwt.decode(TOKEN, KEY, 'HS256', {{'require_exp': False}}, {WHOLE})",
        "not that there is an expiry",
    ),
}
CHECKED = {
    "whole": f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': ['exp', 'sub']}}, {WHOLE})",
    "required_elsewhere": f"N = os.X\njwt.decode(TOKEN, KEY, ['HS256'], {{'require': N}}, {WHOLE})",
    "jose": f"jose_jwt.decode(TOKEN, KEY, 'HS256', {{'require_exp': True}}, {WHOLE})",
    "required_tuple": f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': ('exp', 'sub')}}, {WHOLE})",
    "required_set": f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': {{'exp', 'sub'}}}}, {WHOLE})",
    "no_list": f"jwt.decode(TOKEN, KEY, ['HS256'], {{'require': True}}, {WHOLE})",
    "jose_from_settings": f"jose_jwt.decode(TOKEN, KEY, 'HS256', {{'require_exp': X}}, {WHOLE})",
    "options_from_settings": f"jwt.decode(TOKEN, KEY, ['HS256'], os.X, {WHOLE})",
    "not_verified_at_all": "jwt.decode(TOKEN, KEY)",
    "hidden": "jwt.decode(TOKEN, KEY, ['HS256'], **os.X)",
    "main_block": "if __name__ == '__main__':\n    jwt.decode(TOKEN, KEY, ['HS256'])",
}
ENDLESS = {
    "written_out": "jwt.encode({'sub': 'x'}, KEY)",
    "empty": "jwt.encode({}, KEY)",
    "keyword": "jwt.encode(payload={'sub': 'x'}, key=KEY)",
    "named": "claims = {'sub': 'x', 'iat': time.time()}\njwt.encode(claims, KEY)",
    "jose": "jose_jwt.encode({'sub': 'x'}, KEY)",
}
ENDS = {
    "written_out": "jwt.encode({'sub': 'x', 'exp': time.time() + 9}, KEY)",
    "added": "claims = {'sub': 'x'}\nclaims['exp'] = time.time() + 9\njwt.encode(claims, KEY)",
    "updated": "claims = {'sub': 'x'}\nclaims.update(exp=time.time())\njwt.encode(claims, KEY)",
    "spread": "jwt.encode({'sub': 'x', **os.X}, KEY)",
    "unknown_name": "NAME = os.name\njwt.encode({NAME: 1}, KEY)",
    "unknown": "def f(claims):\n    return jwt.encode(claims, KEY)",
    "nothing": "jwt.encode()",
    "main_block": "if __name__ == '__main__':\n    jwt.encode({'sub': 'x'}, KEY)",
}


@pytest.mark.parametrize("name", UNCHECKED)
def test_unchecked(name: str, findings: Findings) -> None:
    source, what = UNCHECKED[name]
    (found,) = findings(f"{HEAD}{source}\n", CLAIMS)
    assert what in found.message


@pytest.mark.parametrize("name", CHECKED)
def test_checked(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{CHECKED[name]}\n", CLAIMS) == []


@pytest.mark.parametrize("name", ENDLESS)
def test_endless(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{ENDLESS[name]}\n", EXPIRY)] == [EXPIRY]


@pytest.mark.parametrize("name", ENDS)
def test_ends(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{ENDS[name]}\n", EXPIRY) == []


@pytest.mark.parametrize(("name", "severity"), [("no_issuer", "info"), ("no_expiry", "warning")])
def test_only_a_token_for_ever_is_a_warning(name: str, severity: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{UNCHECKED[name][0]}\n", CLAIMS)
    assert found.severity.value == severity
