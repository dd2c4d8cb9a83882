from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.network import (
    REMOTE_CLIENTS,
    URL_FIRST,
    URL_SECOND,
)
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "egress-in-cord"
HEAD = """\
import os
import boto3
import httpx
import openai
import requests
import urllib.request
from chutes.chute import Chute
from chutes.chute.template.vllm import build_vllm_chute
from openai import OpenAI

chute = Chute("u", "my-service", "i")
API = "https://api.example.com"
CLIENT = httpx.Client(base_url="https://api.example.com/v1")
LOCAL = httpx.Client(base_url="http://127.0.0.1:8001")
SESSION = requests.Session()
GPT = OpenAI()
OWN = OpenAI(base_url="http://127.0.0.1:8001/v1")
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
CALL = "requests.get('https://a.example.com/b')"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


FIRES = {
    "request_made_before": app(
        "urllib.request.urlopen(urllib.request.Request('https://a.example.com/x'))"
    ),
    "requests": app(CALL),
    "format": app("requests.get('https://a.example.com/{}'.format(args['id']))"),
    "format_of_a_constant": app("requests.get(PLACE.format(1))", "PLACE = API + '/{}.png'\n"),
    "percent": app("requests.get('https://a.example.com/%s' % args['id'])"),
    "given_by_several_calls": app(
        "fetch('https://a.example.com', 1)\nfetch(more=2, url='https://b.example.com/x')",
        "def fetch(url, more):\n    return requests.get(url)\n",
    ),
    "given_by_one_of_several_calls": app(
        "fetch(args['url'])\nfetch(f'{API}/x')",
        "def fetch(url):\n    return requests.get(url)\n",
    ),
    "environment": app("requests.get(os.environ['RATES_URL'])"),
    "environment_added_to": app("requests.get(os.environ['RATES_URL'] + '/x')"),
    "environment_of_a_client": app(
        "self.rates.latest()",
        "class Rates:\n    def __init__(self, base: str):\n        self._base = base.rstrip('/')\n"
        "        self._http = requests.Session()\n    def latest(self):\n"
        "        return self._http.get(f'{self._base}/latest')\n"
        "@chute.on_startup()\nasync def start(self):\n"
        "    self.rates = Rates(os.environ['RATES_URL'])\n",
    ),
    "by_keyword": app("requests.get(url='https://a.example.com')"),
    "method_first": app("requests.request('GET', 'https://a.example.com')"),
    "constant": app("requests.get(API)"),
    "formatted": app("requests.get(f'https://a.example.com/{args}')"),
    "formatted_constant": app("requests.get(f'{API}/rates')"),
    "added": app("requests.get('https://a.example.com/' + args)"),
    "address": app("requests.get('http://8.8.8.8/x')"),
    "session": app("SESSION.get('https://a.example.com')"),
    "kept_client": app(
        "self.client.get('https://a.example.com')",
        "@chute.on_startup()\nasync def start(self):\n    self.client = httpx.Client()\n",
    ),
    "base": app("CLIENT.get('/rates')"),
    "urllib": app("urllib.request.urlopen('https://a.example.com')"),
    "helper": app("load(args)", f"def load(args):\n    return {CALL}\n"),
    "service": app("GPT.chat.completions.create(model='a')"),
    "service_made_on_the_spot": app("openai.OpenAI().models.list()"),
    "bucket": app("boto3.client('s3').upload_file('a', 'b', 'c')"),
    "told_false": app(CALL).replace('"i")', '"i", allow_external_egress=False)'),
    "template": app(CALL).replace('Chute("u", "my-service", "i")', 'build_vllm_chute("u", "m")'),
}
SILENT = {
    "environment_with_a_default": app("requests.get(os.environ.get('URL', 'http://127.0.0.1'))"),
    "environment_of_the_platform": app("requests.get(os.environ['CHUTES_API_URL'])"),
    "environment_of_the_instance": app("requests.get(os.environ['ENGINE_URL'] + '/v1')"),
    "environment_in_the_path": app("requests.get('http://127.0.0.1/' + os.environ['NAME'])"),
    "environment_of_another_kind": app("requests.get(args['RATES_URL'])"),
    "environment_encoded": app("requests.get(os.environ['RATES_URL'].encode('idna'))"),
    "given_by_several_calls_that_stay": app(
        "fetch('http://127.0.0.1/x', API)\nfetch(args['url'], API)",
        "def fetch(url, other):\n    return requests.get(url)\n",
    ),
    "request_made_before_at_home": app(
        "urllib.request.urlopen(urllib.request.Request('http://127.0.0.1/x'))"
    ),
    "format_of_a_host": app("requests.get('https://{}/x'.format(args['host']))"),
    "percent_of_a_host": app("requests.get('https://%s/x' % args['host'])"),
    "format_of_the_unknown": app("requests.get(args['pattern'].format(1))"),
    "format_at_home": app("requests.get('http://127.0.0.1:8001/{}'.format(1))"),
    "allowed": app(CALL).replace('"i")', '"i", allow_external_egress=True)'),
    "unknown_permission": app(CALL).replace('"i")', '"i", allow_external_egress=os.environ["E"])'),
    "spread": app(CALL).replace('"i")', '"i", **OPTIONS)'),
    "startup": HEAD + f"@chute.on_startup()\nasync def start(self):\n    {CALL}\n" + CORD
    + "    return 1\n",
    "loopback": app("requests.get('http://127.0.0.1:8000/x')"),
    "loopback_6": app("requests.get('http://[::1]:8000/x')"),
    "localhost": app("requests.get('http://localhost:8000')"),
    "below_localhost": app("requests.get('http://a.localhost:8000')"),
    "any_address": app("requests.get('http://0.0.0.0:8000')"),
    "platform": app("requests.get('https://llm.chutes.ai/v1/models')"),
    "platform_itself": app("requests.get('https://chutes.ai/v1/models')"),
    "unknown": app("requests.get(args['url'])"),
    "unknown_host": app("requests.get(f'https://{args}/x')"),
    "host_goes_on": app("requests.get(f'https://a.{args}/x')"),
    "host_added_to": app("requests.get('http://127.0.0.1.' + args)"),
    "no_address": app("requests.get('http://[a')"),
    "nothing": app("requests.get()"),
    "number": app("requests.get(3)"),
    "local_base": app("LOCAL.get('/x')"),
    "no_base": app("SESSION.get('/x')"),
    "own_service": app("OWN.chat.completions.create(model='a')"),
    "own_bucket": app("boto3.client('s3', endpoint_url='http://127.0.0.1:9000').list_buckets()"),
    "another_function": app("print('a', 'https://a.example.com')"),
    "client_of_ones_own": app(
        "OWNC.get('/x')",
        "class Own(httpx.Client):\n    pass\n\nOWNC = Own(base_url='https://a.example.com')",
    ),
    "another_object": app("args.get('https://a.example.com')\nos.path.join('https://a.example.com')"),
    "annotated_client": app(
        "ask(args)", "def ask(client: httpx.Client):\n    return client.get('/x')\n"
    ),
    "annotated_service": app(
        "ask(args)", "def ask(client: OpenAI):\n    return client.models.list()\n"
    ),
    "direct": app(f"if self.exposure == 'direct':\n    {CALL}"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def called(name: str, arguments: str) -> str:
    owner, _, method = name.rpartition(".")
    if owner.rpartition(".")[2][:1].isupper() or owner == "requests.session":
        made = f"import {owner.rpartition('.')[0]}\n{owner}().{method}"
    else:
        made = f"import {owner}\n{name}"
    return app(f"{made}({arguments})")


@pytest.mark.parametrize("name", sorted(URL_FIRST))
def test_every_call_with_the_url_first(name: str, findings: Findings) -> None:
    assert len(findings(called(name, "'https://a.example.com'"), ID)) == 1


@pytest.mark.parametrize("name", sorted(URL_SECOND))
def test_every_call_with_the_url_second(name: str, findings: Findings) -> None:
    assert len(findings(called(name, "'GET', 'https://a.example.com'"), ID)) == 1
    assert findings(called(name, "'https://a.example.com'"), ID) == []


@pytest.mark.parametrize("client", sorted(REMOTE_CLIENTS))
def test_every_service(client: str, findings: Findings) -> None:
    module = client.rpartition(".")[0]
    (found,) = findings(app(f"import {module}\n{client}().ask()"), ID)
    assert f"calls the service of {client}, and" in found.message
    elsewhere = f"import {module}\n{client}({REMOTE_CLIENTS[client]}=args).ask()"
    assert findings(app(elsewhere), ID) == []


def test_a_cord_of_two_chutes_may_be_the_free_ones(findings: Findings) -> None:
    more = "other = Chute('u', 'other', 'i', allow_external_egress=True)\n"
    shared = f"async def x(self, args: dict):\n    {CALL}\nchute.cord(public_api_path='/x')(x)\n"
    assert len(findings(HEAD + shared, ID)) == 1
    assert findings(HEAD + more + shared + "other.cord(public_api_path='/x')(x)\n", ID) == []


def test_names_the_host_and_the_way(findings: Findings) -> None:
    (found,) = findings(FIRES["helper"], ID)
    assert found.message.startswith("cord x calls a.example.com, and the network is locked")
    assert [each.note for each in found.trace] == ["cord x", "x runs load"]
