"""What keys and passwords look like: formats that issuers document, and words nobody keeps secret.

Prefixes and lengths are those the issuers publish (the page or announcement is named beside
each), in the reading that GitHub's secret scanning and gitleaks' default rules give them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyFormat:
    """A format of keys.

    Attributes:
        name: Whose key it is, with its article, for messages.
        pattern: Matches a key; its first group, where it has one, is the secret part.
        anywhere: Whether the format is so particular that it means a key in prose as well.
    """

    name: str
    pattern: re.Pattern[str]
    anywhere: bool = True


def _format(name: str, pattern: str, *, anywhere: bool = True) -> KeyFormat:
    return KeyFormat(name, re.compile(rf"(?<![A-Za-z0-9_-]){pattern}"), anywhere)


FORMATS: tuple[KeyFormat, ...] = (
    # docs.aws.amazon.com, IAM identifiers: unique ID prefixes
    _format("an AWS access key", r"((?:AKIA|ASIA|ABIA)[A-Z2-7]{16})(?![A-Za-z0-9])"),
    # cloud.google.com, API keys
    _format("a Google API key", r"(AIza[\w-]{35})(?![\w-])"),
    _format("a Google OAuth secret", r"(GOCSPX-[\w-]{28})(?![\w-])"),
    # github.blog, "Behind GitHub's new authentication token formats"
    _format("a GitHub token", r"(gh[pousr]_[A-Za-z0-9]{36,})"),
    _format("a GitHub token", r"(github_pat_\w{60,})"),
    # docs.gitlab.com, token overview
    _format("a GitLab token", r"(gl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{20,})"),
    # api.slack.com, token types; incoming webhooks
    _format("a Slack token", r"(xox[abeprs]-\d[\w-]{20,})"),
    _format("a Slack token", r"(xapp-\d-[\w-]{20,})"),
    _format(
        "a Slack webhook address",
        r"https://hooks\.slack\.com/services/(T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/\w{20,})",
    ),
    # discord.com, webhook resource
    _format(
        "a Discord webhook address",
        r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{17,}/([\w-]{60,})",
    ),
    # docs.stripe.com/keys: publishable keys (pk_) are public
    _format("a Stripe key", r"((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{20,})"),
    # many issuers follow Stripe's example: their own letters, then live
    _format("a live API key", r"((?!(?:pk|pub)_)[a-z]{2,5}_live_[A-Za-z0-9]{20,})"),
    _format("a Stripe webhook secret", r"(whsec_[A-Za-z0-9+/]{30,})"),
    # platform.openai.com; docs.anthropic.com; openrouter.ai: all start with sk-
    _format("an Anthropic key", r"(sk-ant-[\w-]{30,})"),
    _format("an OpenAI key", r"(sk-(?:proj|svcacct|admin|or-v1)-[\w-]{30,})"),
    _format("an OpenAI key", r"(sk-[A-Za-z0-9]{40,})(?![\w-])"),
    # huggingface.co/docs/hub/security-tokens
    _format("a Hugging Face token", r"((?:hf|api_org)_[A-Za-z0-9]{34,})(?![A-Za-z0-9_])"),
    # chutes.ai, API keys: cpk_<key id>.<user id>.<secret>
    _format("a chutes API key", r"(cpk_[0-9a-f]{20,}(?:\.[0-9A-Za-z]+)*)"),
    # replicate.com; groq.com; x.ai; fireworks.ai; perplexity.ai; nvidia: documented prefixes
    _format("a Replicate token", r"(r8_[A-Za-z0-9]{37,})"),
    _format("a Groq key", r"(gsk_[A-Za-z0-9]{50,})"),
    _format("an xAI key", r"(xai-[A-Za-z0-9]{70,})"),
    _format("a Fireworks key", r"(fw_[A-Za-z0-9]{22,24})(?![A-Za-z0-9_])"),
    _format("a Perplexity key", r"(pplx-[A-Za-z0-9]{40,})"),
    _format("an NVIDIA key", r"(nvapi-[\w-]{60,})"),
    # docs.npmjs.com, granular tokens; pypi.org/help, API tokens (a macaroon for pypi.org)
    _format("an npm token", r"(npm_[A-Za-z0-9]{36})(?![A-Za-z0-9_])"),
    _format("a PyPI token", r"(pypi-AgE[\w-]{50,})"),
    # docs.sendgrid.com; twilio.com; mailgun.com; core.telegram.org/bots
    _format("a SendGrid key", r"(SG\.[\w-]{20,24}\.[\w-]{39,50})"),
    _format("a Twilio key", r"(SK[0-9a-f]{32})(?![0-9A-Za-z])"),
    _format("a Telegram bot token", r"(\d{8,10}:AA[\w-]{33})(?![\w-])"),
    # learn.microsoft.com, Azure storage connection strings
    _format("an Azure storage key", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    # cloud.digitalocean.com; docs.databricks.com; linear.app; developers.notion.com
    _format("a DigitalOcean token", r"(do[opr]_v1_[0-9a-f]{64})"),
    _format("a Databricks token", r"(dapi[0-9a-f]{32})(?![0-9A-Za-z])"),
    _format("a Linear key", r"(lin_api_[A-Za-z0-9]{40})"),
    _format("a Notion token", r"((?:secret|ntn)_[A-Za-z0-9]{43,})(?![A-Za-z0-9_])"),
    # docs.wandb.ai knows plain hexadecimal only; docs.sentry.io: user and organisation tokens
    _format("a Sentry token", r"(sntr(?:yu_[0-9a-f]{64}|ys_[\w+/=-]{60,}))"),
    # RFC 7468: a label and a body; a label alone is what parsers look for
    KeyFormat(
        "a private key",
        re.compile(
            r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----"
            r"(?:\s|\\n|[\"'])*([A-Za-z0-9+/=]{40,})"
        ),
    ),
    # RFC 7519: header and payload are JSON objects, hence eyJ
    _format(
        "a JSON web token",
        r"(eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,})",
        anywhere=False,
    ),
)

IN_ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*)://([^\s/:@'\"]*):([^\s/:@'\"]+)@([\w.-]+)", re.I)
"""``scheme://user:password@host`` (RFC 3986, userinfo): scheme, user, password, host."""
IN_HEADER = re.compile(
    r"(?:^|\bAuthorization:\s*)(?:Bearer|Basic|Token)\s+([\w.~+/=-]{16,})$", re.I
)
"""An Authorization header's value (RFC 9110, 11.6.2)."""

PUBLISHED = frozenset(
    {
        "AKIAIOSFODNN7EXAMPLE",  # AWS documentation
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",  # the header in every introduction to JWT
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    }
)
"""Keys that their issuers publish for examples and emulators (the last one: Azurite)."""

DEFAULTS = frozenset(
    {
        "secret", "supersecret", "topsecret", "mysecret", "secretkey", "mysecretkey", "jwtsecret",
        "supersecretkey", "secretpassword", "password", "password1", "password123", "passw0rd",
        "p@ssw0rd", "p@ssword", "mypassword", "pass", "passwd", "admin", "admin123",
        "administrator", "root", "toor", "guest", "changeme", "changethis", "changeit",
        "changemeinproduction", "replaceme", "replacethis", "letmein", "default", "defaultsecret",
        "defaultkey", "insecure", "insecurekey", "unsafe", "dev", "devkey", "devsecret",
        "development", "developmentkey",
        "test", "testkey", "testsecret", "testing", "key", "mykey", "apikey", "myapikey",
        "defaultapikey", "testapikey", "devapikey", "token", "mytoken", "testtoken", "devtoken",
        "devsecretkey", "testsecretkey", "123", "1234", "12345", "123456", "1234567", "12345678",
        "123456789", "1234567890", "000000", "111111", "abc123", "abcdef", "qwerty", "hunter2",
        "postgres", "mysql", "redis", "minioadmin", "rabbitmq", "foobar", "yoursecret",
        "yoursecretkey", "yourpassword", "yourapikey", "yourtoken", "yourjwtsecret",
    }
)  # fmt: skip
"""Passwords that everybody tries first, letters and digits only (NCSC and SecLists top lists,
the defaults of widely used images, the samples of tutorials)."""

TAKES_SECRET: Mapping[str, tuple[str, ...]] = {
    "jwt.encode": ("payload", "key"),
    "jwt.decode": ("jwt", "key"),
    "jose.jwt.encode": ("claims", "key"),
    "jose.jwt.decode": ("token", "key"),
    "hmac.new": ("key",),
    "hmac.digest": ("key",),
    "hmac.HMAC": ("key",),
    "hashlib.blake2b": ("data", "key"),
    "hashlib.blake2s": ("data", "key"),
    "cryptography.fernet.Fernet": ("key",),
    "cryptography.hazmat.primitives.hmac.HMAC": ("key",),
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM": ("key",),
    "cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305": ("key",),
    "Crypto.Cipher.AES.new": ("key",),
    "nacl.secret.SecretBox": ("key",),
    "requests.auth.HTTPBasicAuth": ("username", "password"),
    "requests.auth.HTTPDigestAuth": ("username", "password"),
    "httpx.BasicAuth": ("username", "password"),
    "aiohttp.BasicAuth": ("login", "password"),
    "itsdangerous.URLSafeTimedSerializer": ("secret_key",),
    "itsdangerous.URLSafeSerializer": ("secret_key",),
    "itsdangerous.TimestampSigner": ("secret_key",),
    "itsdangerous.Signer": ("secret_key",),
    "pydantic.SecretStr": ("secret_value",),
    "pydantic.SecretBytes": ("secret_value",),
}
"""Calls that take a secret: their positional arguments up to it, by the libraries' signatures."""


def keys_in(text: str, *, prose: bool = False) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the keys of known formats in a text, with whose they are.

    Args:
        text: Any text.
        prose: Whether it is a comment or a documentation, where samples are common.
    """
    for each in FORMATS:
        if prose and not each.anywhere:
            continue
        for found in each.pattern.finditer(text):
            if not is_sample(found.group(1)):
                yield each.name, found


_SAMPLE = re.compile(
    r"example|sample|dummy|fake|placeholder|redacted|x{4}|your|my[-_]|\.\.\.|0{6}|1{6}|a{6}"
    r"|123456|abcdef|here$|test[-_]?(?:key|token)|changeme|insert|replace",
    re.IGNORECASE,
)
_FEWEST_LETTERS = 10


def is_sample(key: str) -> bool:
    """Say whether something with the format of a key is none: `hf_xxxx`, `AKIA...EXAMPLE`."""
    if any(published in key for published in PUBLISHED):
        return True
    return len(set(key)) < _FEWEST_LETTERS or bool(_SAMPLE.search(key))
