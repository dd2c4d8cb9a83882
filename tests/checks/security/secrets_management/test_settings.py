from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "hardcoded-secret"
APP = "from chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
SECRET = "q7Zt3LwX9bKd2RvN5mJc8HsF"
GITHUB = "ghp_" + "q7Zt3LwX9bKd2RvN5mJc8HsF4gPy6TuA1eWo"
FIRES = {
    "environment": (".env", f"DEBUG=1\nAPI_KEY={SECRET}\n"),
    "quoted": (".env.production", f'API_KEY="{SECRET}"\n'),
    "exported": ("run.sh", f"export API_KEY='{SECRET}'\n"),
    "option": ("run.sh", f"serve --api-key {SECRET} --port 8000\n"),
    "option_with_sign": ("run.sh", f"serve --api-key={SECRET}\n"),
    "yaml": ("config.yaml", f"db:\n  password: {SECRET}\n"),
    "yaml_quoted": ("config.yml", f'db:\n  "password": "{SECRET}"\n'),
    "yaml_in_line": ("config.yml", f"db: {{user: x, password: {SECRET}}}\n"),
    "toml": ("config.toml", f'api_key = "{SECRET}"\n'),
    "ini": ("app.ini", f"[db]\npassword = {SECRET}\n"),
    "compose": ("compose.yml", f"services:\n  a:\n    environment:\n      - TOKEN={SECRET}\n"),
    "container": ("Dockerfile", f"FROM x\nENV API_KEY={SECRET}\n"),
    "pipeline": (".github/workflows/ci.yml", f"env:\n  API_KEY: {SECRET}\n"),
    "format": ("notes.toml", f"x = '{GITHUB}'\n"),
    "format_in_a_comment": ("notes.toml", f"# {GITHUB}\n"),
    "address": (".env", "DATABASE_URL=postgresql://app:" + "k3Strel-9@db.internal/app\n"),
}
SILENT = {
    "example": (".env.example", f"API_KEY={SECRET}\n"),
    "sample": ("config.sample.yaml", f"password: {SECRET}\n"),
    "tests": ("tests/config.yaml", f"password: {SECRET}\n"),
    "from_the_vault": (".github/workflows/ci.yml", "env:\n  API_KEY: ${{ secrets.API_KEY_2 }}\n"),
    "variable": ("run.sh", 'export API_KEY="$SERVICE_API_KEY_2024"\n'),
    "substitution": ("run.sh", "export API_KEY=$(cat /run/secrets/k3x9qz7w2v8m5t1r)\n"),
    "empty": (".env", "API_KEY=\nMODEL=q7Zt3LwX9bKd2RvN5mJc8HsF\n"),
    "placeholder": (".env", "API_KEY=your-api-key-2024-here\n"),
    "other_name": ("config.yaml", f"revision: {SECRET}\n"),
    "address_in_a_comment": (".env", "# URL=postgresql://app:" + "k3Strel-9@db/app\n"),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    path, text = FIRES[name]
    assert [each.location.path for each in findings({"app.py": APP, path: text}, ID)] == [path]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    path, text = SILENT[name]
    assert findings({"app.py": APP, path: text}, ID) == []


def test_points_to_the_entry_and_speaks_once_of_a_line(findings: Findings) -> None:
    (found,) = findings({"app.py": APP, ".env": f"X=1\nAPI_KEY={GITHUB}\n"}, ID)
    assert (found.location.line, found.location.column) == (2, 9)
    assert (GITHUB not in found.message, found.snippet) == (True, "…")


def test_what_git_ignores_is_not_read(findings: Findings) -> None:
    files = {"app.py": APP, ".gitignore": ".env\n", ".env": f"API_KEY={SECRET}\n"}
    assert findings(files, ID) == []
