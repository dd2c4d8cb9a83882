"""Keys that stand anywhere in a text: code, comments, documentation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from chutes_cli.contract.libraries.key_formats import keys_in
from chutes_cli.project.facts import Span


def keys_in_lines(lines: Sequence[str]) -> Iterator[tuple[Span, str]]:
    """Yield the keys of unmistakable formats in lines of text, with whose they are."""
    starts = [0, *accumulate(len(line) + 1 for line in lines)]

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    for name, found in keys_in("\n".join(lines), prose=True):
        yield Span(*place(found.start(1)), *place(found.end(1))), name
