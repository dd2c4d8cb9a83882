"""Whether a name speaks of a secret, and whether a text is one."""

from __future__ import annotations

import math
import re
from collections import Counter

from chutes_cli.contract.libraries.key_formats import DEFAULTS, IN_ADDRESS, IN_HEADER, keys_in

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-\s.]+")
_NAME = re.compile(r"[\w. -]{1,60}")
_END = r"(?:_?\d{1,2}|_(?:prod|production|dev|staging|live|default|value))?"
_PASSWORD = re.compile(rf"(?:.*_)?(?:password|passwd|passphrase|pwd){_END}")
_SECRET = re.compile(
    r"(?:.*_)?(?:secret|token|api_?key|authorization|credentials?"
    r"|(?:secret|access|private|auth|authentication|signing|encryption|master|client|account"
    r"|storage|admin|service|jwt|hmac|webhook|session|fernet|cookie|internal|license)_key"
    rf"|secret_access_key){_END}"
)
_SECRETS = re.compile(r"(?:.*_)?(?:passwords|secrets|tokens|(?:api|access|auth|valid|admin)_?keys)")
_NO_SECRET = re.compile(
    r"(?:.*_)?(?:bos|eos|pad|padding|unk|sep|cls|mask|stop|start|end|begin|special|image|img|audio"
    r"|video|vision|speech|text|role|think|thinking|reasoning|tool|user|system|assistant|response"
    r"|prompt|extra|added|sub|first|last|next|prev|previous|current|cancel|cancellation|public"
    r"|continuation|page|csrf|xsrf|sync|resume|delta|type|keyword|operator|lex|lexer|name"
    r"|newline|word|punctuation|trigger|modifier|instance|class|initializer|placeholder|skip)_tokens?"
)
_ANY_KEY = re.compile(rf"(?:.*_)?\w+_key{_END}")
_OPEN_KEY = re.compile(
    r"(?:.*_)?(?:public|pub|cache|primary|foreign|partition|sort|sorting|dict|group|object|s3|site"
    r"|host|row|column|field|index|idempotency|state|lookup|registry|map|hash|dedup|item|sub|model"
    r"|config|setting|metadata|attr|attribute|task|job|data|file|path|id|node|random|prng|rng)_key"
    rf"{_END}"
)
_PLACEHOLDER = re.compile(
    r"[<\[{(].*|.*[>\]})]|.*(?:\$[{(A-Za-z_]|%[({]|\{\{|\{\w*\}|<[\w -]+>).*|(.)\1*|\*+|x{3,}.*"
    r"|.*[-_ ](?:here|x{3,})|.*\.\.\..*|(?:your|my|some|any|the|insert|enter|put|add)[-_ ].*"
    r"|.*(?:example|sample|placeholder|dummy|fake|mock|redacted|change[-_]?me|replace[-_]?me"
    r"|change[-_]this|not[-_]?(?:used|needed|set|required)|no[-_]key).*|todo.*|test(?:ing)?[-_.].*"
    r"|.*[-_.]test|none|null|nil|empty|true|false|unused|ignored?",
    re.IGNORECASE | re.DOTALL,
)
_STAND_IN = re.compile(
    r"(?:(?:your|change|replace|super|default|insecure|unsafe)[\w .-]*"
    r"(?:secret|key|password|me|this|prod|production)[\w .-]*|secret[-_ ]key)!*",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r".*://.*|[/~.].*|.*/.*\.\w{1,5}|[\w./-]+\.(?:py|json|ya?ml|txt|pem|key|env|md)"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+\d{0,4}(?:[-_.:/+ ]+(?:[A-Za-z]+\d{0,4}|v?\d{1,4}))*[-_.:/]*")
_HEX = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_KEY = re.compile(r"[A-Za-z0-9+/=_.~:-]+")
_SIGNED_KEY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/=_.~:!@#$%^&*?,;-]{16,}")
"""Brackets, bars and backslashes are left out: patterns and formats are made of them."""
_PIECES = re.compile(r"[A-Za-z0-9]+")
_WORD = re.compile(r"[A-Za-z]+\d{0,4}|\d{1,4}")
_KIND = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")
_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_SHORTEST, _LONGEST = 8, 400
_SHORTEST_KEY, _SURE_KEY = 14, 32
_LEAST_BITS = 3.0
"""Per character: sixteen letters of which a few are used again and again have less."""


def plain(name: str) -> str:
    """Return a name in one spelling: ``apiKey``, ``API-KEY`` and ``api_key`` are one."""
    return _HUMP.sub("_", name).strip("_").lower()


def _spelt(name: str) -> str:
    """Return a name in one spelling, empty for what is no name: ``AWS::MSK::ScramSecret``."""
    return plain(name) if _NAME.fullmatch(name) else ""


def is_password(name: str) -> bool:
    """Say whether a name speaks of a password."""
    return bool(_PASSWORD.fullmatch(plain(name)))


def names_secret(name: str) -> bool:
    """Say whether a name speaks of one secret."""
    spelt = _spelt(name)
    if _NO_SECRET.fullmatch(spelt):
        return False
    return bool(_PASSWORD.fullmatch(spelt) or _SECRET.fullmatch(spelt))


def names_secrets(name: str) -> bool:
    """Say whether a name speaks of several secrets."""
    spelt = _spelt(name)
    return bool(_SECRETS.fullmatch(spelt)) and not _NO_SECRET.fullmatch(spelt)


def may_name_secret(name: str) -> bool:
    """Say whether a name speaks of some key, which may open something: ``UPSTREAM_KEY``."""
    spelt = _spelt(name)
    return bool(_ANY_KEY.fullmatch(spelt)) and not _OPEN_KEY.fullmatch(spelt)


def is_long_key(text: str) -> bool:
    """Say whether a text is a key whatever it is called: long, and made by a generator."""
    return len(text) >= _SURE_KEY and _is_random(text)


def key_in(text: str) -> str | None:
    """Say which secret a text holds by its format alone, None for none."""
    for name, _ in keys_in(text):
        return name
    for scheme, user, password, _host in IN_ADDRESS.findall(text):
        if is_no_default(password) and password.lower() not in (user.lower(), scheme.lower()):
            return "a password in an address"
    header = IN_HEADER.search(text)
    return "an Authorization header" if header and _is_random(header.group(1)) else None


def is_no_default(password: str) -> bool:
    """Say whether a password is neither a placeholder nor one that everybody knows."""
    return not _PLACEHOLDER.fullmatch(password) and not is_default(password)


def is_default(text: str) -> bool:
    """Say whether a text is a secret that everybody knows."""
    return re.sub(r"[^a-z0-9@]", "", text.lower()) in DEFAULTS or is_stand_in(text)


def is_stand_in(text: str) -> bool:
    """Say whether a text says itself that it is to be changed."""
    return bool(_STAND_IN.fullmatch(text))


def is_secret(name: str, text: str) -> bool:
    """Say whether a text under a name that speaks of a secret is one."""
    text = text.strip()
    if not _SHORTEST <= len(text) <= _LONGEST or any(each.isspace() for each in text):
        return False
    if _PLACEHOLDER.fullmatch(text) or _ELSEWHERE.fullmatch(text) or _UUID.fullmatch(text):
        return False
    if is_default(text) or plain(text) == plain(name):
        return False
    return _is_random(text) or (is_password(name) and _is_password(text))


def _is_password(text: str) -> bool:
    """Say whether somebody made this up as a password: letters with digits and signs."""
    has_digit = any(each.isdigit() for each in text)
    has_sign = any(not each.isalnum() and each not in "-_.:/ " for each in text)
    return any(each.isalpha() for each in text) and (
        (has_digit and not re.fullmatch(r"[a-z_]+_[a-z0-9]+|[A-Z][A-Z0-9_]*", text)) or has_sign
    )


def _is_random(text: str) -> bool:
    """Say whether a text is what a generator of keys makes, not words."""
    if len(text) < _SHORTEST_KEY or _bits(text) < _LEAST_BITS:
        return False
    if not _KEY.fullmatch(text):
        return _is_random_with_signs(text)
    if _HEX.fullmatch(text):
        # Its letters alone have fewer bits than that: there are digits.
        return any(each.isalpha() for each in text)
    if _WORDS.fullmatch(text):
        return False
    letters = max(re.split(r"[-_.:/+=~]", text), key=len)
    return len(letters) >= _SHORTEST and len(_CHANGE.findall(letters)) >= len(letters) / 5


def _is_random_with_signs(text: str) -> bool:
    """Say whether a generator of passwords made a text: all kinds of characters, well mixed."""
    words = all(_WORD.fullmatch(each) for each in _PIECES.findall(text))
    mixed = len(_KIND.findall(text)) > len(text) / 3
    return bool(_SIGNED_KEY.fullmatch(text)) and mixed and not words


def _bits(text: str) -> float:
    counts = Counter(text).values()
    return -sum(each / len(text) * math.log2(each / len(text)) for each in counts)
