"""`make build` and `make deploy` of a generated project, against a stand-in platform.

The SDK's commands exit 0 when the platform refuses; the project's must not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chutes_cli.scaffold.answers import gather
from chutes_cli.scaffold.naming import check_name
from chutes_cli.scaffold.render import render
from chutes_cli.scaffold.template import template_named
from chutes_cli.scaffold.write import write

pytestmark = pytest.mark.sdk

CONFIGURATION = """\
[api]
base_url = http://127.0.0.1:{port}
[auth]
user_id = 00000000-0000-0000-0000-000000000000
username = ada
hotkey_seed = {seed}
hotkey_name = test
hotkey_ss58address = 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
"""


class Platform(ThreadingHTTPServer):
    """Answers what the SDK's build and deploy ask; refuses both if told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.refuses = False
        self.built = False
        self.chute: dict[str, object] = {}


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def do_GET(self) -> None:
        if self.path.endswith("/logs"):
            self._answer(200, b"the log of the build", "text/plain")
        elif self.server.built:
            self._answer(200, b'{"status": "built and pushed"}')
        else:
            self._answer(404, b'{"detail": "not found"}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refuses:
            self._answer(402, b'{"detail": "balance too low"}')
        elif self.path.startswith("/images/"):
            self.server.built = True
            self._answer(202, b'{"image_id": "1"}')
        else:
            self.server.chute = json.loads(body)
            self._answer(200, b'{"chute_id": "1", "version": "1"}')

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def make(project: Path, platform: Platform, target: str) -> subprocess.CompletedProcess[str]:
    """Run a make target of a project, agreeing to whatever is asked."""
    configuration = project.parent / "config.ini"
    seed = "01" * 32
    configuration.write_text(CONFIGURATION.format(port=platform.server_address[1], seed=seed))
    environment = {
        **os.environ,
        "CHUTES_CONFIG_PATH": str(configuration),
        "HOME": str(project.parent),
    }
    return subprocess.run(
        ["make", target, f"BIN={Path(sys.executable).parent}"],
        cwd=project,
        env=environment,
        input="y\n" * 10,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def generated(folder: Path, *settings: str) -> Path:
    for module in ("chutes", "torch"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    template = template_named("text")
    answers = gather(template, check_name("my-service"), settings=settings)
    return write(render(template, answers, "0"), folder / "my-service").root


def test_build_and_deploy_succeed_only_if_the_platform_agrees(
    tmp_path: Path, platform: Platform
) -> None:
    project = generated(tmp_path, "username=ada")
    platform.refuses = True
    refused = make(project, platform, "build")
    assert (refused.returncode, "balance too low" in refused.stdout) == (2, True)
    platform.refuses = False
    built = make(project, platform, "build")
    assert built.returncode == 0, built.stdout + built.stderr
    assert "my_service/weights.safetensors" in built.stdout
    platform.refuses = True
    assert make(project, platform, "deploy").returncode == 2
    platform.refuses = False
    deployed = make(project, platform, "deploy")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    sent = platform.chute
    assert (sent["name"], sent["tee"], sent["concurrency"]) == ("my-service", True, 32)
    assert sent["code"] == (project / "chute.py").read_text()


def test_the_default_user_name_is_not_sent_anywhere(tmp_path: Path, platform: Platform) -> None:
    project = generated(tmp_path)
    for target in ("build", "deploy"):
        result = make(project, platform, target)
        assert result.returncode == 2
        assert "Set USERNAME in chute.py" in result.stderr
    assert not platform.built
