"""What of a request the caller chooses, and where frameworks take keys from.

Sources: RFC 9110 (Host, and that addresses are logged), RFC 6750 5.3 ("Don't pass bearer
tokens in page URLs"), FastAPI's security utilities, Starlette's Request.
"""

from __future__ import annotations

QUERY_ATTRIBUTE = "query_params"
QUERY_STRING = "query_string"
PARSES_QUERY = frozenset({"urllib.parse.parse_qs", "urllib.parse.parse_qsl"})
COMPARES = frozenset({"hmac.compare_digest", "secrets.compare_digest"})
PARAMETERS = "params"
"""Argument of HTTP clients for what stands in the address of a request."""
KEY_IN_QUERY = frozenset({"fastapi.security.APIKeyQuery", "fastapi.security.api_key.APIKeyQuery"})
QUERY = frozenset({"fastapi.Query", "fastapi.param_functions.Query", "fastapi.params.Query"})
ALIAS = "alias"
CHOSEN_HEADERS = frozenset(
    {"host", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "x-client-ip",
     "true-client-ip", "origin", "referer", "x-forwarded-proto"}
)  # fmt: skip
"""Headers whose value whoever calls can write."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "127.", "10.", "192.168."})
"""Values that stand for the machine itself or its network."""
