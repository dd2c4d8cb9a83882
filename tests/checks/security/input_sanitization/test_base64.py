"""Base64 of any size is found where it is decoded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]

UNBOUNDED = [
    "base64.b64decode(args['image'])",
    "base64.urlsafe_b64decode(args.get('image'))",
    "image = args['image'].split(',')[1]\nbase64.b64decode(image)",
    "if not isinstance(args['image'], str):\n    return {}\nbase64.b64decode(args['image'])",
]
BOUNDED = [
    "base64.b64decode('aaaa')",
    "base64.b64encode(args['image'])",
    "if len(args['image']) > 1000:\n    return {}\nbase64.b64decode(args['image'])",
    "base64.b64decode(args['image'][:1000])",
]


@pytest.mark.parametrize("body", UNBOUNDED)
def test_base64_of_any_size(findings: Findings, body: str) -> None:
    found = findings(source(body, parameter="args: dict"), "unbounded-base64")
    assert [each.check for each in found] == ["unbounded-base64"]


@pytest.mark.parametrize("body", BOUNDED)
def test_base64_of_known_size(findings: Findings, body: str) -> None:
    assert findings(source(body, parameter="args: dict"), "unbounded-base64") == []


def test_base64_of_a_field_is_told_at_the_field(findings: Findings) -> None:
    text = source("base64.b64decode(args.name)")
    assert findings(text, "unbounded-base64") == []
    assert len(findings(text, "unbounded-input-field")) == 3


RECORD = """
from dataclasses import dataclass

@dataclass
class Picture:
    data: str
    kind: str

    def __post_init__(self):
        if len(self.data) > 1000:
            raise ValueError

    def raw(self):
        return base64.b64decode(self.FIELD)
"""


@pytest.mark.parametrize(("field", "count"), [("data", 0), ("kind", 1)])
def test_what_a_record_refuses_when_it_is_made(findings: Findings, field: str, count: int) -> None:
    text = source(
        "return Picture(args['a'], args['b']).raw()",
        before=RECORD.replace("FIELD", field),
        parameter="args: dict",
    )
    assert len(findings(text, "unbounded-base64")) == count
