"""Refuses code nested so deeply that LibCST's parser would crash the process.

LibCST's native parser has no limit of its own: three thousand nested brackets overflow its
stack, which no ``except`` can catch. Python's parser has limits, and code beyond those
cannot run anyway, so Python's parser is asked first. It costs a tenth of LibCST's.
"""

from __future__ import annotations

import ast
import re
import warnings

_BRACKETS = re.compile(r"[\[\](){}]")
_MOST_BRACKETS = 1000
"""Five times what Python accepts; counted without regard to strings and comments."""


def is_too_deep(text: str) -> bool:
    """Say whether source text is nested beyond what Python itself would read."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        depth = depth + 1 if match.group() in "[({" else max(0, depth - 1)
        deepest = max(deepest, depth)
    if deepest > _MOST_BRACKETS:
        return True
    with warnings.catch_warnings():
        # What Python has to say about the audited code's escapes is not our business.
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (RecursionError, MemoryError):
            return True
        except (SyntaxError, ValueError) as error:
            # Any other error may be newer syntax, which LibCST knows.
            return "too many" in str(error)
    return False
