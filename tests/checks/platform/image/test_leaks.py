"""What counts as a secret: seen through the checks that ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]
VALUE = "correct-horse-battery"

SECRET_FILES = [
    ".env", ".env.local", ".ENV", "x/.env.production", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
    ".netrc", ".pypirc", ".git-credentials", ".htpasswd", "credentials", "credentials.json",
    "secrets.yaml", "secrets.yml", "secrets.toml", "secrets.ini", "secrets.csv", "secrets.env",
    "service-account.json", "service_account-prod.json", ".aws/config", "a/.ssh/known", ".chutes/x",
    ".gnupg/x", ".bittensor/x", ".aws",
]  # fmt: skip
OTHER_FILES = [
    ".env.example", ".env.sample", ".env.template", ".env.dist", "env", "my.env.py", "id_rsa.pub",
    "secrets.py", "credentials_test.py", "aws/config", ".awsome/x",
]  # fmt: skip


@pytest.mark.parametrize("path", SECRET_FILES)
def test_files_with_secrets(path: str, fired: Fired) -> None:
    assert len(fired("image-add-secrets", f"add({path!r}, '/app/')")) == 1


@pytest.mark.parametrize("path", OTHER_FILES)
def test_other_files(path: str, fired: Fired) -> None:
    assert fired("image-add-secrets", f"add({path!r}, '/app/')") == []


@pytest.mark.parametrize(
    ("head", "count"),
    [
        ("-----BEGIN PRIVATE KEY-----", 1),
        ("# mine\n-----BEGIN EC PRIVATE KEY-----", 1),
        ("-----BEGIN CERTIFICATE-----", 0),
    ],
)
def test_private_keys(head: str, count: int, chain: Chain, findings: Findings) -> None:
    files = {"app.py": chain("add('x.pem', '/app/')"), "x.pem": head}
    assert len(findings(files, "image-add-secrets")) == count


SECRET_NAMES = [
    "TOKEN", "HF_TOKEN", "hf_token", "CLIENT_SECRET", "DB_PASSWORD", "DB_PASSWD", "SSH_PASSPHRASE",
    "OPENAI_APIKEY", "OPENAI_API_KEY", "API_KEY", "AWS_SECRET_ACCESS_KEY",
]  # fmt: skip
OTHER_NAMES = [
    "TOKENIZERS_PARALLELISM", "MAX_TOKENS", "HF_TOKEN_PATH", "KEY", "SECRET_NAME", "PUBLIC_KEY",
    "JWT_PUBLIC_KEY", "PRIMARY_KEY", "CACHE_KEY", "SORT_KEY", "PARTITION_KEY", "FOREIGN_KEY",
    "EOS_TOKEN", "BOS_TOKEN", "PAD_TOKEN", "UNK_TOKEN", "SEP_TOKEN", "CLS_TOKEN", "MASK_TOKEN",
    "STOP_TOKEN", "MONKEY",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets(name: str, fired: Fired) -> None:
    assert len(fired("image-secret-literal", f"with_env({name!r}, {VALUE!r})")) == 1


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_other_names(name: str, fired: Fired) -> None:
    assert fired("image-secret-literal", f"with_env({name!r}, {VALUE!r})") == []


PLACEHOLDERS = [
    "<your-token>", "[token]", "{token}", "$TOKEN", "${TOKEN}", "a$B", "/run/secrets/token", "1234",
    "--", "xxxx", "XXX", "your_token", "your-key", "put-it-here", "token_here", "changeme",
    "change-me", "replace_me", "TODO", "dummy", "example", "test", "None", "null", "EMPTY",
    "placeholder", "true", "False", "not-needed", '"changeme"', "",
]  # fmt: skip


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholders(value: str, fired: Fired) -> None:
    assert fired("image-secret-literal", f"with_env('API_KEY', {value!r})") == []


@pytest.mark.parametrize("value", ["abc1234", "changeme1", '"s3cret"', "test-9", "12a"])
def test_literals(value: str, fired: Fired) -> None:
    assert len(fired("image-secret-literal", f"with_env('API_KEY', {value!r})")) == 1


LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
KEYS = [
    f"hf_{LETTERS}", "hf_" + "abcdegi" * 5,
    f"sk-proj-{LETTERS}", "AKIAABCDEFGHIJKLMNOP", "ASIAABCDEFGHIJKLMNOP",
    f"ghp_{LETTERS}", f"gho_{LETTERS}", f"github_pat_{LETTERS}", "cpk_0123456789abcdef.0a.Bc",
    f"xoxb-{LETTERS}", f"AIza{LETTERS}", f"glpat-{LETTERS}", f"npm_{LETTERS}", f"r8_{LETTERS}",
    "-----BEGIN OPENSSH PRIVATE KEY-----", "postgres://me:s3cret9@host/db",
    "sk_" "live_9aQ2mZ7xK4tR8wN1cV6bP3sD", "hf_" + "abcdegi" * 4 + "abc",
    "curl -H Authorization:Bearer s3cret9", "curl -H authorization: token s3cret9 x",
]  # fmt: skip
OTHER_TEXTS = [
    "hf_short", "hf_" + "abcdeg" * 5, "hf_" + "abcdeg" * 6, "hf_" + "x" * 40,
    "task-runner-abcdefghijklmnopqrstuvwxyz", "sk-short",
    "AKIASHORT", "-----BEGIN CERTIFICATE-----", "postgres://me:$PASSWORD@host/db",
    "postgres://me@host/db", "https://host/a:b@c", "Authorization: Bearer $TOKEN",
    "Authorization: Bearer <token>", "my_hf_" + LETTERS,
]  # fmt: skip


@pytest.mark.parametrize("text", KEYS)
def test_formats_of_keys(text: str, fired: Fired) -> None:
    (found,) = fired("image-secret-literal", f"run_command({text!r})")
    assert found.message == "run_command writes a key into the image"


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_other_texts(text: str, fired: Fired) -> None:
    assert fired("image-secret-literal", f"run_command({text!r})") == []
