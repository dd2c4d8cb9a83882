from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "limit-may-be-none"

HEAD = """\
import dataclasses
from dataclasses import dataclass
from typing import Optional
from chutes.chute import Chute
from pydantic import BaseModel, Field, field_validator
from pydantic_settings import BaseSettings

chute = Chute("u", "my-service", "i")
"""


def app(cord: str, rest: str = "", annotation: str = "dict") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{rest}\n@chute.cord(public_api_path='/x')\n"
        f"async def x(self, args: {annotation}):\n{body}"
    )


def helper(body: str, parameters: str = "count, limit=None") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"def allowed({parameters}):\n{lines}"


def kept(method: str, init: str = "self.limit = limit", parameters: str = "limit=None") -> str:
    lines = "".join(f"        {line}\n" for line in method.splitlines())
    first = "".join(f"        {line}\n" for line in init.splitlines())
    return (
        f"class Quota:\n    def __init__(self, {parameters}):\n{first}"
        f"    def allows(self, count):\n{lines}"
    )


CALLED = "return allowed(3)"
BARE = "return count < limit"

PARAMETER = {
    "returned": BARE,
    "greater": "return limit > count",
    "at_least": "return count >= limit",
    "at_most": "return count <= limit",
    "in_a_test": "if count >= limit:\n    raise ValueError\nreturn True",
    "in_a_chain": "return 0 < count < limit",
    "in_a_call": "return bool(count < limit)",
    "first_of_and": "return count < limit and count > 1",
    "first_of_conditional": "return 1 if count < limit else 2",
    "another_is_asked": "if count is None:\n    return\nreturn count < limit",
    "another_number": "if self.total > 1:\n    return count < limit",
    "found_first": "found = load()\nif found:\n    return count < limit",
    "in_a_comprehension": "return [each for each in count if each < limit]",
    "second_of_and": "return count > 1 and count < limit",
    "second_of_or": "return count > 1 or count < limit",
    "of_a_conditional": "return count < limit if count > 1 else 2",
    "under_a_condition": "if count > 1:\n    return count < limit",
    "under_a_context": "with lock:\n    return count < limit",
    "asked_elsewhere": "def inner(limit):\n    return limit is None\nreturn count < limit",
    "of_another_kind": "limits = len(count)\nreturn limits < limit",
}
MAYBE = {
    "in_a_comprehension", "second_of_and", "second_of_or", "of_a_conditional",
    "under_a_condition", "in_a_chain", "found_first", "another_number",
}  # fmt: skip
PARAMETER_SILENT = {
    "is_not": "return limit is not None and count < limit",
    "is": "if limit is None:\n    return True\nreturn count < limit",
    "equal": "if limit == None:\n    return True\nreturn count < limit",
    "in": "if limit in (None, 0):\n    return True\nreturn count < limit",
    "truth": "if limit:\n    return count < limit",
    "not": "if not limit:\n    return True\nreturn count < limit",
    "or": "return count < (limit or 3)",
    "and": "return limit and count < limit",
    "conditional": "return count < limit if limit else True",
    "asserted": "assert limit\nreturn count < limit",
    "isinstance": "if not isinstance(limit, int):\n    return\nreturn count < limit",
    "matched": "match limit:\n    case None:\n        return\nreturn count < limit",
    "while": "while limit:\n    return count < limit",
    "walrus": "if (most := limit):\n    return count < limit",
    "assigned": "limit = 3\nreturn count < limit",
    "made_sure_of": "ensure(limit)\nreturn count < limit",
    "caught": "try:\n    return count < limit\nexcept TypeError:\n    return True",
    "not_equal": "asked = limit != None\nreturn asked and count < limit",
    "not_in": "asked = limit not in (None, 0)\nreturn asked and count < limit",
    "not_kept": "off = not limit\nreturn off or count < limit",
    "and_kept": "most = limit and 1\nif most == 1:\n    return count < limit",
    "or_kept": "most = limit or 0\nif most > 0:\n    return count < limit",
    "chosen": "most = 1 if limit else 0\nif most > 0:\n    return count < limit",
    "asked_before": "most = 0\nif limit:\n    most = 1\nif most > 0:\n    return count < limit",
    "nothing_else": "if self.off is None:\n    return count < limit",
    "one_of_two": "if self.on or count > 1:\n    return count < limit",
    "equality": "return count == limit",
    "added": "return count + limit",
    "switched_on": "if enabled:\n    return count < limit",
    "switched_on_before": "return enabled and count < limit",
    "switched_off": "if not self.off:\n    return count < limit",
    "switched_together": "if enabled and count > 1:\n    return count < limit",
    "given_together": "if self.window is not None:\n    return count < limit",
    "entry": "return count < limit[0]",
}


@pytest.mark.parametrize("name", PARAMETER)
def test_a_parameter_left_out(name: str, findings: Findings) -> None:
    (found,) = findings(app(CALLED, helper(PARAMETER[name])), ID)
    expected = Severity.WARNING if name in MAYBE else Severity.ERROR
    assert (found.severity, found.symbol) == (expected, "allowed")
    assert "limit is None" in found.message


@pytest.mark.parametrize("name", PARAMETER_SILENT)
def test_a_parameter_asked_for_none(name: str, findings: Findings) -> None:
    assert findings(app(CALLED, helper(PARAMETER_SILENT[name])), ID) == []


@pytest.mark.parametrize(
    ("calls", "severity"),
    [
        ("allowed(3)", Severity.ERROR),
        ("allowed(3, None)", Severity.ERROR),
        ("allowed(3), allowed(4, 5)", Severity.WARNING),
        ("allowed(3, 4)", None),
        ("allowed(3, args['limit'])", None),
        ("allowed(3, limit=4)", None),
        ("allowed(3), allowed(*args)", None),
        ("allowed", None),
    ],
)
def test_asks_what_calls_pass(calls: str, severity: Severity | None, findings: Findings) -> None:
    found = findings(app(f"return [{calls}]", helper(BARE)), ID)
    assert [each.severity for each in found] == ([severity] if severity else [])


@pytest.mark.parametrize("default", ["", "=3", "=LIMIT"])
def test_another_default_is_left_alone(default: str, findings: Findings) -> None:
    source = app("return allowed(3, None)", helper(BARE, f"count, limit{default}"))
    assert findings(source, ID) == []


def test_a_flag_that_has_a_default(findings: Findings) -> None:
    body = "if on:\n    return count < limit"
    source = app(CALLED, helper(body, "count, limit=None, on=False"))
    assert findings(source, ID) == []
    (found,) = findings(source.replace("limit=None, on=False", "on, limit=None"), ID)
    assert found.severity is Severity.WARNING


def test_under_a_condition_of_the_caller(findings: Findings) -> None:
    (found,) = findings(app(f"if args:\n    {CALLED}", helper(BARE)), ID)
    assert found.severity is Severity.WARNING


def test_what_nothing_runs_is_left_alone(findings: Findings) -> None:
    assert findings(app("return 1", helper(BARE) + "def other():\n    allowed(3)\n"), ID) == []


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = app(f"if self.exposure == 'direct':\n    {CALLED}", helper(BARE))
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    source = app("return 3 < args.limit", ASK.format("None"), "Ask")
    assert findings({"tests/app.py": source}, ID) == []
    assert len(findings({"app.py": source}, ID)) == 1


MADE = "quota = Quota()\nreturn quota.allows(3)"
COMPARED = "return count < self.limit"


@pytest.mark.parametrize(
    ("cord", "rest", "severity"),
    [
        (MADE, kept(COMPARED), Severity.ERROR),
        (MADE, kept(COMPARED, parameters="limit: Optional[int] = None"), Severity.ERROR),
        ("return Quota(None).allows(3)", kept(COMPARED), Severity.ERROR),
        ("return Quota(3).allows(3), Quota().allows(3)", kept(COMPARED), Severity.WARNING),
        ("return 3 < Quota().limit", kept("return 1"), Severity.ERROR),
        (MADE, kept("if count > 1 and count > self.limit:\n    return 2"), Severity.WARNING),
        ("return Quota(3).allows(3)", kept(COMPARED), None),
        (MADE, kept(COMPARED, parameters="limit=3"), None),
        (MADE, kept(COMPARED, "self.limit = limit or 3"), None),
        (MADE, kept(COMPARED, "self.limit = 3 if limit is None else limit"), None),
        (MADE, kept(COMPARED, "if limit is None:\n    limit = 3\nself.limit = limit"), None),
        (MADE, kept(COMPARED, "self.limit = limit\nself.limit = self.limit or 3"), None),
        (MADE, kept(COMPARED, "self.limit = limit\nself.on = limit is not None"), None),
        (MADE, kept("if self.limit is None:\n    return\n" + COMPARED), None),
        (MADE, kept("if self.enabled:\n    " + COMPARED), None),
        ("quota = Quota()\nquota.limit = 3\nreturn quota.allows(3)", kept(COMPARED), None),
        (MADE, kept(COMPARED, "limits = limit"), None),
        (MADE, kept(COMPARED, "self.limit = limits"), None),
        (MADE, kept(COMPARED) + "class Strict(Quota):\n    pass\n", None),
        ("return make().allows(3)", kept(COMPARED) + "def make():\n    return Quota()\n",
         Severity.ERROR),
    ],
)  # fmt: skip
def test_an_attribute_taken_from_a_parameter(
    cord: str, rest: str, severity: Severity | None, findings: Findings
) -> None:
    found = findings(app(cord, rest), ID)
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_an_attribute_that_another_class_is_given(findings: Findings) -> None:
    other = "class Other:\n    def __init__(self, limit=None):\n        self.limit = limit\n"
    bare = "class Quota:\n    def allows(self, count):\n        return count < self.limit\n"
    assert findings(app(MADE + "\nOther()", other + bare), ID) == []


def test_an_attribute_asked_in_another_module(findings: Findings) -> None:
    files = {
        "quota.py": kept(COMPARED),
        "reset.py": "",
        "app.py": app(MADE, "import reset\nfrom quota import Quota\n"),
    }
    assert len(findings(files, ID)) == 1
    files["tests/test_quota.py"] = (
        "import chutes\n\n\ndef test_it(quota):\n    assert quota.limit is None\n"
    )
    assert len(findings(files, ID)) == 1
    files["reset.py"] = "def reset(quota):\n    return quota.limit is None\n"
    assert findings(files, ID) == []


RECORD = "@dataclass\nclass Settings:\n    name: str = ''\n    limit: Optional[int] = {}\n"
ASK = "class Ask(BaseModel):\n    limit: Optional[int] = {}\n"


@pytest.mark.parametrize(
    ("cord", "rest", "severity"),
    [
        ("return 3 < Settings().limit", RECORD.format("None"), Severity.ERROR),
        ("return 3 < Settings('a').limit", RECORD.format("None"), Severity.ERROR),
        ("return 3 < Settings(limit=None).limit", RECORD.format("None"), Severity.ERROR),
        ("return 3 < Settings().limit",
         RECORD.format("dataclasses.field(default=None)"), Severity.ERROR),
        ("return 3 < Settings('a', 4).limit", RECORD.format("None"), None),
        ("return 3 < Settings(limit=4).limit", RECORD.format("None"), None),
        ("return 3 < Settings().limit", RECORD.format("4"), None),
        ("return 3 < Settings().limit", RECORD.format("made()"), None),
        ("return 3 < Settings().limit", RECORD.format("made(default=None)"), None),
        ("return 3 < Settings().limit", RECORD.format("dataclasses.field(repr=None)"), None),
        ("return 3 < Settings(*args).limit", RECORD.format("None"), None),
        ("return 3 < Settings(**args).limit, Settings()", RECORD.format("None"),
         Severity.WARNING),
        ("return 3 < Settings().other", RECORD.format("None"), None),
        ("return 3 < settings.limit", RECORD.format("None") + "settings = load()\n", None),
        ("return 3 < Settings().limit", "class Settings:\n    limit = None\n", None),
        ("return 3 < Settings().limit",
         "class Settings(BaseSettings):\n    limit: Optional[int] = None\n", None),
    ],
)  # fmt: skip
def test_a_field_of_a_record(
    cord: str, rest: str, severity: Severity | None, findings: Findings
) -> None:
    found = findings(app(cord, rest), ID)
    assert [each.severity for each in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("default", "count"),
    [
        ("None", 1), ("Field(None)", 1), ("Field(default=None, ge=1)", 1),
        ("3", 0), ("Field(3)", 0), ("Field(3, description=None)", 0), ("Field(ge=1)", 0),
    ],
)  # fmt: skip
def test_a_field_that_callers_leave_out(default: str, count: int, findings: Findings) -> None:
    found = findings(app("return 3 < args.limit", ASK.format(default), "Ask"), ID)
    assert [each.severity for each in found] == [Severity.WARNING] * count


def test_a_field_that_a_validator_looks_at(findings: Findings) -> None:
    validator = (
        "    @field_validator('limit')\n    def fill(cls, value):\n        return value or 3\n"
    )
    source = app("return 3 < args.limit", ASK.format("None") + validator, "Ask")
    assert findings(source, ID) == []


def test_a_cord_that_cannot_be_told(findings: Findings) -> None:
    lambda_ = "chute.cord(public_api_path='/y')(lambda self: 1)\n"
    source = app("return 3 < args.limit", lambda_ + ASK.format("None"), "Ask")
    assert len(findings(source, ID)) == 1


def test_an_attribute_that_is_deleted_elsewhere(findings: Findings) -> None:
    source = kept("return count >= self.limit").replace(
        "class ", "class Other:\n    def drop(self):\n        del self.limit\n\n\nclass ", 1
    )
    assert "del self.limit" in source
    found = findings(app("return Quota().allows(3)", source), ID)
    assert [each.check for each in found] == [ID]
