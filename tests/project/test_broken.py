"""Where a file that is not Python is broken, as a range that lies inside the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = = 1\n", (1, 5, 6)),
        ("if x\n    pass\n", (1, 5, 5)),  # the line ends too early: nothing to mark
        ("x = 'abc\n", (1, 5, 6)),
        ("x = 1\r\ny = (\r\n", (2, 5, 6)),
        ("def f():\n", (1, 9, 9)),
        ("def f():\n    if x:\n", (2, 10, 10)),
        ("x = 1 +", (1, 8, 8)),
        ("x\ty = 1\n", (1, 3, 4)),
        ("名 = 'é' é\n", (1, 9, 10)),
    ],
)
def test_the_range(text: str, place: tuple[int, int, int], project: Callable[..., Project]) -> None:
    (broken,) = project(text).broken
    assert (broken.line, broken.column, broken.end_column) == place
