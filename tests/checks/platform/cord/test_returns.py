"""What a cord returns, followed through names, guards and functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
Returning = Callable[..., dict[str, str]]
Statuses = Callable[[Sequence[tuple[str, str]]], list[int | str]]
ID = "cord-unserialisable-return"
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
