from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Files = dict[str, str]
Answers = list[tuple[int | str, str]]
_RETURNING = Path(__file__).parents[3] / "fixtures/returning"
_AT_ONCE = 40
"""Cords per chute: starting one chute for each would take minutes."""


@pytest.fixture
def returning() -> Callable[..., Files]:
    """Write a chute whose one cord returns an expression, among the fixture's classes."""
    head, results = ((_RETURNING / name).read_text("utf-8") for name in ("app.py", "results.py"))

    def write(
        returned: str,
        before: str = "",
        *,
        parameters: str = "args: Input",
        decorator: str = "",
        around: str = "",
        prefix: str = "async ",
    ) -> Files:
        lines = "".join(f"    {line}\n" for line in [*before.splitlines(), f"return {returned}"])
        source = (
            f"{head}\n\n@chute.cord(public_api_path='/x'{decorator})\n{around}"
            f"{prefix}def x(self, {parameters}):\n{lines}"
        )
        return {"app.py": source, "results.py": results}

    return write


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


@pytest.fixture
def statuses(
    answers: Callable[..., list[Answers]], returning: Callable[..., Files]
) -> Callable[[Sequence[tuple[str, str]]], list[int | str]]:
    """What production answers cords that return something: pairs of it and what comes before."""

    def ask(cases: Sequence[tuple[str, str]]) -> list[int | str]:
        head = (_RETURNING / "app.py").read_text("utf-8")
        written = [returning(returned, before) for returned, before in cases]
        cords = [each.pop("app.py").removeprefix(head) for each in written]
        return [status for ((status, _),) in answers(head, cords, [{"text": "a"}], written[0])]

    return ask
