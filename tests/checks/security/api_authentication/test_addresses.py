from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "api-key-in-query"
HEAD = """\
import hmac
from urllib.parse import parse_qs, parse_qsl, unquote
import httpx
import requests
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
COMPARED = "def check(a, b):\n    return hmac.compare_digest(a, b)\n"
TAKEN = {
    "parsed": "def f(scope):\n    return parse_qs(scope['query_string']).get(b'api_key')",
    "parsed_get": "def f(scope):\n    q = parse_qs(scope.get('query_string', b''))\n"
    "    return q[b'token']",
    "parsed_pairs": "def f(scope):\n    q = dict(parse_qsl(scope['query_string'].decode()))\n"
    "    return q.get('access_token')",
    "url": "def f(request):\n    return parse_qs(request.url.query)['api_key']",
    "key_of_a_request": f"{COMPARED}def f(request):\n    return request.query_params.get('key')",
    "by_name": "def f(request):\n    query = request.query_params\n    return query['api_key']",
    "key": f"{COMPARED}def f(scope):\n    return parse_qs(scope['query_string']).get(b'key')",
}
SENT = {
    "entry": "def f(key):\n    requests.get('https://a.b/c', params={'api_key': key})",
    "key": "def f(key):\n    httpx.get('https://a.b/c', params={'q': 'x', 'key': key})",
    "client": "client = httpx.Client(timeout=5)\ndef f(token, more):\n"
    "    client.get('https://a.b/c', params={**more, 'token': token})",
    "by_name": "def f(key):\n    given = {'api_key': key}\n"
    "    requests.get('https://a.b/c', params=given)",
    "text": "def f(key):\n    return f'https://a.b/c?api_key={key}'",
    "text_later": "def f(key):\n    return f'https://a.b/c?q=x&key={key}&v=1'",
}
SILENT = {
    "key_that_nothing_compares": "def f(request):\n    return request.query_params.get('key')",
    "two_in_a_row": "def f(a, b):\n    return f'{a}{b}'",
    "cache_key": "def f(scope):\n    return parse_qs(scope['query_string']).get(b'key')",
    "page": "def f(scope):\n    return parse_qs(scope['query_string']).get(b'page')",
    "compared_page": f"{COMPARED}def f(scope):\n"
    "    return parse_qs(scope['query_string']).get('a')",
    "headers": "def f(scope):\n    return dict(scope['headers']).get(b'api_key')",
    "callback": "def f(text):\n    return parse_qs(text)['api_key']",
    "other_function": "def f(scope):\n    return unquote(scope['query_string'])['api_key']",
    "by_number": "def f(scope):\n    return parse_qs(scope['query_string']).get(1)",
    "other_entry": "def f(key):\n    requests.get('https://a.b/c', params={'q': key})",
    "header": "def f(key):\n    requests.get('https://a.b/c', headers={'api_key': key})",
    "no_request": "def f(key, run):\n    run('https://a.b/c', params={'api_key': key})",
    "unknown": "def f(given):\n    requests.get('https://a.b/c', params=given)",
    "other_text": "def f(page):\n    return f'https://a.b/c?page={page}'",
    "written_out": "URL = f'https://a.b/c?api_key={\"demo\"}'",
    "end": "URL = f'{chute}https://a.b/c?api_key='",
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_callers_send(name: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{TAKEN[name]}\n", ID)
    assert (found.severity, "is taken from" in found.message) == (Severity.WARNING, True)


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_to_others(name: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{SENT[name]}\n", ID)
    assert (found.severity, "another service" in found.message) == (Severity.INFO, True)


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []
