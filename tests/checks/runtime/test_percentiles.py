from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "percentile-out-of-range"

HEAD = """\
import math
from math import ceil
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
SHARE = 0.99
"""


def app(cord: str, rest: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{rest}\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{body}"
    )


def at(index: str) -> str:
    return f"v = sorted(self.v)\nreturn v[{index}]"


def helper(index: str = "int(len(v) * p)") -> str:
    return f"def share(v, p=0.5):\n    v = sorted(v)\n    return v[{index}]\n"


FIRES = {
    "rounded": (at("round(len(v) * 0.99)"), 1),
    "ceil": (at("math.ceil(len(v) * 0.5)"), 1),
    "ceil_imported": (at("ceil(0.9 * len(v))"), 1),
    "whole": (at("int(len(v) * 1.0)"), 1),
    "floor_of_all": (at("math.floor(len(v) * 1)"), 1),
    "percent": (at("int(len(v) * 95)"), 1),
    "hundred": (at("int(len(v) * 100)"), 1),
    "constant": (at("round(len(v) * SHARE)"), 1),
    "just_above_half": (at("round(len(v) * 0.501)"), 1),
    "length_by_name": ("v = sorted(self.v)\nn = len(v)\nreturn v[round(n * 0.99)]", 1),
    "index_by_name": ("v = sorted(self.v)\ni = round(len(v) * 0.99)\nreturn v[i]", 1),
    "under_a_condition": ("v = self.v\nif v:\n    return v[round(len(v) * 0.99)]", 1),
    "in_a_display": ("v = self.v\nreturn {'p99': v[round(len(v) * 0.99)]}", 1),
}
SILENT = {
    "int": at("int(len(v) * 0.99)"),
    "half": at("round(len(v) * 0.5)"),
    "nothing": at("math.ceil(len(v) * 0)"),
    "below": at("int(len(v) * -1)"),
    "too_much_to_be_meant": at("int(len(v) * 1000)"),
    "text": at("int(len(v) * 'a')"),
    "one_less": at("round(len(v) * 0.99) - 1"),
    "limited": at("min(len(v) - 1, round(len(v) * 0.99))"),
    "unknown": at("round(len(v) * args['p'])"),
    "unknown_name": at("round(len(v) * q)"),
    "length_of_another": at("round(len(self.v) * 0.99)"),
    "length_of_another_name": at("round(len(args) * 0.99)"),
    "another_function": at("hash(len(v) * 0.99)"),
    "of_two_arguments": at("round(len(v) * 0.99, 1)"),
    "added": at("round(len(v) + 1)"),
    "divided": at("round(len(v) / 1)"),
    "no_length": at("round(max(v) * 0.99)"),
    "a_number": at("0"),
    "slice": at("0:round(len(v) * 0.99)"),
    "attribute": "return self.v[round(len(self.v) * 0.99)]",
    "called": "v = self.v\nreturn v(round(len(v) * 0.99))",
    "caught": "v = self.v\ntry:\n    return v[round(len(v) * 0.99)]\n"
              "except IndexError:\n    return",
    "caught_above": "v = self.v\ntry:\n    return v[round(len(v) * 0.99)]\n"
                    "except LookupError:\n    return",
    "two_lengths": "v = self.v\nn = len(v)\nn = 1\nreturn v[round(n * 0.99)]",
    "two_indices": "v = self.v\ni = round(len(v) * 0.99)\ni = 0\nreturn v[i]",
    "counted_down": "v = self.v\ni = round(len(v) * 0.99)\ni -= 1\nreturn v[i]",
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    body, length = FIRES[name]
    (found,) = findings(app(body), ID)
    assert f"a list of {length}:" in found.message


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize(
    ("calls", "count"),
    [
        ("share(self.v, 0.5)", 0),
        ("share(self.v, 1.0)", 1),
        ("share(self.v, 0.5), share(self.v, p=1)", 1),
        ("share(self.v)", 0),
        ("share(self.v, args['p'])", 0),
        ("share(self.v, None)", 0),
    ],
)
def test_asks_what_calls_pass(calls: str, count: int, findings: Findings) -> None:
    assert len(findings(app(f"return [{calls}]", helper()), ID)) == count


def test_a_parameter_that_is_changed_may_be_anything(findings: Findings) -> None:
    changed = helper().replace("    return", "    p = min(p, 0.99)\n    return")
    assert findings(app("return share(self.v, 1.0)", changed), ID) == []


def test_what_nothing_runs_is_left_alone(findings: Findings) -> None:
    assert findings(app("return 1", helper("round(len(v) * 0.99)")), ID) == []


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    return share(self.v, 1.0)", helper())
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["rounded"][0])}, ID) == []


def test_a_name_of_the_module_is_not_followed(findings: Findings) -> None:
    assert findings(app("return v[n]", "v = [1]\nn = round(len(v) * 0.99)\n"), ID) == []


def test_follows_the_parameter_of_the_function_around(findings: Findings) -> None:
    around = (
        "def share(v, p):\n    def at():\n        w = sorted(v)\n"
        "        return w[int(len(w) * p)]\n    return at()\n"
    )
    assert len(findings(app("return share(self.v, 1.0)", around), ID)) == 1
    assert findings(app("return share(self.v, 0.5)", around), ID) == []
