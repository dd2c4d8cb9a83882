from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "jwt-not-verified"
HEAD = """\
import os
import jwt
from jwt import decode as read
from jose import jwt as jose_jwt
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
KEY = os.environ["JWT_SECRET"]
TOKEN = os.environ["TOKEN"]
"""
HEAD_ONLY = "header = jwt.get_unverified_header(TOKEN)\n"
UNREAD = "    header = jwt.get_unverified_header(TOKEN)\n"


def algorithms(chosen: str, before: str = "") -> str:
    return f"def f():\n{before}    jwt.decode(TOKEN, KEY, algorithms=[{chosen}])"


FIRES = {
    "every_algorithm_kept": "from jwt.algorithms import get_default_algorithms\nclass A:\n"
    "    def __init__(self):\n        self.every = list(get_default_algorithms())\n"
    "    def f(self):\n        return jwt.decode(TOKEN, KEY, algorithms=self.every)",
    "chosen_by_sender": "jwt.decode(TOKEN, KEY, [jwt.get_unverified_header(TOKEN)['alg']])",
    "chosen_by_sender_before": "head = jwt.get_unverified_header(TOKEN)\n"
    "jwt.decode(TOKEN, KEY, algorithms=[head['alg']])",
    "every_algorithm": "from jwt.algorithms import get_default_algorithms\n"
    "ALL = list(get_default_algorithms())\njwt.decode(TOKEN, KEY, algorithms=ALL)",
    "ready_made": "from authlib.jose import jwt as ready\nready.decode(TOKEN, KEY)",
    "unsigned": "jwt.decode(TOKEN, options={'verify_signature': False})",
    "alias": "read(TOKEN, options={'verify_signature': False})",
    "options_elsewhere": "OFF = {'verify_signature': False}\njwt.decode(TOKEN, KEY, options=OFF)",
    "options_by_place": "jwt.decode(TOKEN, KEY, ['HS256'], {'verify_exp': False})",
    "expiry": "jwt.decode(TOKEN, KEY, algorithms=['HS256'], options={'verify_exp': False})",
    "audience": "jwt.decode(TOKEN, KEY, algorithms=['HS256'], options={'verify_aud': False})",
    "no_algorithms": "jwt.decode(TOKEN, KEY)",
    "none": "jwt.decode(TOKEN, KEY, algorithms=['HS256', 'none'])",
    "none_alone": "jwt.decode(TOKEN, KEY, algorithms='None')",
    "null": "jwt.decode(TOKEN, KEY, algorithms=None)",
    "mixed": "jwt.decode(TOKEN, KEY, algorithms=['HS256', 'RS256'])",
    "mixed_tuple": "ALL = ('ES256', 'HS512')\njwt.decode(TOKEN, KEY, ALL)",
    "jose": "jose_jwt.decode(TOKEN, KEY)",
    "jose_options": "jose_jwt.decode(TOKEN, KEY, 'HS256', {'verify_signature': False})",
    "jose_unverified": "jose_jwt.get_unverified_claims(TOKEN)",
    "complete": "jwt.decode_complete(TOKEN, KEY, options={'verify_signature': False})",
    "method": "class Auth:\n    def read(self, token):\n        return jwt.decode(token, KEY)",
    "chosen": algorithms("jwt.get_unverified_header(TOKEN)['alg']"),
    "chosen_jose": algorithms("jose_jwt.get_unverified_header(TOKEN)['alg']"),
    "chosen_by_get": algorithms("header.get('alg', 'HS256')", UNREAD),
    "chosen_or_not": algorithms("header.get('alg') or 'HS256'", UNREAD),
    "chosen_perhaps": algorithms("'HS256' if TOKEN else header['alg']", UNREAD),
    "chosen_perhaps_2": algorithms("header['alg'] if TOKEN else 'HS256'", UNREAD),
    "chosen_as_text": algorithms("str(header['alg'])", UNREAD),
    "chosen_by_a_name": algorithms("name", f"{UNREAD}    name = header['alg']\n"),
    "chosen_without_brackets": HEAD_ONLY + "jwt.decode(TOKEN, KEY, algorithms=header['alg'])",
    "chosen_by_a_function": algorithms("chosen(TOKEN)")
    + "\n\ndef chosen(token):\n    return jwt.get_unverified_header(token)['alg']",
    "another_entry_compared": algorithms(
        "header['alg']", f"{UNREAD}    if header['typ'] != 'JWT':\n        return\n"
    ),
    "entry_of_another_compared": algorithms(
        "header['alg']", f"{UNREAD}    if KEY['alg'] != 'JWT':\n        return\n"
    ),
    "asked_whether_there": algorithms(
        "header['alg']", f"{UNREAD}    if 'alg' not in header:\n        return\n"
    ),
    "compared_elsewhere": algorithms("header['alg']", UNREAD)
    + "\n\ndef g(header):\n    return header['alg'] == 'HS256'",
    "added": algorithms("header['alg']", f"{UNREAD}    print(header['alg'] + 'a')\n"),
    "every": algorithms("*jwt.algorithms.get_default_algorithms()"),
    "every_listed": "jwt.decode(TOKEN, KEY, list(jwt.algorithms.get_default_algorithms()))",
    "every_but": algorithms(
        "a", "    a = [b for b in jwt.algorithms.get_default_algorithms() if b]\n"
    ),
    "every_key": "jwt.decode(TOKEN, KEY, jwt.algorithms.get_default_algorithms().keys())",
    "expiry_beside_a_sound_one": "def f():\n    jwt.decode(TOKEN, KEY, algorithms=['HS256'])\n"
    "    jwt.decode(TOKEN, KEY, algorithms=['HS256'], options={'verify_exp': False})",
}
SILENT = {
    "chosen_and_compared": "head = jwt.get_unverified_header(TOKEN)\n"
    "if head['alg'] not in ('RS256', 'ES256'):\n    raise ValueError\n"
    "jwt.decode(TOKEN, KEY, algorithms=[head['alg']])",
    "made_for_one": "from authlib.jose import JsonWebToken\n"
    "JsonWebToken(['ES256']).decode(TOKEN, KEY)",
    "one": "jwt.decode(TOKEN, KEY, algorithms=['HS256'])",
    "by_place": "jwt.decode(TOKEN, KEY, ['HS256'])",
    "one_text": "jose_jwt.decode(TOKEN, KEY, 'HS256')",
    "one_kind": "jwt.decode(TOKEN, KEY, algorithms=['RS256', 'ES256'])",
    "from_settings": "jwt.decode(TOKEN, KEY, algorithms=[os.environ['ALGORITHM']])",
    "switched_on": "jwt.decode(TOKEN, KEY, ['HS256'], {'verify_exp': True})",
    "options_from_settings": "jwt.decode(TOKEN, KEY, ['HS256'], options=os.X)",
    "options_by_variable": "NAME = os.name\njwt.decode(TOKEN, KEY, ['HS256'], {NAME: False})",
    "option_from_settings": "jwt.decode(TOKEN, KEY, ['HS256'], {'verify_exp': os.X})",
    "other_option": "jwt.decode(TOKEN, KEY, ['HS256'], options={'strict_aud': False})",
    "hidden": "OPTIONS = os.OPTIONS\njwt.decode(TOKEN, KEY, **OPTIONS)",
    "header": "jwt.get_unverified_header(TOKEN)",
    "first_look": "def f():\n    issuer = jwt.decode(TOKEN, options={'verify_signature': False})\n"
    "    return jwt.decode(TOKEN, os.environ[issuer['iss']], algorithms=['RS256'])",
    "first_look_jose": "def f():\n    issuer = jose_jwt.get_unverified_claims(TOKEN)['iss']\n"
    "    return jose_jwt.decode(TOKEN, os.environ[issuer], 'RS256')",
    **{
        f"chosen_among {operator}": algorithms(
            "header['alg']", f"{UNREAD}    print(header['alg'] {operator} {{'HS256': 1}})\n"
        )
        for operator in ("in", "not in", "==", "!=")
    },
    "compared_from_the_other_side": algorithms(
        "header['alg']", f"{UNREAD}    assert 'HS256' == header['alg']\n"
    ),
    "compared_by_get": algorithms(
        "header['alg']", f"{UNREAD}    if header.get('alg') != 'HS256':\n        return\n"
    ),
    "compared_by_name": algorithms(
        "name", f"{UNREAD}    name = header['alg']\n    if name not in ['HS256']:\n        return\n"
    ),
    "of_the_key_that_was_chosen": algorithms(
        "key['alg']", f"{UNREAD}    key = KEY[header['kid']]\n"
    ),
    "of_the_key_that_was_found": algorithms(
        "key['alg']",
        f"{UNREAD}    key = next(k for k in KEY['keys'] if k['kid'] == header['kid'])\n",
    ),
    "of_the_key_that_was_asked_for": algorithms("find(header['kid']).algorithm", UNREAD),
    "of_a_function_that_calls_itself": algorithms("chosen(0)")
    + "\n\ndef chosen(n):\n    return chosen(n + 1)",
    "of_a_circle": algorithms("a", "    a = b or a\n    b = a or b\n"),
    "another_library": "import base64\nbase64.decode(TOKEN, KEY)",
    "main_block": "if __name__ == '__main__':\n    jwt.decode(TOKEN, KEY)",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ID)] == [ID]


@pytest.mark.parametrize("called", ["str", "list", "tuple", "set", "sorted", "next"])
def test_what_passes_on(called: str, findings: Findings) -> None:
    source = f"{HEAD}{HEAD_ONLY}jwt.decode(TOKEN, KEY, algorithms={called}(header['alg']))\n"
    assert len(findings(source, ID)) == 1
    assert findings(source.replace(f"={called}(", "=named("), ID) == []


def test_steps_end(findings: Findings) -> None:
    assert len(findings(f"{HEAD}{algorithms('header' + '[0]' * 10, UNREAD)}\n", ID)) == 1
    assert findings(f"{HEAD}{algorithms('header' + '[0]' * 11, UNREAD)}\n", ID) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []


def test_reasons(findings: Findings) -> None:
    names = ("unsigned", "expiry", "none", "mixed", "chosen", "every")
    source = HEAD + "\n".join(FIRES[each] for each in names)
    assert [each.message for each in findings(source, ID)] == [
        "jwt.decode does not look at the signature: it takes tokens that anybody made",
        "jwt.decode with verify_exp off takes tokens that are not meant for it, or no longer valid",
        "jwt.decode accepts tokens without a signature",
        "jwt.decode accepts shared and public keys alike: the public key forges tokens",
        "jwt.decode takes the algorithm from the token: whoever made it chooses how it is verified",
        "jwt.decode accepts every algorithm there is: the sender chooses how the token is verified",
    ]
