from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """\
import html
import os
import re
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
ESCAPE, WORDS = "html-escape-on-input", "ordinary-words-refused"
FIRES = {
    "name": (ESCAPE, "def clean(text):\n    return html.escape(text)"),
    "attribute": (ESCAPE, "def clean(args):\n    return html.escape(args.prompt, quote=False)"),
    "method": (ESCAPE, "def clean(user_input):\n    return html.escape(user_input.strip())"),
    "pattern": (WORDS, r"FORBIDDEN = [r'\b(?:password|secret|key|token)\b']"),
    "on_self": (WORDS, "class V:\n    def __init__(self):\n"
                "        self.forbidden_patterns = [r'<x>', r'\\b(?:attack|hack)\\b']"),
    "words": (WORDS, "BLOCKED_WORDS = {'password', 'zyx'}"),
    "one": (WORDS, "banned_pattern = 'delete'"),
    "scored": (WORDS, "SUSPICIOUS = {'token': 0.4}"),
    "annotated": (WORDS, "BLOCKLIST: list[str] = ['Secret']"),
    "mixed": (WORDS, "BLOCKLIST = ['zyx|admin']"),
}  # fmt: skip
SILENT = {
    "page": (ESCAPE, "def page(text):\n    return '<html>' + html.escape(text)"),
    "response": (ESCAPE, "from fastapi.responses import HTMLResponse\ndef page(text):\n"
                 "    return HTMLResponse(html.escape(text))"),
    "no_prompt": (ESCAPE, "def clean(title):\n    return html.escape(title)"),
    "other_argument": (ESCAPE, "def clean(a, text):\n    return html.escape(a, text)"),
    "other_function": (ESCAPE, "def clean(text):\n    return re.escape(text)"),
    "one_of_several": (ESCAPE, "FILTERS = {'a': html.escape, 'b': str.strip}\n"
                       "def clean(name, text):\n    return FILTERS[name](text)"),
    "main_block": (ESCAPE, "if __name__ == '__main__':\n    text = ''\n    html.escape(text)"),
    "phrase": (WORDS, "FORBIDDEN = ['ignore all previous instructions']"),
    "tag": (WORDS, "FORBIDDEN = ['<script[^>]*>']"),
    "rare": (WORDS, "FORBIDDEN = ['zyxwv']"),
    "number": (WORDS, "FORBIDDEN = [403]"),
    "other_name": (WORDS, "FIELDS = ['password', 'token']"),
    "computed": (WORDS, "FORBIDDEN = os.getenv('password')"),
    "declared": (WORDS, "FORBIDDEN: list[str]"),
    "loop": (WORDS, "for word in ['password']:\n    forbidden = word"),
    "main_block_words": (WORDS, "if __name__ == '__main__':\n    FORBIDDEN = ['password']"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    check, source = FIRES[name]
    assert [each.check for each in findings(f"{HEAD}{source}\n", check)] == [check]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    check, source = SILENT[name]
    assert findings(f"{HEAD}{source}\n", check) == []
