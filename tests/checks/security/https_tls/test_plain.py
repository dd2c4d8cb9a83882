from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "plain-http"
HEAD = """\
import os
import urllib.request
import httpx
import openai
import requests
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
FIRES = {
    "get": "requests.get('http://api.chutes.ai/ping')",
    "keyword": "requests.get(url='http://api.chutes.ai/ping')",
    "request": "requests.request('GET', 'http://api.chutes.ai/ping')",
    "named": "URL = 'HTTP://API.chutes.ai/ping'\nrequests.get(URL)",
    "formatted": "requests.get(f'http://api.chutes.ai/{os.getpid()}')",
    "added": "URL = 'http://api.chutes.ai'\nrequests.get(URL + '/' + os.name)",
    "urllib": "urllib.request.urlopen('http://api.chutes.ai/ping')",
    "base": "httpx.Client(base_url='http://api.chutes.ai')",
    "openai": "openai.OpenAI(base_url='http://api.chutes.ai/v1')",
    "port_and_user": "requests.get('http://me@api.chutes.ai:8080/ping')",
    "public_address": "requests.get('http://8.8.8.8/ping')",
    "passed": "def call(client):\n    return client.post('http://api.chutes.ai/ping')",
    "on_self": "class A:\n    def f(self):\n        self.session.get('http://api.chutes.ai/')",
}
SILENT = {
    "https": "requests.get('https://api.chutes.ai/ping')",
    "itself": "requests.get('http://localhost:8000/ping')",
    "itself_by_number": "requests.get('http://127.0.0.1:8000/ping')",
    "itself_by_6": "requests.get('http://[::1]:8000/ping')",
    "everything": "requests.get('http://0.0.0.0:8000/ping')",
    "sub_of_local": "requests.get('http://api.localhost/ping')",
    "private": "requests.get('http://10.0.3.4/ping')",
    "link_local": "requests.get('http://169.254.169.254/latest')",
    "one_word": "requests.get('http://vllm:8000/ping')",
    "internal": "requests.get('http://db.prod.internal/ping')",
    "example": "requests.get('http://api.example.com/ping')",
    "unknown": "requests.get(os.environ['URL'])",
    "fallback": "requests.get(os.getenv('URL', 'http://api.chutes.ai'))",
    "formatted_host": "requests.get(f'http://{os.environ[\"H\"]}/ping')",
    "dictionary": "SPACES = {}\nSPACES.get('http://www.w3.org/1999/xhtml')",
    "not_a_client": "def f(spaces):\n    return spaces.get('http://www.w3.org/1999/xhtml')",
    "not_a_method": "def f(client):\n    return client.label('http://www.w3.org/1999/xhtml')",
    "third": "requests.post('https://api.chutes.ai', {}, 'http://www.w3.org/1999/xhtml')",
    "another_argument": "requests.post('https://a.chutes.ai', data='http://www.w3.org/1999')",
    "another_library": "import lxml\nlxml.parse('http://www.w3.org/1999/xhtml')",
    "own": "class Client:\n    def get(self, url):\n        return url\n\n"
    "client = Client()\nclient.get('http://www.w3.org/1999/xhtml')",
    "plain_function": "def get(url):\n    return url\n\nget('http://www.w3.org/1999')",
    "number": "requests.get(1)",
    "main_block": "if __name__ == '__main__':\n    requests.get('http://api.chutes.ai/ping')",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []


@pytest.mark.parametrize("keyword", ["url", "base_url", "api_base", "endpoint", "endpoint_url"])
def test_what_addresses_are_called(keyword: str, findings: Findings) -> None:
    source = f"import boto3\nboto3.client('s3', 'us', {keyword}='http://s3.chutes.ai')\n"
    assert [each.check for each in findings(HEAD + source, ID)] == [ID]


@pytest.mark.parametrize("name", ["session", "client", "http", "http_client", "http_session"])
def test_what_clients_are_called(name: str, findings: Findings) -> None:
    source = f"{HEAD}def call({name}):\n    {name}.get('http://api.chutes.ai/ping')\n"
    assert [each.check for each in findings(source, ID)] == [ID]


def test_once_for_a_call(findings: Findings) -> None:
    source = "requests.request('http://a.chutes.ai', url='http://b.chutes.ai')\n"
    (found,) = findings(HEAD + source, ID)
    assert found.message == "a.chutes.ai is called without TLS"
