from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]
ID = "image-add-secrets"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nx\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nx\n"

# source and further arguments, files on disk, what the message says
BAD: list[tuple[str, dict[str, str], str]] = [
    ("'.'", {".env": "A=b"}, "'.' ships .env into"),
    ("'.'", {"deep/down/.env.production": ""}, "deep/down/.env.production"),
    ("'./'", {"conf/id_rsa": ""}, "conf/id_rsa"),
    ("'*'", {"conf/credentials.json": ""}, "conf/credentials.json"),
    ("'conf'", {"conf/server.key": KEY}, "conf/server.key"),
    ("'conf'", {"conf/server.PEM": KEY}, "conf/server.PEM"),
    ("'conf/*'", {"conf/server.key": KEY, "conf/x.txt": ""}, "ships conf/server.key into"),
    ("'conf/server.key'", {"conf/server.key": KEY}, "'conf/server.key' ships conf/server.key into"),
    ("'.', exclude=['.env', '.git']", {".env": "A=b"}, "ships .env into"),
    ("'.'", {"home/.aws/config": ""}, "home/.aws/config"),
    ("'.'", {"a/.env": "", "b/.env": "", "c/.env": "", "d/.env": "", "e/.env": ""},
     "ships a/.env, b/.env, c/.env and 2 more into"),
    ("'.'", {"a/.env": "", "b/.env": "", "c/.env": ""}, "ships a/.env, b/.env, c/.env into"),
    ("'.'", {".env": "", ".git/HEAD": "", ".venv/x": ""}, "ships .env into"),
]  # fmt: skip
GOOD: list[tuple[str, dict[str, str]]] = [
    ("'.'", {"conf/server.pem": CERTIFICATE, "conf/key.txt": KEY}),
    ("'.'", {".env.example": "", "secrets.py": "", "environment": ""}),
    ("'src'", {"src/x": "", ".env": "", ".git/HEAD": ""}),
    ("'*', exclude=['conf']", {"conf/.env": ""}),
    ("'app.py'", {".env": ""}),
    ("'*.py'", {".env": ""}),
    ("'src'", {"src/.venv/x": "", "src/node_modules/.env": ""}),
    ("os.environ['X']", {".env": ""}),
    ("'https://example.com/.env'", {".env": ""}),
    ("'/abs/.env'", {}),
    ("'../conf'", {}),
    ("'secrets'", {"secrets/x.txt": ""}),
]


@pytest.mark.parametrize(("arguments", "files", "message"), BAD)
def test_fires(
    arguments: str, files: dict[str, str], message: str, chain: Chain, findings: Findings
) -> None:
    source = chain(f"add(dest='/app/', source={arguments})")
    (found,) = findings({"app.py": source, **files}, ID)
    assert message in found.message
    assert (found.severity, found.item) == (Severity.ERROR, "secrets-management")


@pytest.mark.parametrize(("arguments", "files"), GOOD)
def test_stays_silent(
    arguments: str, files: dict[str, str], chain: Chain, findings: Findings
) -> None:
    source = chain(f"add(dest='/app/', source={arguments})")
    assert findings({"app.py": source, **files}, ID) == []


def test_a_secret_by_name_need_not_be_there(fired: Fired) -> None:
    """It is ignored by git, and so absent where the audit runs in a pipeline."""
    (found,) = fired(ID, "add('conf/.env', '/app/.env')")
    assert "'conf/.env' ships conf/.env into" in found.message


def test_history_is_a_warning(chain: Chain, findings: Findings) -> None:
    files = {"app.py": chain("add('.', '/app/')"), ".git/HEAD": "", ".git/.env": "", "venv/x": ""}
    (found,) = findings(files, ID)
    assert (found.severity, found.message) == (
        Severity.WARNING,
        "add: '.' ships .git into the image",
    )


@pytest.mark.parametrize("folder", [".venv", "venv", "node_modules", "__pycache__"])
def test_leftovers_are_noted(folder: str, chain: Chain, findings: Findings) -> None:
    files = {"app.py": chain("add('./', '/app/')"), f"src/{folder}/x": ""}
    (found,) = findings(files, ID)
    assert found.severity is Severity.INFO
    assert f"ships src/{folder} into" in found.message


def test_history_by_name(chain: Chain, findings: Findings) -> None:
    files = {"app.py": chain("add('.git', '/app/.git')"), ".git/HEAD": ""}
    assert [each.severity for each in findings(files, ID)] == [Severity.WARNING]


def test_what_lies_outside_cannot_be_shipped(chain: Chain, findings: Findings) -> None:
    files = {"svc/app.py": chain("add('../conf', '/app/')"), "conf/.env": ""}
    assert findings(files, ID) == []


def test_what_cannot_be_read_is_not_judged(chain: Chain, findings: Findings, tmp_path: Any) -> None:
    (tmp_path / "broken.pem").symlink_to(tmp_path / "nowhere")
    assert findings(chain("add('.', '/app/')"), ID) == []


BUILD = """
from chutes.entrypoint.build import expand_context_files
paths = [path for each in image._directives for path in each._build_context]
files = expand_context_files(paths, os.getcwd())
raise SystemExit(" ".join(sorted(map(os.path.relpath, files))))
"""


@pytest.mark.sdk
def test_the_sdk_uploads_them(chain: Chain, judge: Any) -> None:
    for arguments, files, _ in BAD:
        source = chain(f"add(dest='/app/', source={arguments})") + BUILD
        shipped = judge.imports({"app.py": source, **files}, context="LOCAL").split(" ")
        secret = [each for each in files if not each.endswith(("x.txt", "HEAD", "venv/x"))]
        assert set(secret) <= set(shipped), (arguments, shipped)
    left_out = chain("add('*', '/app/', exclude=['conf'])") + BUILD
    answer = judge.imports({"app.py": left_out, "conf/.env": "", "x": ""}, context="LOCAL")
    assert answer == "SystemExit: app.py x"
