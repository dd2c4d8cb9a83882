from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "pipeline-confirmation"
CHUTE = "from chutes.chute import Chute\n\nchute = Chute('u', 'my-service', 'i')\n"


def workflow(script: str, shell: str = "") -> dict[str, str]:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    step = f"        shell: {shell}\n" if shell else ""
    text = f"jobs:\n  release:\n    steps:\n      - name: go\n{step}        run: |\n{lines}"
    return {"app.py": CHUTE, ".github/workflows/ci.yml": text}


def scripted(text: str) -> dict[str, str]:
    return {"app.py": CHUTE, "deploy.sh": text}


@pytest.mark.parametrize(
    "script",
    [
        "chutes deploy app:chute",
        "chutes build app:chute --wait | tee build.log",
        "chutes deploy app:chute > deploy.log 2>&1",
        "if chutes deploy app:chute; then echo ok; fi",
        "OUT=$(chutes deploy app:chute)",
        "bash -c 'chutes deploy app:chute'",
        "echo y | true\nchutes deploy app:chute",
        "echo y | chutes deploy app:chute < /dev/null",
        "(chutes deploy app:chute) < /dev/null",
    ],
)
def test_nobody_answers_in_ci(script: str, findings: Findings) -> None:
    (found,) = findings(workflow(script), ID)
    assert found.severity is Severity.ERROR
    assert "gets no answer" in found.message


@pytest.mark.parametrize(
    "script",
    [
        "echo y | chutes deploy app:chute",
        "yes | chutes deploy app:chute",
        "chutes deploy app:chute <<< y",
        "chutes deploy app:chute < answer.txt",
        "chutes deploy app:chute <<EOF\ny\nEOF",
        "echo y | (cd svc && chutes deploy app:chute)",
        "{ chutes deploy app:chute; } <<< y",
        "echo y | bash -c 'chutes deploy app:chute'",
        "printf 'y\\ny\\n' | sudo chutes build app:chute | tee build.log",
        "chutes build app:chute --local",
        "chutes deploy --help",
        "chutes run app:chute",
        "make deploy",
    ],
)
def test_answered_in_ci(script: str, findings: Findings) -> None:
    assert findings(workflow(script), ID) == []


def test_by_hand_somebody_answers(findings: Findings) -> None:
    assert findings(scripted("chutes deploy app:chute\n"), ID) == []
    (found,) = findings(scripted("chutes deploy app:chute </dev/null\n"), ID)
    assert found.help == "put `echo y |` before it"


@pytest.mark.parametrize(
    "text",
    [
        "set -eo pipefail\nyes | chutes deploy app:chute\necho done\n",
        "set -o errexit -o pipefail\nyes | chutes deploy app:chute\necho done\n",
        "#!/bin/bash -e\nset -o pipefail\nyes | chutes build app:chute\necho done\n",
        "set -o pipefail\n/usr/bin/yes | chutes deploy app:chute | tee deploy.log\n",
    ],
)
def test_yes_fails_under_pipefail(text: str, findings: Findings) -> None:
    (found,) = findings(scripted(text), ID)
    assert "141" in found.message
    assert found.help.endswith("instead of `yes |`")


@pytest.mark.parametrize(
    "text",
    [
        "set -e\nyes | chutes deploy app:chute\n",
        "yes | chutes deploy app:chute\nset -eo pipefail\n",
        "set -o pipefail\nyes | chutes deploy app:chute\ngrep -q x deploy.log\n",
        "set -eo pipefail\necho y | chutes deploy app:chute\n",
        "set -eo pipefail\n(echo y; echo y) | chutes build app:chute\n",
        "set -eo pipefail\nA=b | chutes build app:chute\n",
        "echo -eo pipefail\nyes | chutes deploy app:chute\n",
    ],
)
def test_yes_without_pipefail(text: str, findings: Findings) -> None:
    assert findings(scripted(text), ID) == []


YES = "yes | chutes deploy app:chute"


@pytest.mark.parametrize(
    ("shell", "count"),
    [("", 0), ("bash", 1), ("sh", 0), ("bash -e {0}", 0), ("bash -eo pipefail {0}", 1)],
)
def test_the_shell_of_a_github_step(shell: str, count: int, findings: Findings) -> None:
    assert len(findings(workflow(YES, shell), ID)) == count


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        (
            ".github/workflows/ci.yml",
            f"defaults:\n  run:\n    shell: bash\njobs:\n  a:\n    steps:\n      - run: {YES}\n",
            1,
        ),
        (".gitlab-ci.yml", f"a:\n  script:\n    - {YES}\n", 1),
        (".circleci/config.yml", f"jobs:\n  a:\n    steps:\n      - run: {YES}\n", 1),
        ("azure-pipelines.yml", f"steps:\n  - script: {YES}\n", 0),
        ("bitbucket-pipelines.yml", f"a:\n  script:\n    - {YES}\n", 0),
        ("Jenkinsfile", f"sh '{YES}'\n", 0),
        ("Makefile", f"SHELL := /bin/bash\n.SHELLFLAGS := -eu -o pipefail -c\na:\n\t{YES}\n", 1),
        ("Makefile", f"a:\n\t{YES}\n", 0),
    ],
)
def test_the_shells_of_others(name: str, text: str, count: int, findings: Findings) -> None:
    assert len(findings({"app.py": CHUTE, name: text}, ID)) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("subprocess.run(['chutes', 'deploy', 'a:b'], stdin=subprocess.DEVNULL)", 1),
        ("subprocess.run(['chutes', 'deploy', 'a:b'], stdin=DEVNULL)", 1),
        ("subprocess.run('chutes deploy a:b </dev/null', shell=True)", 1),
        ("subprocess.run(['chutes', 'deploy', 'a:b'], stdin=subprocess.PIPE)", 0),
        ("subprocess.run(['chutes', 'deploy', 'a:b'], input=b'y')", 0),
        ("subprocess.run(['chutes', 'deploy', 'a:b'])", 0),
        ("subprocess.run('yes | chutes deploy a:b', shell=True)", 0),
    ],
)
def test_python(code: str, count: int, findings: Findings) -> None:
    source = f"import subprocess\nfrom subprocess import DEVNULL\n{CHUTE}\n{code}\n"
    found = findings(source, ID)
    assert len(found) == count
    assert all(each.help == "put `echo y` before it" for each in found) or not found


# What the SDK's own commands do, against a platform on this machine


class _Platform(BaseHTTPRequestHandler):
    """Answers uploads with `status`; every image is there for a deployment, none for a build."""

    status = 200
    has_image = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self._send(200 if self.has_image else 404, {"status": "built and pushed"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        good = {"chute_id": "c", "version": "v", "image_id": "i", "detail": "no"}
        self._send(202 if self.status == 200 and "/images" in self.path else self.status, good)

    def _send(self, status: int, document: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


PROJECT = """\
from chutes.chute import Chute, NodeSelector
from chutes.image import Image

image = Image(username="you", name="my-image", tag="1.0").from_base("parachutes/python:3.12")
chute = Chute(
    username="you", name="my-service", image=image, node_selector=NodeSelector(gpu_count=1)
)


@chute.cord(public_api_path="/x")
async def x(self, args: dict) -> dict:
    return args
"""
CONFIG = f"""\
[auth]
user_id = u
username = you
hotkey_seed = {"0" * 63}1
hotkey_name = h
hotkey_ss58address = 5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM
"""
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Run a line of bash where a chute lies, against a platform that answers with a status."""
    (tmp_path / "app.py").write_text(PROJECT)
    (tmp_path / "config.ini").write_text(CONFIG)
    answers = type("Answers", (_Platform,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def run(line: str, status: int, *, has_image: bool) -> subprocess.CompletedProcess[str]:
        answers.status, answers.has_image = status, has_image  # type: ignore[attr-defined] - of the class made here
        return subprocess.run(
            ["bash", "-c", line.replace("chutes ", f"{sys.executable} -P -m chutes.cli ")],
            cwd=tmp_path,
            env={
                **os.environ,
                "CHUTES_CONFIG_PATH": str(tmp_path / "config.ini"),
                "CHUTES_API_URL": f"http://127.0.0.1:{server.server_port}",
                "PYTHONPATH": str(tmp_path),
            },
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    yield run
    server.shutdown()
    server.server_close()


@pytest.mark.sdk
@pytest.mark.parametrize(
    ("verb", "has_image", "words", "statuses"),
    [
        ("deploy", True, "Successfully deployed", (400, 402, 422)),
        ("build", False, "Uploaded image package", (401, 409, 500)),
    ],
)
def test_the_sdk_exits_0_when_refused(
    verb: str, has_image: bool, words: str, statuses: tuple[int, ...], shell: Shell
) -> None:
    line = f"printf 'y\\ny\\n' | chutes {verb} app:chute"
    for status in statuses:
        refused = shell(line, status, has_image=has_image)
        assert (refused.returncode, words in refused.stdout) == (0, False), refused
    accepted = shell(line, 200, has_image=has_image)
    assert (accepted.returncode, words in accepted.stdout) == (0, True), accepted


@pytest.mark.sdk
@pytest.mark.parametrize(("verb", "has_image"), [("deploy", True), ("build", False)])
def test_the_sdk_aborts_without_an_answer(verb: str, has_image: bool, shell: Shell) -> None:
    silent = shell(f"chutes {verb} app:chute", 200, has_image=has_image)
    assert (silent.returncode, "Aborted." in silent.stderr) == (1, True), silent


@pytest.mark.sdk
def test_yes_fails_a_deployment_that_succeeds(shell: Shell) -> None:
    said = shell("set -o pipefail; yes | chutes deploy app:chute", 200, has_image=True)
    assert (said.returncode, "Successfully deployed" in said.stdout) == (141, True)
    plain = shell("yes | chutes deploy app:chute", 200, has_image=True)
    assert plain.returncode == 0
