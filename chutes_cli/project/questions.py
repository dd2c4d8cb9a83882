"""Questions that lead to other questions: each answered once, circles cut."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

_RECURSION_LIMIT = 6000
"""Deep enough for the longest operator chains seen in real code; generated code goes deeper."""

_Answer = TypeVar("_Answer")


class Questions(Generic[_Answer]):
    """Remembers answers, and gives up where a question leads back to itself.

    Args:
        nothing: The answer to a question that is still open further up, or too deep.
        most_open: How many questions may be open at a time.
    """

    def __init__(self, nothing: _Answer, most_open: int) -> None:
        self._nothing = nothing
        self._most_open = most_open
        self._known: dict[Hashable, _Answer] = {}
        self._provisional: dict[Hashable, _Answer] = {}
        self._cut: set[Hashable] = set()
        self._open: set[Hashable] = set()

    def answer(self, question: Hashable, find: Callable[[], _Answer]) -> _Answer:
        """Return the answer to a question, asking `find` where it is not known yet."""
        known = self._known.get(question)
        if known is None:
            known = self._provisional.get(question)
        if known is not None:
            return known
        if question in self._open or len(self._open) > self._most_open:
            self._cut.add(question)
            return self._nothing
        self._open.add(question)
        try:
            found = find()
        finally:
            self._open.discard(question)
        self._cut.discard(question)
        # An answer that leaned on a question still open may lack something: it serves
        # until the outermost question is answered, so that circles cost no more than once.
        (self._provisional if self._cut and self._open else self._known)[question] = found
        if not self._open:
            self._provisional.clear()
            self._cut.clear()
        return found


@contextmanager
def room_to_recurse() -> Iterator[None]:
    """Let functions call each other deeper than Python's default allows."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
