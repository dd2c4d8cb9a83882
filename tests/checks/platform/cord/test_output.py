"""cord-unserialisable-return: of which cords it speaks, where it points, how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
Returning = Callable[..., dict[str, str]]
ID = "cord-unserialisable-return"


@pytest.mark.parametrize(
    ("decorator", "around", "prefix"),
    [
        (", stream=True", "", ""),
        (", stream=LATER", "", ""),
        (", passthrough=True", "", ""),
        (", passthrough=LATER", "", ""),
        ("", "@dumping\n", ""),
    ],
)
def test_leaves_alone(
    decorator: str, around: str, prefix: str, findings: Findings, returning: Returning
) -> None:
    files = returning("Result()", decorator=decorator, around=around, prefix=prefix)
    assert findings(files, ID) == []


@pytest.mark.parametrize(
    ("parameters", "decorator", "fires"),
    [
        ("args: dict", ", input_schema=Input", True),
        ("args: Input | None = None", "", False),
        ("args: dict", "", False),
        ("args: Input, *rest", "", False),
        ("*args", ", input_schema=Input", False),
    ],
)
def test_the_argument_is_a_model_only_where_the_sdk_makes_one(
    parameters: str,
    decorator: str,
    fires: bool,
    findings: Findings,
    judge: Any,
    returning: Returning,
) -> None:
    files = returning("args", parameters=parameters, decorator=decorator)
    assert len(findings(files, ID)) == fires
    ((status, _),) = judge.calls(files, ("POST", "/x", {"text": "a"}))
    assert parameters == "*args" or status == (500 if fires else 200)


def test_a_field_of_anything_but_the_validated_argument(
    findings: Findings, returning: Returning
) -> None:
    assert findings(returning("args.inner", parameters="args: dict"), ID) == []
    assert findings(returning("self.inner"), ID) == []


def test_every_bad_part_and_every_way_out_is_named(
    findings: Findings, returning: Returning
) -> None:
    found = findings(returning("{'a': Result(), 'b': {1}}", "if args:\n    return b'x'"), ID)
    assert [each.snippet for each in found] == ["b'x'", "Result()", "{1}"]


def test_points_to_what_the_cord_returns(findings: Findings, returning: Returning) -> None:
    (found,) = findings(returning("{'a': 1, 'b': found_result()}"), ID)
    assert (found.location.path, found.snippet) == ("app.py", "found_result()")
    assert found.confidence is Confidence.HIGH
    (found,) = findings(returning("held", "held = {'a': Result()}"), ID)
    assert found.snippet == "held"
    (found,) = findings(returning("fetched()"), ID)
    assert (found.snippet, found.confidence) == ("fetched()", Confidence.MEDIUM)


def test_the_dev_runtime_takes_it(findings: Findings, returning: Returning) -> None:
    assert findings(returning("Result()"), ID, exposure=Exposure.DIRECT) == []
    assert len(findings(returning("Result()"), ID, exposure=Exposure.BOTH)) == 1
    before = "if self.exposure == 'direct':\n    return Result()"
    assert findings(returning("1", before), ID) == []
