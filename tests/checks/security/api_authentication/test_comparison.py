from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "non-constant-time-comparison"
HEAD = """\
import hashlib
import hmac
import os
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
API_KEY = os.environ["SERVICE_API_KEY"]


class Settings:
    api_key = os.environ["SERVICE_API_KEY"]


settings = Settings()


"""
FIRES = {
    "constant": "def f(api_key):\n    return api_key == API_KEY",
    "backwards": "def f(api_key):\n    return API_KEY == api_key",
    "different": "def f(args):\n    if args.api_key != API_KEY:\n        raise ValueError",
    "setting": "def f(token):\n    return token == settings.api_key",
    "on_self": "class A:\n    def f(self, api_key):\n        return api_key == self.api_key",
    "constant_of_a_module": "import names\ndef f(api_key):\n    return api_key == names.API_KEY",
    "header": "def f(request):\n    return request.headers['X-API-Key'] == API_KEY",
    "environment": "def f(token):\n    return token == os.environ['TOKEN']",
    "environment_of_any_name": "def f(token):\n    return token == os.environ['GATE']",
    "environment_get": "def f(token):\n    return os.getenv('TOKEN') == token",
    "environment_get_long": "def f(token):\n    return token == os.environ.get('TOKEN')",
    "signature": "def f(signature, body):\n"
    "    return signature == hmac.new(b'k', body, 'sha256').hexdigest()",
    "digest_kept": "def f(given, body):\n    ours = hmac.new(b'k', body, 'sha256').digest()\n"
    "    return ours != given",
    "digest_in_one": "def f(given, body):\n    return given == hmac.digest(b'k', body, 'sha256')",
    "digest_of_a_kept_one": "def f(given, body):\n    made = hmac.new(b'k', body, 'sha256')\n"
    "    return made.hexdigest() == given",
    "signature_names": "class A:\n    def f(self, signature):\n"
    "        return signature == self.expected_signature",
}
UNLESS_EMPTY = (
    "def made(data):\n    if not data:\n        return ''\n"
    "    return hmac.digest(b'k', data, 'sha256')\n"
)
KEPT = (
    "class Kept:\n    def __init__(self):\n        self.api_key = os.environ['K']\n"
    "        self.mode = os.environ['MODE']\nkept = Kept()\n"
)
LISTED = "def f(token):\n    return token in API_TOKENS"
FIRES.update(
    {
        "listed_one_by_one": "class A:\n    def f(self, given):\n"
        "        return any(each == given for each in self._tokens)",
        "listed_the_other_way": "def f(given, api_keys):\n"
        "    return [1 for each in api_keys if given != each]",
        "listed": f"API_TOKENS = os.environ.get('T', '').split(',')\n{LISTED}",
        "listed_comprehension": f"API_TOKENS = [t for t in os.environ['T'].split()]\n{LISTED}",
        "listed_tuple": f"API_TOKENS = (os.environ['A'], os.environ['B'])\n{LISTED}",
        "listed_again": f"API_TOKENS = list(os.environ['A'])\n{LISTED.replace('in', 'not in')}",
        "function": "from operator import eq\ndef f(api_key):\n    return eq(api_key, API_KEY)",
        "keyed_by_a_method": "class A:\n    def made(self, data):\n"
        "        return hmac.new(b'k', data, 'sha256').hexdigest()\n"
        "    def f(self, data, sent):\n        return self.made(data) == sent",
        "keyed_by_a_function": "def made(data):\n    return hmac.digest(b'k', data, 'sha256')\n"
        "def f(data, sent):\n    return sent != made(data)",
        "keyed_awaited": "async def made(data):\n    return hmac.digest(b'k', data, 'sha256')\n"
        "async def f(data, sent):\n    return sent != await made(data)",
        "keyed_unless_empty": f"{UNLESS_EMPTY}def f(data, sent):\n    return sent != made(data)",
        "keyed_by_a_method_unless_empty": "class A:\n    def made(self, data):\n"
        "        if not data:\n            return ''\n"
        "        return hmac.digest(b'k', data, 'sha256')\n"
        "    def f(self, data, sent):\n        return self.made(data) == sent",
        "keyed_listed": "def f(data, sent):\n"
        "    return sent in [hmac.digest(b'k', data, 'sha256')]",
        "keyed_method": "def f(data, sent):\n"
        "    return sent.__eq__(hmac.digest(b'k', data, 'sha256'))",
        "keyed_walrus": "def f(data, sent):\n"
        "    return sent == (own := hmac.digest(b'k', data, 'sha256'))",
        "variable_listed": "@chute.cord()\nasync def f(self, args: dict):\n"
        "    return args['sent'] in [os.environ['ADMIN_TOKEN']]",
        "variable_under_another_name": "@chute.cord()\nasync def f(self, args: dict):\n"
        "    ours = os.environ['ADMIN_TOKEN']\n    return args['sent'] == ours",
        "variable_and_a_name": "OURS = os.environ['ADMIN_TOKEN']\n"
        "def f(token):\n    return token == OURS",
        "kept_under_any_name": f"{KEPT}def f(given):\n    return given == kept.api_key",
    }
)
SILENT = {
    "listed_one_by_one_in_constant_time": "def f(given, api_keys):\n"
    "    return any(hmac.compare_digest(each, given) for each in api_keys)",
    "listed_one_by_one_with_a_constant": "def f(api_keys):\n"
    "    return any(each == '' for each in api_keys)",
    "listed_beside_another": "def f(given, api_keys):\n"
    "    return [each for each in api_keys if given == f]",
    "listed_words": "def f(given, words):\n    return any(each == given for each in words)",
    "mode_kept_under_any_name": f"{KEPT}def f(given):\n    return given == kept.mode",
    "measured_unless_empty": "def made(data):\n    if not data:\n        return 0\n"
    "    own = hmac.digest(b'k', data, 'sha256')\n    return len(own)\n"
    "def f(data, sent):\n    return sent != made(data)",
    "awaited_otherwise": "async def made(data):\n    return len(data)\n"
    "async def f(data, sent):\n    return sent != await made(data)",
    "keyed_in_a_set": "def f(data, sent):\n    return sent in {hmac.digest(b'k', data, 'sha256')}",
    "keyed_by_another_method": "def f(data, sent):\n"
    "    return sent.__lt__(hmac.digest(b'k', data, 'sha256'))",
    "variable_that_nobody_sends": "OURS = os.environ['ADMIN_TOKEN']\n"
    "def f(stored):\n    return stored == OURS",
    "variable_listed_that_nobody_sends": "def f(stored):\n"
    "    return stored in [os.environ['ADMIN_TOKEN']]",
    "variable_that_is_its_own": "OURS = os.environ['ADMIN_TOKEN']\n"
    "class A:\n    def f(self):\n        return self.token == OURS",
    "variable_of_before": "class A:\n    def f(self):\n"
    "        token = os.environ['ADMIN_TOKEN']\n        return token == self._last",
    "variable_twice": "def f():\n    token = os.environ['A_TOKEN']\n"
    "    return token == os.environ['B_TOKEN']",
    "variable_and_variable": "def f():\n    return os.environ['A_TOKEN'] == os.environ['B_TOKEN']",
    "listed_that_is_no_secret": "@chute.cord()\nasync def f(self, args: dict):\n"
    "    return args['sent'] in [os.environ['MODE']]",
    "set": f"API_TOKENS = set(os.environ['T'].split())\n{LISTED}",
    "display_of_a_set": f"API_TOKENS = {{os.environ['T']}}\n{LISTED}",
    "list_of_words": "WORDS = os.environ['T'].split()\ndef f(token):\n    return token in WORDS",
    "other_in_tokens": "API_TOKENS = [os.environ['T']]\ndef f(a):\n    return a in API_TOKENS",
    "another_operator": "from operator import lt\ndef f(api_key):\n    return lt(api_key, API_KEY)",
    "made_otherwise": "def made(data):\n    return len(data)\n"
    "def f(data, sent):\n    return sent != made(data)",
    "compare_digest": "def f(api_key):\n    return hmac.compare_digest(api_key, API_KEY)",
    "none": "def f(api_key):\n    return api_key is None",
    "none_with_operator": "def f(api_key):\n    return api_key == None",
    "empty": "def f(api_key):\n    return api_key == ''",
    "text": "class A:\n    def f(self):\n        return self.token == 'NAME'",
    "kinds": "def f(token):\n    return token.type == token.NAME",
    "confirmation": "def f(password, password_confirm):\n    return password == password_confirm",
    "two_sent": "def f(a, b):\n    return a.token == b.token",
    "two_own": "class A:\n    def f(self):\n        return self.token == API_KEY",
    "equality": "class A:\n    def __eq__(self, other):\n        return self.token == other.token",
    "inequality": "class A:\n    def __ne__(self, other):\n"
    "        return other.token != self.token",
    "own_no_secret": "def f(token):\n    return token == settings.mode",
    "constant_of_another_kind": "def f(token):\n    return token == token.NAME",
    "counts": "def f(max_tokens, MAX_TOKENS):\n    return max_tokens == MAX_TOKENS",
    "no_secret": "def f(name):\n    return name == settings.name",
    "no_secret_sent": "def f(name):\n    return name == API_KEY",
    "environment": "def f(mode):\n    return mode == os.environ['MODE']",
    "other_dictionary": "def f(token, known):\n    return token == known['x']",
    "other_function": "def f(token):\n    return token == str(os.name)",
    "checksum": "def f(expected, data):\n    return hashlib.sha256(data).hexdigest() == expected",
    "checksum_kept": "def f(expected, data):\n    made = hashlib.sha256(data)\n"
    "    return made.hexdigest() == expected",
    "hmac_name": "def f(name, body):\n    return hmac.new(b'k', body, 'sha256').name == name",
    "hmac_copied": "def f(other, body):\n    return hmac.new(b'k', body, 'md5').copy() == other",
    "hmac_with_text": "def f(body):\n    return hmac.new(b'k', body, 'md5').hexdigest() == 'abc'",
    "smaller": "def f(token):\n    return token < API_KEY",
    "main_block": "if __name__ == '__main__':\n    token = ''\n    print(token == API_KEY)",
}


@pytest.mark.parametrize(
    "owner", ["settings", "config", "cfg", "conf", "self", "state", "app", "options"]
)
def test_whose_the_secret_is(owner: str, findings: Findings) -> None:
    source = f"{HEAD}def f({owner}, given):\n    return given.token == {owner}.token\n"
    assert [each.check for each in findings(source, ID)] == [ID]


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []


@pytest.mark.parametrize(("functions", "count"), [(4, 1), (9, 1), (10, 0), (30, 0)])
def test_functions_that_return_what_others_return(
    functions: int, count: int, findings: Findings
) -> None:
    further = "".join(
        f"def f{number}(data):\n    if not data:\n        return ''\n"
        f"    return {f'f{number - 1}' if number else 'made'}(data)\n"
        for number in range(functions)
    )
    source = f"{HEAD}{UNLESS_EMPTY}{further}def f(data, sent):\n"
    assert len(findings(f"{source}    return sent == f{functions - 1}(data)\n", ID)) == count
