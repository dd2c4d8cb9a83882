from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "test-client-of-missing-route"
APP = """\
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


@chute.cord(public_api_path="/generate", path="inner")
async def generated(self, args: dict) -> dict:
    return {}
"""


def files(body: str, *, app: str = APP, name: str = "tests/test_app.py") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    head = "import fastapi.testclient, httpx\nfrom app import chute  # of chutes\n"
    head += "from starlette.testclient import TestClient\n"
    made = "client = TestClient(chute)\n"
    return {"app.py": app, name: f"{head}{made}def test_it(http, path):\n{lines}"}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_fires(method: str, findings: Findings) -> None:
    (found,) = findings(files(f"client.{method}('/health', json={{}})"), ID)
    assert "the path /health" in found.message


@pytest.mark.parametrize(
    "body",
    [
        "client.post('/generate', json={})",
        "client.post('/generate?a=b', json={})",
        "client.post('/inner')",
        "client.post('/generated')",
        "client.post(path)",
        "client.post()",
        "client.request('/health')",
        "client.get('health')",
        "client.get(b'/health')",
        "get('/health')",
    ],
)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(files(body), ID) == []


def test_tells_each_path_once(findings: Findings) -> None:
    body = "client.get('/a')\nclient.post('/a')\nclient.get('/b')"
    assert len(findings(files(body), ID)) == 2


def test_a_client_of_fastapi(findings: Findings) -> None:
    source = files("client.get('/health')")["tests/test_app.py"]
    for made in ("fastapi.testclient.TestClient(chute)", "http", "httpx.Client()"):
        test = source.replace("TestClient(chute)", made)
        found = findings({"app.py": APP, "tests/test_app.py": test}, ID)
        assert len(found) == ("TestClient" in made)


@pytest.mark.parametrize(
    "app",
    [
        APP + "@chute.get('/health')\ndef health():\n    return {}\n",
        APP + "import os\n@chute.cord(public_api_path=os.environ['P'])\ndef y(self): ...\n",
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n",
    ],
)
def test_paths_that_cannot_be_told(app: str, findings: Findings) -> None:
    assert findings(files("client.get('/health')", app=app), ID) == []


def test_a_lambda_has_only_its_paths(findings: Findings) -> None:
    app = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    app += "chute.cord(public_api_path='/x')(lambda self: {})\n"
    assert len(findings(files("client.get('/x')\nclient.get('/y')", app=app), ID)) == 1


def test_only_tests(findings: Findings) -> None:
    assert findings(files("client.get('/health')", name="chutes_probe.py"), ID) == []


def test_only_the_module_of_the_client(findings: Findings) -> None:
    both = files("client.get('/generate')")
    other = "# of chutes\nimport httpx\ndef test_it(client):\n    client.get('/health')\n"
    assert findings({**both, "tests/test_other.py": other}, ID) == []
