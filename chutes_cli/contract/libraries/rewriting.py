"""Functions that make another text of a text: longer, shorter or at some cost."""

from __future__ import annotations

REWRITES = frozenset(
    {
        "bleach.clean", "bleach.linkify", "html.escape", "html.unescape", "markupsafe.escape",
        "nh3.clean", "re.sub", "unicodedata.normalize", "urllib.parse.quote",
        "urllib.parse.unquote", "urllib.parse.unquote_plus",
    }
)  # fmt: skip
"""The Python Standard Library 3.11, and the cleaners of HTML. What only cuts off, such as
``str.strip``, is none: what is left is what counts.
"""
