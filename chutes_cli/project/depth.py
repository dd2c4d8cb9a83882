"""Tells code that LibCST's parser would crash on, or take minutes for.

LibCST's native parser has no limit of its own: three thousand nested brackets overflow its
stack, which no ``except`` can catch. Its time grows with the square of a chain of operators,
attributes or calls (with more, for subscripts), and fourfold with each level of a mapping
in a ``case``. Python's parser has limits and takes no time, and code beyond its limits
cannot run anyway, so Python's parser is asked first. It costs a tenth of LibCST's.
"""

from __future__ import annotations

import ast
import re
import warnings
from enum import Enum, auto

_BRACKETS = re.compile(r"[\[\](){}]")
_MOST_BRACKETS = 1000
"""Five times what Python accepts; counted without regard to strings and comments."""
_LONGEST_CHAIN = 600
"""The longest chains of generated code have a few hundred links."""
_DEEPEST_PATTERN = 6
_TEXTS = re.compile(
    r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*'
)
_TOKEN = re.compile(r"\n[ \t]*(?:case\b)?|\b(?:if|else|not|lambda|await|or|and|in|is)\b|[^\w\s]")
_OPENING, _CLOSING, _ENDING = "([{", ")]}", ",:;"


class Obstacle(Enum):
    """Why LibCST should not be asked."""

    TOO_DEEP = auto()
    """Python refuses the code for its depth."""
    TOO_LONG = auto()
    """Python reads the code, LibCST would take minutes."""
    REFUSED = auto()
    """Python refuses the code; LibCST would take minutes to agree, or not agree at all."""


def obstacle(text: str) -> Obstacle | None:
    """Say why LibCST's parser should not be given a source text; None when it may be."""
    with warnings.catch_warnings():
        # What Python has to say about the audited code's escapes is not our business.
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (RecursionError, MemoryError):
            return Obstacle.TOO_DEEP
        except (SyntaxError, ValueError) as error:
            if "too many" in str(error):
                return Obstacle.TOO_DEEP
            if "Exceeds the limit" in str(error):  # an integer of thousands of digits
                return Obstacle.REFUSED
            # Any other error may be newer syntax, which LibCST knows.
            slow = _deepest_bracket(text) > _MOST_BRACKETS or _looks_long(text)
            return Obstacle.REFUSED if slow else None
    return Obstacle.TOO_LONG if _is_long(tree) else None


def _deepest_bracket(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        depth = depth + 1 if match.group() in _OPENING else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _is_long(tree: ast.Module) -> bool:
    """Say whether expressions hang below one another in a chain, or mappings in a pattern."""
    waiting: list[tuple[ast.AST, int, int]] = [(tree, 0, 0)]
    while waiting:
        node, links, patterns = waiting.pop()
        if links > _LONGEST_CHAIN or patterns > _DEEPEST_PATTERN:
            return True
        for child in ast.iter_child_nodes(node):
            inside = links + 1 if isinstance(child, ast.expr) else links
            waiting.append((child, inside, patterns + isinstance(child, ast.MatchMapping)))
    return False


def _looks_long(text: str) -> bool:
    """Say the same of code that is no Python, by its tokens.

    Wherever it errs, Python's word counts and LibCST is not asked for newer syntax.
    """
    chains = [0]
    pattern = False
    for match in _TOKEN.finditer(_TEXTS.sub("''", text)):
        token = match.group()
        if token[0] == "\n":
            pattern = token.endswith("case") or (pattern and len(chains) > 1)
            if len(chains) == 1:
                chains[0] = 0
        elif token in _CLOSING:
            chains = chains[:-1] or [0]
        elif token in _ENDING:
            chains[-1] = 0
        else:
            chains[-1] += 1
            if token in _OPENING:
                chains.append(0)
                if pattern and len(chains) > _DEEPEST_PATTERN:
                    return True
        if sum(chains) > _LONGEST_CHAIN:
            return True
    return False
