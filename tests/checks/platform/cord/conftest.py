from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Answers = list[tuple[int | str, str]]
_AT_ONCE = 40
"""Cords per chute: starting one chute for each would take minutes."""


@pytest.fixture
def answers(judge: Any) -> Callable[..., list[Answers]]:
    """What production answers the cords of many small chutes, which share their head.

    Takes the head, the cords (each registered at ``/x`` above ``def x(``), the bodies to
    send to each, and further files; returns the answers of each cord.
    """

    def ask(
        head: str, cords: Sequence[str], bodies: Sequence[object], files: dict[str, str]
    ) -> list[Answers]:
        found: list[Answers] = []
        for start in range(0, len(cords), _AT_ONCE):
            batch = cords[start : start + _AT_ONCE]
            source = head + "\n\n".join(
                cord.replace("'/x'", f"'/x{index}'").replace("def x(", f"def x{index}(")
                for index, cord in enumerate(batch)
            )
            calls = [("POST", f"/x{index}", body) for index in range(len(batch)) for body in bodies]
            flat = judge.calls({"app.py": source} | files, *calls)
            found += [flat[at : at + len(bodies)] for at in range(0, len(flat), len(bodies))]
        return found

    return ask
