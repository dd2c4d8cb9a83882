from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "dev-mode-in-production"
CHUTE = "from chutes.chute import Chute\n\nchute = Chute('u', 'my-service', 'i')\n"
DEV = "chutes run app:chute --dev --port 8000"
OPEN = "chutes run app:chute --dev --host 0.0.0.0"
LOOP = "chutes run app:chute --dev --host 127.0.0.1"


def severities(found: list[Finding]) -> list[Severity]:
    return [each.severity for each in found]


def beside(name: str, text: str) -> dict[str, str]:
    return {"app.py": CHUTE, name: text}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", 'FROM x\nCMD ["chutes", "run", "app:chute", "--dev"]\n'),
        ("Dockerfile", f"FROM x\nCMD {DEV}\n"),
        ("Dockerfile", f"FROM x\nENTRYPOINT exec {OPEN}\n"),
        ("Dockerfile", 'FROM x\nENTRYPOINT ["chutes"]\nCMD ["run", "app:chute", "--dev"]\n'),
        ("Dockerfile", f'FROM x\nCMD ["sh", "-c", "sleep 1 && {DEV}"]\n'),
        ("Dockerfile.prod", f"FROM x\nCMD {DEV}\n"),
        ("Containerfile", f"FROM x\nCMD {DEV}\n"),
        ("svc.dockerfile", f"FROM x\nCMD {DEV}\n"),
        ("docker-compose.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("compose.prod.yaml", f"services:\n  a:\n    entrypoint: {DEV}\n"),
        (
            "compose.yml",
            "services:\n  a:\n    entrypoint: [chutes, run]\n    command: ['app:chute', '--dev']\n",
        ),
        ("compose.yml", f"services:\n  a:\n    command:\n      - sh\n      - -c\n      - {DEV}\n"),
        ("Procfile", f"web: {DEV}\n"),
        ("docker-entrypoint.sh", f"#!/bin/sh\nexec {DEV}\n"),
        ("Dockerfile", f"FROM x\nRUN echo 'exec {DEV}' > /start.sh\n"),
        ("Dockerfile", f"FROM x\nRUN printf '#!/bin/sh\\n{DEV}\\n' >> /start.sh\n"),
        ("Dockerfile", f"FROM x\nRUN printf 'sleep 1\\n{DEV}\\n' > /start.sh\n"),
        ("Dockerfile", f"FROM x\nRUN cat > /start.sh <<'EOF'\nexec {DEV}\nEOF\n"),
    ],
)
def test_what_starts_the_service_is_an_error(name: str, text: str, findings: Findings) -> None:
    (found,) = findings(beside(name, text), ID)
    assert (found.location.path, found.severity) == (name, Severity.ERROR)
    assert found.message.startswith("dev mode hands every file and the environment")
    assert "--host 127.0.0.1" in found.help


def test_a_script_that_a_container_starts(findings: Findings) -> None:
    files = beside("scripts/serve.sh", f"#!/bin/sh\n{DEV}\n")
    assert severities(findings(files, ID)) == [Severity.WARNING]
    files["Dockerfile"] = 'FROM x\nRUN /app/serve.sh\nCMD ["/app/other.sh"]\n'
    assert severities(findings(files, ID)) == [Severity.WARNING]
    files["Dockerfile"] = 'FROM x\nCMD ["/app/serve.sh"]\n'
    assert severities(findings(files, ID)) == [Severity.ERROR]


def test_a_makefile_is_no_entry_point(findings: Findings) -> None:
    files = beside("entrypoint.mk", f"a:\n\t{DEV}\n")
    assert severities(findings(files, ID)) == [Severity.WARNING]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", f"FROM x\nCMD {LOOP}\n"),
        ("Procfile", f"web: {LOOP}\n"),
        ("entrypoint.sh", f"{LOOP}\n"),
    ],
)
def test_in_a_container_loopback_is_a_warning(name: str, text: str, findings: Findings) -> None:
    (found,) = findings(beside(name, text), ID)
    assert found.severity is Severity.WARNING
    assert "HTTP/2" in found.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", f"serve:\n\t{DEV}\n"),
        ("Makefile", f"serve:\n\t{OPEN}\n"),
        ("Makefile", "serve:\n\tchutes run app:chute --dev --host\n"),
        ("justfile", f"serve:\n    {DEV}\n"),
        ("serve.sh", f"{DEV} &\n"),
    ],
)
def test_by_hand_it_is_a_warning(name: str, text: str, findings: Findings) -> None:
    (found,) = findings(beside(name, text), ID)
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", f"serve:\n\t{LOOP}\n"),
        ("Makefile", "serve:\n\tchutes run app:chute --dev --host=127.0.0.1\n"),
        ("Makefile", "serve:\n\tchutes run app:chute --dev --host localhost\n"),
        ("Makefile", "serve:\n\tchutes run app:chute --dev --host ::1\n"),
        ("Makefile", "serve:\n\tchutes run app:chute --dev --host $(HOST)\n"),
        ("serve.sh", 'chutes run app:chute --dev --host "$HOST"\n'),
        ("serve.sh", "chutes run app:chute\n"),
        ("serve.sh", "chutes deploy app:chute --dev\n"),
        (".github/workflows/ci.yml", f"jobs:\n  a:\n    steps:\n      - run: {DEV}\n"),
        ("Dockerfile", f"FROM x\nRUN {DEV}\n"),
        ("Dockerfile", f"FROM x\nRUN echo '{DEV}'\n"),
        ("Dockerfile", f"FROM x\nRUN echo '{DEV}' < /a\n"),
        ("Dockerfile", f"FROM x\nRUN echo x > '{DEV}'\n"),
        ("Dockerfile", "FROM x\nRUN echo 'chutes run a:b' > /start.sh\n"),
        ("Dockerfile", "FROM x\nRUN echo 'chutes build --dev' > /start.sh\n"),
        ("Dockerfile", f"FROM x AS dev\nCMD {DEV}\nFROM y\nCMD chutes run app:chute\n"),
        ("make.sh", f"echo '{DEV}' > /start.sh\n"),
        ("Dockerfile.dev", f"FROM x\nCMD {DEV}\n"),
        ("dev/Dockerfile", f"FROM x\nCMD {DEV}\n"),
        ("docker-compose.local.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("compose.development.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("compose-devel.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("compose.test.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("compose.debug.yml", f"services:\n  a:\n    command: {DEV}\n"),
        ("dev/entrypoint.sh", f"{DEV}\n"),
    ],
)
def test_stays_silent(name: str, text: str, findings: Findings) -> None:
    assert findings(beside(name, text), ID) == []


IMAGE = """\
from chutes.chute import Chute
from chutes.image import Image

PORT = "8000"
image = Image("u", "my-image", "1.0").{call}
chute = Chute("u", "my-service", image)
"""


@pytest.mark.parametrize(
    "call",
    [
        "with_entrypoint(['chutes', 'run', 'app:chute', '--dev'])",
        "with_entrypoint('chutes run app:chute --dev')",
        "with_entrypoint(['sh', '-c', f'chutes run app:chute --dev --port {port()}'])",
        "with_entrypoint(['chutes', 'run', 'app:chute', '--port', PORT, '--dev'])",
        "run_command(\"echo 'chutes run app:chute --dev' > /start.sh\")",
    ],
)
def test_images(call: str, findings: Findings) -> None:
    (found,) = findings(IMAGE.format(call=call), ID)
    assert (found.severity, found.location.line) == (Severity.ERROR, 5)


@pytest.mark.parametrize(
    "call",
    [
        "with_entrypoint(['chutes', 'run', 'app:chute'])",
        "with_entrypoint(['python', '--dev'])",
        "with_entrypoint(entry())",
        "run_command('chutes run app:chute --dev')",
        "set_workdir('chutes run app:chute --dev')",
        "with_env('START', \"echo 'chutes run app:chute --dev' > /start.sh\")",
    ],
)
def test_silent_images(call: str, findings: Findings) -> None:
    assert findings(IMAGE.format(call=call), ID) == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("os.system('chutes run app:chute --dev')", 1),
        ("os.system('chutes run app:chute --dev --host 127.0.0.1')", 0),
        ("os.system('chutes run app:chute')", 0),
    ],
)
def test_python(code: str, count: int, findings: Findings) -> None:
    assert severities(findings(f"import os\n{CHUTE}{code}\n", ID)) == [Severity.WARNING] * count
