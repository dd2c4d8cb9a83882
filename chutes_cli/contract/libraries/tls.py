"""How libraries and programs are told not to verify whom they talk to.

Sources: the documentation of requests (SSL Cert Verification), httpx (SSL), aiohttp (SSL
control for TCP sockets), urllib3 (TLS warnings), Python's ssl module; the manuals of curl,
wget, git, pip, npm and node.
"""

from __future__ import annotations

from collections.abc import Mapping

SWITCHES: Mapping[str, tuple[object, ...]] = {
    "verify": (False,),
    "ssl": (False,),
    "verify_ssl": (False,),
    "ssl_verify": (False,),
    "check_hostname": (False,),
    "assert_hostname": (False,),
    "ssl_cert_reqs": ("none", "CERT_NONE", None),
    "cert_reqs": ("CERT_NONE", "NONE"),
    "tlsAllowInvalidCertificates": (True,),
}
"""Keyword arguments, and the values with which they switch verification off."""

CLIENTS = (
    "requests.", "httpx.", "aiohttp.", "urllib3.", "redis.", "pymongo.", "motor.", "boto3.",
    "botocore.", "elasticsearch.", "websockets.", "urllib.", "http.", "openai.", "curl_cffi.",
)  # fmt: skip
"""Libraries whose calls take these arguments."""
METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send",
     "ws_connect", "fetch"}
)  # fmt: skip
"""Methods of a client whose making is not seen."""

UNVERIFIED = frozenset(
    {"ssl._create_unverified_context", "ssl._create_stdlib_context", "ssl.wrap_socket"}
)
"""Functions whose contexts verify nothing."""
WARNINGS_OFF = frozenset({"urllib3.disable_warnings", "requests.packages.urllib3.disable_warnings"})

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "PYTHONHTTPSVERIFY": ("0",),
    "GIT_SSL_NO_VERIFY": ("1", "true"),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "CURL_CA_BUNDLE": ("",),
    "REQUESTS_CA_BUNDLE": ("",),
    "NPM_CONFIG_STRICT_SSL": ("false",),
}
"""Environment variables, and the values with which they switch verification off."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "curl": ("--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "pip": ("--trusted-host",),
    "pip3": ("--trusted-host",),
    "uv": ("--allow-insecure-host", "--trusted-host"),
    "conda": ("--insecure",),
    "apt-get": ("--allow-unauthenticated", "--force-yes"),
    "apt": ("--allow-unauthenticated",),
}
"""Options of programs; curl's ``-k`` can stand among other letters."""
SETTINGS = (
    ("git", "http.sslverify", "false"),
    ("npm", "strict-ssl", "false"),
    ("conda", "ssl_verify", "false"),
)
"""Settings of programs, given as two words or with ``=``."""
