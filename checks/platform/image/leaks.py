"""What gives a secret away: names of files, names of variables, known formats of keys."""

from __future__ import annotations

import re

from chutes_cli.contract.libraries.key_formats import keys_in

_FILE = re.compile(
    r"\.env(\.(?!example|sample|template|dist)[\w.-]+)?|id_(rsa|dsa|ecdsa|ed25519)"
    r"|\.netrc|\.pypirc|\.git-credentials|\.htpasswd"
    r"|(credentials|secrets)(\.(json|ini|ya?ml|toml|csv|env))?|service[-_]account[\w-]*\.json",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(^|.*/)(\.aws|\.chutes|\.ssh|\.gnupg|\.bittensor)(/.*|$)")
_VARIABLE = re.compile(
    r"(.*_)?(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY|API_KEY|KEY)", re.IGNORECASE
)
_HARMLESS = re.compile(
    r"KEY|(.*_)?((BOS|EOS|PAD|UNK|SEP|CLS|MASK|STOP)_TOKEN"
    r"|(PUBLIC|PRIMARY|CACHE|SORT|PARTITION|FOREIGN)_KEY)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"<.*>|\[.*\]|\{.*\}|.*\$.*|/.*|\d*|[^A-Za-z0-9]*|x+|your[-_ ].*|.*[-_]here|change[-_]?me"
    r"|replace[-_]?me|todo|dummy|example|test|none|null|empty|placeholder|true|false"
    r"|not[-_]?needed",
    re.IGNORECASE,
)
_FORMATS = re.compile(
    r"(?<![\w-])("
    r"hf_[A-Za-z0-9]{30,}|sk-[\w-]{20,}|A[KS]IA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}"
    r"|github_pat_\w{22,}|cpk_[0-9a-f]{8,}[\w.]*|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}"
    r"|glpat-[\w-]{16,}|npm_\w{30,}|r8_\w{30,})"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_IN_ADDRESS = re.compile(r"://[^/\s:@]*:([^/\s:@]+)@")
_IN_HEADER = re.compile(r"Authorization:\s*(?:Bearer|Basic|token)\s+([^\s\"']+)", re.IGNORECASE)
_FEWEST_LETTERS = 10
"""A key of fewer different characters is somebody's ``hf_xxxxxxxx``."""


def is_secret_file(path: str) -> bool:
    """Say whether a file holds secrets, by its name or that of a folder above it."""
    return bool(_FILE.fullmatch(path.rsplit("/", 1)[-1]) or _FOLDER.match(path))


def is_private_key(head: str) -> bool:
    """Say whether a file that starts like this is a private key."""
    return bool(_PRIVATE_KEY.search(head))


def names_a_secret(variable: str) -> bool:
    """Say whether a variable is called as secrets are."""
    return bool(_VARIABLE.fullmatch(variable) and not _HARMLESS.fullmatch(variable))


def is_literal(value: str) -> bool:
    """Say whether a text is a value of its own: no placeholder, path, number or variable."""
    return not _PLACEHOLDER.fullmatch(value.strip("\"' "))


def holds_a_key(text: str) -> bool:
    """Say whether a text holds a key of a known format, or a password in an address."""
    if _PRIVATE_KEY.search(text) or any(keys_in(text)):
        return True
    if any(len(set(found.group(1))) >= _FEWEST_LETTERS for found in _FORMATS.finditer(text)):
        return True
    given = (*_IN_ADDRESS.finditer(text), *_IN_HEADER.finditer(text))
    return any(is_literal(found.group(1)) for found in given)
