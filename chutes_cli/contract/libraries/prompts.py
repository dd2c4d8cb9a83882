"""What people do to prompts that are no pages: escaping, and lists of words.

Sources: OWASP, cross-site scripting prevention (output is encoded, for the place it goes to;
input is not); Python's html and markupsafe.
"""

from __future__ import annotations

import re

ESCAPES = frozenset(
    {"html.escape", "markupsafe.escape", "cgi.escape", "xml.sax.saxutils.escape",
     "flask.escape", "jinja2.escape"}
)  # fmt: skip
PROMPTS = re.compile(
    r"(?:.*_)?(?:prompts?|texts?|messages?|content|input|query|question|instruction)s?(?:_.*)?",
    re.IGNORECASE,
)
"""Names of what a caller asks a model."""
PAGE = re.compile(
    r"HTMLResponse|text/html|<!doctype|<html|<body|<div|<p>|<table|render_template", re.IGNORECASE
)
"""A module that says one of these makes pages, where text is to be escaped."""
REFUSALS = re.compile(
    r"(?:.*_)?(?:forbidden|blocked|banned|denied|disallowed|prohibited|dangerous|suspicious"
    r"|malicious|blacklist|blocklist|denylist|bad_words|unsafe)(?:_.*)?",
    re.IGNORECASE,
)
"""Names of lists of what is refused."""
ORDINARY = frozenset(
    {"password", "passwords", "secret", "secrets", "key", "keys", "token", "tokens", "attack",
     "hack", "exploit", "admin", "system", "ignore", "kill", "select", "delete", "update",
     "drop", "insert", "script", "root", "login", "credential", "credentials", "inject",
     "bypass", "override", "weapon", "drug", "virus"}
)  # fmt: skip
"""Words of ordinary questions: how do I reset my password, what is a foreign key."""
