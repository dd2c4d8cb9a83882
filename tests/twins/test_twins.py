"""Each twin's fault is found, and no healthy copy is accused.

Twins were written by people who had not seen the checks. What is missed all the same stands in
``missed.toml`` with its reason.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.twins.hazards import HAZARDS
from tests.twins.twins import Twin, twins

EVERY = {each.name: each for each in twins()}
MISSED = {
    each["twin"]: each["reason"]
    for each in tomllib.loads((Path(__file__).parent / "missed.toml").read_text("utf-8"))["missed"]
}
LEAST_RECALL = 0.95


def _found(twin: Twin) -> bool:
    return twin.found(HAZARDS[twin.says["hazard"]])


@pytest.mark.parametrize("name", sorted(EVERY.keys() - MISSED.keys()))
def test_the_fault_is_found(name: str) -> None:
    assert _found(EVERY[name]), EVERY[name].says["why"]


@pytest.mark.parametrize("name", sorted(MISSED))
def test_what_is_said_to_be_missed_is_missed(name: str) -> None:
    assert not _found(EVERY[name])


@pytest.mark.parametrize("name", sorted(EVERY))
def test_the_healthy_copy_is_not_accused(name: str) -> None:
    assert EVERY[name].accused() == []


def test_few_are_missed() -> None:
    assert 1 - len(MISSED) / len(EVERY) >= LEAST_RECALL


def test_every_hazard_has_twins_of_several_authors() -> None:
    assert {each.says["hazard"] for each in EVERY.values()} == HAZARDS.keys()
