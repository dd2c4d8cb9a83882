"""Headers that tell a browser what it must not do with an answer."""

from __future__ import annotations

SECURE_HEADERS = frozenset(
    {
        "content-security-policy", "permissions-policy", "referrer-policy",
        "strict-transport-security", "x-content-type-options", "x-frame-options",
        "x-xss-protection",
    }
)  # fmt: skip
"""In lower case (OWASP Secure Headers Project)."""
