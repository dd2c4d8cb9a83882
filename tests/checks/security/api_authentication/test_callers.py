from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """\
import hashlib
import os
import fastapi
from fastapi import Query, Header
from fastapi.security import APIKeyHeader, APIKeyQuery
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
QUERY, PLAIN = "api-key-in-query", "api-keys-in-plain-text"
FIRES = {
    "get": (QUERY, "def f(request):\n    return request.query_params.get('api_key')"),
    "get_default": (QUERY, "def f(request):\n    return request.query_params.get('token', '')"),
    "item": (QUERY, "def f(request):\n    return request.query_params['access_token']"),
    "on_self": (QUERY, "class A:\n    def f(self):\n"
                "        return self.request.query_params.get('apiKey')"),
    "declared": (QUERY, "def f(api_key: str = Query()):\n    return api_key"),
    "declared_by_module": (QUERY, "def f(api_key: str = fastapi.Query(None)):\n    return api_key"),
    "alias": (QUERY, "def f(k: str = Query(alias='api_key')):\n    return k"),
    "annotated": (QUERY, "from typing import Annotated\n"
                  "def f(api_key: Annotated[str, Query()]):\n    return api_key"),
    "annotated_alias": (QUERY, "from typing import Annotated\n"
                        "def f(k: Annotated[str, Query(alias='api_key')] = ''):\n    return k"),
    "scheme": (QUERY, "scheme = APIKeyQuery(name='k')"),
    "entry": (PLAIN, "class A:\n    def f(self, api_key):\n        self.api_keys[api_key] = 1"),
    "global": (PLAIN, "TOKENS = {}\ndef f(token):\n    TOKENS[token] = 'x'"),
    "attribute": (PLAIN, "API_KEYS = {}\ndef f(args):\n    API_KEYS[args.api_key] = 'x'"),
    "made": (PLAIN, "API_KEYS = {}\ndef f():\n    api_key = os.urandom(9)\n"
             "    API_KEYS[api_key] = 'x'"),
}  # fmt: skip
SILENT = {
    "other_parameter": (QUERY, "def f(request):\n    return request.query_params.get('page')"),
    "page_token": (QUERY, "def f(request):\n    return request.query_params.get('page_token')"),
    "unknown": (QUERY, "def f(request, x):\n    return request.query_params.get(x)"),
    "header": (QUERY, "def f(request):\n    return request.headers.get('api_key')"),
    "header_item": (QUERY, "def f(request):\n    return request.headers['api_key']"),
    "dictionary": (QUERY, "def f(values):\n    return values.get('api_key')"),
    "declared": (QUERY, "def f(page: int = Query(1)):\n    return page"),
    "alias": (QUERY, "def f(token: str = Query(alias='page')):\n    return token"),
    "alias_computed": (QUERY, "def f(page: str = Query(alias=os.X)):\n    return page"),
    "alias_by_name": (QUERY, "def f(page: str = Query(alias=X)):\n    return page"),
    "annotated_header": (QUERY, "from typing import Annotated\n"
                         "def f(api_key: Annotated[str, Header()]):\n    return api_key"),
    "declared_header": (QUERY, "def f(api_key: str = Header()):\n    return api_key"),
    "plain_default": (QUERY, "def f(api_key: str = ''):\n    return api_key"),
    "scheme": (QUERY, "scheme = APIKeyHeader(name='k')"),
    "hashed": (PLAIN, "API_KEYS = {}\ndef f(api_key):\n"
               "    API_KEYS[hashlib.sha256(api_key).hexdigest()] = 'x'"),
    "hashed_before": (PLAIN, "API_KEYS = {}\ndef f(given):\n"
                      "    api_key = hashlib.sha256(given).hexdigest()\n    API_KEYS[api_key] = 1"),
    "named_hash": (PLAIN, "API_KEYS = {}\ndef f(key_hash):\n    API_KEYS[key_hash] = 'x'"),
    "by_name": (PLAIN, "API_KEYS = {}\ndef f(name, key):\n    API_KEYS[name] = key"),
    "other_table": (PLAIN, "CACHE = {}\ndef f(token):\n    CACHE[token] = 1"),
    "read": (PLAIN, "API_KEYS = {}\ndef f(api_key):\n    return API_KEYS[api_key]"),
    "counted": (PLAIN, "TOKENS = {}\ndef f(token):\n    TOKENS[token] += 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    check, source = FIRES[name]
    assert [each.check for each in findings(f"{HEAD}{source}\n", check)] == [check]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    check, source = SILENT[name]
    assert findings(f"{HEAD}{source}\n", check) == []
