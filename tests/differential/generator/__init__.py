"""Small chutes over the whole contract of the SDK: the cases of the differential test."""

from __future__ import annotations

from functools import cache

from . import arguments, cords, images, names
from .case import Case
from .subjects import SUBJECTS

__all__ = ["Case", "all_cases"]


@cache
def all_cases() -> tuple[Case, ...]:
    """Return every case; ids are unique and the order is always the same."""
    found: dict[str, Case] = {}
    texts: set[tuple[str, str]] = set()
    for case in (
        *(case for subject in SUBJECTS for case in arguments.cases(subject)),
        *images.cases(),
        *cords.cases(),
        *names.cases(),
    ):
        assert case.id not in found, case.id
        text = (case.source, repr(sorted(case.files.items())))
        if text not in texts:  # a wrong type may happen to be the sound value
            texts.add(text)
            found[case.id] = case
    return tuple(found.values())
