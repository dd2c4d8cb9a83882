"""Reserved, hidden and missing public paths, and what dev mode does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
VLLM = HEAD.replace("'i'", "'i', standard_template='vllm'")
TEMPLATE = """\
from chutes.chute.template.vllm import build_vllm_chute
chute = build_vllm_chute('u', 'm/n', revision='0' * 40).chute
"""


def cord(arguments: str, name: str = "x", answer: int = 1) -> str:
    return f"@chute.cord({arguments})\nasync def {name}(self): return {{'a': {answer}}}\n"


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/evidence", Severity.ERROR),
        ("hf_info/", Severity.ERROR),
        ("/ping", Severity.WARNING),
        ("/ping/it", None),
        ("/evidence_of", None),
        ("/x", None),
    ],
)
def test_reserved_path(path: str, severity: Severity | None, findings: Findings) -> None:
    source = HEAD + cord(f"public_api_path={path!r}")
    found = findings(source, "cord-reserved-path")
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert findings(source, "cord-reserved-path", exposure=Exposure.DIRECT) == []


def test_reserved_path_says_why(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("public_api_path='evidence'"), "cord-reserved-path")
    assert "public path /evidence, as of 2026-05-12: Reserved canonical" in found.message


@pytest.mark.parametrize(
    "arguments", ["", "path='/evidence'", "public_api_path=unknown('/ping')", "public_api_path=5"]
)
def test_reserved_path_is_about_public_ones(arguments: str, findings: Findings) -> None:
    assert findings(HEAD + cord(arguments), "cord-reserved-path") == []


# Duplicates

P = "public_api_path='/p'"
M = ", public_api_method=unknown()"


def indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


HIDDEN = {
    HEAD + cord(P, "a") + cord(P, "b", 2): ("POST", 1),
    HEAD + cord(P, "a") + cord("public_api_path='p/', public_api_method='POST'", "b", 2):
        ("POST", 1),
    HEAD + cord(P + ", public_api_method='GET'", "a") + cord("public_api_path='/q'", "b", 2)
    + cord(P + ", public_api_method='GET'", "c", 3): ("GET", 1),
    # Only a chute of the vllm template has its stream flag looked at.
    HEAD + cord(P + ", stream=False", "a") + cord(P + ", stream=True", "b", 2): ("POST", 1),
    HEAD + f"for at in ('a', 'b'):\n{indented(cord(P + ', path=at', 'a'))}": ("POST", 1),
    VLLM + cord(P, "a") + cord(P + ", stream=False", "b", 2): ("POST", 1),
}  # fmt: skip
OPEN = [
    HEAD + cord(P, "a") + cord("public_api_path='/q'", "b"),
    HEAD + cord(P, "a") + cord(P + ", public_api_method='GET'", "b"),
    VLLM + cord(P + ", stream=True", "a") + cord(P, "b"),
    HEAD + cord("path='/p'", "a") + cord(P, "b"),
]
UNKNOWN = [
    HEAD + cord(P, "a") + cord(P + ", public_api_method=unknown()", "b"),
    HEAD + cord(P + M, "a") + cord(P + M, "b"),
    HEAD + cord(P, "a") + cord(P + ", **unknown()", "b"),
    HEAD + cord("public_api_path=unknown()", "a") + cord("public_api_path=unknown()", "b"),
    VLLM.replace("'vllm'", "unknown()") + cord(P + ", stream=True", "a") + cord(P, "b"),
    VLLM + cord(P + ", stream=unknown()", "a") + cord(P + ", stream=unknown()", "b"),
    TEMPLATE + cord(P + ", stream=True", "a") + cord(P, "b"),
    HEAD + "if unknown():\n" + indented(cord(P, "a")) + "else:\n" + indented(cord(P, "b")),
    HEAD + cord(P, "a") + "chute = Chute('u', 'm', 'i')\n" + cord(P, "b"),
    # cord-method-without-public-method says that POST is not meant.
    HEAD + cord(P, "a") + cord(P + ", method='GET'", "b"),
]


@pytest.mark.parametrize(("source", "expected"), HIDDEN.items())
def test_hidden_cord(source: str, expected: tuple[str, int], findings: Findings) -> None:
    found = findings(source, "cord-duplicate-public-path")
    assert [f"{expected[0]} /p is " in each.message for each in found] == [True] * expected[1]
    assert "as of 2025-10" in found[0].message


@pytest.mark.parametrize("source", [*OPEN, *UNKNOWN])
def test_open_cord(source: str, findings: Findings) -> None:
    assert findings(source, "cord-duplicate-public-path") == []


def test_says_which_cord_hides_it(findings: Findings) -> None:
    (found,) = findings(HEAD + cord(P, "a") + cord(P, "b"), "cord-duplicate-public-path")
    assert "cord b: POST /p is that of cord a in line 3 already" in found.message
    loop = HEAD + f"for at in ('a', 'b'):\n{indented(cord(P + ', path=at'))}"
    (found,) = findings(loop, "cord-duplicate-public-path")
    assert "registered in an earlier turn of the loop" in found.message


def test_posts_under_their_own_name_count(findings: Findings) -> None:
    both = cord(P + ", method='POST'", "a") + cord(P + ", method='POST'", "b")
    assert len(findings(HEAD + both, "cord-duplicate-public-path")) == 1
    both = cord(P, "a") + cord(P + ", method='GET', public_api_method='POST'", "b")
    assert len(findings(HEAD + both, "cord-duplicate-public-path")) == 1


# No public path

WITHOUT = ["", "path='/x'", "public_api_path=None", "public_api_path=''"]


@pytest.mark.parametrize("arguments", WITHOUT)
def test_without_public_path(arguments: str, findings: Findings) -> None:
    (found,) = findings(HEAD + cord(arguments), "cord-without-public-path")
    assert found.severity is Severity.WARNING
    assert 'public_api_path="/x"' in found.help
    for exposure in (Exposure.DIRECT, Exposure.BOTH):
        (found,) = findings(HEAD + cord(arguments), "cord-without-public-path", exposure=exposure)
        assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "arguments",
    [P, "public_api_path=unknown()", "**unknown()", "public_api_path=unknown() or ''", "'/x'"],
)
def test_with_public_path(arguments: str, findings: Findings) -> None:
    assert findings(HEAD + cord(arguments), "cord-without-public-path") == []


def test_without_public_path_names_the_useless_method(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("public_api_method='GET'"), "cord-without-public-path")
    assert "public_api_method says nothing" in found.message
    (found,) = findings(HEAD + cord(""), "cord-without-public-path")
    assert "public_api_method" not in found.message
    (found,) = findings(HEAD + "chute.cord()(unknown)\n", "cord-without-public-path")
    assert "/..." in found.help


@pytest.mark.sdk
def test_the_first_cord_answers(judge: Any) -> None:
    for source, (method, _) in HIDDEN.items():
        (answer,) = judge.calls(source, (method, "/p", {}), way="dev")
        assert answer == (200, '{"a":1}'), source
    both = HEAD + cord(P, "a") + cord(P + ", public_api_method='GET'", "b", 2)
    answers = judge.calls(both, ("POST", "/p", {}), ("GET", "/p", None), way="dev")
    assert answers == [(200, '{"a":1}'), (200, '{"a":2}')]


@pytest.mark.sdk
def test_dev_mode_stops_without_a_public_path(judge: Any) -> None:
    for arguments in WITHOUT:
        with pytest.raises(AssertionError, match="TypeError"):
            judge.calls(HEAD + cord(arguments), ("POST", "/x", {}), way="dev")
        (answer,) = judge.calls(HEAD + cord(arguments), ("POST", "/x", {}))
        assert answer[0] == 200
