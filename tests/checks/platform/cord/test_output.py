"""cord-unserialisable-return: of which cords it speaks, what it follows, where it points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
Returning = Callable[..., dict[str, str]]
Statuses = Callable[[Sequence[tuple[str, str]]], list[int | str]]
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


CHAIN = "a0 = Result()\n" + "".join(f"a{n} = a{n - 1}\n" for n in range(1, 8))


HELPERS = "def g0():\n    yield 1\n" + "".join(
    f"def g{n}():\n    return g{n - 1}()\n" for n in range(1, 9)
)


NAMES_BAD = [
    ("a7", CHAIN),
    ("{'a': g8()}", HELPERS),
    ("1", "found = Result()\nwith open(__file__):\n    return found"),
    ("1", "found = Result()\ntry:\n    return found\nexcept:\n    return 1"),
    ("1", "if not isinstance(args, Input):\n    raise HTTPException(400)\nelse:\n    return args"),
    ("found", "found = Result()"),
    ("found", "found: Result = Result()"),
    ("{'a': found}", "found = [Result()]"),
    ("found", "found = await later()"),
    ("await found", "found = later()"),
    ("found", "found = Result()\nif found is None:\n    raise HTTPException(400)"),
    ("found.values()", "found = {'a': 1}"),
    ("buffer.getvalue()", "buffer = io.BytesIO()\nbuffer.write(b'x')"),
    ("args", "if not isinstance(self, Chute):\n    return 1"),
]


NAMES_GOOD = [
    ("found", "found = Result()\nfound = found.model_dump()"),
    ("found", "found = Result()\nif isinstance(found, BaseModel):\n    found = {}"),
    ("1", "found = model()\nif not isinstance(found, BaseModel):\n    return found"),
    ("1", "found = model()\nif isinstance(found, BaseModel):\n    pass\nelse:\n    return found"),
    (
        "1",
        "found = model()\nif found and isinstance(found, BaseModel):\n    pass\nelse:\n"
        "    return found",
    ),
    ("found", "with open(__file__) as found:\n    found = 1"),
    ("found", "with Manager() as found:\n    pass"),
    ("found", "for found in [1]:\n    pass"),
    ("len(found.values())", "found = {'a': 1}"),
    ("args", "args = args.text"),
    ("args['text']", "args = args.model_dump(mode='json')"),
    ("text", "text, other = args.text, 1"),
]


@pytest.mark.parametrize(("returned", "before"), NAMES_BAD)
def test_follows_names(
    returned: str, before: str, findings: Findings, returning: Returning
) -> None:
    assert len(findings(returning(returned, before), ID)) == 1


@pytest.mark.parametrize(("returned", "before"), NAMES_GOOD)
def test_a_name_with_two_values_says_nothing(
    returned: str, before: str, findings: Findings, returning: Returning
) -> None:
    assert findings(returning(returned, before), ID) == []


def test_what_a_guard_leaves_is_the_model(findings: Findings, returning: Returning) -> None:
    guard = "if not isinstance(args, Input):\n        raise HTTPException(status_code=400)"
    (found,) = findings(returning("args", guard), ID)
    assert "returns an Input, a pydantic model" in found.message
    assert findings(returning("args", "if isinstance(args, Input):\n        args = {}"), ID) == []


@pytest.mark.parametrize(
    ("returned", "before"), [("agen()", ""), ("a", "a = b\nb = a"), ("a", "a = {'a': b}\nb = a")]
)
def test_what_another_check_or_nobody_can_tell(
    returned: str, before: str, findings: Findings, returning: Returning
) -> None:
    assert findings(returning(returned, before), ID) == []


def test_a_name_in_another_module_is_another_name(findings: Findings) -> None:
    files = {
        "app.py": "from chutes.chute import Chute\nfrom pydantic import BaseModel\n"
        "from results import echo\nchute = Chute('u', 'n', 'i')\nclass Input(BaseModel): ...\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, args: Input):\n"
        "    return echo(1)\n",
        "results.py": "def one(): ...\ndef echo(args):\n    return args\n",
    }
    assert findings(files, ID) == []
    files["app.py"] = files["app.py"].replace("echo(1)", "args")
    assert len(findings(files, ID)) == 1


def test_awaits_either_branch(findings: Findings, returning: Returning) -> None:
    found = findings(returning("await (later() if args else later())"), ID)
    assert {each.snippet for each in found} == {"later()"}
    assert all("returns a Result" in each.message for each in found)
    assert len(found) == 2


@pytest.mark.sdk
@pytest.mark.parametrize(("cases", "status"), [(NAMES_BAD, 500), (NAMES_GOOD, 200)])
def test_the_sdk_agrees(cases: Sequence[tuple[str, str]], status: int, statuses: Statuses) -> None:
    found = statuses(cases)
    wrong = [each for each in zip(cases, found, strict=True) if each[1] != status]
    assert wrong == []
