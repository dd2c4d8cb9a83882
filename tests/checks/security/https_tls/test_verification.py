from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "tls-verification-off"
HEAD = """\
import os
import ssl
import subprocess
import aiohttp
import httpx
import redis
import requests
import urllib3
from requests import get as fetch
from chutes.chute import Chute
from chutes.image import Image

chute = Chute("u", "my-service", "i")
URL = "https://api.chutes.ai/ping"
image = Image("u", "n", "1")
"""
FIRES = {
    "subclass": "class Own(requests.Session):\n    def __init__(self):\n"
    "        super().__init__()\n        self.verify = False",
    "unpacked": "context = ssl.create_default_context()\n"
    "context.check_hostname, context.options = False, 0",
    "requests": "requests.get(URL, verify=False)",
    "alias": "fetch(URL, verify=False)",
    "httpx": "httpx.Client(verify=False)",
    "httpx_async": "client = httpx.AsyncClient(timeout=3, verify=False)",
    "httpx_flag_elsewhere": "CHECK = False\nhttpx.Client(verify=CHECK)",
    "options": "OPTIONS = {'verify': False}\nrequests.get(URL, **OPTIONS)",
    "helper": "def call(verify):\n    return requests.get(URL, verify=verify)\n\ncall(False)",
    "aiohttp": "aiohttp.TCPConnector(ssl=False)",
    "aiohttp_old": "aiohttp.TCPConnector(verify_ssl=False)",
    "urllib3": "urllib3.PoolManager(cert_reqs='CERT_NONE')",
    "urllib3_constant": "urllib3.PoolManager(cert_reqs=ssl.CERT_NONE)",
    "urllib3_host": "urllib3.PoolManager(assert_hostname=False)",
    "redis": "redis.Redis(host='cache.chutes.ai', ssl=True, ssl_cert_reqs='none')",
    "class_of_sessions": "class Own(requests.Session):\n    pass\n\nOwn.verify = False",
    "session": "session = requests.Session()\nsession.verify = False",
    "session_by_another_name": "api = requests.Session()\napi.verify = False",
    "client_passed_verify": "def call(client):\n    client.verify = False",
    "http_passed_verify": "def call(http):\n    http.verify = False",
    "nothing_required": "redis.Redis(host='cache.chutes.ai', ssl=True, ssl_cert_reqs=None)",
    "session_method": "session = requests.Session()\nsession.get(URL, verify=False)",
    "session_on_self": "class Api:\n    def __init__(self, session):\n"
    "        self.session = session\n        self.session.verify = False",
    "client_passed": "def call(client):\n    return client.post(URL, verify=False)",
    "context": "ssl._create_unverified_context()",
    "context_kept": "ssl._create_default_https_context = ssl._create_unverified_context",
    "mode": "context = ssl.create_default_context()\ncontext.verify_mode = ssl.CERT_NONE",
    "mode_enum": "context = ssl.create_default_context()\n"
    "context.verify_mode = ssl.VerifyMode.CERT_NONE",
    "host_name": "context = ssl.create_default_context()\ncontext.check_hostname = False",
    "variable": "os.environ['PYTHONHTTPSVERIFY'] = '0'",
    "variable_empty": "os.environ['REQUESTS_CA_BUNDLE'] = ''",
    "process": "subprocess.run(['curl', '-k', URL])",
    "process_shell": "subprocess.run('curl -sSLk ' + URL, shell=True)",
    "run_command": "image.run_command('curl --insecure https://a.chutes.ai/x | tar x')",
    "with_env": "image.with_env('GIT_SSL_NO_VERIFY', '1')",
}
SILENT = {
    "subclass_of_another": "class Own(dict):\n    def __init__(self):\n        self.verify = False",
    "unpacked_on": "context = ssl.create_default_context()\n"
    "context.check_hostname, context.verify_mode = True, ssl.CERT_REQUIRED",
    "default": "requests.get(URL)",
    "on": "requests.get(URL, verify=True)",
    "own_authority": "requests.get(URL, verify='ca.pem')",
    "from_settings": "requests.get(URL, verify=os.getenv('VERIFY') != '0')",
    "helper": "def call(verify=True):\n    return requests.get(URL, verify=verify)\n\ncall()",
    "own_function": "def get(url, verify):\n    return url\n\nget(URL, verify=False)",
    "own_method": "class Api:\n    def get(self, url, verify=True):\n        return url\n\n"
    "Api().get(URL, verify=False)",
    "other_library": "import jwt\njwt.decode('a', verify=False)",
    "other_method": "def f(image):\n    image.load(verify=False)",
    "plain_redis": "redis.Redis(host='a')",
    "itself": "requests.get('https://localhost:8443/health', verify=False)",
    "itself_by_number": "requests.get('https://127.0.0.1:8443/health', verify=False)",
    "itself_by_default": "requests.get(os.getenv('U', 'https://127.0.0.1:1/'), verify=False)",
    "verify_of_something_else": "class S:\n    pass\n\ns = S()\ns.verify = False",
    "session_without_proxies": "session = requests.Session()\nsession.trust_env = False",
    "mode_of_something_else": "def f(settings):\n    settings.weakest = ssl.CERT_NONE",
    "verify_a_flag": "verify = False",
    "host_name_kept": "context = ssl.create_default_context()\ncontext.check_hostname = True",
    "mode_kept": "context = ssl.create_default_context()\ncontext.verify_mode = ssl.CERT_REQUIRED",
    "client_verifies": "client = httpx.Client()\nclient.verify = True",
    "cert_none_compared": "x = ssl.CERT_NONE",
    "annotated": "verify_mode: int",
    "main_block": "if __name__ == '__main__':\n    requests.get(URL, verify=False)",
    "main_block_process": "if __name__ == '__main__':\n    subprocess.run(['curl', '-k', URL])",
    "main_block_context": "if __name__ == '__main__':\n"
    "    ssl._create_default_https_context = ssl._create_unverified_context",
    "variable_on": "os.environ['PYTHONHTTPSVERIFY'] = '1'",
    "unknown_variable": "os.environ['VERIFY'] = '0'",
    "process": "subprocess.run(['curl', '-fsSL', URL])",
    "process_itself": "subprocess.run(['curl', '-k', 'https://localhost:8443/x'])",
    "with_env": "image.with_env('GIT_SSL_NO_VERIFY', '0')",
    "run_command": "image.run_command('curl -fsSL https://a.chutes.ai/x | tar x')",
    "unknown_command": "image.run_command(os.environ['X'])",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    found = findings(f"{HEAD}{FIRES[name]}\n", ID)
    assert [(each.check, each.severity) for each in found] == [(ID, Severity.ERROR)]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []


def test_silenced_warnings_are_a_warning(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}urllib3.disable_warnings()\n", ID)
    assert found.severity is Severity.WARNING


def test_what_is_said(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}requests.get(URL, verify=False)\n", ID)
    assert found.message == "verify=False: the certificate is not verified"


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("run.sh", "curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "sudo curl -sk https://a.chutes.ai/x\n", "curl -sk"),
        ("run.sh", "/usr/bin/curl --insecure https://a.chutes.ai/x\n", "curl --insecure"),
        ("run.sh", "wget --no-check-certificate https://a.b/x\n", "wget --no-check-certificate"),
        ("run.sh", "pip install --trusted-host pypi.org x\n", "pip --trusted-host"),
        ("run.sh", "python3 -m pip install --trusted-host=a.b x\n", "pip --trusted-host"),
        ("run.sh", "GIT_SSL_NO_VERIFY=1 git clone https://a.b/c\n", "GIT_SSL_NO_VERIFY=1"),
        ("run.sh", "export PYTHONHTTPSVERIFY=0\n", "PYTHONHTTPSVERIFY=0"),
        ("run.sh", "env PYTHONHTTPSVERIFY=0 python app.py\n", "PYTHONHTTPSVERIFY=0"),
        ("run.sh", "git config --global http.sslVerify false\n", "git http.sslverify=false"),
        ("run.sh", "git -c http.sslVerify=false clone x\n", "git http.sslverify=false"),
        ("run.sh", "npm config set strict-ssl false\n", "npm strict-ssl=false"),
        ("run.sh", "exec curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "nohup curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "time curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "sudo -E curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "env A=1 curl -k https://a.chutes.ai/x\n", "curl -k"),
        ("run.sh", "sudo env PYTHONHTTPSVERIFY=0 python app.py\n", "PYTHONHTTPSVERIFY=0"),
        ("Dockerfile", "FROM x\nRUN curl -k https://a.b/x\n", "curl -k"),
        (".github/workflows/ci.yml", "jobs:\n a:\n  steps:\n   - run: curl -k x.y\n", "curl -k"),
    ],
)  # fmt: skip
def test_scripts(path: str, text: str, what: str, findings: Findings) -> None:
    (found,) = findings({"app.py": HEAD, path: text}, ID)
    assert (found.location.path, found.message.split(":")[0]) == (path, what)


@pytest.mark.parametrize(
    "text",
    [
        "curl -fsSL https://a.chutes.ai/x",
        "curl -k https://127.0.0.1:8443/health",
        "grep -k x",
        "echo --insecure",
        "echo PYTHONHTTPSVERIFY=0",
        "git config --global http.sslVerify true",
        "npm config set strict-ssl true",
        "curl --cacert ca.pem --key k.pem https://a.chutes.ai",
        "echo pip --trusted-host a.b",
        "echo http.sslverify false",
        "python app.py --trusted-host a.b",
        "export NAME=0",
        "env",
        "sudo",
    ],
)
def test_harmless_scripts(text: str, findings: Findings) -> None:
    assert findings({"app.py": HEAD, "run.sh": f"{text}\n"}, ID) == []


def test_once_for_lines_that_two_jobs_share(findings: Findings) -> None:
    text = ".a: &a\n  - curl -k https://a.b/x\none:\n  script: *a\ntwo:\n  script: *a\n"
    assert len(findings({"app.py": HEAD, ".gitlab-ci.yml": text}, ID)) == 1


def test_tests_are_no_production_code(findings: Findings) -> None:
    files = {
        "app.py": f"{HEAD}import tests.helper\n",
        "tests/__init__.py": "",
        "tests/helper.py": "import requests\nrequests.get('https://a.b', verify=False)\n",
    }
    assert findings(files, ID) == []
