"""Which patterns limit a text's length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """
from chutes.chute import Chute
from pydantic import BaseModel, Field

chute = Chute("u", "my-service", "i")

class Input(BaseModel):
    name: str = Field(pattern=PATTERN)

@chute.cord(public_api_path="/x")
async def x(self, args: Input): ...
"""
LIMITS = [r"^[a-z]{2}$", r"^(a|b)$", r"\A[a-z]{1,20}\Z", r"^[+*]{3}$", r"^\d{4}-\d{2}$", r"^a?b$",
          r"^((a|b)c|d)$", r"^[]*]$", r"^\+\d{1,3}$",
          r"^[0-9]{9}[0-9X]$|^[0-9]{13}$", r"^a$|^(b|c)$", r"^[|]{3}$", r"^\|{3}$"]  # fmt: skip
ENDLESS = [r"^[a-z]+$", r"[a-z]{2}", r"^[a-z]{2}", r"[a-z]{2}$", r"^a*$", r"^a{2,}$", r"^a|b$",
           r"^(a|b)*$", r".*",
           r"^a$|b$", r"^a$|^b+$"]  # fmt: skip


def found(findings: Findings, pattern: str) -> list[Finding]:
    return findings(HEAD.replace("PATTERN", pattern), "unbounded-input-field")


@pytest.mark.parametrize("pattern", LIMITS)
def test_limits(findings: Findings, pattern: str) -> None:
    assert found(findings, f"r'{pattern}'") == []


@pytest.mark.parametrize("pattern", ENDLESS)
def test_has_no_end(findings: Findings, pattern: str) -> None:
    assert len(found(findings, f"r'{pattern}'")) == 1


def test_a_pattern_that_is_not_known_counts(findings: Findings) -> None:
    assert found(findings, "SETTINGS.pattern") == []
